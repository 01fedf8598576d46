"""Fraud of an account that only claims its number bars nobody who holds it, and stays with whoever committed it (S-07, S-81)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.applications.test_claims import claimant, refused, user_of
from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_correction, decide
from tests.support import world as w
from tests.support.verified import everything_holds, violated
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.replay import replay
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.queries import ban_for
from zhicheng.organizations.actors import Actor
from zhicheng.review.actions import reject_for_fraud

pytestmark = pytest.mark.django_db
FRAUD = "经查实，业绩证明系伪造，已向出具单位核实。"


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(w.IN_WINDOW):
        yield


def found_in(world: w.World, actor: Actor) -> tuple[Application, IntegrityRecord]:
    application = w.submitted(world, actor)
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    application.refresh_from_db()
    return application, record


def test_record_goes_with_the_account_that_loses_the_number(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=500), claimant(world, "owner", serial=500, unit="other_unit")
    application, record = found_in(world, squatter)
    assert application.state == State.REJECTED_FRAUD and ban_for(owner.person_index, 2024) is not None
    ex.card_seen(user_of(owner), world.other_admin)
    application.refresh_from_db()
    record.refresh_from_db()
    assert record.person_index == application.person_index == user_of(squatter).id_number_index
    assert ban_for(owner.person_index, 2024) is None and ban_for(record.person_index, 2024) is not None
    told = LedgerEntry.objects.get(event="integrity.moved")
    assert told.subject == f"integrity_record:{record.pk}"
    assert told.data == {"from": owner.person_index, "to": record.person_index}
    everything_holds()
    assert [one.name for one in replay() if one.differences] == []


@pytest.mark.usefixtures("unprotected")
def test_ban_that_was_moved_past_the_program_is_named(world: w.World) -> None:
    _application, record = found_in(world, claimant(world, serial=500))
    IntegrityRecord.objects.update(person_index=world.applicant.person_index, source="paper:2022-1")
    assert violated("integrity.records_of_whom") == {("integrity.records_of_whom", f"integrity_record:{record.pk}")}
    said = [one for part in replay() if part.name == "integrity.records" for one in part.differences]
    assert {one.subject for one in said} == {f"integrity_record:{record.pk}"}


def test_record_follows_a_corrected_claim(world: w.World) -> None:
    person = claimant(world, serial=500)
    _application, record = found_in(world, person)
    row = ask_correction(world.unit_admin, user_of(person), id_number=ex.id_number(309))
    decide(row)
    record.refresh_from_db()
    assert record.person_index == user_of(person).id_number_index != person.person_index
    everything_holds()


def test_holder_who_is_corrected_leaves_the_record_of_another_account_behind(world: w.World) -> None:
    squatter, holder = claimant(world, "squatter", serial=500), claimant(world, "holder", serial=500)
    _application, record = found_in(world, squatter)
    user = user_of(holder)
    user.number_held_at = clock.now()
    user.save()
    decide(ask_correction(world.unit_admin, user, id_number=ex.id_number(309)))
    record.refresh_from_db()
    assert record.person_index == squatter.person_index
    assert ban_for(user_of(holder).id_number_index, 2024) is None
    everything_holds()


def test_holder_of_the_number_is_not_barred_for_what_a_claim_did(world: w.World) -> None:
    squatter = claimant(world)
    mine = w.submitted(world)
    w.unit_pass(world, mine)
    application = w.submitted(world, squatter)
    assert refused(lambda: reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)) == {
        "number_held_by_another"
    }
    decide(ask_correction(world.unit_admin, user_of(squatter), id_number=ex.id_number(309)))
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    assert ban_for(world.applicant.person_index, 2024) is None and ban_for(user_of(squatter).id_number_index, 2024) is not None
    mine.refresh_from_db()
    assert mine.state == State.UNIT_PASSED
    everything_holds()
