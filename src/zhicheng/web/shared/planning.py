"""The plan of an application in words: what is left, by when it is safe, and whether another return could still be mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, counting_desk, road_of, words_of
from zhicheng.applications.planning import closes_if_returned, next_arrival_is_last, plan_of, planning_of
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
    expected: date | None
    latest: date | None
    end: datetime | None
    papers_by: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """The plan as a page shows it. ``first`` says the last safe day of the next step, or that the last step is late; ``returned`` until when a
    return can still be mended, ``reckoned`` with how many days."""

    rows: list[Row]
    first: str
    returned: str
    reckoned: str
    is_safe: bool
    assumed: bool
    mends: bool  # a return could be mended at all


def plan_in_force(case: CaseFile) -> Plan | None:
    """The application's plan; ``None`` where there is nothing to plan, or the holidays of a year on the way are not known yet."""
    state, sent = State(case.application.state), case.submission
    running = period_of(case) if state is State.IN_PUBLICITY else None
    corrected = sent is not None and sent.number > 1 and state in (State.UNIT_REVIEW, State.UNIT_PASSED)
    shown_before = corrected and not publicised_again_needed(case)
    try:
        return plan_of(case, publicity_ends=running.ends_on if running else None, shown_before=shown_before)
    except NotPublished:
        return None


def plan_shown(case: CaseFile, found: Plan | None) -> ShownPlan | None:
    """The plan ``found`` (:func:`plan_in_force`) in the words of the reader."""
    planning = planning_of(case)
    if found is None or planning is None:
        return None
    before: list[Planned | None] = [None, *found.steps[:-1]]
    rows = [_row(case, step, previous) for step, previous in zip(found.steps, before, strict=True)]
    return ShownPlan(
        rows,
        _first_words(rows),
        returned_words(case, found),
        _reckoned(case),
        found.is_safe,
        planning.assumed,
        not closes_if_returned(case),
    )


def _first_words(rows: list[Row]) -> str:
    """What whoever has it next should know before anything else."""
    own, last = rows[0], rows[-1]
    if last.is_late and last.expected is not None and last.latest is not None:
        return _(
            "照现在的进度，“{step}”估计在{expected}，晚于最迟稳妥日{latest}：以后如果被退回，可能来不及修改后重新上报。"
        ).format(step=last.what, expected=last.expected, latest=last.latest)
    return _("“{step}”最好不晚于{latest}。").format(step=own.what, latest=own.latest) if own.latest is not None else ""


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
        case Step.REPORT if planned.stop.shown:
            return _("单位上报")
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
    planning, until = planning_of(case), case.window.correct_until
    if planning is None or until is None:
        return ""
    if closes_if_returned(case):
        return _("这是本年度最后一次提交评审委员会，如果再被退回，本年度不再受理。")
    n = planning.correction_days
    if plan.returned_until is None:
        words = ngettext(
            "现在起如果再被退回，按{n}个工作日修改，在规定的期限内来不及重新上报、办完各环节。",
            "现在起如果再被退回，按{n}个工作日修改，在规定的期限内来不及重新上报、办完各环节。",
            n,
        ).format(n=n)
    else:
        words = ngettext(
            "如果在{day}（含当日）以前被退回，按{n}个工作日修改，还来得及在{end}（北京时间）前重新上报；再晚就可能来不及。",
            "如果在{day}（含当日）以前被退回，按{n}个工作日修改，还来得及在{end}（北京时间）前重新上报；再晚就可能来不及。",
            n,
        ).format(day=plan.returned_until, n=n, end=clock.written(until))
    if not next_arrival_is_last(case):
        return words
    desk = counting_desk(case.notice).words.short
    return words + _("下一次到达{desk}是本年度最后一次，在那里被退回的，本年度不再受理。").format(desk=desk)


def _reckoned(case: CaseFile) -> str:
    planning = planning_of(case)
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
