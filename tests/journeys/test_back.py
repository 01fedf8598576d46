"""“后退” after a sign-out shows nothing, in a browser whose back/forward cache is on (Playwright turns it off unless told)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.journeys.test_frame import sign_in
from tests.support.journeys import DESKTOP, Instance, new_context, open_browser

MARK = "window.comesBack = true"
CAME_BACK = "Boolean(window.comesBack)"


@pytest.fixture(scope="module")
def caching_browser(browser: Browser) -> Iterator[Browser]:
    """The same browser, as people have it."""
    opened = open_browser(browser.browser_type, without=["--disable-back-forward-cache"], whole=True)
    yield opened
    opened.close()


@pytest.fixture
def context(caching_browser: Browser, instance: Instance) -> Iterator[BrowserContext]:
    opened = new_context(caching_browser, instance, DESKTOP)
    yield opened
    opened.close()


def may_be_cached(route: Route) -> None:
    """The page without the word that forbids keeping it: as a browser would have it that does not heed it."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "cache-control"}
    route.fulfill(response=answer, headers=headers)


def back(page: Page) -> None:
    page.go_back(wait_until="commit")
    page.wait_for_timeout(500)


def test_page_of_a_visitor_comes_back_from_the_cache(context: BrowserContext) -> None:
    """So that the other tests can fail: the cache is on."""
    page = context.new_page()
    page.route("**/help/", may_be_cached)
    page.goto("/help/")
    page.evaluate(MARK)
    page.goto("/privacy/")
    back(page)
    assert page.evaluate(CAME_BACK)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("heeds", [True, False], ids=["heeds no-store", "does not heed no-store"])
def test_going_back_after_a_sign_out_shows_nothing(context: BrowserContext, heeds: bool) -> None:
    page = context.new_page()
    sign_in(page, "sbr13")
    page.get_by_role("button", name="退出登录").wait_for()
    if not heeds:
        page.route("**/applicant/information/", may_be_cached)
    page.goto("/applicant/information/")
    expect(page.get_by_role("main")).to_contain_text("身份证号")
    page.evaluate(MARK)
    page.goto("/help/")
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("link", name="登录").first.wait_for()
    for _step in range(3):
        back(page)
        if "/login/" in page.url:
            break
    expect(page.get_by_label("登录名或邮箱")).to_be_visible()
    assert not page.evaluate(CAME_BACK), "it was asked of the server again"
    expect(page.locator("body")).not_to_contain_text("身份证号")


def test_going_back_after_a_sign_in_ended_elsewhere_shows_nothing(context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, "sbr13")
    page.get_by_role("button", name="退出登录").wait_for()
    page.route("**/applicant/information/", may_be_cached)
    page.goto("/applicant/information/")
    page.goto("/help/")
    context.clear_cookies(name="sessionid")
    back(page)
    expect(page.get_by_label("登录名或邮箱")).to_be_visible()


def test_page_of_whoever_is_still_signed_in_is_there_again(context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, "sbr13")
    page.get_by_role("button", name="退出登录").wait_for()
    page.route("**/applicant/information/", may_be_cached)
    page.goto("/applicant/information/")
    page.goto("/help/")
    back(page)
    expect(page.get_by_role("main")).to_contain_text("身份证号")
