"""The plan of one application: which steps of its road are left, and what they are reckoned with (``campaigns/rules/planning.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER, Desk, road_of
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.campaigns.notice import Desk as DeskName
from zhicheng.campaigns.rules import Plan, Reckoning, Step, Stop, plan
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
    """What is left of the application's road, and by when; ``None`` where nothing is, or the notice gives nothing to reckon with.

    ``publicity_ends``: the last day of the publicity that runs. ``shown_before``: what the unit has passed need not be shown again
    (G-08). Raises :class:`~zhicheng.standards.calendar.NotPublished`.
    """
    desks = road_of(case.application, case.notice)
    road = [Stop(Step.HAND_IN), *(stop for desk in desks for stop in _stops_at(desk))]
    state, window = State(case.application.state), case.window
    following = stop_of(state)
    if following not in road or case.notice.planning is None or window.correct_until is None:
        return None
    left = road[road.index(following) :]
    if shown_before and left[0].step is Step.PUBLISH:
        left = left[1:]
    corrected_ends = _ends(case, desks, corrected=True)
    reckoning = Reckoning(case.calendar, case.notice.limits, case.notice.planning, window.correct_until, corrected_ends)
    first = case.application.current_submission_id is None
    ends = corrected_ends if state in OPEN_FOR_APPLICANT and not first else _ends(case, desks, corrected=None)
    today = clock.today()
    if left[0].step is Step.REPORT:
        first_on = reckoning.next_working_day(publicity_ends) if publicity_ends is not None else today
    else:
        first_on = reckoning.after(left[0], case.application.entered_state_at.astimezone(clock.BEIJING).date())
    applicants = window.apply_until if first else window.correct_until
    return plan(left, road, today=today, first_on=first_on, ends={**ends, None: applicants}, reckoning=reckoning)


def _stops_at(desk: Desk) -> list[Stop]:
    name = DeskName(desk.role.value)
    steps = [Step.REVIEW, Step.PUBLISH, Step.REPORT] if desk.role is Role.UNIT else [Step.REVIEW]
    return [Stop(step, name) for step in steps]


def _ends(case: CaseFile, desks: Sequence[Desk], *, corrected: bool | None) -> dict[DeskName | None, datetime | None]:
    return {DeskName(desk.role.value): case.passing_deadline(desk.role, corrected=corrected) for desk in desks}
