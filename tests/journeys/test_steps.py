"""How many pages, presses and answers lie between the first page and 上报, for a simple case, in the first year and in the second."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.journeys import DESKTOP, PHONE, Instance, new_context
from tests.support.steps import Steps
from zhicheng.rehearsal import samples
from zhicheng.web.system.walk.people import PASSWORD, Human, somebody

# What there was on 2026-11-30; before that day 26 pages, 33 presses and 35 answers. No more than 18 and 35, 10 and 15 were asked for.
FIRST = {"pages": 17, "presses": 24, "answers": 33}
SECOND = {"pages": 8, "presses": 12, "answers": 2}
TALLEST = 6000  # CSS pixels of 再次核对 of a simple application, 390 wide
EMPLOYER = "精河县金杞枸杞科技有限公司"

# A first title, two years out of school, at an enterprise: what there is no duty to say is not said.
ANSWERS: dict[str, dict[str, str]] = {
    "basic": {
        "族别": "汉族",
        "政治面貌": "群众",
        "参加工作时间": "2019-07-15",
        "现从事专业": "水利工程",
        "从事本专业年限": "3",
    },
    "education": {
        "毕业院校": "新疆农业大学",
        "所学专业": "水利水电工程",
        "学历": "大学本科毕业",
        "学习形式": "全日制",
        "入学日期": "2015-09-01",
        "毕业日期": "2019-06-30",
        "毕业证书编号": "107581201905001234",
    },
    "appointment": {"现聘岗位（职务）": "技术员", "聘用依据": "劳动合同", "聘任开始日期": "2019-07-15"},
    "work_history": {"开始日期": "2019-07-15", "工作单位": EMPLOYER, "从事何种专业技术工作": "灌区工程建设与管理"},
    "continuing_education": {"总学时": "90"},
    "achievements": {
        "项目（工作）名称": "博尔塔拉河灌区渠系改造",
        "开始日期": "2020-03-01",
        "本人角色": "参与（第3）",
        "内容与成效": "完成干渠防渗改造23公里，年节水约400万立方米。",
        "本人实际贡献": "负责施工图会审和现场质量控制。",
    },
    "summary": {"任期内专业技术工作总结": "参加工作以来，主要从事灌区工程建设与管理工作。" * 20},
}


def fill(page: Page, place: Locator, words: str, value: str) -> None:
    """Answer one question as somebody does who knows the answer: a long list by its words and the tabulator."""
    control = place.get_by_label(words, exact=True).first
    if control.evaluate("one => one.matches('select')"):
        control.select_option(label=value)
        return
    control.fill(value)
    if control.get_attribute("role") == "combobox":
        page.keyboard.press("Tab")


def bring_papers(page: Page, human: Human) -> None:
    """A scanned paper with the person's name for everything that a box of the page must have; it goes as soon as it is chosen."""
    boxes = page.locator("section.box").filter(has_text="尚缺内容")
    while boxes.count():
        caption = boxes.first.get_attribute("aria-label") or ""
        box = page.locator(f"section.box[aria-label='{caption}']")
        controls = box.locator("input[type=file]:visible")
        wanted = [controls.nth(n).get_attribute("id") for n in range(controls.count())]
        for number, control in enumerate(wanted[:1] if "任选其一" in box.inner_text() else wanted):
            name = f"{caption[:8]}-{number}.pdf"
            label = page.locator(f"label[for='{control}']").first.inner_text().removeprefix("上传").strip()
            paper = {"name": name, "mimeType": "application/pdf", "buffer": samples.pdf(label, (f"姓名：{human.name}", caption))}
            page.locator(f"[id='{control}']").set_input_files(paper)  # type: ignore[arg-type]
            expect(box).to_contain_text(name)
        expect(box.filter(has_text="尚缺内容")).to_have_count(0)


def fill_section(page: Page, human: Human) -> None:
    """The section that is open, with its papers."""
    found = re.search(r"/sections/(\w+)/", page.url)
    assert found, page.url
    key = found[1]
    place = page.locator("form#section-form")
    for words, value in ANSWERS.get(key, {}).items():
        fill(page, place, words, value)
    if ANSWERS.get(key):
        expect(page.locator("#save-state")).to_contain_text("已保存")
    bring_papers(page, human)


