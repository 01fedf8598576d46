"""The timeline of an application: what happened, who has it now and since when, what comes and until when. Computed, never typed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from zhicheng.applications.actions.ending import BARRED_BY_FRAUD, BARRED_BY_RECORD
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER, road_of, words_of
from zhicheng.applications.lifecycle import TAKES_BACK, label_of
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.planning import closes_if_returned, stop_of
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.applications.where import points_in_words, points_of
from zhicheng.campaigns.notice import Desk
from zhicheng.campaigns.rules import Plan, Step
from zhicheng.foundation.clock import written
from zhicheng.organizations.actors import Role
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import all_periods
from zhicheng.web.shared.status import applicants_words
from zhicheng.web.shared.waiting import phone_of, usual_durations, waits_for

_WITH_APPLICANT = frozenset({State.DRAFT, State.RETURNED})


@dataclass(frozen=True, slots=True)
class Until:
    """Until when each step has to be done: each desk's end as the notice in force says it (``None``: it sets none), and each state's last
    safe day as the plan counts it back."""

    ends: dict[Role, datetime | None]
    safe: dict[State, date | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; ``phase`` is ``done``, ``now`` or ``next``."""

    title: str
    phase: str = "done"
    when: datetime | None = None
    who: str = ""
    text: str = ""
    links: list[dict[str, str]] = field(default_factory=list)
    phone: str = ""  # of the desk that has it
    waits: str = ""  # what has to happen next there
    usual: str = ""  # how long the step usually takes at its desk
    is_return: bool = False  # nothing to be ticked off


def entries_of(case: CaseFile, *, audience: str, plan: Plan | None) -> list[Entry]:
    """The whole timeline, in a fixed number of queries, however long it is.

    ``plan`` is the plan in force (:mod:`.planning`). Offices are named to everybody; who in them acted is named to the ``staff`` alone, never to the applicant or the public.
    """
    changes = case.history
    opened = [change.pk for change in changes if change.move == "open_publicity"]
    periods = case.part(all_periods) if opened else []
    # Opening makes one period each time, in one transaction with the move: the n-th belongs to the n-th.
    shown = dict(zip(opened, periods, strict=False))
    entries = [_done(case, change, shown.get(change.pk), names=audience == "staff") for change in changes]
    for at, change in enumerate(changes):
        if change.move in TAKES_BACK:  # it is the pass just before that was taken back
            entries[at - 1] = replace(entries[at - 1], title=_("{move}（已撤回）").format(move=entries[at - 1].title))
    state = State(case.application.state)
    coming = _ahead(case)
    until = _until(case, state, coming, plan)
    words = state_words(state, case.notice).staff if audience == "staff" else applicants_words(case)
    current = next((period for period in periods if period.cancelled_at is None), None)
    usual = usual_durations(case, [state, *coming])
    text = _now_text(case, state, until, current)
    now = Entry(str(words), "now", case.application.entered_state_at, holder_name(case, state), text)
    entries.append(replace(now, phone=phone_of(case, state), waits=waits_for(case, state, current), usual=usual.get(state, "")))
    return entries + [replace(_coming(case, ahead, until), usual=usual.get(ahead, "")) for ahead in coming]


def _done(case: CaseFile, change: StatusChange, period: PublicityPeriod | None, *, names: bool) -> Entry:
    who = change.by_organization.name if change.by_organization and change.by_role != "applicant" else ""
    if who and names and change.by is not None:
        who = _("{office}（{officer}）").format(office=who, officer=change.by.name)
    if change.by_role == "applicant":
        who = _("申报人")
    elif change.by_role == "system":
        who = _("系统")
    note = _note(case.application, change, period)
    lines = [note] if note else []
    lines += points_in_words(case.notice, points_of(change.reasons), {})
    title = label_of(change.move, case.notice)
    if change.move == "submit" and change.submission is not None:
        title = _("上报（第{n}次）").format(n=change.submission.number)
    return Entry(title, "done", change.at, who, "\n".join(lines), is_return=bool(change.reasons))


def _note(application: Application, change: StatusChange, period: PublicityPeriod | None) -> str:
    """What is said beside a move: a person's words as they were typed, the system's own in the reader's language."""
    if period is not None:
        return _("公示：{start}至{end}").format(start=period.starts_on, end=period.ends_on)
    if change.by_role == "system":
        for sentence in (BARRED_BY_RECORD, BARRED_BY_FRAUD):
            if change.note == sentence.format(year=application.year):
                return _(sentence).format(year=application.year)
    return change.note


