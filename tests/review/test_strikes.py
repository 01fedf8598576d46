"""Three arrivals at final review, per person and year (S-28, S-29), and fraud (S-80, S-81)."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.support import world as w
from zhicheng.applications.actions import discard_application
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear, State
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.integrity.actions import annul_record
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.queries import ban_for
from zhicheng.review.actions import annul_arrival, reject_for_fraud

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + timedelta(days=11)
REASON = "经办人误退，材料实际齐全，撤销本次计次。"


@pytest.fixture
def road():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        period = w.open_publicity(world, application)
    with clock.travel(LATER):
        w.add_papers(world, period)
        w.report(world, application)
        w.pass_on(world.county_officer, application)
        yield world, application


def again(world, application) -> None:
    """From a return to the next arrival at final review; nothing publicised changes."""
    w.submit(world.applicant, application)
    w.unit_pass(world, application)
    w.report(world, application)
    w.pass_on(world.county_officer, application)


def arrive(world, application, times: int) -> None:
    """Be returned and come back until arrival ``times``."""
    while application.arrivals < times:
        w.give_back(world.bureau, application)
        again(world, application)


def year() -> PersonYear:
    return PersonYear.objects.get()


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(p.code for p in refused.value.problems)


def test_third_arrival_that_passes_goes_on(road):
    world, application = road
    arrive(world, application, 3)
    w.pass_on(world.bureau, application)
    assert (application.state, year().arrivals, year().closed_at) == (State.ACCEPTED, 3, None)


def test_third_arrival_that_is_returned_closes_the_persons_year(road):
    world, application = road
    arrive(world, application, 3)
    assert year().closed_at is None
    w.give_back(world.bureau, application)
    assert (application.state, year().closed_at) == (State.CLOSED_FOR_YEAR, LATER)
    assert codes(lambda: w.submit(world.applicant, application)) == ["not_open"]
    assert codes(lambda: w.start(world)) == ["closed_for_year"]
    with clock.travel(datetime(2023, 7, 21, tzinfo=clock.BEIJING)):
        assert "closed_for_year" in codes(lambda: w.start(world))


def test_returns_below_cost_nothing_even_between_arrivals(road):
    world, application = road
    w.give_back(world.bureau, application)
    w.submit(world.applicant, application)
    w.give_back(world.unit_admin, application)
    w.submit(world.applicant, application)
    w.unit_pass(world, application)
    w.report(world, application)
    w.give_back(world.county_officer, application)
    assert (application.state, year().arrivals) == (State.RETURNED, 1)


def test_a_new_application_keeps_the_count(road):
    world, application = road
    arrive(world, application, 2)
    w.give_back(world.bureau, application)
    discard_application(actor=world.applicant, application_id=application.pk)
    second = w.start(world)
    assert second.arrivals == 2
    w.fill(world.applicant, second)
    w.submit(world.applicant, second)
    w.unit_pass(world, second)
    period = w.open_publicity(world, second)
    with clock.travel(LATER + timedelta(days=12)):
        w.add_papers(world, period)
        w.report(world, second)
        w.pass_on(world.county_officer, second)
        assert (second.arrivals, CommitteeArrival.objects.get(application=second).number) == (3, 3)
        w.give_back(world.bureau, second)
    assert second.state == State.CLOSED_FOR_YEAR


def test_arrival_that_is_annulled_gives_the_year_back(road):
    world, application = road
    arrive(world, application, 3)
    w.give_back(world.bureau, application)
    third = CommitteeArrival.objects.get(number=3)
    assert codes(lambda: annul_arrival(actor=world.bureau, arrival_id=third.pk, reason="误退")) == ["reason_missing"]
    annul_arrival(actor=world.bureau, arrival_id=third.pk, reason=REASON)
    application.refresh_from_db()
    assert (application.state, application.arrivals) == (State.RETURNED, 2)
    assert (year().arrivals, year().closed_at) == (2, None)
    assert application.history.order_by("-id").first().note == REASON
    assert codes(lambda: annul_arrival(actor=world.bureau, arrival_id=third.pk, reason=REASON)) == ["already_annulled"]
    again(world, application)
    assert (application.arrivals, CommitteeArrival.objects.latest("id").sequence) == (3, 4)
    assert CommitteeArrival.objects.latest("id").number == 3
    w.give_back(world.bureau, application)
    assert application.state == State.CLOSED_FOR_YEAR
    assert ledger.verify().ok


def test_annulling_an_arrival_of_a_discarded_form_reopens_the_closed_one(road):
    world, application = road
    arrive(world, application, 2)
    w.give_back(world.bureau, application)
    discard_application(actor=world.applicant, application_id=application.pk)
    second = w.start(world)
    w.fill(world.applicant, second)
    w.submit(world.applicant, second)
    w.unit_pass(world, second)
    period = w.open_publicity(world, second)
    with clock.travel(LATER + timedelta(days=12)):
        w.add_papers(world, period)
        w.report(world, second)
        w.pass_on(world.county_officer, second)
        w.give_back(world.bureau, second)
        annul_arrival(actor=world.bureau, arrival_id=CommitteeArrival.objects.earliest("id").pk, reason=REASON)
    second.refresh_from_db()
    assert (second.state, second.arrivals, year().closed_at) == (State.RETURNED, 2, None)
    assert Application.objects.get(pk=application.pk).state == State.DISCARDED


def test_arrival_under_review_or_of_ones_own_is_not_annulled(road):
    world, application = road
    arrival = CommitteeArrival.objects.get()
    assert codes(lambda: annul_arrival(actor=world.bureau, arrival_id=arrival.pk, reason=REASON)) == ["still_here"]
    for actor in (world.county_officer, world.unit_admin, world.applicant):
        assert codes(lambda actor=actor: annul_arrival(actor=actor, arrival_id=arrival.pk, reason=REASON)) == ["not_found"]
    w.give_back(world.bureau, application)
    same_human = dataclasses.replace(world.bureau, person_index=application.person_index)
    assert codes(lambda: annul_arrival(actor=same_human, arrival_id=arrival.pk, reason=REASON)) == ["self_review"]
    assert codes(lambda: annul_arrival(actor=world.bureau, arrival_id=999_999, reason=REASON)) == ["not_found"]
    assert year().arrivals == 1


def test_the_database_never_counts_more_than_allowed(road):
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonYear.objects.update(arrivals=4)
    arrival = CommitteeArrival.objects.get()
    for wrong in ({"number": 0}, {"annulled_at": clock.now()}, {"annulment_reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CommitteeArrival.objects.filter(pk=arrival.pk).update(**wrong)
    arrival.pk = None
    arrival.sequence = 2
    with pytest.raises(IntegrityError), transaction.atomic():
        arrival.save()  # one submission arrives once


# --- fraud -----------------------------------------------------------------------------------------------------------------------


def test_fraud_ends_the_application_and_bars_the_next_five_years(road):
    world, application = road
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。")
    application.refresh_from_db()
    assert (application.state, record.first_barred_year, record.last_barred_year) == (State.REJECTED_FRAUD, 2024, 2028)
    closed = [y for y in range(2020, 2032) if ban_for(application.person_index, y)]
    assert closed == [2023, 2024, 2025, 2026, 2027, 2028]  # the year of the fraud, and the five barred ones
    assert all(p.voided_at for p in papers_of(f"application:{application.pk}").filter(kind="review_form"))
    outbox.drain(1000)
    application.refresh_from_db()
    assert application.state == State.REJECTED_FRAUD
    with pytest.raises(Refused) as refused:
        w.start(world)
    assert "您2023年度的申报经查实有弄虚作假，本年度不再受理" in str(refused.value.problems[0].text)
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定材料属实，撤销记录。")
    assert w.start(world).state == State.DRAFT


def test_fraud_needs_its_reason_its_office_and_is_recorded_once(road):
    world, application = road
    assert codes(lambda: reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="假")) == ["reason_missing"]
    for actor in (world.county_officer, world.unit_admin, world.applicant, world.other_officer):
        with pytest.raises(Refused):
            reject_for_fraud(actor=actor, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。")
    assert IntegrityRecord.objects.count() == 0
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。")
    assert codes(lambda: reject_for_fraud(
        actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。"
    )) == ["stale"]  # fmt: skip
    assert IntegrityRecord.objects.count() == 1


def test_fraud_is_found_in_an_accepted_and_in_a_closed_application(road):
    world, application = road
    arrive(world, application, 3)
    w.give_back(world.bureau, application)
    assert application.state == State.CLOSED_FOR_YEAR
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。")
    assert codes(lambda: w.start(world)) == ["barred", "closed_for_year"]
