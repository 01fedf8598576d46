"""The plan of one application: which steps of its road are left, and what they are reckoned with (``campaigns/rules/planning.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER, Desk, road_of
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.campaigns.notice import Desk as DeskName
from zhicheng.campaigns.notice import Planning
from zhicheng.campaigns.rules import Plan, Reckoning, Step, Stop, WindowPhase, plan
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role

# The step that comes next in each state at a desk; above the unit a desk has but one.
_NEXT = {State.UNIT_PASSED: Step.PUBLISH, State.IN_PUBLICITY: Step.REPORT}


def stop_of(state: State) -> Stop | None:
    """The step that ends ``state``; ``None`` of a state nothing follows."""
    if state in OPEN_FOR_APPLICANT:
        return Stop(Step.HAND_IN)
    desk = HOLDER.get(state)
    return Stop(_NEXT.get(state, Step.REVIEW), DeskName(desk.role.value)) if desk is not None else None


def plan_of(case: CaseFile, *, publicity_ends: date | None, shown_before: bool) -> Plan | None:
    """What is left of the application's road, and by when; ``None`` where nothing is, nothing can be handed in any more, or no notice in
    force gives anything to reckon with.

    ``publicity_ends``: the last day of the publicity that runs. ``shown_before``: what the unit has before it need not be shown again
    (G-08). Raises :class:`~zhicheng.standards.calendar.NotPublished`.
    """
    desks = road_of(case.application, case.notice)
    road = [Stop(Step.HAND_IN), *(stop for desk in desks for stop in _stops_at(desk))]
    following = stop_of(State(case.application.state))
    reckoning = _reckoning(case, desks)
    if following not in road or reckoning is None or not _may_go_on(case):
        return None
    left = road[road.index(following) :]
    if shown_before:
        left = [replace(stop, shown=stop.step is Step.REPORT) for stop in left if stop.step is not Step.PUBLISH]
    first = case.application.current_submission_id is None
    is_applicants = case.application.state in OPEN_FOR_APPLICANT
    ends = reckoning.corrected_ends if is_applicants and not first else _ends(case, desks, corrected=None)
    applicants = case.window.apply_until if first else case.window.correct_until
    first_on = _first_on(case, left[0], reckoning, publicity_ends)
    everybodys = {**ends, None: applicants}
    mends = not closes_if_returned(case)
    return plan(left, road, now=clock.now(), first_on=first_on, ends=everybodys, reckoning=reckoning, mends=mends)


def planning_of(case: CaseFile) -> Planning | None:
    """With how many days is reckoned: as the application's version of the notice says, or the newest. It binds nobody."""
    return case.notice.planning or case.newest.planning


def next_arrival_is_last(case: CaseFile) -> bool:
    """Whether one arrival at the desk that counts is left of the year: a return from there will close it (S-29)."""
    year = case.told_year
    return year is not None and year.has_arrival_left and year.arrivals + 1 >= year.arrivals_allowed


def closes_if_returned(case: CaseFile) -> bool:
    """Whether a return from the desk where it is would close the person's year (S-29): nothing can be mended after it."""
    year, holder = case.told_year, HOLDER.get(State(case.application.state))
    return holder is not None and bool(holder.closes) and year is not None and not year.has_arrival_left


def _may_go_on(case: CaseFile) -> bool:
    if case.application.state not in OPEN_FOR_APPLICANT:
        return True
    first = case.application.current_submission_id is None
    return case.window.may_submit_first or case.window.phase is WindowPhase.NOT_YET if first else case.window.may_correct


def _reckoning(case: CaseFile, desks: Sequence[Desk]) -> Reckoning | None:
    planning, window = planning_of(case), case.window
    if planning is None or window.correct_until is None or window.apply_from is None:
        return None
    ends = _ends(case, desks, corrected=True)
    return Reckoning(case.calendar, case.notice.limits, planning, window.correct_until, ends, window.apply_from.date())


def _first_on(case: CaseFile, stop: Stop, reckoning: Reckoning, publicity_ends: date | None) -> date:
    """When the first step comes: a correction takes its days, a draft waits for the round."""
    since = case.application.entered_state_at.astimezone(clock.BEIJING).date()
    if stop.step is Step.HAND_IN:
        return reckoning.handed_in_again(since) if case.application.state == State.RETURNED else reckoning.begins
    if publicity_ends is not None:
        return reckoning.next_working_day(publicity_ends)
    return reckoning.after(stop, since)


def _stops_at(desk: Desk) -> list[Stop]:
    name = DeskName(desk.role.value)
    steps = [Step.REVIEW, Step.PUBLISH, Step.REPORT] if desk.role is Role.UNIT else [Step.REVIEW]
    return [Stop(step, name) for step in steps]


def _ends(case: CaseFile, desks: Sequence[Desk], *, corrected: bool | None) -> dict[DeskName | None, datetime | None]:
    return {DeskName(desk.role.value): case.passing_deadline(desk.role, corrected=corrected) for desk in desks}
