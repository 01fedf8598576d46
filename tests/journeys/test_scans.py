"""A sheet is printed, signed, scanned upside down and sent back without a script; it goes to its place once the file there is given up for it."""

from __future__ import annotations

import random
import re

from playwright.sync_api import Page, expect

from tests.journeys.test_frame import sign_in
from tests.support import scanned
from tests.support.journeys import DESKTOP, PHONE, assert_accessible

WHO = "sbr08"
READ_WITHIN = 120_000


def test_signed_sheet_comes_back_as_a_scan_and_takes_the_place_of_the_file_there(page_without_scripts: Page) -> None:
    page = page_without_scripts
    sign_in(page, WHO)
    page.get_by_role("button", name="退出登录").wait_for()
    page.goto("/my/applications/")
    page.goto(f"{page.locator('.applications h2 a').first.get_attribute('href')}tasks/")
    page.get_by_role("link", name="签字页：打印、签名、扫描回传").click()
    href = page.get_by_role("link", name="《个人承诺书》（PDF）").get_attribute("href")
    printed = page.context.request.get(str(href)).body()
    chance = random.Random(1)
    scan = scanned.scan(scanned.signed(scanned.page_picture(printed), chance), chance).rotate(180)
    name = "签字页扫描.pdf"
    page.get_by_label("扫描件或者照片").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": scanned.as_pdf([scan])}
    )
    page.get_by_role("button", name="上传并自动归位").click()
    expect(page.get_by_text("这里已有文件")).to_be_visible(timeout=READ_WITHIN)
    assert_accessible(page, "scans-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(page, "scans-phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.get_by_role("button", name="替换原来的文件").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("已放入“《个人承诺书》”。"), timeout=READ_WITHIN)
    page.get_by_role("link", name="查看已上传的《个人承诺书》").click()
    expect(page.locator(".file-name > a")).to_have_text(re.compile("个人承诺书.*pdf"))
