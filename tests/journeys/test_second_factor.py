"""Setting up a second factor, signing in with it, and switching it off, on desk and telephone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.test_frame import PASSWORD, sign_in
from tests.support.factors import code_of
from tests.support.journeys import assert_accessible, look


def _confirm(page: Page, label: str, value: str) -> None:
    page.get_by_role("main").get_by_label(label).fill(value)
    page.get_by_role("main").get_by_role("button", name="确认").click()


def _round(page: Page, login: str, kind: str) -> None:
    sign_in(page, login)
    page.goto("/accounts/2fa/")
    assert_accessible(page, f"factor-index-{kind}")
    page.get_by_role("link", name="现在设置").click()
    _confirm(page, "密码", PASSWORD)
    assert_accessible(page, f"factor-set-up-{kind}")
    secret = page.locator(".factor-secret").inner_text().strip()
    page.get_by_label("验证码").fill(code_of(secret))
    page.get_by_role("button", name="完成设置").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    assert_accessible(page, f"factor-codes-{kind}")
    spare = page.locator(".recovery-codes code").all_inner_texts()
    page.goto("/accounts/sessions/")
    assert_accessible(page, f"factor-sessions-{kind}")
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    sign_in(page, login)
    expect(page.get_by_role("heading", name="输入验证码")).to_be_visible()
    page.get_by_label("验证码").fill("000000")
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_text("验证码不对").first).to_be_visible()
    assert_accessible(page, f"factor-code-{kind}")
    page.get_by_label("验证码").fill(spare[0])
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.goto("/accounts/2fa/recovery-codes/generate/")
    expect(page.get_by_role("heading", name="请再输入一次验证码")).to_be_visible()
    look(page, f"factor-again-{kind}")
    _confirm(page, "验证码", spare[1])
    assert_accessible(page, f"factor-generate-{kind}")
    page.goto("/accounts/2fa/totp/deactivate/")
    assert_accessible(page, f"factor-off-{kind}")
    page.get_by_role("button", name="关闭两步验证").click()
    expect(page.get_by_role("link", name="现在设置")).to_be_visible()


def test_second_factor_from_setting_up_to_switching_off(page: Page, phone: Page) -> None:
    _round(page, "sbr40", "desk")
    _round(phone, "sbr41", "phone")
