"""Every page of the site, followed link by link as each role, at both widths: axe finds nothing, nothing sticks out, and on those of the public,
of applicants and of units nothing is wrong that axe cannot tell.

The list of pages is the table of addresses itself (``web/access.py``): one that no journey opens has to be named below, with why.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

from tests.support.beyond_axe import faults
from tests.support.journeys import DESKTOP, PHONE, assert_accessible, assert_no_sideways_scroll
from zhicheng.web.access import ACCESS, NOBODY

pytestmark = pytest.mark.everywhere

# Who goes round: a visitor, people whose applications stand at different places, and every kind of desk.
PEOPLE = {
    "visitor": "",
    "applicant-writing": "sbr02",
    "applicant-returned": "sbr21",
    "applicant-waiting": "sbr12",
    "applicant-accepted": "sbr54",
    "applicant-closed": "sbr58",
    "applicant-free": "sbr63",
    "unit": "danwei-shuili",
    "unit-with-an-objection": "danwei-gouqi",
    "supervising": "zhuguan",
    "county": "xian-bole",
    "prefecture": "zhou",
    "operator": "operator",
    "security": "security",
    "auditor": "auditor",
}
FILES = {
    "application_paper", "application_receipt_pdf", "person_data_copy", "application_draft_pdf", "application_commitment_pdf", "application_summary_pdf", "application_scan_page", "application_file", "application_preview",
    "desk_file", "desk_preview", "desk_paper", "unit_licence_file", "unit_publicity_file", "office_licence_file",
    "office_licence_preview", "office_account_scan", "office_account_scan_preview",
    "notice_times", "notice_data", "library_file",
}  # fmt: skip
# What is only ever sent to, or answers a script; its refusals are pages of their own, opened by the journeys that make them.
SENT_TO = {
    "set_language", "still_here", "inbox_read", "person_sms", "kept_form_discard", "kept_form_switch", "register_unit_licence", "register_credit_code",
    "register_employers", "application_autosave", "application_row", "application_upload", "application_resumable_begin", "application_resumable", "application_material", "application_mend", "application_scan_place", "application_restore", "application_use_file", "library_take_over", "library_keep_on",
    "library_file_add", "library_file_remove",
    "desk_identity", "unit_information_licence", "unit_report_mails", "unit_publicity_paper", "unit_material_add", "unit_material_remove", "unit_objection", "unit_publicity_result",
    "unit_report", "unit_account_request_withdraw", "office_registration_approve", "office_registration_return",
    "office_registration_transfer", "office_account_approve", "office_account_refuse", "office_account_withdraw",
    "office_account_release", "office_officer_factor_decide", "office_officer_sessions", "office_officer_session", "office_calendar_withdraw", "system_retry", "system_settle", "system_verify_ledger", "system_verify_whole", "system_brake_lift",
    "rehearsal_sign_in", "rehearsal_clock_move", "healthz", "readyz", "metrics",
    "home_signed_in", "self_check_carry", "verify_file", "person_data_ask", "person_data_remove", "mfa_keep_codes", "session_end", "devices_forget",
}  # fmt: skip
# Pages no link leads to: behind a mailed key, after a form was sent, or in a state the sample data does not hold.
OPENED_ELSEWHERE = {
    "register_unit": "test_office_pages, with its mistakes and its end",
    "account_confirm_email": "test_frame",
    "account_email_verification_sent": "test_frame",
    "account_inactive": "test_frame",
    "account_logout": "test_frame",
    "account_reset_password_done": "test_frame",
    "account_reset_password_from_key": "test_frame; with a good key in test_recovery",
    "account_reset_password_from_key_done": "test_frame",
    "mfa_authenticate": "test_second_factor",
    "mfa_reauthenticate": "test_second_factor",
    "mfa_replace_totp": "test_second_factor",
    "mfa_deactivate_totp": "test_second_factor",
    "mfa_view_recovery_codes": "test_second_factor",
    "mfa_generate_recovery_codes": "test_second_factor",
    "unit_person_factor": "test_second_factor: of somebody who has one",
    "office_administrator_factor": "test_second_factor: of somebody who has one",
    "mailbox_confirm": "test_recovery: behind a mailed key",
    "application_pages": "test_pages: of photographs that were brought",
    "application_share_out": "test_pages: of a scan of several papers",
    "application_section_history": "tests/web/applicant/test_history: of a section that was written over",
    "library_item": "test_library: of somebody who keeps something",
    "library_item_remove": "test_library: of somebody who keeps something",
    "verify_scanned": "tests/web/public/test_verify: behind the QR code of a paper",
    "publicity_link": "tests/web/public/test_publicity: behind the QR code of a posted notice",
    "publicity_link_list": "tests/web/public/test_publicity: behind the QR code of a posted notice",
    "files_checking": "test_checking: while a file is being examined",
    "kept_form": "test_applicant_pages: after a sign-in that had ended",
    "office_officer_number": "test_office_pages: of an account that has one already",
    "office_officer_factor": "test_second_factor: of somebody who has one",
    "office_officer_reopen": "test_office_pages: of an account that was just closed",
    "unit_objection_decide": "test_office_pages: on an objection that was just registered",
    "desk_dossier_correct": "tests/web/desk/test_dossier: of a record that was just made",
    "office_objection": "test_take_back: of the county whose unit has upheld one",
    "unit_stop": "tests/web/unit/test_stopping.py: of an application with an upheld objection",
}
# Pages that look different where the application stands differently: looked at again for every person.
AS_IT_STANDS = {"my_titles", "my_application", "application_prompt", "application_tasks", "desk_queue", "unit_publicity"}
BEYOND_AXE = {"visitor", "applicant", "unit"}  # whose pages are also asked what axe cannot tell
PASSWORD = "rehearsal-2023"
MOST_PAGES = 100  # of one person; a walk that goes on longer follows something it should not


def go_in(page: Page, username: str) -> None:
    """One click at 演练入口, or the sign-in page for whom it does not list; a visitor stays outside."""
    page.goto("/rehearsal/")
    door = page.locator(f'button[name="username"][value="{username}"]:visible')
    if not username:
        page.goto("/")
    elif door.count():
        door.first.click()
    else:
        page.goto("/accounts/login/")
        page.get_by_label("登录名或邮箱").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="登录").click()


def kind_of(address: str, found_on: str) -> tuple[str, ...] | None:
    """What makes two addresses the same kind of page; ``None`` for what is not one of our pages."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    name = match.url_name or ""
    if name in FILES | SENT_TO or name not in ACCESS:
        return None
    asked = parse_qs(parts.query)
    words = [str(value) for value in match.kwargs.values() if not str(value).isdigit()]
    words += [f"{key}={asked[key][0]}" for key in ("show",) if key in asked]
    words += ["file"] if "file" in asked else []
    if name == "desk_case":  # a case looks different in every list: one of each
        words.append(found_on)
    return (name, *words)


