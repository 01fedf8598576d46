#!/usr/bin/env python3
"""Takes the pictures in docs/screens/ from a rehearsal that runs already.

    ./run --port 8611                                          in one window
    .venv/bin/python docs/make_screens.py http://127.0.0.1:8611    in another

Needs Chromium (Debian: apt-get install chromium). Run it on fresh data (``./run --fresh``): whoever has worked in the
rehearsal has moved its applications on, and a page that is looked for may no longer exist.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

SCREENS = Path(__file__).resolve().parent / "screens"
DESK, PHONE = (1280, 800), (390, 800)
PASSWORD = "rehearsal-2023"  # noqa: S105 - of every invented person
TALLEST = 1400  # a picture of a longer page shows its beginning
LARGEST_BYTES = 250_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")


class NotFound(Exception):
    """The rehearsal does not show what a picture is to be taken of."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture: ``username`` signs in ("" for a visitor) and ``go`` leads from there to the page."""

    name: str
    username: str
    go: Callable[[Page], None]
    size: tuple[int, int] = DESK
    dark: bool = False


def follow(page: Page, selector: str) -> None:
    """Go where the first link that fits ``selector`` leads; raises :class:`NotFound` where there is none."""
    link = page.locator(selector).first
    if not link.count():
        raise NotFound(f"no {selector} on {page.url}")
    page.goto(page.evaluate("href => new URL(href, location.href).href", link.get_attribute("href")))


def home(page: Page) -> None:
    """The first page."""
    page.goto("/")


def tasks(page: Page) -> None:
    """What is still to be done in the person's application."""
    page.goto("/my/applications/")
    follow(page, 'a[href$="/tasks/"]')


def section(page: Page) -> None:
    """A section with rows."""
    tasks(page)
    follow(page, 'a[href*="/sections/education/"]')


def materials(page: Page) -> None:
    """A slot that takes papers for each school attended."""
    tasks(page)
    follow(page, 'a[href$="/materials/education/"]')


def check(page: Page) -> None:
    """The second reading before 上报."""
    tasks(page)
    follow(page, 'a[href$="/check/"]')


def case(page: Page) -> None:
    """The oldest application in the queue."""
    page.goto("/desk/")
    follow(page, 'main a[href*="/desk/applications/"]')


def notice(page: Page) -> None:
    """The notice as a visitor reads it."""
    home(page)
    follow(page, 'main a[href^="/notices/"]')


def example(page: Page) -> None:
    """A box with the drawn example of its papers opened."""
    tasks(page)
    follow(page, 'a[href$="/materials/appointment/"]')
    page.locator("details:has(.drawn) summary").first.click()


def receipt(page: Page) -> None:
    """What the person gets after 上报."""
    page.goto("/my/applications/")
    follow(page, 'main a[href^="/my/applications/"]:not([href*="/new/"])')
    follow(page, 'a[href*="/submissions/"]')


def points(page: Page) -> None:
    """What is left to do after a return."""
    page.goto("/my/applications/")
    follow(page, 'a[href$="/tasks/"]')


def years(page: Page) -> None:
    """A section with a row for each year."""
    tasks(page)
    follow(page, 'a[href*="/sections/continuing_education/"]')


def queue(page: Page) -> None:
    """A desk's list."""
    page.goto("/desk/")


def publicity(page: Page) -> None:
    """A publicity period that runs, wherever in the queue's views it is."""
    page.goto("/desk/")
    for view in [page.url, *page.locator('main a[href^="?"]').evaluate_all("links => links.map(link => link.href)")]:
        page.goto(view)
        rows = page.locator('main a[href*="/desk/applications/"]').evaluate_all("links => links.map(link => link.href)")
        for row in rows:
            page.goto(row)
            if page.locator('a[href$="/publicity/"]').count():
                follow(page, 'a[href$="/publicity/"]')
                return
    raise NotFound("no publicity period in the queue")


SCREENS_TAKEN = (
    Screen("home", "", home),
    Screen("applicant-tasks", "sbr05", tasks),
    Screen("applicant-section", "sbr05", section),
    Screen("applicant-materials", "sbr08", materials),
    Screen("applicant-check", "sbr08", check),
    Screen("unit-case", "danwei-shuili", case),
    Screen("unit-publicity", "danwei-gouqi", publicity),
    Screen("prefecture-case", "zhou", case),
    Screen("county-queue", "xian-bole", queue),
    Screen("supervising-queue", "zhuguan", queue),
    Screen("applicant-check-dark", "sbr08", check, dark=True),
    Screen("phone-home", "", home, PHONE),
    Screen("phone-notice", "", notice, PHONE),
    Screen("phone-tasks", "sbr05", tasks, PHONE),
    Screen("phone-years", "sbr08", years, PHONE),
    Screen("phone-example", "sbr08", example, PHONE),
    Screen("phone-check", "sbr08", check, PHONE),
    Screen("phone-returned", "sbr18", points, PHONE),
    Screen("phone-receipt", "sbr12", receipt, PHONE),
    Screen("phone-unit-case", "danwei-shuili", case, PHONE),
    Screen("phone-county-queue", "xian-bole", queue, PHONE),
)


@contextmanager
def signed_in(browser: Browser, address: str, screen: Screen) -> Iterator[Page]:
    """A page of a browser that knows nobody else, signed in with the password all of a rehearsal have."""
    width, height = screen.size
    context = browser.new_context(
        base_url=address,
        locale="zh-CN",
        device_scale_factor=1,
        viewport={"width": width, "height": height},
        color_scheme="dark" if screen.dark else "light",
    )
    page = context.new_page()
    try:
        if screen.username:
            page.goto("/accounts/login/")
            page.fill('input[name="login"]', screen.username)
            page.fill('input[name="password"]', PASSWORD)
            with page.expect_navigation():
                page.press('input[name="password"]', "Enter")
        yield page
    finally:
        context.close()


def photograph(page: Page) -> bytes:
    """The page as a PNG of at most 96 colours: what is drawn here has few, and the file stays small."""
    page.wait_for_load_state("networkidle")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    width = page.viewport_size["width"] if page.viewport_size else DESK[0]
    page.set_viewport_size({"width": width, "height": height})
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(96, dither=Image.Dither.NONE)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def take(address: str, wanted: list[str]) -> int:
    """Take the pictures called ``wanted`` (all of them when empty); the number that could not be taken."""
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        print("No Chromium on this machine (Debian: apt-get install chromium).", file=sys.stderr)
        return len(SCREENS_TAKEN)
    SCREENS.mkdir(exist_ok=True)
    missed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        for screen in SCREENS_TAKEN:
            if wanted and screen.name not in wanted:
                continue
            try:
                with signed_in(browser, address, screen) as page:
                    screen.go(page)
                    picture = photograph(page)
                    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            except NotFound as why:
                print(f"{screen.name}: {why}", file=sys.stderr)
                missed += 1
                continue
            (SCREENS / f"{screen.name}.png").write_bytes(picture)
            notes = ["  too large"] * (len(picture) > LARGEST_BYTES) + [f"  {wide} px too wide"] * (wide > 0)
            print(f"{screen.name}.png  {len(picture) // 1000} kB{''.join(notes)}")
        browser.close()
    return missed


def main() -> int:
    """Take the pictures that were asked for; the exit status says whether all of them were taken."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("address", help="where the rehearsal answers, for example http://127.0.0.1:8000")
    parser.add_argument("names", nargs="*", help="only these pictures")
    asked = parser.parse_args()
    return 1 if take(asked.address, asked.names) else 0


if __name__ == "__main__":
    sys.exit(main())
