"""The list of actions is read from the code: each has a case that succeeds, and what is no action says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from tests.support import every_action, locks
from tests.support import world as w
from tests.support.cases import CASES, Begins, Call
from tests.support.told_once import told_once
from tests.web.posts import THROUGH_THE_OUTBOX
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import ANONYMOUS, SYSTEM, Actor, Role

# Nothing is due in the small world, or another process has said it before.
MAY_WRITE_NOTHING = {"foundation.actions.sweep_refusals", "foundation.alerts.watch"}


def test_every_reason_names_a_function_of_an_action_module() -> None:
    assert not set(every_action.NO_ACTION) - every_action.public_functions()
    assert all(reason.strip() for reason in every_action.NO_ACTION.values())


def test_every_action_can_be_called_by_its_name() -> None:
    names = every_action.actions()
    assert len(names) > 90
    assert all(callable(every_action.function(name)) for name in names)


def test_every_action_has_a_case() -> None:
    assert {case.action for case in CASES.values()} == set(every_action.actions())


@told_once
def begun(world: w.World, begins: Begins | None) -> Any:
    """What some cases begin with, made once for all of them."""
    with override_settings(EMAIL_BACKEND=THROUGH_THE_OUTBOX):
        return begins(world) if begins is not None else None


@pytest.mark.django_db
@pytest.mark.parametrize(("begins", "name"), [pytest.param(case.begins, name, id=name) for name, case in sorted(CASES.items())])
def test_action_refuses_who_may_not_and_succeeds_and_locks_in_order(
    world: w.World, begun: Any, settings: Any, begins: Begins | None, name: str
) -> None:
    settings.EMAIL_BACKEND = THROUGH_THE_OUTBOX
    call = CASES[name].ready(world, begun)
    refuse_who_may_not(call)
    with locks.recorded() as transactions:
        call()
    assert any(one.taken for one in transactions) or name in MAY_WRITE_NOTHING, "the case does nothing"
    assert not [late for one in transactions for late in one.after_the_head()], "the ledger's entry is written last"
    if connection.features.has_select_for_update:  # SQLite has one lock, which is taken first
        assert not [wrong for one in transactions for wrong in one.out_of_order()], "docs/structure.md says in which order"


def refuse_who_may_not(call: Call) -> None:
    """Somebody whose work has ended while the page was open reads a refusal, never an error of ours, and changes nothing."""
    actor = call.given.get("actor")
    if not isinstance(actor, Actor) or actor in {ANONYMOUS, SYSTEM}:
        return  # an action of the system's own, or of everybody
    left = [ANONYMOUS]  # what an account at work becomes that works nowhere any more
    if actor.role is not Role.APPLICANT:
        left.append(replace(actor, role=Role.APPLICANT, organization_id=None, organization_name=""))
    for stranger in left:
        with pytest.raises(Refused), transaction.atomic():
            replace(call, given=call.given | {"actor": stranger})()
