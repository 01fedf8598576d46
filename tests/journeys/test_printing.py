"""Pages people print, as Chromium prints them: nothing to press, black on white in every form of the screen, every column on the sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pypdfium2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.test_frame import sign_in
from tests.support.journeys import DESKTOP, PHONE, Instance, assert_accessible, assert_no_sideways_scroll, new_context

A4 = {"width": 688, "height": 1010}  # a sheet between its margins, in CSS pixels
#: Who prints which page, and what has to be on the sheet.
PRINTED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "notice": (
        "",
        "/notices/bortala-2023/",
        ("要提交的材料", "《毕业证书》", "博尔塔拉蒙古自治州人力资源和社会保障局", "/notices/bortala-2023/"),
    ),
    "tasks": ("sbr09", "/my/applications/ → /tasks/", ("填写申报信息", "申报材料")),
    "check": ("sbr09", "/my/applications/ → /tasks/ → /check/", ("再次核对申请书", "任期内专业技术工作总结")),
    "queue": ("zhou", "/desk/", ("申报人",)),
    "registrations": ("xian-bole", "/office/registrations/", ("单位",)),
}
NOT_PRINTED = ("退出登录", "English", "显示方式", "个人信息保护", "返回清单", "跳到正文")
TOO_WIDE = """() => [...document.querySelectorAll("main table, main dl, main p, main h1, main ul")]
  .filter(piece => piece.getClientRects().length && piece.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(piece => piece.outerHTML.slice(0, 120))"""
NOT_WHITE = """() => [...document.querySelectorAll("body, main, main .panel, main td, main th, main dt, main dd, .site-header")]
  .filter(piece => piece.getClientRects().length && !["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(getComputedStyle(piece).backgroundColor))
  .map(piece => piece.outerHTML.slice(0, 120))"""


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return re.sub(r"\s+", "", "".join(page.get_textpage().get_text_range() for page in document))


def open_page(page: Page, who: str, where: str) -> None:
    if who:
        sign_in(page, who)
        page.wait_for_url(lambda url: "/login/" not in url)
    first, *ends = where.split(" → ")
    page.goto(first)
    for end in ends:
        page.goto(page.locator(f'main a[href$="{end}"]').first.get_attribute("href") or "")


@pytest.mark.parametrize("name", PRINTED)
def test_page_is_printed_whole_and_without_what_can_be_pressed(dark: BrowserContext, name: str) -> None:
    who, where, wanted = PRINTED[name]
    page = dark.new_page()
    open_page(page, who, where)
    said = text_of(page.pdf(format="A4"))
    assert [words for words in wanted if re.sub(r"\s+", "", words) not in said] == []
    assert [words for words in NOT_PRINTED if words in said] == []
    page.emulate_media(media="print")
    page.set_viewport_size(A4)  # type: ignore[arg-type]
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(NOT_WHITE) == []


@pytest.fixture
def dark(browser: Browser, instance: Instance) -> Iterator[BrowserContext]:
    """A window whose pages are dark by choice."""
    context = new_context(browser, instance, DESKTOP)
    context.add_cookies([{"name": "display", "value": "dark.large", "url": instance.address}])
    yield context
    context.close()


def test_dark_and_large_pages_are_accessible_and_fit(browser: Browser, instance: Instance) -> None:
    for size in (DESKTOP, PHONE):
        context = new_context(browser, instance, size)
        page = context.new_page()
        page.goto("/display/")
        page.get_by_label("深色").check()
        page.get_by_label("大字").check()
        page.get_by_role("button", name="按这样显示").click()
        expect(page.locator("html")).to_have_css("font-size", "20px")
        for path in ("/display/", "/", "/notices/bortala-2023/", "/notices/bortala-2023/self-check/", "/rehearsal/components/"):
            page.goto(path)
            assert_accessible(page, f"dark-{path.strip('/').replace('/', '-') or 'home'}-{size['width']}")
            assert_no_sideways_scroll(page, path)
        context.close()
