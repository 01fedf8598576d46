"""The story's pages as each desk and a visitor see them, and one officer's morning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.journeys import DESKTOP, PHONE, assert_accessible

# The account behind each role's door; nobody goes in for the visitor.
ROLES = {"unit": "danwei-shuili", "county": "xian-bole", "prefecture": "zhou", "visitor": ""}
BEGINS = {
    "unit": ["/desk/?show=waiting", "/desk/?show=to_publish", "/desk/?show=publicity"],
    "county": ["/desk/?show=waiting"],
    "prefecture": ["/desk/?show=waiting", "/desk/?show=closed", "/office/person/", "/office/integrity/"],
    "visitor": ["/publicity/", "/verify/"],
}
FOLLOWED = re.compile(r"^/(desk/applications|unit/applications|office|publicity)/")
NO_PAGE = re.compile(r"\.(pdf|png)$|/files/|/licence/|/publicity/(announcement|photo|result)[^/]*/file/|^/unit/.*/file/")
MOST_PAGES = 12  # of each role: the whole file stays under a minute and a half


def go_in(page: Page, username: str) -> None:
    """One click at 演练入口."""
    page.goto("/rehearsal/")
    page.locator(f'button[name="username"][value="{username}"]').first.click()


def shape(path: str) -> str:
    """Addresses of the same kind of page have the same shape."""
    parts = urlsplit(path)
    return re.sub(r"\d+", "#", parts.path) + ("?file" if "file=" in parts.query else "")


def story_pages(page: Page, begins: list[str]) -> Iterator[str]:
    """Open one page of every kind that can be reached from ``begins``, each once."""
    waiting, seen = list(begins), {shape(p) for p in begins}
    opened = 0
    while waiting and opened < MOST_PAGES:
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
        opened += 1
        yield path
        for href in page.locator("main a[href]").evaluate_all("links => links.map(a => a.href)"):
            parts = urlsplit(href)
            link = parts.path + (f"?{parts.query}" if parts.query else "")
            kind = shape(link)
            if kind == "/desk/applications/#/" and path.startswith("/desk/?"):
                kind += path  # a case looks different in every list: one of each
            if FOLLOWED.match(parts.path) and not NO_PAGE.search(parts.path) and kind not in seen:
                seen.add(kind)
                waiting.append(link)


@pytest.mark.parametrize("role", ROLES)
def test_story_is_accessible_at_both_widths(page: Page, role: str) -> None:
    if ROLES[role]:
        go_in(page, ROLES[role])
    kinds = []
    for path in story_pages(page, BEGINS[role]):
        kinds.append(shape(path))
        name = re.sub(r"[^a-z0-9]+", "-", path).strip("-")
        assert_accessible(page, f"story-{role}-{name}-desk")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert_accessible(page, f"story-{role}-{name}-phone")
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    if role != "visitor":
        assert "/desk/applications/#/" in kinds and "/desk/applications/#/return/" in kinds


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