def holder_name(case: CaseFile, state: State) -> str:
    """Who has it in ``state``, in words; empty when nobody does."""
    if state in _WITH_APPLICANT:
        return _("申报人")
    desk = road_of(case.application, case.notice)[-1] if state is State.ACCEPTED else HOLDER.get(state)
    holder = getattr(case.application, desk.column) if desk is not None else None
    return holder.name if holder else ""


def _until(case: CaseFile, state: State, coming: list[State], plan: Plan | None) -> Until:
    submission, states = case.submission, [s for s in (state, *coming) if s in HOLDER]
    corrected = submission is not None and (submission.number > 1 or state in _WITH_APPLICANT)
    ends = {desk: case.passing_deadline(desk, corrected=corrected) for desk in sorted({HOLDER[s].role for s in states})}
    latest = {(step.stop.step, step.stop.desk): step.latest for step in plan.steps} if plan is not None else {}
    safe = {s: latest.get((stop.step, stop.desk)) for s in states if (stop := stop_of(s)) is not None}
    if safe.get(State.UNIT_PASSED) is None:  # what need not be shown again is reported
        safe |= {State.UNIT_PASSED: latest.get((Step.REPORT, Desk.UNIT))}
    return Until(ends, safe)


def _now_text(case: CaseFile, state: State, until: Until, period: PublicityPeriod | None) -> str:
    if state == State.ACCEPTED:
        return str(words_of(road_of(case.application, case.notice)[-1], case.notice).accepted)
    if state in _WITH_APPLICANT:
        return _applicants_end(case)
    if state is State.STOPPED:
        words = _("对异议的处理结果有不同意见的，可以向{county}反映；认定有误的，由它解除。")
        return words.format(county=case.application.county_office.name)
    if state not in HOLDER:
        return ""
    if state == State.IN_PUBLICITY and period is not None:
        text = _("公示到{last}（含当日）期满，期满无异议的由单位上报。").format(last=period.ends_on)
        return f"{text}\n{_end_words(case, state, until)}"
    return _end_words(case, state, until)


def _applicants_end(case: CaseFile) -> str:
    window, first = case.window, case.application.current_submission_id is None
    end = window.apply_until if first else window.correct_until
    if end is None:
        return _("需要申报人填写、核对后上报。")
    if not first and not window.may_correct:
        return _("修改后重新上报的期限已于{end}（北京时间）结束，不能再上报。").format(end=written(end))
    words = (
        _("需要申报人填写、核对，在{end}（北京时间）前上报。")
        if first
        else _("需要申报人修改、核对，在{end}（北京时间）前重新上报。")
    )
    return words.format(end=written(end))


def _end_words(case: CaseFile, state: State, until: Until) -> str:
    desk = HOLDER[state].role
    end, safe = until.ends[desk], until.safe.get(state)
    if end is None:
        return _without_end(case, safe)
    if desk is Role.UNIT:  # its last moment covers all its work
        words = _("单位须在{end}（北京时间）前完成审核、公示并上报").format(end=written(end))
    else:
        words = _("须在{end}（北京时间）前办完").format(end=written(end))
    return _("{words}；最迟稳妥日{day}").format(words=words, day=safe) if safe is not None else words


def _without_end(case: CaseFile, safe: date | None) -> str:
    """What holds where the notice sets a desk no end: the last safe day, and until when what is returned may come again."""
    correct_until = case.window.correct_until
    if closes_if_returned(case):
        return _("通知未规定期限；再被退回的，本年度不再受理")
    if correct_until is None:
        return _("通知未规定期限")
    if not case.window.may_correct:
        return _("通知未规定期限；退回后重新上报的期限已于{end}（北京时间）结束").format(end=written(correct_until))
    if safe is not None:
        return _("通知未规定期限；最迟稳妥日{day}").format(day=safe)
    return _("通知未规定期限；被退回的，须在{end}（北京时间）前重新上报").format(end=written(correct_until))


def _coming(case: CaseFile, state: State, until: Until) -> Entry:
    """One step still to come: what, by whom, until when."""
    desk = HOLDER.get(state)
    if desk is None:
        return Entry(_("受理，等待评审委员会评审"), "next", None, holder_name(case, state), "")
    title = str(words_of(desk, case.notice).coming[state]).format(n=case.notice.limits.publicity_working_days)
    return Entry(title, "next", None, holder_name(case, state), _end_words(case, state, until))


def _ahead(case: CaseFile) -> list[State]:
    """The states still to come on the application's road."""
    state = State(case.application.state)
    road = [*(state for desk in road_of(case.application, case.notice) for state in desk.holds), State.ACCEPTED]
    if state in _WITH_APPLICANT:
        return road
    return road[road.index(state) + 1 :] if state in road else []
