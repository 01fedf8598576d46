"""The whole road again on another notice: another year, region, chain and limits. Nothing is wired to the first."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.campaigns.files import other_text
from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import TABS
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear
from zhicheng.applications.queries import draft_of, queue
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import Role
from zhicheng.organizations.models import Organization
from zhicheng.review import actions as review
from zhicheng.review.actions import annul_arrival, reject_for_fraud

pytestmark = pytest.mark.django_db

START = datetime(2025, 9, 8, 10, 0, tzinfo=clock.BEIJING)  # a Monday
LATER = datetime(2025, 9, 20, 10, 0, tzinfo=clock.BEIJING)
CHOICE = {"series": "primary_teaching", "specialty": "chinese", "title": "first_teacher"}


@told_once(at=START)
def world():
    made = w.make_world(with_supervising=True, campaign_text=other_text())
    for organization in Organization.objects.all():
        organization.region_code = "653001"
        organization.verified_year = 2025 if organization.kind == "unit" else None
        organization.save()
    made.unit.refresh_from_db()
    return made


def form():
    contents = w.sections(years=range(2020, 2025))
    contents["current_title"] |= {"series": "中小学教师", "title_name": "二级教师"}
    return contents


def submitted(world: w.World) -> Application:
    application = w.start(world, **CHOICE)
    w.fill(world.applicant, application, form())
    assert CaseFile(Application.objects.get(pk=application.pk)).missing == []
    w.submit(world.applicant, application)
    application.refresh_from_db()
    return application


def to_supervising(world: w.World, application: Application) -> None:
    w.unit_pass(world, application)
    period = w.open_publicity(world, application, days=10)
    with clock.travel(LATER):
        w.add_papers(world, period)
        w.report(world, application)


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(p.code for p in refused.value.problems)


def test_road_with_a_supervising_body_counts_the_arrival_at_the_county(world):
    application = submitted(world)
    assert (application.number, application.year) == ("2025653000-00001", 2025)
    assert application.supervising_body == world.supervising
    to_supervising(world, application)
    application.refresh_from_db()
    assert application.state == State.SUPERVISING_REVIEW
    with clock.travel(LATER):
        w.record_dossier(world.supervisor, application, copies=2)  # this notice wants three
        w.record_dossier(world.supervisor, application, copies=3)
        review.pass_application(
            actor=world.supervisor, application_id=application.pk, submission_id=application.current_submission_id or 0
        )
        application.refresh_from_db()
        assert (application.state, application.arrivals) == (State.COUNTY_REVIEW, 1)
        assert papers_of(f"application:{application.pk}").filter(kind="supervising_opinion").count() == 1
        w.record_dossier(world.county_officer, application, copies=3)
        review.pass_application(
            actor=world.county_officer, application_id=application.pk, submission_id=application.current_submission_id or 0
        )
    application.refresh_from_db()
    assert (application.state, application.arrivals) == (State.ACCEPTED, 1)


def test_two_copies_are_too_few_here(world):
    application = submitted(world)
    to_supervising(world, application)
    with clock.travel(LATER):
        w.record_dossier(world.supervisor, application, copies=2)
        facts = {"application_id": application.pk, "submission_id": application.current_submission_id or 0}
        assert codes(lambda: review.pass_application(actor=world.supervisor, **facts)) == ["dossier"]


def test_publicity_asks_seven_days_counted_from_the_day_after(world):
    application = submitted(world)
    w.unit_pass(world, application)
    with pytest.raises(Refused) as refused:
        w.open_publicity(world, application, days=8)  # 8 to 16 September
    (problem,) = refused.value.problems
    assert problem.code == "too_short" and "2025-09-17" in str(problem.text) and "7个工作日" in str(problem.text)
    period = w.open_publicity(world, application, days=9)
    assert (period.ends_on, period.working_days) == (date(2025, 9, 17), 7)


def test_number_is_masked_whatever_the_notice_would_print(world):
    application = submitted(world)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application, days=10)
    number = w.identity_number(12)
    (paper,) = papers_of(f"application:{application.pk}").filter(kind="publicity_notice")
    assert number not in paper.data and number not in str(period.facts)


def test_publicity_is_repeated_always_here(world):
    application = submitted(world)
    to_supervising(world, application)
    with clock.travel(LATER):
        w.give_back(world.supervisor, application)
        w.submit(world.applicant, application)
        w.unit_pass(world, application)
        assert codes(lambda: w.report(world, application)) == ["not_publicised"]


def count_twice(world: w.World) -> Application:
    """Up to the county for the second and last time of this notice."""
    application = submitted(world)
    at = LATER
    for arrival in (1, 2):
        if arrival == 2:
            with clock.travel(at):
                w.give_back(world.county_officer, application)
                assert application.state == State.RETURNED
                w.submit(world.applicant, application)
                w.unit_pass(world, application)
                period = w.open_publicity(world, application, days=25)
            at = datetime(2025, 10, 20, 10, 0, tzinfo=clock.BEIJING)
        else:
            w.unit_pass(world, application)
            period = w.open_publicity(world, application, days=10)
        with clock.travel(at):
            w.add_papers(world, period)
            w.report(world, application)
            w.record_dossier(world.supervisor, application, copies=3)
            review.pass_application(
                actor=world.supervisor, application_id=application.pk, submission_id=application.current_submission_id or 0
            )
            application.refresh_from_db()
            assert application.arrivals == arrival
    return application


def test_second_arrival_returned_by_the_county_closes_the_year(world):
    application = count_twice(world)
    with clock.travel(datetime(2025, 10, 21, tzinfo=clock.BEIJING)):
        w.give_back(world.county_officer, application)
        assert application.state == State.CLOSED_FOR_YEAR
        assert PersonYear.objects.get().closed_at is not None
        annul_arrival(
            actor=world.bureau,
            arrival_id=CommitteeArrival.objects.latest("id").pk,
            reason="经办人误退，材料实际齐全，撤销本次计次。",
        )
        application.refresh_from_db()
        assert (application.state, application.arrivals) == (State.RETURNED, 1)


def test_second_arrival_that_passes_is_accepted_by_the_county_and_the_bureau_is_not_asked(world):
    application = count_twice(world)
    with clock.travel(datetime(2025, 10, 21, tzinfo=clock.BEIJING)):
        assert not queue(world.bureau)
        w.record_dossier(world.county_officer, application, copies=3)
        review.pass_application(
            actor=world.county_officer, application_id=application.pk, submission_id=application.current_submission_id or 0
        )
        application.refresh_from_db()
        assert (application.state, application.arrivals) == (State.ACCEPTED, 2)
        assert list(queue(world.county_officer, tab=TABS[Role.COUNTY]["accepted"])) == [application]


def test_arrival_that_the_county_reviews_or_has_accepted_is_not_annulled(world):
    """The bureau sees what has counted, though it is no desk of this chain."""
    application = count_twice(world)
    annul = {"actor": world.bureau, "arrival_id": CommitteeArrival.objects.latest("id").pk}
    with clock.travel(datetime(2025, 10, 21, tzinfo=clock.BEIJING)):
        assert codes(lambda: annul_arrival(**annul, reason="经办人误收，撤销本次计次。")) == ["still_here"]
        review.take_back_pass(
            actor=world.supervisor,
            application_id=application.pk,
            change_id=application.history.latest("id").pk,
            reason="点错了申请书，应先核实毕业证书。",
        )
        application.refresh_from_db()
        assert (application.state, application.arrivals) == (State.SUPERVISING_REVIEW, 1)
        w.pass_on(world.supervisor, application)
        w.pass_on(world.county_officer, application)
        assert application.state == State.ACCEPTED
        annul["arrival_id"] = CommitteeArrival.objects.latest("id").pk
        assert codes(lambda: annul_arrival(**annul, reason="经办人误收，撤销本次计次。")) == ["still_here"]


def test_fraud_bars_as_many_years_as_this_notice_says(world):
    application = submitted(world)
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。")
    assert (record.first_barred_year, record.last_barred_year) == (2026, 2029)


def test_unit_without_the_supervising_body_this_chain_needs_has_no_road(world):
    world.unit.supervising_body = None
    world.unit.save()
    assert codes(lambda: w.start(world, **CHOICE)) == ["no_supervising"]


def test_no_appraisal_rows_where_the_notice_asks_for_none(world):
    application = w.start(world, **CHOICE)
    contents = form() | {"appraisals": []}
    w.fill(world.applicant, application, contents)
    assert [p for p in CaseFile(Application.objects.get(pk=application.pk)).missing if "appraisal" in p.where] == []
    assert draft_of(application).contents["appraisals"] == []
    assert notice_of(application.campaign_version).limits.continuing_education_years == 3
