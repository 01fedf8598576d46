"""Somebody lost the mailbox too: from the unit that vouches to the new password, in a real browser (S-36)."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_frame import sign_in
from tests.journeys.test_story import go_in
from tests.support.journeys import DESKTOP, PHONE, Instance, Watcher, assert_accessible, new_context
from zhicheng.rehearsal.people import person

WHO = person(45)  # works at 博乐市水利管理站; no other journey needs this account
MAILBOX = "new-mailbox@mail.example"
SECRET = "新-orchard-77-lantern"


def shown(page: Page, name: str) -> None:
    """The page as it is, at both widths."""
    for width, kind in ((PHONE, "phone"), (DESKTOP, "desk")):
        page.set_viewport_size(width)  # type: ignore[arg-type]
        assert_accessible(page, f"recovery-{name}-{kind}")


def open_mail(page: Page, subject: str) -> None:
    page.goto(f"/rehearsal/mail/?to={MAILBOX}")
    page.get_by_role("link", name=subject).first.click()


def test_lost_mailbox_comes_back_through_unit_county_and_the_new_mailbox(
    page: Page, browser: Browser, instance: Instance, watcher: Watcher
) -> None:
    own = new_context(browser, instance, PHONE)
    telephone = own.new_page()
    watcher.watch(telephone)
    telephone.goto("/accounts/password/reset/")
    telephone.get_by_text("邮箱也不能用了").click()
    telephone.get_by_role("link", name="怎样办理").click()
    expect(telephone.get_by_role("heading", name="注册的邮箱也不能用了")).to_be_visible()
    sign_in(telephone, WHO.username)
    expect(telephone.get_by_role("button", name="退出登录")).to_be_visible()

    _unit_asks(page)
    _county_approves(page)

    open_mail(page, "请确认您的新邮箱")
    page.locator(".mail-body a").first.click()
    shown(page, "link")
    link = page.url
    page.get_by_label("您的身份证号末六位").fill("000000")
    page.get_by_role("button", name="确认，这是我的邮箱").click()
    expect(page.get_by_role("main")).to_contain_text("还可以输入 4 次")
    page.get_by_label("您的身份证号末六位").fill(WHO.id_number[-6:])
    page.get_by_role("button", name="确认，这是我的邮箱").click()
    expect(page.get_by_role("main")).to_contain_text("新邮箱已经生效")
    shown(page, "done")

    telephone.goto("/applicant/information/")
    expect(telephone).to_have_title("登录 – 专业技术职称申报服务平台")  # signed out where it was still signed in
    own.close()

    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text("新邮箱已经确认过了")
    shown(page, "used")
    _sets_a_new_password(page)


def _unit_asks(page: Page) -> None:
    go_in(page, "danwei-shuili")
    page.get_by_role("link", name="本单位人员").click()
    page.get_by_label("姓名").fill(WHO.name)
    page.get_by_role("button", name="筛选").click()
    shown(page, "people")
    page.locator("tbody tr", has_text=WHO.username).get_by_role("link", name="邮箱遗失").click()
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("[data-error-summary] li")).to_have_count(3)
    shown(page, "asked-nothing")
    page.get_by_label("新邮箱").fill(MAILBOX)
    page.get_by_label("核实情况").fill("5月22日本人持身份证到单位人事科，当面核对无误。")
    page.get_by_label("我已当面核对本人居民身份证原件").check()
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("tbody tr", has_text=MAILBOX)).to_contain_text("待审核")
    shown(page, "requests")
    page.goto("/unit/people/")
    page.locator("tbody tr", has_text=WHO.username).get_by_role("link", name="更正姓名或身份证号").click()
    shown(page, "correction")


def _county_approves(page: Page) -> None:
    go_in(page, "xian-bole")
    page.get_by_role("link", name="账号申请").click()
    shown(page, "queue")
    page.locator("tbody tr", has_text=WHO.name).get_by_role("link").first.click()
    shown(page, "case")
    page.get_by_label("身份证号末六位").fill(WHO.id_number[-6:])
    page.get_by_label("已核对身份，同意办理").check()
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_role("main")).to_contain_text("确认链接已发到新邮箱")
    page.goto("/office/accounts/administrators/")
    shown(page, "administrators")
    page.get_by_role("link", name="邮箱遗失").first.click()
    shown(page, "administrator")


def _sets_a_new_password(page: Page) -> None:
    page.context.clear_cookies()
    sign_in(page, WHO.username)
    expect(page.get_by_role("main")).to_contain_text("不相符")  # the old password is void
    page.goto("/accounts/password/reset/")
    page.get_by_label("注册时用的邮箱").fill(MAILBOX)
    page.get_by_role("button", name="发送邮件").click()
    page.wait_for_url("**/done/")
    page.goto(f"/rehearsal/mail/?to={MAILBOX}")
    page.locator("tbody a").first.click()
    page.locator(".mail-body a").first.click()
    page.get_by_label("新密码", exact=True).fill(SECRET)
    page.get_by_label("再输入一次新密码").fill(SECRET)
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto("/accounts/login/")
    page.get_by_label("登录名或邮箱").fill(MAILBOX)
    page.get_by_label("密码").fill(SECRET)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
