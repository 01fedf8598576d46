"""What the ledger's page says an entry is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.world import person
from tests.web.registering import page_of
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.lifecycle import MOVES
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations.models import AccountRequestKind, OfficerChangeKind, VerificationKind, VerificationState
from zhicheng.settings import PACKAGE_DIR
from zhicheng.web.system.ledger_words import event_words


def recorded() -> Iterator[str]:
    """Every event the code records under a name of its own."""
    for path in PACKAGE_DIR.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {"ledger.record", "record"}:
                for one in (keyword.value for keyword in call.keywords if keyword.arg == "event"):
                    parts = [one.body, one.orelse] if isinstance(one, ast.IfExp) else [one]
                    yield from (part.value for part in parts if isinstance(part, ast.Constant))


def test_every_event_has_words() -> None:
    events = set(recorded())
    assert len(events) > 45
    events |= {f"application.{move.name}" for move in MOVES} | {f"officer.{kind}" for kind in OfficerChangeKind.values}
    events |= {f"account.{kind}_requested" for kind in AccountRequestKind.values}
    events |= {f"unit.{kind}_requested" for kind in VerificationKind.values}
    events |= {f"unit.{kind}_{state}" for kind in VerificationKind.values for state in VerificationState.values}
    events |= {
        "publicity.end_moved",
        "publicity.found_short",
        "publicity.measured_again",
        "system.verified",
        "ledger.verified",
        "access.sealed",
    }
    assert not [event for event in sorted(events) if not event_words(event)]
    assert event_words("something.of_another_version") == ""


@pytest.mark.django_db
def test_entry_is_told_in_words_with_names_beside_the_ledgers_own(client: Client) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.start(world)
        ledger.record(event="account.closed", subject="user:999999", actor="system", data={})
        client.force_login(person(AccountKind.AUDITOR, "auditor"))
        page = page_of(client.get(reverse("system_ledger")))
    rows = {str(row.select("td .mono")[0].get_text()): row.get_text(" ", strip=True) for row in page.select("tbody tr")}
    started = rows[LedgerEntry.objects.get(subject=f"application:{application.pk}").event]
    assert "新建申请书" in started and application.number in started and f"application:{application.pk}" in started
    assert world.applicant.ref in started and "停用账号" in rows["account.closed"] and "user:999999" in rows["account.closed"]
