"""Three arrivals at final review, per person and year (S-28, S-29), and fraud (S-80, S-81)."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.applications import actions as applications
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear
from zhicheng.applications.queries import last_return
from zhicheng.applications.states import State
from zhicheng.documents.queries import papers_of, verify_paper
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.integrity.actions import annul_record, record_fraud
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.queries import ban_for
from zhicheng.review.actions import annul_arrival, reject_for_fraud

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT
REASON = "经办人误退，材料实际齐全，撤销本次计次。"
FRAUD = "业绩证明系伪造，已向出具单位核实。"
ANNULLED = "复核后认定材料属实，撤销记录。"


@told_once(at=LATER)
def road():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.to_bureau(world, application)
    return world, application


@told_once(at=LATER)
def third(road):
    world, application = road[0], Application.objects.get(pk=road[1].pk)  # what ``road`` gave stays as it is
    w.arrive(world, application, 3)
    return world, application


def year() -> PersonYear:
    return PersonYear.objects.get()


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(p.code for p in refused.value.problems)


def test_third_arrival_that_passes_goes_on(third):
    world, application = third
    w.pass_on(world.bureau, application)
    assert (application.state, year().arrivals, year().closed_at) == (State.ACCEPTED, 3, None)


def test_third_arrival_that_is_returned_closes_the_persons_year(third):
    world, application = third
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
    w.arrive(world, application, 2)
    w.give_back(world.bureau, application)
    applications.discard_application(actor=world.applicant, application_id=application.pk)
    second = w.start(world)
    assert second.arrivals == 2
    w.fill(world.applicant, second)
    w.submit(world.applicant, second)
    w.to_bureau(world, second)
    with clock.travel(LATER + timedelta(days=12)):
        assert (second.arrivals, CommitteeArrival.objects.get(application=second).number) == (3, 3)
        w.give_back(world.bureau, second)
    assert second.state == State.CLOSED_FOR_YEAR


def test_arrival_that_is_annulled_gives_the_year_back(third):
    world, application = third
    w.give_back(world.bureau, application)
    third = CommitteeArrival.objects.get(number=3)
    assert codes(lambda: annul_arrival(actor=world.bureau, arrival_id=third.pk, reason="误退")) == ["reason_missing"]
    annul_arrival(actor=world.bureau, arrival_id=third.pk, reason=REASON)
    application.refresh_from_db()
    assert (application.state, application.arrivals) == (State.RETURNED, 2)
    assert (year().arrivals, year().closed_at) == (2, None)
    assert application.history.order_by("-id").first().note == REASON
    assert last_return(application).move == "prefecture_close" and last_return(application).reasons, "still to be mended"
    assert codes(lambda: annul_arrival(actor=world.bureau, arrival_id=third.pk, reason=REASON)) == ["already_annulled"]
    w.again(world, application)
    assert (application.arrivals, CommitteeArrival.objects.latest("id").sequence) == (3, 4)
    assert CommitteeArrival.objects.latest("id").number == 3
    w.give_back(world.bureau, application)
    assert application.state == State.CLOSED_FOR_YEAR
    assert ledger.verify().ok


def test_arrivals_that_count_are_numbered_without_the_annulled_one(third):
    world, application = third
    annul_arrival(actor=world.bureau, arrival_id=CommitteeArrival.objects.get(sequence=1).pk, reason=REASON)
    assert list(CommitteeArrival.objects.order_by("sequence").values_list("number", flat=True)) == [1, 1, 2]
    w.give_back(world.bureau, application)
    assert application.state == State.RETURNED
    w.again(world, application)
    assert list(CommitteeArrival.objects.order_by("sequence").values_list("number", flat=True)) == [1, 1, 2, 3]


def test_annulling_an_arrival_of_a_discarded_form_reopens_the_closed_one(road):
    world, application = road
    w.arrive(world, application, 2)
    w.give_back(world.bureau, application)
    applications.discard_application(actor=world.applicant, application_id=application.pk)
    second = w.start(world)
    w.fill(world.applicant, second)
    w.submit(world.applicant, second)
    w.to_bureau(world, second)
    with clock.travel(LATER + timedelta(days=12)):
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


@pytest.mark.usefixtures("unprotected")
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
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
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
    annul_record(actor=world.bureau, record_id=record.pk, reason=ANNULLED)
    assert w.start(world).state == State.DRAFT


def test_fraud_is_found_in_what_its_owner_gave_up_or_took_back(road):
    world, application = road
    w.give_back(world.bureau, application)
    w.submit(world.applicant, application)
    applications.withdraw_application(actor=world.applicant, application_id=application.pk)
    with transaction.atomic():
        reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
        assert ban_for(application.person_index, 2024) is not None
        transaction.set_rollback(True)
    applications.discard_application(actor=world.applicant, application_id=application.pk)
    other = w.begin(world)
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    outbox.drain(1000)
    other.refresh_from_db()
    application.refresh_from_db()
    assert (application.state, other.state) == (State.REJECTED_FRAUD, State.BARRED)


def test_nothing_printed_for_a_proven_fraud_holds(road):
    world, application = road
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    papers = papers_of(f"application:{application.pk}")
    assert {p.kind for p in papers} >= {"review_form", "publicity_notice"}
    for paper in papers:
        found = verify_paper(serial=paper.serial, code=paper.verification_code)
        assert (found.status, found.replaced) == ("void", False), paper.kind


def test_annulled_record_gives_back_what_it_had_ended(road):
    world, application = road
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    outbox.drain(1000)
    annul_record(actor=world.bureau, record_id=record.pk, reason=ANNULLED)
    outbox.drain(1000)
    outbox.drain(1000)
    application.refresh_from_db()
    last = application.history.latest("id")
    assert (application.state, last.move, last.by_role) == (State.DRAFT, "restore", "system")
    w.submit(world.applicant, application)
    w.unit_pass(world, application)
    w.report(world, application)  # its publicity had fully passed, and nothing it showed has changed
    application.refresh_from_db()
    assert application.state == State.COUNTY_REVIEW


def test_annulled_record_leaves_over_what_was_over_before(third):
    world, application = third
    w.give_back(world.bureau, application)
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    annul_record(actor=world.bureau, record_id=record.pk, reason=ANNULLED)
    outbox.drain(1000)
    application.refresh_from_db()
    assert application.state == State.CLOSED_FOR_YEAR and year().closed_at is not None
    assert last_return(application).move == "prefecture_close"  # what was wrong, not that a record was annulled


def test_annulled_record_does_not_push_aside_what_was_begun_meanwhile(road):
    world, application = road
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    outbox.drain(1000)
    annul_record(actor=world.bureau, record_id=record.pk, reason=ANNULLED)
    other = w.start(world)
    outbox.drain(1000)
    application.refresh_from_db()
    other.refresh_from_db()
    assert (application.state, other.state) == (State.REJECTED_FRAUD, State.DRAFT)


def test_one_of_two_bans_annulled_leaves_the_other(road):
    world, application = road
    record_fraud(
        actor=world.bureau, person_index=application.person_index, name="某", application_year=2022, ban_years=5,
        source="paper:1", reason="查实提供虚假业绩证明材料。",
    )  # fmt: skip
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    outbox.drain(1000)
    annul_record(actor=world.bureau, record_id=record.pk, reason=ANNULLED)
    outbox.drain(1000)
    application.refresh_from_db()
    assert application.state == State.BARRED
    assert ban_for(application.person_index, 2023) is not None


def test_fraud_needs_its_reason_its_office_and_is_recorded_once(road):
    world, application = road
    assert codes(lambda: reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="假")) == ["reason_missing"]
    for actor in (world.county_officer, world.unit_admin, world.applicant, world.other_officer):
        with pytest.raises(Refused):
            reject_for_fraud(actor=actor, application_id=application.pk, reason=FRAUD)
    assert IntegrityRecord.objects.count() == 0
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    assert codes(lambda: reject_for_fraud(
        actor=world.bureau, application_id=application.pk, reason=FRAUD
    )) == ["stale"]  # fmt: skip
    assert IntegrityRecord.objects.count() == 1


def test_fraud_is_found_in_an_accepted_and_in_a_closed_application(third):
    world, application = third
    w.give_back(world.bureau, application)
    assert application.state == State.CLOSED_FOR_YEAR
    reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FRAUD)
    assert codes(lambda: w.start(world)) == ["barred", "closed_for_year"]


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
def test_arrival_is_annulled_after_the_clock_was_put_back(road, back):
    world, application = road
    w.give_back(world.bureau, application)
    arrival = CommitteeArrival.objects.get()
    with clock.travel(arrival.arrived_at - back):
        annul_arrival(actor=world.bureau, arrival_id=arrival.pk, reason=REASON)
    arrival.refresh_from_db()
    assert arrival.annulled_at == arrival.arrived_at and year().arrivals == 0
    everything_holds()
