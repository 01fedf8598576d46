"""我能报什么, as somebody asks it who has never been here: from the first page to what to bring, on a telephone and at a desk."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.test_every_page import go_in
from tests.support.journeys import assert_accessible


def ask(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="我能报什么").first.click()
    page.get_by_label("最高学历").select_option(label="大学本科毕业")
    page.get_by_label("现有职称的级别").select_option(label="助理级")
    page.get_by_label("现有职称的系列").select_option(label="工程技术")
    page.get_by_label("取得现有职称的日期").fill("2020.3.1")
    page.get_by_label("工作单位所在的县（市）").select_option(label="博乐市人力资源和社会保障局职称办")
    page.get_by_role("button", name="查看结果").click()


def test_visitor_learns_what_can_be_applied_for_and_what_to_bring(page: Page, phone: Page) -> None:
    for window, where in ((page, "desktop"), (phone, "phone")):
        ask(window)
        expect(window.get_by_role("heading", name="结果")).to_be_visible()
        expect(
            window.get_by_role("listitem").filter(has=window.get_by_role("link", name="工程师", exact=True)).first
        ).to_contain_text("最早 2024 年度可以申报")
        assert_accessible(window, f"self-check-{where}")
        window.get_by_role("link", name="工程师", exact=True).first.click()
        expect(window.get_by_role("main")).to_contain_text("取得现任职称须满4年，现满3年。")
        expect(window.get_by_role("main")).to_contain_text("年度：2020、2021、2022")
        assert_accessible(window, f"self-check-title-{where}")
        window.get_by_role("link", name="回到全部结果").click()
        expect(window.get_by_label("取得现有职称的日期")).to_have_value("2020-03-01")


def test_date_that_is_none_is_said_at_its_field_and_everything_stays(page: Page) -> None:
    ask(page)
    page.get_by_label("取得现有职称的日期").fill("去年三月")
    page.get_by_role("button", name="查看结果").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("取得现有职称的日期")
    expect(page.get_by_label("取得现有职称的日期")).to_have_value("去年三月")
    expect(page.get_by_label("最高学历")).to_have_value("21")


def test_answers_are_carried_through_the_sign_in_to_a_new_application(page: Page) -> None:
    ask(page)
    page.get_by_role("link", name="工程师", exact=True).first.click()
    page.get_by_role("button", name="带上，先注册").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("注册")
    go_in(page, "sbr63")
    page.goto("/my/applications/new/bortala-2023/")
    expect(page.get_by_label("工程技术")).to_be_checked()
    expect(page.get_by_role("main")).to_contain_text("已按“我能报什么”里看过的选好")
    expect(page.get_by_label("工程师，中级")).to_be_checked()
    page.get_by_label("水利").check()
    assert_accessible(page, "self-check-carried")


def test_who_is_signed_in_goes_straight_on(page: Page) -> None:
    go_in(page, "sbr63")
    ask(page)
    page.get_by_role("link", name="工程师", exact=True).first.click()
    page.get_by_role("button", name="带到新的申请书").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("新增申请书")