class Met(NamedTuple):
    """A kind of page, and the address it was met at. ``here``: it is open; else the page at this address was, under another kind."""

    kind: tuple[str, ...]
    address: str
    here: bool


def pages_of(page: Page, opened: set[tuple[str, ...]]) -> Iterator[Met]:
    """Every kind of page that can be reached from where ``page`` stands, each once; those ``opened`` are passed by. The same address is the
    same page, whatever list leads to it: it is opened once, for the first kind it is met as.
    """
    here = urlsplit(page.url)
    waiting = [(here.path, kind_of(page.url, "start"))]
    known = {kind for _address, kind in waiting}
    places: dict[str, str] = {}  # where a link that was opened led to
    links: dict[str, list[str]] = {}  # and what there is to open from there
    count = 0
    while waiting:
        link, kind = waiting.pop(0)
        assert count < MOST_PAGES, f"still {len(waiting)} pages to go: {waiting[:3]}"
        count += 1
        fresh = link not in places
        if fresh:
            answer = page.goto(link)
            # 422 is a page that says why something cannot be begun.
            assert answer is not None and answer.status in {200, 422}, f"{link}: {answer and answer.status}"
            places[link] = page.url
        if kind is not None:
            yield Met(kind, places[link], fresh)
        if kind == ("rehearsal_mail",):
            continue  # the links of a mail are for the one it was sent to
        if fresh:
            links[link] = page.evaluate("Array.from(document.querySelectorAll('a[href]'), a => a.href)")
        for href in links[link]:
            parts = urlsplit(href)
            next_link = parts.path + (f"?{parts.query}" if parts.query else "")
            next_kind = kind_of(next_link, kind[-1] if kind else "") if parts.netloc == here.netloc else None
            if next_kind is not None and next_kind not in known and next_kind not in opened:
                known.add(next_kind)
                waiting.append((next_link, next_kind))


