"""How tall every page of an applicant is on a telephone, and what a first visit of it weighs over the wire.

    ./run --port 8611                                                     in one window
    .venv/bin/python benchmarks/phone_pages.py http://127.0.0.1:8611      in another

Chromium at 390 pixels opens the public pages as a visitor and, for each of ``--people``, every page that the own application leads to:
sections, materials, 再次核对, receipt, library, messages. Printed for each: its height, and the bytes a browser with an empty cache loads
(HTML, styles, scripts, pictures, all as they are sent, compressed). Over 6,000 px or 100 kB ends with 1. Previews of papers are the
person's own files and are not counted.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

WIDTH = 390
TALLEST, HEAVIEST = 6_000, 100_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PASSWORD = "rehearsal-2023"  # noqa: S105 - of every invented person
PUBLIC = (
    "/",
    "/help/",
    "/privacy/",
    "/verify/",
    "/accounts/login/",
    "/register/person/",
    "/register/unit/",
    "/publicity/",
    "/calendar/",
)
OWN = ("/my/", "/my/applications/", "/my/applications/new/", "/my/library/", "/my/information/", "/messages/")
# What is opened from an application's own pages; a file's page shows the file, however many pages that has.
FOLLOWED = re.compile(r"/my/applications/\d+/(|tasks/|check/|submit/|bring/|(sections|materials|submissions)/[^/]+/)$")


@dataclass(frozen=True, slots=True)
class Measured:
    """``height`` in CSS pixels; ``sent`` bytes of all that is loaded, ``html`` those of the page alone."""

    who: str
    path: str
    height: int
    sent: int
    html: int

    @property
    def is_over(self) -> bool:
        return self.height > TALLEST or self.sent > HEAVIEST


def measure(page: Page, who: str, path: str) -> Measured | None:
    """The page as a browser with an empty cache gets it; ``None`` where it led elsewhere or nowhere."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    kinds: dict[str, tuple[str, str]] = {}
    sizes: dict[str, float] = {}
    session.on(
        "Network.responseReceived", lambda told: kinds.update({told["requestId"]: (told["type"], told["response"]["url"])})
    )
    session.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
    answer = page.goto(path)
    page.wait_for_load_state("networkidle")
    session.detach()
    if answer is None or answer.status != 200 or urlsplit(page.url).path != urlsplit(path).path:
        return None
    counted = {key: size for key, size in sizes.items() if not _is_own_file(*kinds.get(key, ("", "")))}
    html = sum(size for key, size in counted.items() if kinds.get(key, ("", ""))[0] == "Document")
    height = page.evaluate("document.documentElement.scrollHeight")
    return Measured(who, path, height, round(sum(counted.values())), round(html))


def _is_own_file(kind: str, url: str) -> bool:
    return kind == "Image" and "/static/" not in url


def visited(browser: Browser, address: str, who: str) -> Iterator[Measured]:
    """The pages of one person, each once; ``""`` is a visitor."""
    context = browser.new_context(
        base_url=address, locale="zh-CN", viewport={"width": WIDTH, "height": 844}, reduced_motion="reduce"
    )
    page = context.new_page()
    waiting = list(OWN if who else PUBLIC)
    if who:
        page.goto("/accounts/login/")
        page.fill("input[name=login]", who)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        measured = measure(page, who or "-", path)
        if measured is None:
            continue
        yield measured
        links = [
            urlsplit(urljoin(page.url, link)).path for link in page.eval_on_selector_all("main a", "all => all.map(a => a.href)")
        ]
        waiting += [link for link in links if FOLLOWED.fullmatch(link)]
        if not who:
            waiting += [link for link in links if link.startswith("/notices/") and not link.endswith((".json", ".ics"))]
    context.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("address", help="where a rehearsal answers, for example http://127.0.0.1:8000")
    parser.add_argument("--people", nargs="*", default=["sbr05", "sbr18"], help="login names of applicants")
    asked = parser.parse_args()
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        print("No Chromium on this machine (Debian: apt-get install chromium).", file=sys.stderr)
        return 2
    over = 0
    print(f"{'who':<8} {'px at ' + str(WIDTH):>9} {'kB first':>9} {'kB HTML':>8}  page")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for who in ("", *asked.people):
            for one in visited(browser, asked.address, who):
                over += one.is_over
                mark = "  OVER" if one.is_over else ""
                print(
                    f"{one.who:<8} {one.height:>9,} {one.sent / 1000:>9.1f} {one.html / 1000:>8.1f}  {one.path}{mark}", flush=True
                )
        browser.close()
    print(f"{over} over {TALLEST:,} px or {HEAVIEST // 1000} kB")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
