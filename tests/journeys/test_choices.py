"""Long lists in a real browser: searched with the keyboard by characters and by initials; a native list without a script."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.test_applicant_pages import both_widths
from tests.journeys.test_frame import sign_in

OWNER = "sbr09"  # of the seeded people: one with a draft in which something is filled in


def open_basic(page: Page) -> None:
    sign_in(page, OWNER)
    page.get_by_role("button", name="退出登录").wait_for()
    page.get_by_role("link", name="我的申请书").first.click()
    page.locator("a[href$='/tasks/']").first.click()
    page.get_by_role("link", name="基本信息").first.click()
    expect(page.get_by_role("heading", name="基本信息")).to_be_visible()


def test_list_is_searched_by_initials_and_characters_with_the_keyboard(page: Page) -> None:
    open_basic(page)
    box = page.get_by_role("combobox", name="族别")
    sent = page.locator("select[name='basic-ethnic_group']")
    box.focus()
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("hsk")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".search-list [role=option]")).to_have_text(["哈萨克族"])
    both_widths(page, "list-searched")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="哈萨克族")).to_have_id(box.get_attribute("aria-activedescendant") or "")
    page.keyboard.press("Enter")
    expect(box).to_have_value("哈萨克族")
    expect(sent).to_have_value("17")
    expect(page.locator("#save-state")).to_contain_text("已保存")
    box.fill("柯尔")
    page.keyboard.press("Tab")  # nothing else can be meant
    expect(box).to_have_value("柯尔克孜族")
    expect(sent).to_have_value("29")
    box.fill("火星族")
    page.keyboard.press("Tab")
    expect(box).to_have_value("柯尔克孜族")  # what was chosen stays, and it is said
    expect(page.locator("[data-live]")).to_contain_text("列表中没有“火星族”。")
    box.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(sent).to_have_value("29")


def test_help_is_unfolded_with_the_keyboard_and_stands_before_its_field(page: Page) -> None:
    open_basic(page)
    fold = page.locator(".field:has(#id_basic-mobile) .field-help")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold.get_by_text("不要写单位的座机")).to_be_visible()
    both_widths(page, "help-unfolded")
    page.keyboard.press("Tab")
    expect(page.locator("#id_basic-mobile")).to_be_focused()


def test_series_are_narrowed_by_what_is_typed(page: Page) -> None:
    sign_in(page, "sbr63")
    page.get_by_role("button", name="退出登录").wait_for()
    page.goto("/my/applications/new/bortala-2023/choose/")
    if not page.locator("#id_narrow_series").count():  # the notice is read first
        for box in page.locator("main input[type=checkbox]").all():
            box.check()
        page.locator("main form button[type=submit]").first.click()
    page.get_by_label("在列表中查找").fill("农业")
    expect(page.locator(".choice:visible")).to_have_count(1)
    page.get_by_label("在列表中查找").press("Enter")
    expect(page.locator(".choice:visible input")).to_be_focused()
    page.get_by_label("在列表中查找").fill("没有这样的")
    expect(page.locator("[data-narrow]").get_by_text("列表中没有“没有这样的”。")).to_be_visible()
