"""A visitor's licence that takes longer to examine, in a real browser: the form goes on by itself, with a script and without."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.evidence import files
from tests.support.journeys import Instance, assert_accessible

NAME = "博乐市第九中学"


@pytest.fixture
def licence(tmp_path: Path) -> Path:
    path = tmp_path / "营业执照.pdf"
    path.write_bytes(files.scanned_pdf(files.jpeg()))
    return path


@contextmanager
def nobody_examines(instance: Instance) -> Iterator[None]:
    """Those who examine files stand still meanwhile."""
    examiners = [pid for pid in _started_by(instance.process.pid) if b"examine" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert examiners
    for pid in examiners:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in examiners:
            os.kill(pid, signal.SIGCONT)


def _started_by(pid: int) -> list[int]:
    found: list[int] = []
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        children = [int(word) for word in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
        found += children
        waiting += children
    return found


def fill_in(page: Page, licence: Path) -> None:
    """注册须知 is accepted, the unit's name typed, the licence chosen and sent."""
    page.goto("/register/unit/")
    page.locator("input[name=accepted]").check()
    page.locator("main form button").last.click()
    page.locator("input[name=unit_name]").fill(NAME)
    page.locator("input[name=licence]").set_input_files(licence)


def test_form_goes_on_by_itself_without_a_script(page_without_scripts: Page, instance: Instance, licence: Path) -> None:
    page = page_without_scripts
    with nobody_examines(instance):
        fill_in(page, licence)
        page.locator("button[name=keep]").click()
        expect(page.get_by_role("heading", name="正在检查，请稍候")).to_be_visible()
    expect(page.locator("input[name=unit_name]")).to_have_value(NAME)
    expect(page.get_by_text("文件已检查完毕")).to_be_visible()
    expect(page.locator("#at-licence")).to_contain_text("营业执照.pdf")


def test_form_stays_and_its_licence_appears_with_a_script(phone: Page, instance: Instance, licence: Path) -> None:
    with nobody_examines(instance):
        fill_in(phone, licence)
        phone.locator("button[name=keep]").click()
        expect(phone.locator("#at-licence")).to_contain_text("正在检查，请稍候")
        assert_accessible(phone, "licence-being-examined")
        phone.locator("input[name=name]").fill("古丽娜尔")
    expect(phone.locator("#at-licence")).to_contain_text("已保存")
    expect(phone.locator("input[name=unit_name]")).to_have_value(NAME)
    expect(phone.locator("input[name=name]")).to_have_value("古丽娜尔")