def register(page: Page, human: Human) -> None:
    """From the first page to the confirmed mailbox, after which this browser is signed in. The mail is read in another window: it is no
    page of the site."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="个人注册").first.click()
    page.get_by_label("我已认真阅读并同意").check()
    for words, value in {
        "姓名": human.name,
        "身份证号": human.id_number,
        "手机号码": human.mobile,
        "电子邮箱": human.email,
    }.items():
        page.get_by_label(words, exact=True).fill(value)
    page.get_by_label("按单位名称或统一社会信用代码查找").fill("金杞枸杞")
    page.get_by_label(EMPLOYER).check()
    for words, value in {"登录名": human.username, "密码": PASSWORD, "再次输入密码": PASSWORD}.items():
        page.get_by_label(words, exact=True).fill(value)
    page.get_by_role("button", name="提交注册").click()
    expect(page.get_by_role("heading", name="注册信息已提交")).to_be_visible()
    page.goto(link_in_mail(page, human))
    page.get_by_role("button", name="确认，这是我的邮箱").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()


def link_in_mail(page: Page, human: Human) -> str:
    """What the mail of the registration leads to; it is waited for."""
    mails = page.context.new_page()
    until = time.monotonic() + 120
    while time.monotonic() < until:
        mails.goto(f"/rehearsal/mail/?to={human.email}")
        mail = mails.get_by_role("main").get_by_role("link", name="请确认您的注册邮箱")
        if mail.count():
            mail.first.click()
            address = mails.locator("main a[href*='/accounts/confirm-email/']").first.get_attribute("href")
            mails.close()
            assert address
            return address
        time.sleep(0.5)
    raise AssertionError(f"no mail to {human.email}")


def begin(page: Page, *, first: bool) -> None:
    """From 我的职称 to 我要申报: below the prompt the title is chosen; a first title is said with one tick."""
    page.get_by_role("main").get_by_role("link", name="新增申请书").first.click()
    if first:
        page.get_by_label("我已仔细阅读").check()
    page.get_by_label("工程技术").check()
    page.get_by_label("水利", exact=True).check()
    page.get_by_label("助理工程师，").check()
    page.get_by_role("button", name="确认，进入申报界面").click()
    if first:
        page.get_by_label("本人是首次申报").check()
    page.get_by_role("button", name="我要申报").click()


def fill_all(page: Page, human: Human) -> None:
    """Whatever is asked for, one page after the other, until 再次核对 is reached."""
    while "/check/" not in page.url:
        if "/sections/" in page.url:
            fill_section(page, human)
            page.get_by_role("button", name="保存并继续下一项").click()
        else:
            bring_papers(page, human)
            page.locator(".form-actions a").first.click()


def finish(page: Page) -> None:
    """再次核对 and 上报."""
    page.get_by_label("我已阅读并作出以上个人承诺").check()
    page.get_by_label("我已知晓因漏传").check()
    page.get_by_role("button", name="确认无误，上报").click()
    expect(page.get_by_role("heading", name="申请书已上报")).to_be_visible()


def first_year(page: Page, human: Human) -> None:
    """From the first page of the site to the receipt, with an empty library."""
    register(page, human)
    begin(page, first=True)
    fill_all(page, human)
    expect(page.get_by_role("heading", name="再次核对申请书")).to_be_visible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollHeight") < TALLEST
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    finish(page)


def second_time(page: Page, human: Human) -> None:
    """The same person again, who has an earlier application: what fits of it is brought in."""
    page.goto("/accounts/login/")
    page.get_by_label("登录名或邮箱").fill(human.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    begin(page, first=False)
    expect(page.get_by_role("heading", name="已带入的")).to_be_visible()
    page.get_by_role("link", name="继续填写申请书").click()
    fill_all(page, human)
    finish(page)


def give_up(page: Page) -> None:
    """Not counted: the application that was sent is withdrawn and discarded, and its owner signs out."""
    page.goto("/my/applications/")
    page.locator(".applications h2 a").first.click()
    page.get_by_role("link", name="撤回").click()
    page.get_by_role("main").get_by_role("button", name="撤回").click()
    page.goto(re.sub(r"(/my/applications/\d+/).*", r"\1discard/", page.url))
    page.get_by_role("main").get_by_role("button", name="作废").click()
    page.get_by_role("button", name="退出登录").click()


def counting(browser: Browser, instance: Instance) -> tuple[Page, Steps]:
    """A desktop window whose steps are counted."""
    page, steps = new_context(browser, instance, DESKTOP).new_page(), Steps()
    steps.watch(page)
    return page, steps


def hold(steps: Steps, most: dict[str, int], what: str) -> None:
    """Print the figures; none may be more than there was."""
    print(steps.told(what))
    assert all(steps.counted[name] <= figure for name, figure in most.items()), steps.told(f"{what}: more than {most}")


def test_steps_of_the_first_year_and_of_the_next(browser: Browser, instance: Instance) -> None:
    human = somebody("李明", "1", "steps")
    page, steps = counting(browser, instance)
    first_year(page, human)
    hold(steps, FIRST, "first year")
    give_up(page)
    page.context.close()
    page, steps = counting(browser, instance)
    second_time(page, human)
    hold(steps, SECOND, "second year")
    page.context.close()
