"""The plan of an application in words: what is left, by when it is safe, and whether another return could still be mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, road_of, words_of
from zhicheng.applications.planning import plan_of
from zhicheng.applications.states import State
from zhicheng.campaigns.rules import Plan, Planned, Step
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role
from zhicheng.publicity.queries import period_of, publicised_again_needed
from zhicheng.standards.calendar import NotPublished


@dataclass(frozen=True, slots=True)
class Row:
    """One step: what, by whom, on which day if nobody takes longer than is reckoned with, the last safe day, and the notice's end.

    ``papers_by``: until when the signed papers must be there for it. ``is_late``: the expected day is after the safe one."""

    what: str
    who: str
    expected: date
    latest: date | None
    end: datetime | None
    papers_by: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """The plan as a page shows it. ``returned`` says until when a return can still be mended, ``reckoned`` with how many days."""

    rows: list[Row]
    returned: str
    reckoned: str
    is_safe: bool
    assumed: bool


def plan_in_force(case: CaseFile) -> Plan | None:
    """The application's plan; ``None`` where there is nothing to plan, or the holidays of a year on the way are not known yet."""
    running = period_of(case) if case.application.state == State.IN_PUBLICITY else None
    shown_before = case.application.state == State.UNIT_PASSED and not publicised_again_needed(case)
    try:
        return plan_of(case, publicity_ends=running.ends_on if running else None, shown_before=shown_before)
    except NotPublished:
        return None


def plan_shown(case: CaseFile, found: Plan | None) -> ShownPlan | None:
    """The plan ``found`` (:func:`plan_in_force`) in the words of the reader."""
    planning = case.notice.planning
    if found is None or planning is None:
        return None
    before: list[Planned | None] = [None, *found.steps[:-1]]
    rows = [_row(case, step, previous) for step, previous in zip(found.steps, before, strict=True)]
    return ShownPlan(rows, returned_words(case, found), _reckoned(case), found.is_safe, planning.assumed)


def _row(case: CaseFile, planned: Planned, previous: Planned | None) -> Row:
    stop = planned.stop
    desk = BY_ROLE[Role(stop.desk)] if stop.desk is not None else None
    holder = getattr(case.application, desk.column) if desk is not None else None
    comes_with_papers = desk is not None and desk.role is not Role.UNIT and previous is not None
    return Row(
        what=_what(case, planned),
        who=holder.name if holder is not None else _("申报人"),
        expected=planned.expected,
        latest=planned.latest,
        end=planned.end,
        papers_by=previous.latest if comes_with_papers and previous is not None else None,
        is_late=not planned.is_safe,
    )


def _what(case: CaseFile, planned: Planned) -> str:
    match planned.stop.step:
        case Step.HAND_IN:
            return _("上报") if case.application.current_submission_id is None else _("修改后重新上报")
        case Step.PUBLISH:
            return _("公示第一天")
        case Step.REPORT:
            days = case.notice.limits.publicity_working_days
            return ngettext("公示满{n}个工作日，单位上报", "公示满{n}个工作日，单位上报", days).format(n=days)
    desk = BY_ROLE[Role(str(planned.stop.desk))]
    return str(words_of(desk, case.notice).coming[desk.arrives])


def mending_words(case: CaseFile) -> str:
    """:func:`returned_words` of the plan in force; nothing where there is none."""
    found = plan_in_force(case)
    return returned_words(case, found) if found is not None else ""


def returned_words(case: CaseFile, plan: Plan) -> str:
    """Whether what is returned can still be handed in again: “如果被退回：…”."""
    planning, until = case.notice.planning, case.window.correct_until
    if planning is None or until is None:
        return ""
    n, end = planning.correction_days, clock.written(until)
    if plan.returned_until is None:
        return ngettext(
            "现在起如果再被退回，按{n}个工作日修改，已经来不及在{end}（北京时间）前重新上报并办完。",
            "现在起如果再被退回，按{n}个工作日修改，已经来不及在{end}（北京时间）前重新上报并办完。",
            n,
        ).format(n=n, end=end)
    return ngettext(
        "如果在{day}（含当日）以前被退回，按{n}个工作日修改，还来得及在{end}（北京时间）前重新上报；再晚就可能来不及。",
        "如果在{day}（含当日）以前被退回，按{n}个工作日修改，还来得及在{end}（北京时间）前重新上报；再晚就可能来不及。",
        n,
    ).format(day=plan.returned_until, n=n, end=end)


def _reckoned(case: CaseFile) -> str:
    planning = case.notice.planning
    days = planning.desk_days if planning is not None else {}
    parts = [
        ngettext("{who}{n}个工作日", "{who}{n}个工作日", days[step.desk]).format(
            who=words_of(desk, case.notice).short, n=days[step.desk]
        )
        for step in case.notice.chain
        for desk in [BY_ROLE[Role(step.desk)]]
        if desk in road_of(case.application, case.notice) and step.desk in days
    ]
    return _("、").join(parts)
