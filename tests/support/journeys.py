"""The real thing for the journeys: an instance started by ``./run``, and pages of a real Chromium that watch for mistakes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, BrowserContext, BrowserType, ConsoleMessage, Page, Response

from tests.support import capabilities

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENS = ROOT / "var" / "screens"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

# Most of a journey's time is axe's, and most of axe's is the contrast of every word.
_FASTER_BROWSER = "--js-flags=--always-sparkplug --min-semi-space-size=64"  # scripts are compiled at once and swept seldom

# axe reads the same few colours ("rgb(0, 0, 0)") thousands of times, each time through a library for every colour space there is.
_REMEMBER_COLOURS = """(() => {
  const colour = axe.commons.color.Color.prototype
  const parse = colour.parseString
  const known = new Map()
  colour.parseString = function (text) {
    if (!known.has(text)) {
      parse.call(this, text)
      known.set(text, [this.r, this.g, this.b, this.alpha])
    }
    [this.r, this.g, this.b, this.alpha] = known.get(text)
    return this
  }
})()"""
_IS_THERE = "typeof axe !== 'undefined'"
_VIOLATIONS = "axe.run({resultTypes: ['violations']}).then(({violations}) => ({violations}))"

_REPORT_POLICY = """document.addEventListener("securitypolicyviolation", event =>
    console.error("content policy: " + event.violatedDirective + " " + event.blockedURI))"""


class Instance:
    """A rehearsal instance with web server and worker, in a data folder of its own, when it has printed ``ready``."""

    def __init__(self, data: Path, *, ready: str = "Ready: ") -> None:
        self.data = data
        self.address = ""
        self.said: list[str] = []
        self._ready = threading.Event()
        self._begin(0, ready)

    def _begin(self, port: int, ready: str) -> None:
        command = [sys.executable, str(ROOT / "run"), "--port", str(port), "--data", str(self.data)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self._ready.clear()
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
        self._reader = threading.Thread(target=self._listen, args=[ready], daemon=True)
        self._reader.start()
        if not self._ready.wait(300) or not self.address:
            self.stop()
            raise AssertionError("./run did not come up:\n" + "".join(self.said[-60:]))

    def start_again(self) -> None:
        """After :meth:`stop`: the same data at the same address."""
        self._begin(urlsplit(self.address).port or 0, "Ready: ")

    def _listen(self, ready: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("Ready: "):
                self.address = line.split()[1]
            if ready in line:
                self._ready.set()
        self._ready.set()

    def url(self, path: str) -> str:
        """The full address of ``path``."""
        return urljoin(self.address + "/", path.lstrip("/"))

    def log(self, name: str = "web") -> str:
        """What the web server (or the ``worker``) has logged so far."""
        file = self.data / "log" / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def stop(self) -> int:
        """Stop it as Ctrl-C does and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status


@dataclass
class Watcher:
    """Collects what no page may do; :meth:`check` fails the journey with all of it."""

    wrong: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to everything ``page`` does from now on."""
        page.add_init_script(_REPORT_POLICY)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script error on {page.url}: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # The browser repeats every 4xx in its console; the answers themselves are judged in _response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.wrong.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _response(self, response: Response) -> None:
        expected = response.request.resource_type in {"document", "xhr", "fetch"}  # a refusal (403, 404, 422) is an answer
        if response.status >= 500 or (response.status >= 400 and not expected):
            self.wrong.append(f"{response.status} for {response.request.method} {response.url}")

    def check(self) -> None:
        """Fail with everything that went wrong since the last check."""
        wrong, self.wrong = self.wrong, []
        assert not wrong, "The pages did what they must not:\n" + "\n".join(wrong)


def new_context(browser: Browser, instance: Instance, viewport: dict[str, int], *, javascript: bool = True) -> BrowserContext:
    """A browser with nothing in it: no cookies, Chinese, Beijing time."""
    context = browser.new_context(
        base_url=instance.address,
        viewport=viewport,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=viewport is PHONE,
        java_script_enabled=javascript,
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    return context


def look(page: Page, name: str) -> None:
    """Keep a picture of the whole page as ``var/screens/NAME.png`` when ``ZHICHENG_SCREENS=1`` asks for pictures."""
    if os.environ.get("ZHICHENG_SCREENS") != "1":
        return
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


def open_browser(kind: BrowserType, *, without: Sequence[str] = (), whole: bool = False) -> Browser:
    """Debian's Chromium, with what Playwright tells it unless it is in ``without``; ``whole``: with all a window has (its back/forward cache)."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    arguments += ["--disable-dev-shm-usage", _FASTER_BROWSER]
    return kind.launch(executable_path=capabilities.chromium(whole=whole), args=arguments, ignore_default_args=list(without))


def look_through_axe(page: Page) -> AxeResults:
    """What axe finds on the page as it stands. It is put into a page once: at the second width it has been compiled, and goes twice as fast."""
    if not page.evaluate(_IS_THERE):
        page.evaluate(f"{AXE_SCRIPT};{_REMEMBER_COLOURS}")
    return AxeResults(page.evaluate(_VIOLATIONS))


def assert_accessible(page: Page, name: str = "") -> None:
    """axe finds nothing on the page (every rule it has, contrast included), and nothing sticks out sideways.

    With ``name`` the page is also kept as a picture, see :func:`look`.
    """
    if name:
        look(page, name)
    results = look_through_axe(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
    assert_no_sideways_scroll(page)


STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= wide) return []
  const out = [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > wide + 0.5)
  return out.slice(0, 5).map(one => `${one.tagName.toLowerCase()}.${one.className}: ${(one.innerText || "").slice(0, 40)}`)
}"""


def assert_no_sideways_scroll(page: Page, what: str = "") -> None:
    """The page is no wider than the window; else what sticks out is named."""
    out = page.evaluate(STICKS_OUT)
    assert not out, f"{what} {page.url} is wider than the window: {out}"
