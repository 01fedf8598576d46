"""One officer's morning."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.journeys import assert_accessible


def go_in(page: Page, username: str) -> None:
    """One click at 演练入口."""
    page.goto("/rehearsal/")
    page.locator(f'button[name="username"][value="{username}"]').first.click()


def test_county_reads_evidence_records_a_wrong_serial_and_returns_with_two_reasons(page: Page) -> None:
    go_in(page, "xian-bole")
    page.goto("/desk/?show=waiting")
    page.locator("main tbody a").first.click()
    case = page.url
    page.locator(".evidence-link a").first.click()
    preview = page.locator("#viewer img.preview").first
    expect(preview).to_be_visible()
    expect(preview).to_have_js_property("complete", True)
    assert preview.evaluate("img => img.naturalWidth") > 0

    page.goto(case)
    page.get_by_role("link", name="登记收到的纸质材料").click()
    page.get_by_label("收到日期").fill("2023-05-22")
    page.get_by_label("评审表编号、核验码或数据校验码").fill("PS2023-999999")
    page.get_by_role("main").get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(case)
    expect(page.locator("#dossier, main").first).to_contain_text("PS2023-999999")
    expect(page.locator(".callout-warn").first).to_contain_text("已登记纸质材料。评审表：")

    page.get_by_role("link", name="退回", exact=True).click()
    page.get_by_role("button", name="再写一条").click()
    # The form comes back with a second row; until it is there, typing would go into the old one.
    expect(page.locator("#id_text-2")).to_be_visible()
    for number, text in ((1, "请补充毕业证书的专业。"), (2, "请核对继续教育学时。")):
        page.locator(f"#id_where-{number}").select_option(index=number)
        page.locator(f"#id_code-{number}").select_option(index=number)
        page.locator(f"#id_text-{number}").fill(text)
    assert_accessible(page, "story-county-return-two-reasons")
    page.get_by_role("button", name="确认退回").click()
    page.wait_for_url("**/desk/")
    expect(page.get_by_role("main").or_(page.locator("body")).first).to_contain_text("已退回")
    page.goto(case)
    expect(page.get_by_role("main")).to_contain_text("退回")
