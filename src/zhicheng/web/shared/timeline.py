"""The timeline of an application: what happened, who has it now and since when, what comes and until when. Computed, never typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from zhicheng.applications.actions.ending import BARRED_BY_FRAUD, BARRED_BY_RECORD
from zhicheng.applications.desks import HOLDER, road_of
from zhicheng.applications.lifecycle import BY_NAME, STATES
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.states import State
from zhicheng.applications.where import points_in_words, points_of
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of, passing_deadline_in_force, window_now
from zhicheng.foundation.clock import now, written
from zhicheng.organizations.actors import Role
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import periods_of

_WITH_APPLICANT = frozenset({State.DRAFT, State.RETURNED})
Ends = dict[Role, datetime | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; ``phase`` is ``done``, ``now`` or ``next``."""

    title: str
    phase: str = "done"
    when: datetime | None = None
    who: str = ""
    text: str = ""
    links: list[dict[str, str]] = field(default_factory=list)


def move_label(move: str) -> str:
    """What a move of the history is called."""
    return _("新增申请书") if move == "start" else str(BY_NAME[move].label)


def entries_of(application: Application, history: Iterable[StatusChange], *, audience: str) -> list[Entry]:
    """The whole timeline, in a fixed number of queries, however long it is.

    Offices are named to everybody; who in them acted is named to the ``staff`` alone, never to the applicant or the public.
    """
    changes = list(history)
    opened = [change.pk for change in changes if change.move == "open_publicity"]
    periods = list(periods_of(application)) if opened else []
    # Opening makes one period each time, in one transaction with the move: the n-th belongs to the n-th.
    shown = dict(zip(opened, periods, strict=False))
    entries = [_done(application, change, shown.get(change.pk), names=audience == "staff") for change in changes]
    state = State(application.state)
    notice = notice_of(application.campaign_version)
    coming = _ahead(application, notice)
    ends = _ends(application, {HOLDER[s].role for s in (state, *coming) if s in HOLDER})
    words = STATES[state].staff if audience == "staff" else STATES[state].applicant
    current = next((period for period in periods if period.cancelled_at is None), None)
    text = _now_text(application, state, ends, current)
    entries.append(Entry(str(words), "now", application.entered_state_at, holder_name(application, state), text))
    return entries + [_coming(application, notice, ahead, ends) for ahead in coming]


def _done(application: Application, change: StatusChange, period: PublicityPeriod | None, *, names: bool) -> Entry:
    who = change.by_organization.name if change.by_organization and change.by_role != "applicant" else ""
    if who and names and change.by is not None:
        who = _("{office}（{officer}）").format(office=who, officer=change.by.name)
    if change.by_role == "applicant":
        who = _("申报人")
    elif change.by_role == "system":
        who = _("系统")
    note = _note(application, change, period)
    lines = [note] if note else []
    lines += points_in_words(notice_of(application.campaign_version), points_of(change.reasons), {})
    title = move_label(change.move)
    if change.move == "submit" and change.submission is not None:
        title = _("上报（第{n}次）").format(n=change.submission.number)
    return Entry(title, "done", change.at, who, "\n".join(lines))


def _note(application: Application, change: StatusChange, period: PublicityPeriod | None) -> str:
    """What is said beside a move: a person's words as they were typed, the system's own in the reader's language."""
    if period is not None:
        return _("公示：{start}至{end}").format(start=period.starts_on, end=period.ends_on)
    if change.by_role == "system":
        for sentence in (BARRED_BY_RECORD, BARRED_BY_FRAUD):
            if change.note == sentence.format(year=application.year):
                return _(sentence).format(year=application.year)
    return change.note


def holder_name(application: Application, state: State) -> str:
    """Who has it in ``state``, in words; empty when nobody does."""
    if state in _WITH_APPLICANT:
        return _("申报人")
    desk = road_of(application, notice_of(application.campaign_version))[-1] if state is State.ACCEPTED else HOLDER.get(state)
    holder = getattr(application, desk.column) if desk is not None else None
    return holder.name if holder else ""


def _ends(application: Application, desks: set[Role]) -> Ends:
    """Until when each desk has to be done with this application, as the notice in force says; ``None``: it sets no end."""
    submission = application.current_submission
    corrected = submission is not None and (submission.number > 1 or application.state in _WITH_APPLICANT)
    version, level = application.campaign_version, application.level
    return {desk: passing_deadline_in_force(version, level, desk.value, corrected=corrected) for desk in sorted(desks)}


def _now_text(application: Application, state: State, ends: Ends, period: PublicityPeriod | None) -> str:
    if state == State.ACCEPTED:
        return _("终审已通过，等待评审委员会评审。")
    if state in _WITH_APPLICANT:
        return _applicants_end(application)
    if state not in HOLDER:
        return ""
    if state == State.IN_PUBLICITY and period is not None:
        text = _("公示到{last}（含当日）期满，期满无异议的由单位上报。").format(last=period.ends_on)
        until = _end_words(state, ends) if ends[Role.UNIT] else _("上报的期限：通知未规定")
        return f"{text}\n{until}"
    return _end_words(state, ends)


def _applicants_end(application: Application) -> str:
    window = window_now(application.campaign_version, application.level, now())
    first = application.current_submission_id is None
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


def _end_words(state: State, ends: Ends) -> str:
    desk = HOLDER[state].role
    end = ends[desk]
    if end is None:
        return _("通知未规定期限")
    if desk is Role.UNIT:  # its last moment covers all its work
        return _("单位须在{end}（北京时间）前完成审核、公示并上报").format(end=written(end))
    return _("须在{end}（北京时间）前办完").format(end=written(end))


def _coming(application: Application, notice: Notice, state: State, ends: Ends) -> Entry:
    """One step still to come: what, by whom, until when."""
    desk = HOLDER.get(state)
    if desk is None:
        return Entry(_("受理，等待评审委员会评审"), "next", None, holder_name(application, state), "")
    title = str(desk.words.coming[state]).format(n=notice.limits.publicity_working_days)
    return Entry(title, "next", None, holder_name(application, state), _end_words(state, ends))


def _ahead(application: Application, notice: Notice) -> list[State]:
    """The states still to come on the application's road."""
    state = State(application.state)
    road = [*(state for desk in road_of(application, notice) for state in desk.holds), State.ACCEPTED]
    if state in _WITH_APPLICANT:
        return road
    return road[road.index(state) + 1 :] if state in road else []
