"""作废, and a ban that is recorded late (S-81)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from tests.support import world as w
from zhicheng.applications.actions import bar_applications, discard_application
from zhicheng.applications.models import Application, PersonYear
from zhicheng.applications.states import State
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, outbox, triggers
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.integrity.actions import annul_record, record_fraud

pytestmark = pytest.mark.django_db


def fraud(world, year=2022, source="application:0"):
    return record_fraud(
        actor=world.bureau, person_index=world.applicant.person_index, name="某", application_year=year, ban_years=5,
        source=source, reason="查实提供虚假业绩证明材料。",
    )  # fmt: skip


def test_late_ban_ends_what_is_under_way_and_voids_its_print(world):
    application = w.submitted(world)
    w.unit_pass(world, application)
    other = w.start(world, world.new_applicant())
    fraud(world)
    outbox.drain(1000)
    application.refresh_from_db()
    other.refresh_from_db()
    assert (application.state, other.state) == (State.BARRED, State.DRAFT)
    assert all(p.voided_at is not None for p in papers_of(f"application:{application.pk}").filter(kind="review_form"))
    last = application.history.order_by("-id").first()
    assert (last.move, last.by_role, last.by) == ("bar", "system", None)
    outbox.drain(1000)
    assert OutboxMessage.objects.exclude(state="done").count() == 0


def test_ban_of_other_years_and_annulled_ban_end_nothing(world):
    application = w.submitted(world)
    fraud(world, 2017)
    record = fraud(world, 2022, source="application:00")
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定材料属实，撤销记录。")
    outbox.drain(1000)
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW


def test_fraud_ends_what_else_is_under_way_in_its_own_year(world):
    application = w.submitted(world)
    fraud(world, 2023)
    with pytest.raises(Refused) as refused:  # before the job has run
        w.unit_pass(world, application)
    assert "本年度不再受理" in str(next(p for p in refused.value.problems if p.code == "barred").text)
    outbox.drain(1000)
    application.refresh_from_db()
    assert application.state == State.BARRED
    assert application.history.latest("id").note == "2023年度的申报经查实有弄虚作假，本年度不再受理。"


def test_form_in_hand_is_not_sent_in_the_year_of_a_fraud(world):
    application = w.start(world)
    w.fill(world.applicant, application)
    fraud(world, 2023)
    with pytest.raises(Refused) as refused:
        w.submit(world.applicant, application)
    assert [p.code for p in refused.value.problems] == ["barred"]
    application.refresh_from_db()
    assert application.state == State.DRAFT and application.sections.count() > 0 and application.materials.count() > 0


def test_bar_job_repeats_without_harm(world):
    application = w.submitted(world)
    fraud(world)
    span = {"person_index": world.applicant.person_index, "first_year": 2023, "last_year": 2027, "note": ""}
    assert bar_applications(**span) == [application.pk]
    assert bar_applications(**span) == []
    assert application.history.filter(move="bar").count() == 1


@pytest.fixture
def two_of_one_person(world, unprotected):
    """Two applications under way with one number: the second one's history cannot be written."""
    first = w.submitted(world)
    second = w.submitted(world, world.new_applicant())
    Application.objects.filter(pk=second.pk).update(person_index=first.person_index)
    fault = triggers.Protected("applications_statuschange", ("INSERT",), "a fault", "fault", f"NEW.application_id = {second.pk}")
    triggers.put_on(connection, [fault])
    yield first, second, lambda: triggers.take_off(connection, [fault])
    triggers.take_off(connection, [fault])


def test_a_fault_in_one_application_undoes_nothing_of_the_others(world, two_of_one_person):
    first, second, mend = two_of_one_person
    fraud(world)
    outbox.drain(1000)
    states = dict(Application.objects.values_list("pk", "state"))
    assert states[first.pk] == State.BARRED and states[second.pk] != State.BARRED
    message = OutboxMessage.objects.get(kind="integrity.recorded")
    assert message.state == OutboxState.PENDING and message.attempts == 1
    mend()
    OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=clock.machine_now())
    outbox.drain(1000)
    assert set(Application.objects.values_list("state", flat=True)) == {State.BARRED}
    assert first.history.filter(move="bar").count() == 1


@pytest.mark.parametrize("kind", ["integrity.recorded", "integrity.annulled", "account.identity_confirmed"])
def test_what_goes_through_several_applications_holds_no_transaction_meanwhile(kind):
    assert outbox._is_leased(kind)


def test_every_step_upward_is_refused_to_the_barred(world):
    """The guard holds even before the job has run."""
    application = w.submitted(world)
    fraud(world)
    with pytest.raises(Refused) as refused:
        w.unit_pass(world, application)
    assert refused.value.has("barred")
    with pytest.raises(Refused) as refused:
        w.unit_pass(world, application)


def test_discard_is_for_the_form_in_hand_and_keeps_everything(world):
    application = w.submitted(world)
    with pytest.raises(Refused):
        discard_application(actor=world.applicant, application_id=application.pk)
    w.give_back(world.unit_admin, application)
    discard_application(actor=world.applicant, application_id=application.pk)
    assert Application.objects.get().state == State.DISCARDED
    assert application.submissions.count() == 1 and application.materials.count() > 0 and application.sections.count() > 0
    assert w.start(world).state == State.DRAFT


@pytest.mark.usefixtures("unprotected")
def test_closed_year_cannot_be_discarded(world):
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    PersonYear.objects.update(closed_at=clock.now() + timedelta(seconds=1))
    with pytest.raises(Refused) as refused:
        discard_application(actor=world.applicant, application_id=application.pk)
    assert refused.value.has("closed_for_year")
