"""What may change only together with its history: the database refuses the change alone, whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear, StatusChange
from zhicheng.foundation import clock, triggers
from zhicheng.foundation.invariants import verify
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.review import actions as review

pytestmark = pytest.mark.django_db

REFUSED: dict[str, Callable[[Application], object]] = {
    "the state of an application changes only": lambda a: Application.objects.filter(pk=a.pk).update(state="accepted"),
    "an application begins as a draft": lambda a: _copy(a, number="1", state="unit_review"),
    "an application is never removed": lambda a: Application.objects.filter(pk=a.pk)._raw_delete("default"),
    "the current submission changes only": lambda a: Application.objects.filter(pk=a.pk).update(current_submission=None),
    "the count of an application is": lambda a: Application.objects.filter(pk=a.pk).update(arrivals=0),
    "an application stays with its person": lambda a: Application.objects.filter(pk=a.pk).update(person_index="0" * 64),
    "an application stays with its owner": lambda a: Application.objects.filter(pk=a.pk).update(title="senior_engineer"),
    "the route of an application is taken": lambda a: Application.objects.filter(pk=a.pk).update(county_office=a.employer_id),
    "what was sent is not written anew": lambda a: Application.objects.filter(pk=a.pk).update(applicant_name="李四"),
    "a desk that has had an application": lambda a: Application.objects.filter(pk=a.pk).update(reached_county=False),
    "a desk passes an application on with a move": lambda a: Application.objects.filter(pk=a.pk).update(passed_county=False),
    "a material is taken out, never removed": lambda a: a.materials.all()._raw_delete("default"),
    "a material comes and goes while": lambda a: _copy(a.materials.all()[0], slot="another"),
    "a material changes only by being taken out": lambda a: a.materials.update(file=a.materials.latest("id").file_id),
    "a move begins where the application is": lambda a: _copy(a.history.latest("id"), from_state="draft"),
    "a pass is taken back by its own desk": lambda a: _copy(
        a.history.latest("id"), from_state="prefecture_review", move="county_take_back", to_state="county_review", note=""
    ),
    "the history of an application is append-only": lambda a: a.history.update(note="x"),
    "an arrival is annulled, never removed": lambda _: CommitteeArrival.objects.all()._raw_delete("default"),
    "an arrival needs the move": lambda a: _copy(a.committee_arrivals.get(), sequence=2, submission_id=10**6),
    "an arrival changes only by being annulled": lambda _: CommitteeArrival.objects.update(sequence=7),
    "a year of a person is never removed": lambda _: PersonYear.objects.all()._raw_delete("default"),
    "a year begins without arrivals": lambda _: _copy(PersonYear.objects.all()[0], person_index="0" * 64),
    "the count of a year is the number": lambda _: PersonYear.objects.filter(arrivals=1).update(arrivals=0),
    "a year is closed by a last return": lambda _: PersonYear.objects.update(closed_at=clock.now()),
    "a year stays with its person": lambda _: PersonYear.objects.filter(arrivals=1).update(arrivals_allowed=9),
    "an integrity record is annulled, never removed": lambda _: IntegrityRecord.objects.all()._raw_delete("default"),
    "an integrity record changes only": lambda _: IntegrityRecord.objects.update(reason="不同的情况"),
}


def _copy(row: Any, **changed: Any) -> None:
    row.pk = None
    row._state.adding = True
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(force_insert=True)


@told_once(at=None)
def arrived() -> Application:
    """An application at final review, and another person's that was a fraud."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.to_bureau(world, application)
        other = w.submitted(world, world.new_applicant())
        review.reject_for_fraud(actor=world.bureau, application_id=other.pk, reason="提交的业绩证明经核查系伪造。")
    return application


def test_database_refuses_what_the_history_does_not_tell(arrived: Application) -> None:
    for sentence, change in REFUSED.items():
        with pytest.raises(DatabaseError, match=sentence), transaction.atomic():
            change(Application.objects.get(pk=arrived.pk))
    everything_holds()


# Needs a second campaign of the same year: tests/applications/test_years.py
SHOWN_ELSEWHERE = ("what is counted over a year",)


def test_every_condition_has_its_case() -> None:
    rooms = ("applications_", "integrity_")
    sentences = {one.sentence for one in triggers.declared() if one.rule and one.table.startswith(rooms)}
    assert not [s for s in sentences if not any(s.startswith(known) for known in (*REFUSED, *SHOWN_ELSEWHERE))]


OF_SENT: dict[str, Callable[[Application], object]] = {
    "owner": lambda a: Application.objects.filter(pk=a.pk).update(applicant=StatusChange.objects.exclude(by=a.applicant)[0].by),
    "notice": lambda a: Application.objects.filter(pk=a.pk).update(year=2024),
    "prefecture": lambda a: Application.objects.filter(pk=a.pk).update(prefecture="6543"),
    "employer": lambda a: Application.objects.filter(pk=a.pk).update(employer=a.county_office_id),
    "bureau": lambda a: Application.objects.filter(pk=a.pk).update(prefecture_office=a.county_office_id),
    "supervising": lambda a: Application.objects.filter(pk=a.pk).update(supervising_body=a.county_office_id),
    "first_title": lambda a: Application.objects.filter(pk=a.pk).update(first_title=True),
    "taken out": lambda a: a.materials.update(removed_at=clock.now()),
    "other place": lambda a: a.materials.update(slot="another"),
    "other row": lambda a: a.materials.update(row="11111111"),
    "other person": lambda a: a.materials.update(added_by=StatusChange.objects.exclude(by=a.applicant)[0].by),
}


@pytest.mark.parametrize("what", OF_SENT)
def test_database_refuses_to_change_what_a_desk_has(arrived: Application, what: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        OF_SENT[what](arrived)
    assert not triggers.missing(connection)


def test_annulled_record_is_not_annulled_again_nor_brought_back(arrived: Application) -> None:
    record = IntegrityRecord.objects.get()
    IntegrityRecord.objects.update(
        annulled_at=clock.now(), annulled_by=record.recorded_by, annulment_reason="登记错误，予以撤销。"
    )
    with pytest.raises(DatabaseError, match="changes only by being annulled"), transaction.atomic():
        IntegrityRecord.objects.update(annulled_at=None, annulled_by=None, annulment_reason="")


def test_history_line_without_its_move_is_found(arrived: Application) -> None:
    """A trigger cannot see what does not come: the row that should have followed. The verification does."""
    last = arrived.history.latest("id")
    StatusChange.objects.create(
        application=arrived, move="prefecture_return", from_state=last.to_state, to_state="returned", at=clock.now(), by_role="x"
    )
    assert any(str(one).startswith("applications.state_is_last_move") for one in verify())


def test_guards_are_lifted_for_a_block_and_back_afterwards(arrived: Application) -> None:
    with triggers.lifted(connection, "applications_personyear"):
        assert any(name.startswith("applications_personyear") for name in triggers.missing(connection))
        PersonYear.objects.filter(arrivals=1).update(arrivals=0)
        PersonYear.objects.filter(person_index=arrived.person_index).update(arrivals=1)
    assert not triggers.missing(connection)