@pytest.fixture(scope="module")
def seen() -> dict[str, set[tuple[str, ...]]]:
    """The kinds of pages that were opened so far, by role."""
    return defaultdict(set)


@pytest.fixture(scope="module")
def seen_in_english() -> dict[str, set[tuple[str, ...]]]:
    """The same, of those that were opened in English."""
    return defaultdict(set)


def passed_by(seen: dict[str, set[tuple[str, ...]]], role: str) -> set[tuple[str, ...]]:
    """What is the same for everybody was looked at with the visitor's eyes, what is the same for a role with the first one's."""
    return {kind for kind in seen["visitor"] | seen[role] if kind[0] not in AS_IT_STANDS}


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_is_accessible_at_both_widths(page: Page, seen: dict[str, set[tuple[str, ...]]], who: str) -> None:
    go_in(page, PEOPLE[who])
    role = who.partition("-")[0]
    known, wrong = passed_by(seen, role), []
    for kind, _address, here in pages_of(page, known):
        seen[role].add(kind)
        if not here:
            continue
        name = re.sub(r"[^a-z0-9]+", "-", "-".join(kind).lower()).strip("-")
        assert_accessible(page, f"{who}-{name}-desk")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert_accessible(page, f"{who}-{name}-phone")
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        if role in BEYOND_AXE:
            wrong += faults(page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", PEOPLE)
def test_no_page_scrolls_sideways_in_english(page: Page, seen_in_english: dict[str, set[tuple[str, ...]]], who: str) -> None:
    """English words are longer: every kind of page once more, at both widths, without asking what a screen reader would."""
    go_in(page, PEOPLE[who])
    role = who.partition("-")[0]
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    widths = [DESKTOP, PHONE]
    for kind, _address, here in pages_of(page, passed_by(seen_in_english, role)):
        seen_in_english[role].add(kind)
        if not here:
            continue
        assert_no_sideways_scroll(page, f"{who} {kind} {widths[0]['width']}")
        widths.reverse()  # the next page opens as wide as this one was looked at last
        page.set_viewport_size(widths[0])  # type: ignore[arg-type]
        assert_no_sideways_scroll(page, f"{who} {kind} {widths[0]['width']}")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.get_by_role("button", name="中文").click()


def look_at(page: Page, seen: dict[str, set[tuple[str, ...]]], name: str) -> None:
    """The page as it stands now, at both widths."""
    kind = kind_of(page.url, "")
    assert kind is not None
    seen["by hand"].add(kind)
    assert_accessible(page, f"{name}-desk")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_accessible(page, f"{name}-phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def test_registering_as_a_person(page: Page, seen: dict[str, set[tuple[str, ...]]]) -> None:
    page.goto("/register/person/")
    page.get_by_label("我已认真阅读").check()
    look_at(page, seen, "register-person")
    send = page.get_by_role("button", name="提交注册").last
    send.click()
    look_at(page, seen, "register-person-mistakes")
    page.get_by_label("姓名").fill("热依扎·木拉提")
    page.get_by_label("身份证号").fill("652722198807040026")
    page.get_by_label("手机号码").fill("13809097788")
    page.get_by_label("电子邮箱").fill("reyiza@journey.example")
    page.get_by_label("按单位名称").fill("水利管理站")
    page.get_by_role("button", name="查找").click()
    page.get_by_label("博乐市水利管理站").check()
    page.get_by_label("登录名").fill("reyiza")
    page.get_by_label("密码", exact=True).fill("title-2023-x")
    page.get_by_label("再次输入密码").fill("title-2023-x")
    look_at(page, seen, "register-person-filled")
    page.get_by_role("button", name="提交注册").last.click()
    page.get_by_role("heading", name="请确认邮箱").wait_for()
    look_at(page, seen, "register-person-done")


def test_choosing_what_to_apply_for(page: Page, seen: dict[str, set[tuple[str, ...]]]) -> None:
    go_in(page, "sbr63")
    page.goto("/my/applications/new/bortala-2023/")
    look_at(page, seen, "choose-prompt")
    page.get_by_role("button", name="确认，进入申报界面").click()
    look_at(page, seen, "choose-series")
    page.get_by_role("button", name="继续").click()
    look_at(page, seen, "choose-nothing-chosen")
    page.goto("/my/applications/new/bortala-2023/")
    page.get_by_label("工程技术").check()
    page.get_by_label("机械电子").check()
    look_at(page, seen, "choose-below-the-prompt")
    page.get_by_role("button", name="确认，进入申报界面").click()
    look_at(page, seen, "choose-no-title")
    page.get_by_label("助理工程师").first.check()
    page.get_by_role("button", name="继续").click()
    page.get_by_role("button", name="我要申报").wait_for()
    look_at(page, seen, "choose-last")


def test_checking_and_handing_in(page: Page, seen: dict[str, set[tuple[str, ...]]]) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("登录名或邮箱").fill("sbr08")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_role("link", name="继续填写").click()
    page.get_by_role("link", name="再次核对").click()
    look_at(page, seen, "handing-in-check")
    page.get_by_role("button", name="确认无误，上报").click()
    look_at(page, seen, "handing-in-not-ticked")
    for box in page.get_by_role("main").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="确认无误，上报").click()
    page.get_by_role("heading", name="申请书已上报").wait_for()
    look_at(page, seen, "handing-in-receipt")


def test_publicity_as_one_of_its_unit(page: Page, seen: dict[str, set[tuple[str, ...]]]) -> None:
    go_in(page, PEOPLE["unit-with-an-objection"])
    page.goto("/publicity/")
    look_at(page, seen, "publicity-list")
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    look_at(page, seen, "publicity-notice")


def test_signing_in_once_more(page: Page, seen: dict[str, set[tuple[str, ...]]]) -> None:
    go_in(page, "sbr02")
    page.goto("/accounts/reauthenticate/")
    look_at(page, seen, "reauthenticate")


def test_no_page_was_left_out(seen: dict[str, set[tuple[str, ...]]]) -> None:
    opened = {kind[0] for kinds in seen.values() for kind in kinds}
    pages = {name for name, roles in ACCESS.items() if roles != NOBODY} - FILES - SENT_TO
    left_out = sorted(pages - opened - set(OPENED_ELSEWHERE))
    assert not left_out, f"no journey opens {left_out}: follow them, or name them above with the reason"
    reached = sorted(set(OPENED_ELSEWHERE) & opened)
    assert not reached, f"the walk reaches {reached} by itself"
    gone = sorted((FILES | SENT_TO | set(OPENED_ELSEWHERE)) - set(ACCESS))
    assert not gone, f"{gone} are no addresses any more"
