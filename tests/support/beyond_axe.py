"""What axe cannot tell of a page (WCAG 2.2), asked of the page as it stands: docs/accessibility.md names each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.support.journeys import DESKTOP, PHONE, assert_no_sideways_scroll

PROBES = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
NARROW = {"width": 320, "height": 640}  # 1.4.10; what a window of 1280 is at 400 %
ZOOMED = {"width": 640, "height": 450}  # 1.4.4: a window of 1280 at 200 %


def asked(page: Page, probe: str) -> list[str]:
    """What one probe finds."""
    return page.evaluate(f"({PROBES}).{probe}()")


def faults(page: Page) -> list[str]:
    """Everything that is wrong with the page as it stands, in each of the windows."""
    wrong = []
    windows: dict[str, tuple[Any, tuple[str, ...]]] = {
        "desktop": (DESKTOP, ("targets", "focus", "motion", "spacing")),
        "phone": (PHONE, ("targets", "focus", "spacing")),
    }
    for name, (size, probes) in windows.items():
        page.set_viewport_size(size)
        wrong += [f"{page.url} {name}: {each}" for probe in probes for each in asked(page, probe)[:5]]
    for size in (ZOOMED, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert_no_sideways_scroll(page, str(size["width"]))
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return wrong
