"""Told anew from the ledger alone, everything is as the tables say; and each difference is named."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear
from zhicheng.foundation import clock, outbox, triggers
from zhicheng.foundation.models import LedgerEntry, LedgerSalt
from zhicheng.foundation.replay import replay
from zhicheng.integrity.actions import annul_record
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.models import MembershipRole
from zhicheng.review import actions as review


def differences() -> set[tuple[str, str]]:
    return {(told.name, one.subject) for told in replay() for one in told.differences}


@told_once(at=w.IN_WINDOW + w.UNTIL_REPORT)
def story() -> w.World:
    """Three returned arrivals close a year, one is annulled and opens it; a fraud is recorded and annulled."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.publicise_and_report(world, application)
        other = w.submitted(world, world.new_applicant())
        record = review.reject_for_fraud(actor=world.bureau, application_id=other.pk, reason="提交的业绩证明经核查系伪造。")
    w.pass_on(world.county_officer, application)
    w.arrive(world, application, 3)
    w.give_back(world.bureau, application)
    assert PersonYear.objects.get(person_index=application.person_index).closed_at is not None
    assert differences() == set()
    last = CommitteeArrival.objects.latest("sequence")
    review.annul_arrival(actor=world.bureau, arrival_id=last.pk, reason="材料遗失系本局责任，撤销计次。")
    outbox.drain(1000)
    annul_record(actor=world.bureau, record_id=record.pk, reason="经复核证明材料属实，予以撤销。")
    outbox.drain(1000)
    return world


CHANGED: dict[tuple[str, str], Callable[[], object]] = {
    ("applications.states", "application"): lambda: Application.objects.filter(state="returned").update(state="draft"),
    ("applications.counts", "person_year"): lambda: PersonYear.objects.filter(arrivals=2).update(arrivals=1),
    ("applications.counts", "arrival"): lambda: CommitteeArrival.objects.filter(sequence=3).update(
        annulled_at=None, annulled_by=None, annulment_reason=""
    ),
    ("integrity.records", "integrity_record"): lambda: IntegrityRecord.objects.update(reason="没有什么。"),
}


def test_ledger_alone_tells_what_the_tables_say(story: w.World) -> None:
    assert differences() == set()
    call_command("ledger", "verify", "--replay", stdout=(out := StringIO()))
    assert "按台账重新推算申请书的状态和当前上报版本：0 处不同。" in out.getvalue()
    assert {told.name for told in replay() if told.untold} == {"organizations.places"}, "accounts here were opened by no action"


def test_replay_names_each_difference(story: w.World) -> None:
    for (name, kind), change in CHANGED.items():
        with transaction.atomic():
            triggers.take_off(connection)
            change()
            found = differences()
            assert any(one == name and subject.startswith(f"{kind}:") for one, subject in found), (name, found)
            transaction.set_rollback(True)
    triggers.take_off(connection)
    PersonYear.objects.update(closed_at=clock.now())
    with pytest.raises(SystemExit) as ended:
        call_command("ledger", "verify", "--replay", stdout=StringIO(), stderr=(err := StringIO()))
    assert ended.value.code == 1
    assert "年度是否关闭与台账不同" in err.getvalue()


def test_replay_names_what_the_ledger_tells_of_and_no_table_has(story: w.World) -> None:
    with connection.cursor() as cursor:
        triggers.take_off(connection)
        cursor.execute("UPDATE integrity_integrityrecord SET id = id + 1000")
    assert {subject for name, subject in differences() if name == "integrity.records"} == {
        f"integrity_record:{IntegrityRecord.objects.get().pk}",
        f"integrity_record:{IntegrityRecord.objects.get().pk - 1000}",
    }


def test_erased_words_are_no_difference(story: w.World) -> None:
    LedgerSalt.objects.all().delete()
    assert differences() == set()


def test_older_entries_replay_as_far_as_they_can(story: w.World) -> None:
    """An entry of format 1 does not tell the year: what it began is said to be unknown, not to be different."""
    triggers.take_off(connection)
    for entry in LedgerEntry.objects.filter(event="application.start"):
        entry.data = {key: entry.data[key] for key in ("from", "to", "submission", "note", "reasons")}
        entry.save()
    told = {one.name: one for one in replay()}
    assert told["applications.counts"].differences == [] and told["applications.counts"].untold == 2
    assert told["applications.states"].differences == []


@pytest.mark.django_db
def test_year_that_a_lost_number_began_is_known_by_its_arrivals() -> None:
    """Whoever loses a number to its owner goes on under a year of their own, of which no entry tells the beginning."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        people = [w.person(AccountKind.APPLICANT, name, serial=500, name="阿不都", held=False) for name in ("squatter", "owner")]
        squatter, owner = (w.member(one, world.unit, MembershipRole.EMPLOYEE) for one in people)
        application = w.start(world, squatter)
        w.fill(squatter, application)
        ex.card_seen(people[1], world.unit_admin)
        assert differences() == set() and PersonYear.objects.count() == 2
        w.start(world, owner)
        people[0].refresh_from_db()
        assert people[0].id_number == "" and differences() == set()
    year = PersonYear.objects.get(person_index=people[0].id_number_index)
    triggers.take_off(connection)
    PersonYear.objects.filter(pk=year.pk).update(arrivals=1)
    assert differences() == {("applications.counts", f"person_year:{year.pk}")}
