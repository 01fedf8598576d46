"""What axe cannot tell of a page (WCAG 2.2): that the probes find it, and what only a key pressed on a page tells.

The probes themselves look at every page of the public, of applicants and of units, in ``test_every_page``.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_every_page import PEOPLE, go_in
from tests.support.beyond_axe import asked

pytestmark = pytest.mark.everywhere

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
