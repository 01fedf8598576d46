"""Setting up a second factor, signing in with it, switching it off, and losing it altogether, on desk and telephone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.test_frame import sign_in
from tests.journeys.test_story import go_in
from tests.support.factors import code_of
from tests.support.journeys import DESKTOP, PHONE, assert_accessible, look
from zhicheng.rehearsal.people import identity, person


def _confirm(page: Page, label: str, value: str) -> None:
    page.get_by_role("main").get_by_label(label).fill(value)
    page.get_by_role("main").get_by_role("button", name="确认").click()


def _set_up(page: Page, login: str, kind: str) -> list[str]:
    """Sign in and set an app up; the recovery codes. The password of a moment ago is not asked for again."""
    sign_in(page, login)
    page.goto("/accounts/2fa/")
    assert_accessible(page, f"factor-index-{kind}")
    page.get_by_role("link", name="现在设置").click()
    assert_accessible(page, f"factor-set-up-{kind}")
    secret = page.locator(".factor-secret").inner_text().strip()
    page.get_by_label("验证码").fill(code_of(secret))
    _another_language(page, "English")
    expect(page.locator(".factor-secret")).to_have_text(secret)
    expect(page.locator("[name=code]")).to_have_value(re.compile(r"\d{6}"))
    _another_language(page, "中文")
    page.get_by_label("验证码").fill(code_of(secret))
    page.get_by_role("button", name="完成设置").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    assert_accessible(page, f"factor-codes-{kind}")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    for name in ("English", "中文"):
        _another_language(page, name)
        assert page.locator(".recovery-codes code").all_inner_texts() == codes
    page.get_by_role("button", name="已经收好，继续").click()
    return codes


def _another_language(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.locator("html")).to_have_attribute("lang", {"English": "en", "中文": "zh-CN"}[name])


def _sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()


def _round(page: Page, login: str, kind: str) -> None:
    spare = _set_up(page, login, kind)
    page.goto("/accounts/sessions/")
    assert_accessible(page, f"factor-sessions-{kind}")
    _sign_out(page)
    sign_in(page, login)
    expect(page.get_by_role("heading", name="输入验证码")).to_be_visible()
    page.get_by_label("验证码").fill("000000")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_text("验证码不对").first).to_be_visible()
    assert_accessible(page, f"factor-code-{kind}")
    page.get_by_label("验证码").fill(spare[0])
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.goto("/accounts/2fa/reauthenticate/?next=/accounts/2fa/recovery-codes/generate/")
    expect(page.get_by_role("heading", name="请再输入一次验证码")).to_be_visible()
    look(page, f"factor-again-{kind}")
    _confirm(page, "验证码", spare[1])
    assert_accessible(page, f"factor-generate-{kind}")
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="更换手机").click()
    assert_accessible(page, f"factor-replace-{kind}")
    page.get_by_label("验证码").fill(code_of(page.locator(".factor-secret").inner_text().strip()))
    page.get_by_role("button", name="完成设置").click()
    expect(page.get_by_text("已换成新手机")).to_be_visible()
    assert_accessible(page, f"factor-replaced-{kind}")
    page.goto("/accounts/2fa/totp/deactivate/")
    assert_accessible(page, f"factor-off-{kind}")
    page.get_by_role("button", name="关闭两步验证").click()
    expect(page.get_by_role("link", name="现在设置")).to_be_visible()


def test_second_factor_from_setting_up_to_switching_off(page: Page, phone: Page) -> None:
    _round(page, "sbr40", "desk")
    _round(phone, "sbr41", "phone")


def _shown(page: Page, name: str) -> None:
    """The page as it is, at both widths."""
    for width, kind in ((PHONE, "phone"), (DESKTOP, "desk")):
        page.set_viewport_size(width)  # type: ignore[arg-type]
        assert_accessible(page, f"factor-lost-{name}-{kind}")


def _loses_everything(page: Page, login: str, name: str) -> None:
    """Signs in, is asked for a code, and reads the way back there."""
    _set_up(page, login, name)
    _sign_out(page)
    sign_in(page, login)
    page.get_by_text("手机和备用码都没有了怎么办").click()
    expect(page.get_by_text("由单位管理员在“本单位人员”里提出")).to_be_visible()
    _shown(page, f"{name}-code")


def _asks(page: Page, login: str, name: str, card: str = "") -> None:
    """Whoever saw the card; first with nothing filled in. Offered of those alone who have a factor."""
    expect(page.get_by_role("link", name="两步验证遗失")).to_have_count(1)
    _shown(page, f"{name}-list")
    page.locator("tbody tr", has_text=login).get_by_role("link", name="两步验证遗失").click()
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("[data-error-summary] li").first).to_be_visible()
    _shown(page, f"{name}-mistakes")
    page.get_by_label("核实情况").fill("5月22日本人持身份证到场，当面核对无误；手机丢失，备用码没有找到。")
    page.get_by_label("我已当面核对本人居民身份证原件").check()
    if card:
        page.get_by_label("身份证号末六位").fill(card)
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("main")).to_contain_text("审核结果会发到您的邮箱")
    _shown(page, f"{name}-asked")


def _approves(page: Page, office: str, who: str, name: str, card: str = "") -> None:
    go_in(page, office)
    page.get_by_role("link", name="账号申请").click()
    _shown(page, f"{name}-queue")
    page.locator("tbody tr", has_text=who).filter(has_text="两步验证遗失").get_by_role("link").first.click()
    if card:
        page.get_by_label("身份证号末六位").fill(card)
    page.get_by_label("已核对身份，同意办理").check()
    _shown(page, f"{name}-case")
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_role("main")).to_contain_text("两步验证已去掉")


def _is_in_with_the_password(page: Page, login: str) -> None:
    page.context.clear_cookies()
    sign_in(page, login)
    page.goto("/accounts/2fa/")
    expect(page.get_by_role("link", name="现在设置")).to_be_visible()
    page.context.clear_cookies()


def test_applicant_who_lost_phone_and_codes_gets_in_through_unit_and_county(page: Page) -> None:
    who = person(48)  # works at 博乐市水利管理站; no other journey needs this account
    _loses_everything(page, who.username, "applicant")
    go_in(page, "danwei-shuili")
    page.goto("/unit/people/")
    _asks(page, who.username, "unit")
    _approves(page, "xian-bole", who.name, "county", card=who.id_number[-6:])
    _is_in_with_the_password(page, who.username)
    go_in(page, "danwei-shuili")
    page.goto("/unit/people/")
    expect(page.get_by_role("link", name="两步验证遗失")).to_have_count(0)


def test_unit_administrator_who_lost_phone_and_codes_gets_in_through_county_and_prefecture(page: Page) -> None:
    _loses_everything(page, "danwei-xumu", "administrator")
    go_in(page, "xian-wenquan")
    page.goto("/office/accounts/administrators/")
    _asks(page, "danwei-xumu", "administrators", card=identity(442, "1", birth="19850312", region="652723")[-6:])
    _approves(page, "zhou", "孟根", "prefecture")
    _is_in_with_the_password(page, "danwei-xumu")


def _of_officer(page: Page, keeper: str, login: str) -> None:
    """The page of an officer's account, as somebody who keeps accounts finds it."""
    go_in(page, keeper)
    page.goto("/office/officers/")
    page.locator("tbody tr", has_text=login).get_by_role("link").first.click()


def test_officer_who_lost_phone_and_codes_is_reset_by_two_people(page: Page) -> None:
    login = "xian-wenquan"
    _set_up(page, login, "officer")
    _of_officer(page, "zhou", login)
    page.get_by_role("link", name="申请重置两步验证").click()
    page.get_by_role("button", name="提出申请").click()
    expect(page.locator("[data-error-summary] li")).to_have_count(1)
    _shown(page, "officer-mistakes")
    page.get_by_label("核实情况").fill("5月22日本人到州局当面核对身份证，手机丢失，备用码没有找到。")
    page.get_by_role("button", name="提出申请").click()
    expect(page.get_by_role("main")).to_contain_text("等待另一人同意")
    expect(page.get_by_role("button", name="同意重置")).to_have_count(0)
    _shown(page, "officer-asked")
    _of_officer(page, "security", login)
    _shown(page, "officer-second")
    page.get_by_role("button", name="同意重置").click()
    expect(page.get_by_role("link", name="申请重置两步验证")).to_have_count(0)
    _is_in_with_the_password(page, login)
