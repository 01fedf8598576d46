"""What the ledger's page says an entry is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.sources import python
from tests.support.world import person
from tests.web.registering import page_of
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.lifecycle import MOVES
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations.models import AccountRequestKind, OfficerChangeKind, VerificationKind, VerificationState
from zhicheng.web.system.ledger_words import event_words

RECORD = {"ledger.record", "record", "one_transaction(ledger.record)"}
# Events put together from a kind, a state or a move: the test below says them all, by the beginning and the end that stand in the code.
PUT_TOGETHER = {"application.{}", "officer.{}", "account.{}_requested", "unit.{}_requested", "unit.{}_{}"}


def modules() -> list[ast.Module]:
    return [source.tree for source in python()]


def constants_of(trees: list[ast.Module]) -> dict[str, str]:
    """The names of modules that stand for a text."""
    return {
        target.id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def given(call: ast.Call, name: str, place: int | None = None) -> Iterator[ast.expr]:
    """What ``call`` hands over under ``name`` or at ``place``; both of two where it chooses."""
    found = [keyword.value for keyword in call.keywords if keyword.arg == name]
    found += call.args[place : place + 1] if place is not None else []
    for one in found:
        yield from (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,)


def read(one: ast.expr, constants: dict[str, str]) -> str:
    """The event that ``one`` stands for: a literal, a constant of a module, or put together; "" for what cannot be read."""
    if isinstance(one, ast.Constant):
        return str(one.value)
    if isinstance(one, ast.Name):
        return constants.get(one.id, "")
    if isinstance(one, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in one.values)
    return ""


def recorded() -> tuple[set[str], list[str]]:
    """Every event the code records, also through a function that hands its own argument on; and every call that cannot be read."""
    trees = modules()
    constants = constants_of(trees)
    asked: list[tuple[str, str]] = []
    for tree in trees:
        mine = [one for call in calls(tree) if ast.unparse(call.func) in RECORD for one in given(call, "event")]
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
            inside = set(ast.walk(function))
            for one in [one for one in mine if isinstance(one, ast.Name) and one.id in names and one in inside]:
                place = names.index(one.id)
                mine.remove(one)
                mine += [x for call in calls(tree) if ast.unparse(call.func) == function.name for x in given(call, one.id, place)]
        own = constants | constants_of([tree])  # two modules may call different texts by one name
        asked += [(read(one, own), ast.unparse(one)) for one in mine]
    return {event for event, _code in asked} - {""}, [code for event, code in asked if not event]


def test_every_event_has_words() -> None:
    events, unread = recorded()
    assert not unread, "what is recorded here cannot be read: say its events in words, and name them in this test"
    assert {event for event in events if "{}" in event} == PUT_TOGETHER
    events -= PUT_TOGETHER
    assert len(events) > 50 and {"publicity.end_moved", "ledger.verified", "access.sealed"} <= events
    events |= {f"application.{move.name}" for move in MOVES} | {f"officer.{kind}" for kind in OfficerChangeKind.values}
    events |= {f"account.{kind}_requested" for kind in AccountRequestKind.values}
    events |= {f"unit.{kind}_requested" for kind in VerificationKind.values}
    events |= {f"unit.{kind}_{state}" for kind in VerificationKind.values for state in VerificationState.values}
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


@pytest.mark.django_db
def test_unit_is_told_by_its_name_and_a_request_that_ended_by_itself_as_such(client: Client) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        ledger.record(event="unit.staff_added", subject=f"organization:{world.unit.pk}", actor="system", data={})
        ledger.record(event="account.request_voided", subject="user:999999", actor="system", data={})
        client.force_login(person(AccountKind.AUDITOR, "auditor"))
        rows = page_of(client.get(reverse("system_ledger"))).select("tbody tr")
    assert "自动作废" in rows[0].get_text() and "不同意" not in rows[0].get_text()
    assert world.unit.name in rows[1].get_text() and f"organization:{world.unit.pk}" in rows[1].get_text()
