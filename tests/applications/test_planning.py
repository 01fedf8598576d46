"""Which steps are left of an application in each state, and with what they are reckoned."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.campaigns.files import bortala as bortala_notice
from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.planning import closes_if_returned, next_arrival_is_last, plan_of, stop_of
from zhicheng.applications.states import OVER, State
from zhicheng.campaigns.rules import Plan, Step
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db


@told_once
def bortala():
    return w.make_world()


def plan_for(application: Application, *, ends: dt.date | None = None, shown_before: bool = False) -> Plan | None:
    return plan_of(CaseFile(Application.objects.get(pk=application.pk)), publicity_ends=ends, shown_before=shown_before)


def steps(plan: Plan | None) -> list[str]:
    assert plan is not None
    return [f"{step.stop.desk.value if step.stop.desk else 'applicant'} {step.stop.step.value}" for step in plan.steps]


WHOLE = ["applicant hand_in", "unit review", "unit publish", "unit report", "county review", "prefecture review"]


def test_draft_has_the_whole_road_before_it_and_its_own_end(bortala) -> None:
    application = w.start(bortala)
    found = plan_for(application)
    assert steps(found) == WHOLE
    assert found is not None
    assert found.steps[0].end == bortala_notice().windows[0].apply_until
    assert found.steps[0].expected == clock.today()  # 22 May, a Monday


def test_road_gets_shorter_desk_by_desk(bortala) -> None:
    application = w.submitted(bortala)
    assert steps(plan_for(application)) == WHOLE[1:]
    w.unit_pass(bortala, application)
    assert steps(plan_for(application)) == WHOLE[2:]
    assert steps(plan_for(application, shown_before=True)) == WHOLE[3:]  # G-08: it need not be shown again


def test_bureau_has_the_last_step_alone(bortala) -> None:
    application = w.submitted(bortala)
    w.to_bureau(bortala, application)
    assert steps(plan_for(application)) == WHOLE[5:]


def test_running_publicity_is_reported_after_its_own_last_day(bortala) -> None:
    application = w.submitted(bortala)
    w.unit_pass(bortala, application)
    period = w.open_publicity(bortala, application)
    found = plan_for(application, ends=period.ends_on)
    assert steps(found) == WHOLE[3:]
    assert found is not None
    assert found.steps[0].expected > period.ends_on


def test_returned_one_counts_to_the_end_of_corrections(bortala) -> None:
    application = w.submitted(bortala)
    w.give_back(bortala.unit_admin, application)
    found = plan_for(application)
    assert steps(found) == WHOLE
    assert found is not None
    assert found.steps[0].end == bortala_notice().windows[0].correct_until
    assert found.steps[0].expected == dt.date(2023, 5, 25)  # a correction takes its three days
    with clock.travel(dt.datetime(2023, 7, 21, 18, tzinfo=clock.BEIJING)):
        assert plan_for(application) is None  # nothing can be handed in any more


def test_draft_after_its_end_has_no_plan(bortala) -> None:
    application = w.start(bortala)
    with clock.travel(dt.datetime(2023, 6, 16, 18, tzinfo=clock.BEIJING)):
        assert plan_for(application) is None


def test_last_arrival_cannot_be_mended(bortala) -> None:
    application = w.submitted(bortala)
    w.to_bureau(bortala, application)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.arrive(bortala, application, 3)
    found = plan_for(application)
    assert found is not None
    assert found.returned_until is None
    assert {step.latest for step in found.steps} == {None}


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CLOSED_FOR_YEAR, *OVER])
def test_nothing_is_left_where_it_is_over(state: State) -> None:
    assert stop_of(state) is None


@told_once
def supervised():
    return w.make_world(with_supervising=True)


def test_body_above_the_unit_is_crossed_where_there_is_one(supervised) -> None:
    assert steps(plan_for(w.start(supervised)))[3:5] == ["unit report", "supervising review"]


def test_notice_that_gives_nothing_to_reckon_with_makes_no_plan(bortala) -> None:
    application = w.start(bortala)
    case = CaseFile(Application.objects.get(pk=application.pk))
    newest = case.newest
    case.__dict__["notice"] = case.notice.model_copy(update={"planning": None})
    assert plan_of(case, publicity_ends=None, shown_before=False) is not None  # the newest version has one
    case.__dict__["newest"] = newest.model_copy(update={"planning": None})
    assert plan_of(case, publicity_ends=None, shown_before=False) is None


def test_last_arrival_is_not_told_of_a_number_somebody_only_claims(bortala) -> None:
    application = w.start(bortala)
    case = CaseFile(Application.objects.get(pk=application.pk))
    case.__dict__["year"] = None
    assert not next_arrival_is_last(case)
    assert not closes_if_returned(case)


def test_desks_of_the_whole_chain_have_a_step() -> None:
    assert {stop.step for state in State if (stop := stop_of(state)) is not None} == set(Step)
