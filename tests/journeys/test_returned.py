"""Returned with three points: two are mended, one is answered, and the desk reads all three when it comes again."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_frame import sign_in
from tests.support.journeys import DESKTOP, PHONE, Instance, Watcher, assert_accessible, new_context

WHO = "sbr15"  # of the rehearsal: waits at the desk of the unit gouqi
POINTS = (
    ("continuing_education", "2021年度总学时与证书不一致，请核对。"),
    ("summary", "总结没有写明本人承担的工作，请补充。"),
    ("appraisals", "2021年度考核结果请与登记表核对。"),
)
WHY = "已与单位核对，考核结果与登记表一致。"


def in_own_window(browser: Browser, instance: Instance, watcher: Watcher, username: str) -> Page:
    page = new_context(browser, instance, DESKTOP).new_page()
    watcher.watch(page)
    sign_in(page, username)
    page.get_by_role("button", name="退出登录").wait_for()
    return page


def both_widths(page: Page, name: str) -> None:
    assert_accessible(page, f"returned-{name}-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(page, f"returned-{name}-phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def give_back(desk: Page, case: str) -> None:
    desk.goto(case + "return/")
    for number, (where, text) in enumerate(POINTS, start=1):
        if number > 1:
            desk.get_by_role("button", name="再写一条").click()
        expect(desk.locator(f"#id_text-{number}")).to_be_visible()
        desk.locator(f"#id_where-{number}").select_option(where)
        desk.locator(f"#id_code-{number}").select_option(index=number)
        desk.locator(f"#id_text-{number}").fill(text)
    desk.get_by_role("button", name="确认退回").click()
    desk.wait_for_url("**/desk/")
    expect(desk.locator(".callout-info")).to_contain_text("已退回")


def test_three_points_two_mended_one_answered_and_the_desk_reads_them(
    browser: Browser, instance: Instance, watcher: Watcher
) -> None:
    applicant = in_own_window(browser, instance, watcher, WHO)
    desk = in_own_window(browser, instance, watcher, "danwei-gouqi")
    applicant.goto("/my/applications/")
    one = applicant.locator(".applications h2 a").first.get_attribute("href")
    assert one
    case = one.replace("/my/", "/desk/")
    give_back(desk, case)

    applicant.goto(f"{one}sections/summary/")
    words = applicant.locator("textarea").first
    words.fill(words.input_value() + "\n本人负责渠系改造的施工图会审。")
    applicant.get_by_role("button", name="保存并返回清单").click()
    applicant.wait_for_url("**/tasks/")
    applicant.goto(f"{one}sections/continuing_education/")
    hours = applicant.locator("input[name$='-hours_total']").last
    hours.fill(str(int(hours.input_value()) + 6))
    applicant.get_by_role("button", name="保存并返回清单").click()
    applicant.wait_for_url("**/tasks/")

    applicant.get_by_role("link", name="再次核对").first.click()
    points = applicant.locator(".points > li")
    expect(points).to_have_count(3)
    for number, said in enumerate(("已改动", "已改动", "没有改动")):
        expect(points.nth(number)).to_contain_text(said)
    expect(points.nth(1)).to_contain_text("本人负责渠系改造的施工图会审。")
    both_widths(applicant, "check")
    for promise in ("我已阅读并作出以上个人承诺", "我已知晓因漏传"):
        applicant.get_by_label(promise).check()
    applicant.get_by_role("button", name="确认无误，上报").click()
    expect(applicant.locator("[data-error-summary]")).to_contain_text("退回意见第3条")
    applicant.get_by_label("第3条没有改动，请写明理由").fill(WHY)
    applicant.get_by_role("button", name="确认无误，上报").click()
    applicant.wait_for_url("**/submissions/2/")

    desk.goto(case)
    asked = desk.locator(".case-asked > ol > li")
    expect(asked).to_have_count(3)
    expect(asked.nth(0)).to_contain_text("原：")
    expect(asked.nth(1)).to_contain_text("本人负责渠系改造的施工图会审。")
    expect(asked.nth(2)).to_contain_text(f"申报人说明：{WHY}")
    expect(desk.locator(".case-changed")).to_contain_text("与本部门上次审核的第 1 次上报相比")
    both_widths(desk, "case")
    for window in (applicant, desk):
        window.context.close()
