"""我的资料库 in a real browser, at both widths and with the keyboard: taken over with one press, offered and filled in, thrown away."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.test_applicant_pages import both_widths
from tests.journeys.test_frame import sign_in
from tests.support.world import pdf

OWNER = "sbr09"  # of the seeded people: one with a draft in which something is filled in


def open_library(page: Page) -> None:
    sign_in(page, OWNER)
    page.get_by_role("button", name="退出登录").wait_for()
    page.get_by_role("link", name="我的资料库").click()
    expect(page.get_by_role("heading", name="我的资料库")).to_be_visible()


def test_library_is_taken_over_changed_and_thrown_away(page: Page) -> None:
    open_library(page)
    both_widths(page, "library-empty")
    page.get_by_role("button", name="存入资料库").press("Enter")
    expect(page.get_by_text("已存入资料库")).to_be_visible()
    both_widths(page, "library")
    page.locator(".library-items a").first.click()
    both_widths(page, "library-item")
    page.locator("#id_upload").set_input_files({"name": "毕业证书.pdf", "mimeType": "application/pdf", "buffer": pdf("kept")})
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("link", name="毕业证书.pdf").last).to_be_visible()
    page.get_by_role("link", name="返回资料库").click()
    page.locator(".library-items").first.get_by_role("link", name="删除").first.click()
    both_widths(page, "library-remove")
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("已从资料库删除")).to_be_visible()
    page.get_by_role("link", name="全部删除").click()
    both_widths(page, "library-emptying")
    page.get_by_role("button", name="全部删除").click()
    expect(page.get_by_text("资料库已清空")).to_be_visible()


def test_new_fact_is_typed_and_what_is_wrong_stands_beside_it(page: Page) -> None:
    open_library(page)
    page.locator("a[href$='/new/awards/']").click()
    page.get_by_label("奖项名称").fill("科技进步奖")
    page.get_by_label("授奖单位").fill("博州人民政府")
    page.get_by_label("获奖日期").fill("前年")
    page.get_by_role("button", name="保存到资料库").click()
    expect(page.get_by_text("没有看懂。请按").first).to_be_visible()
    both_widths(page, "library-wrong")
    page.get_by_label("获奖日期").fill("2021.5.8")
    page.get_by_role("button", name="保存到资料库").click()
    expect(page.get_by_role("link", name="科技进步奖 2021-05-08", exact=True)).to_be_visible()
