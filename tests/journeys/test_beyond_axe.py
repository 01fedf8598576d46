"""What axe cannot tell of a page (WCAG 2.2), on every page of the public, of applicants and of units: docs/accessibility.md names each."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_every_page import AS_IT_STANDS, PEOPLE, go_in, pages_of
from tests.support.journeys import DESKTOP, PHONE, assert_no_sideways_scroll

pytestmark = pytest.mark.everywhere

PROBES = Path(__file__).parents[1].joinpath("support", "beyond_axe.js").read_text(encoding="utf-8")
WHO = ("visitor", "applicant-writing", "applicant-returned", "applicant-accepted", "unit", "unit-with-an-objection")
NARROW = {"width": 320, "height": 640}  # 1.4.10; what a window of 1280 is at 400 %
ZOOMED = {"width": 640, "height": 450}  # 1.4.4: a window of 1280 at 200 %


def asked(page: Page, probe: str) -> list[str]:
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


@pytest.fixture(scope="module")
def seen() -> dict[str, set[tuple[str, ...]]]:
    """The kinds of pages that were opened so far, by role."""
    return defaultdict(set)


@pytest.mark.parametrize("who", WHO)
def test_every_page_can_be_used_with_a_keyboard_and_enlarged(page: Page, seen: dict[str, set[tuple[str, ...]]], who: str) -> None:
    go_in(page, PEOPLE[who])
    role, wrong = who.partition("-")[0], []
    known = {kind for kind in seen["visitor"] | seen[role] if kind[0] not in AS_IT_STANDS}
    for kind, _address, here in pages_of(page, known):
        seen[role].add(kind)
        if here:
            wrong += faults(page)
    assert not wrong, "\n".join(wrong)


BAD_PAGE = """<!doctype html><html lang="zh"><title>坏的页面</title><style>.slow { transition: color 2s } .tight { width: 60px; overflow: hidden;
white-space: nowrap } .bare:focus { outline: none; box-shadow: none } a, button { margin: 0; padding: 0; border: 0 } #small a { display: block; outline: 3px solid;
height: 14px; font-size: 10px } .over { position: fixed; inset: 0 0 auto 0; height: 40px; background: #fff }</style>
<main><div id="small"><a href="/a">一</a><a href="/b">二</a></div><p class="slow">慢</p><p class="tight">12345678</p>
<button class="bare">没有框</button><div class="over"></div></main></html>"""


def test_probes_find_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(BAD_PAGE)
    assert len(asked(page, "targets")) == 2
    faults_of_focus = asked(page, "focus")
    assert any(each.startswith("no ring: button") for each in faults_of_focus)
    assert any(each.startswith("covered: a “一”") for each in faults_of_focus)
    assert [each for each in asked(page, "motion") if "慢" in each]
    assert asked(page, "spacing") == ["cut off: p “12345678”"]
    page.close()


def test_tab_goes_through_the_page_in_its_order_and_past_nothing(page: Page) -> None:
    """2.1.1, 2.1.2, 2.4.3: from the skip link to the foot of the page and out of it again, each once."""
    go_in(page, PEOPLE["applicant-writing"])
    page.get_by_role("link", name="继续填写").first.click()
    page.get_by_role("link", name="基本信息").first.click()
    expected = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary')]
        .filter(one => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true })).map((one, at) => (one.dataset.at = at, at))"""
    )
    met: list[int] = []
    for _press in range(len(expected) + 5):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.dataset.at")
        if at is None:
            break
        met.append(int(at))
    radios = len(expected) - len(met)  # of a group of radio buttons Tab meets one
    assert met == sorted(met) and len(met) == len(set(met))
    assert radios <= page.locator("input[type=radio]").count()


def test_skip_link_leads_past_the_navigation(page: Page) -> None:
    page.goto("/help/")
    page.keyboard.press("Tab")
    first = page.locator(":focus")
    expect(first).to_have_attribute("href", "#main")
    first.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
