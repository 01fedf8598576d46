"""The auditor's pages, and what the three who run the system do not see of each other's."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.world import person
from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind
from zhicheng.foundation import ledger, looks, outbox, queries
from zhicheng.foundation.actions import record_refusal
from zhicheng.foundation.models import OutboxMessage
from zhicheng.organizations.actors import Role
from zhicheng.web.access import ACCESS, DESK, OFFICE, SIGNED_IN, UNIT
from zhicheng.web.access import APPLICANT as OF_APPLICANTS

pytestmark = pytest.mark.django_db
RUNNING = {Role.OPERATOR, Role.SECURITY, Role.AUDITOR}


@pytest.fixture
def auditor(client: Client) -> Client:
    client.force_login(person(AccountKind.AUDITOR, "auditor", name="审计"))
    return client


def test_no_page_of_the_three_is_two_of_theirs() -> None:
    shared = {name for name, roles in ACCESS.items() if len(roles & RUNNING) > 1 and not roles >= SIGNED_IN}
    assert shared <= {"system_verify_whole"}, "both see whether everything stored is whole; it shows nothing of a case"


def test_none_of_the_three_opens_a_page_about_a_case() -> None:
    of_no_case = ("office_officer", "office_calendar")  # who works at a desk, and which days count
    about_cases = {**DESK, **OF_APPLICANTS, **UNIT, **{n: r for n, r in OFFICE.items() if not n.startswith(of_no_case)}}
    assert not {name for name, roles in about_cases.items() if roles & RUNNING}


def test_role_bears_the_name_of_the_account() -> None:
    assert {Role(kind.value) for kind in SYSTEM_KINDS} == RUNNING


@pytest.mark.parametrize("name", ["system_audit", "system_ledger", "system_refusals", "system_looks"])
def test_pages_of_the_auditor_are_not_the_operators(client: Client, name: str) -> None:
    for kind in (AccountKind.OPERATOR, AccountKind.SECURITY):
        client.force_login(person(kind, kind.value))
        assert client.get(reverse(name)).status_code == 403
    client.force_login(person(AccountKind.AUDITOR, "auditor"))
    assert client.get(reverse(name)).status_code == 200


def test_auditor_starts_at_the_audit(auditor: Client) -> None:
    assert auditor.get(reverse("home_signed_in"))["Location"] == reverse("system_audit")


def test_refusals_are_listed_newest_first(auditor: Client) -> None:
    record_refusal(path="/desk/applications/1/", actor="user:7", reason="first")
    record_refusal(path="/desk/applications/2/", actor="user:7", reason="second")
    page = auditor.get(reverse("system_refusals")).content.decode()
    assert page.index("/desk/applications/2/") < page.index("/desk/applications/1/")


def test_ledger_is_verified_by_the_worker_and_the_result_is_shown(auditor: Client) -> None:
    auditor.post(reverse("system_verify_ledger"))
    auditor.post(reverse("system_verify_ledger"))
    assert OutboxMessage.objects.filter(kind="ledger.verify").count() == 1
    outbox.drain()
    entry = queries.last_verification()
    assert entry is not None
    assert entry.data["ok"] is True
    assert "完整" in auditor.get(reverse("system_audit")).content.decode()


def test_ledger_shows_who_did_what_and_nothing_of_the_case(auditor: Client) -> None:
    with transaction.atomic():
        ledger.record(event="application.county_return", subject="application:4", actor="user:9", data={"note": "毕业证书不清"})
        ledger.record(event="office.opened", subject="organization:1", actor="system", data={})
    page = auditor.get(reverse("system_ledger")).content.decode()
    assert page.index("office.opened") < page.index("application.county_return")
    assert "user:9" in page and "毕业证书不清" not in page
    narrowed = auditor.get(reverse("system_ledger"), {"what": "office", "actor": "system"}).content.decode()
    assert "office.opened" in narrowed and "county_return" not in narrowed
    assert "没有符合条件" in auditor.get(reverse("system_ledger"), {"subject": "application:5"}).content.decode()


def test_ledger_is_narrowed_by_login_name_and_by_the_name_it_has_itself(auditor: Client) -> None:
    user = person(AccountKind.OFFICER, "dilnur7")
    with transaction.atomic():
        ledger.record(event="account.closed", subject=f"user:{user.pk}", actor="system", data={})
        ledger.record(event="application.county_pass", subject="application:4", actor=f"user:{user.pk}", data={})

    def events(address: str, **asked: str) -> set[str]:
        text = auditor.get(reverse(address), asked).content.decode()
        return {event for event in ("account.closed", "application.county_pass") if event in text}

    for typed in ("dilnur7", "DILNUR7", f"user:{user.pk}"):
        assert events("system_ledger", actor=typed) == {"application.county_pass"}
        assert events("system_ledger", subject=typed) == {"account.closed"}
    assert events("system_ledger", actor="system") == {"account.closed"}
    assert "没有登录名是“dilnur8”的账号" in auditor.get(reverse("system_ledger"), {"actor": "dilnur8"}).content.decode()
    for typed in ("dilnur7", f"user:{user.pk}"):
        assert "没有登录名" not in auditor.get(reverse("system_looks"), {"account": typed}).content.decode()


@pytest.mark.parametrize("name", ["system_refusals", "system_ledger", "system_looks"])
def test_lists_ask_the_database_the_same_for_one_row_and_for_thirty(auditor: Client, name: str) -> None:
    counts = []
    for numbers in (range(1), range(1, 30)):
        for _number in numbers:
            record_refusal(path="/x/", actor="user:7", reason="no")
            looks.note_look(actor="user:7", what=looks.FILE, subject="application:1", thing="evidence:2")
            with transaction.atomic():
                ledger.record(event="office.opened", subject="organization:1", actor="system", data={})
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get(reverse(name)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


def test_ledger_is_found_by_the_words_its_list_shows(auditor: Client) -> None:
    ledger.record(event="account.identity_corrected", subject="user:1", actor="user:2", data={})
    ledger.record(event="account.opened", subject="user:3", actor="user:2", data={})
    for typed in ("更正", "account.identity", "更正姓名或身份证号"):
        page = auditor.get(reverse("system_ledger"), {"what": typed}).content.decode()
        assert "account.identity_corrected" in page and "account.opened" not in page, typed
    assert "没有记录" in auditor.get(reverse("system_ledger"), {"what": "没有这样的事"}).content.decode()


def test_audit_says_that_a_verification_is_asked_for_until_it_is_done(auditor: Client) -> None:
    waits = "已要求核验台账，还没有完成"
    assert waits not in auditor.get(reverse("system_audit")).content.decode()
    auditor.post(reverse("system_verify_ledger"))
    assert waits in auditor.get(reverse("system_audit")).content.decode()
    outbox.drain()
    assert waits not in auditor.get(reverse("system_audit")).content.decode()
