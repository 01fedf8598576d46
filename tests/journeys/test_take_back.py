"""A pass that was a slip, taken back and made again: at the unit, at the county, at the bureau. And an objection that the county lifts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_office_pages import CHINESE, cases, first_case, look_at, press, says_what_is_wrong
from tests.journeys.test_story import go_in
from tests.support.journeys import assert_accessible

REASON = "点错了申请书，应先核实毕业证书原件。"


def takes_back(page: Page, case: str, name: str, state: str) -> None:
    """From the case to the reason and back to it, with the mistake of too short a reason on the way."""
    page.goto(case)
    page.get_by_role("link", name="撤回审核通过").click()
    look_at(page, f"take-back-{name}")
    page.get_by_label("撤回的理由").fill("点错了")
    press(page, "确认撤回")
    says_what_is_wrong(page, "请写明撤回的理由，不少于10个字。")
    expect(page.get_by_label("撤回的理由")).to_have_value("点错了")
    page.get_by_label("撤回的理由").fill(REASON)
    press(page, "确认撤回")
    expect(page.locator(".case-facts")).to_contain_text(state)
    history = page.locator("#case-history")
    expect(history).to_contain_text("（已撤回）")
    expect(history).to_contain_text(REASON)


def passes(page: Page, case: str) -> None:
    page.goto(f"{case}pass/")
    expect(page.get_by_role("main")).to_contain_text("可以撤回")
    press(page, "确认审核通过")


def can_be_passed(page: Page, case: str) -> bool:
    page.goto(f"{case}pass/")
    return page.get_by_role("button", name="确认审核通过").count() > 0


def test_unit_takes_its_pass_back_and_passes_again(page: Page) -> None:
    go_in(page, "danwei-shuili")
    case = first_case(page, "to_publish")
    takes_back(page, case, "unit", "待单位审核")
    passes(page, case)
    expect(page.locator(".case-facts")).to_contain_text("待公示")


def test_county_takes_its_pass_back_until_the_bureau_opens_the_case(page: Page, phone: Page) -> None:
    go_in(page, "xian-bole")
    case = next((one for one in list(cases(page, "waiting")) if can_be_passed(page, one)), "")
    assert case, "the rehearsal has a case at the county whose papers are in order"
    passes(page, case)
    takes_back(page, case, "county", "待县（市）审核")
    passes(page, case)
    go_in(phone, "zhou")
    phone.goto(case)
    page.goto(case)
    expect(page.locator("#case-decide")).to_contain_text("打开这份申请书，不能再撤回")
    page.goto(f"{case}take-back/")
    expect(page.get_by_role("main")).to_contain_text("现在不能撤回")
    look_at(page, "take-back-too-late")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_bureau_takes_the_final_pass_back_and_passes_again(page: Page, language: str) -> None:
    go_in(page, "zhou")
    case = first_case(page, "accepted")
    if language == "zh":
        takes_back(page, case, "bureau", "待终审")
        passes(page, case)
        page.goto(case)
        expect(page.locator(".case-facts")).to_contain_text("已受理")
        return
    page.get_by_role("link", name="撤回审核通过").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert_accessible(page, "office-take-back-english")
    for words in page.locator("main h2, main .button, main label").all_inner_texts():
        assert not CHINESE.search(words.replace("学信网", "")), words


def test_county_lifts_an_objection_that_a_unit_upheld_in_error(page: Page) -> None:
    go_in(page, "xian-jinghe")
    page.get_by_role("link", name="公示异议").click()
    look_at(page, "objections")
    page.locator("section").filter(has_text="异议成立，已终止").get_by_role("link", name="查看，解除").first.click()
    look_at(page, "objection")
    page.get_by_label("解除的理由").fill("不成立")
    press(page, "确认解除")
    says_what_is_wrong(page, "请写明解除的理由，不少于10个字。")
    page.get_by_label("解除的理由").fill("经复核，任务书由申报人主持，反映不属实。")
    press(page, "确认解除")
    expect(page.get_by_role("main")).to_contain_text("异议已解除，申请书回到单位重新审核。")
    expect(page.locator("section").filter(has_text="已解除").first).to_contain_text("待单位审核")
