"""Pages put together: several photographs become one PDF, and one scan is shared out over the years it proves."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.test_uploads import BOX, box_of, photograph, take_out, unfold
from tests.support.journeys import DESKTOP, PHONE, assert_accessible


def test_photographs_become_one_pdf_that_is_shared_out_over_the_years(page: Page) -> None:
    box_of(page)
    page.goto(page.url.replace(BOX, "appraisals"))
    first = page.get_by_role("region", name=re.compile("2018")).locator("[data-upload-file]").first
    parts = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": photograph(1200, 1600)} for n in "12"]
    first.set_input_files(parts)  # type: ignore[arg-type]
    page.get_by_role("link", name=re.compile("^合成一个 PDF")).click()
    page.get_by_role("button", name=re.compile("^右转")).first.click()
    expect(page.locator("[data-live]")).to_contain_text("已转到 90 度")
    page.get_by_role("button", name=re.compile("^下移")).first.click()
    expect(page.get_by_role("button", name=re.compile("^上移 ?.*1.jpg"))).to_be_focused()  # it cannot go further down
    assert_accessible(page, "upload-pages-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(page, "upload-pages-phone")
    page.get_by_role("button", name="合成一个 PDF").click()
    expect(page.locator(".file-name")).to_contain_text("2 页")
    unfold(page)
    page.locator(".file-name > a").click()
    page.get_by_role("link", name="按页码分到各项").click()
    page.get_by_label(re.compile("2018")).fill("1")
    page.get_by_label(re.compile("2019")).fill("2-7")
    page.get_by_role("button", name="分到各项").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("只有 2 页，没有第 7 页")
    assert_accessible(page, "upload-share-phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert_accessible(page, "upload-share-desk")
    page.get_by_label(re.compile("2019")).fill("2")
    page.get_by_role("button", name="分到各项").click()
    expect(page.locator(".file-name > a")).to_have_count(2)


def test_pages_are_arranged_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    box_of(page)
    for name in ("一.jpg", "二.jpg"):
        unfold(page)
        for more in page.locator("summary").filter(has_text="再上传一个文件").all():
            more.click()
        page.locator("[data-upload-file]").first.set_input_files(
            {"name": name, "mimeType": "image/jpeg", "buffer": photograph(1200, 1600)}
        )
        page.get_by_role("main").get_by_role("button", name=re.compile("^上传")).click()
        expect(page.locator(".file-name > a").filter(has_text=name)).to_have_count(1)
    page.get_by_role("link", name=re.compile("^合成一个 PDF")).click()
    page.get_by_label("排在第几页").first.fill("9")
    page.get_by_label("方向").first.select_option("180")
    page.get_by_role("button", name="合成一个 PDF").click()
    expect(page.locator(".file-name")).to_contain_text("（合成）.pdf")
    unfold(page)
    take_out(page)
