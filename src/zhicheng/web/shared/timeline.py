"""The timeline of an application: what happened, where it is now, what comes. Computed from the history, never typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from zhicheng.applications.lifecycle import BY_NAME, STATES
from zhicheng.applications.models import Application, State, StatusChange

# The road ahead from each state, by the states still to come.
_ROAD = (
    State.UNIT_REVIEW,
    State.UNIT_PASSED,
    State.IN_PUBLICITY,
    State.SUPERVISING_REVIEW,
    State.COUNTY_REVIEW,
    State.PREFECTURE_REVIEW,
    State.ACCEPTED,
)


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
    """The whole timeline: offices are named, the people in them are not."""
    entries = [_done(change) for change in history]
    state = State(application.state)
    words = STATES[state].staff if audience == "staff" else STATES[state].applicant
    entries.append(Entry(str(words), "now", application.entered_state_at, holder_name(application), _now_text(application)))
    return entries + [Entry(text, "next") for text in _ahead(application)]


def _done(change: StatusChange) -> Entry:
    who = change.by_organization.name if change.by_organization and change.by_role != "applicant" else ""
    if change.by_role == "applicant":
        who = _("申报人")
    elif change.by_role == "system":
        who = _("系统")
    lines = [change.note] if change.note else []
    lines += [f"{number}. {reason['text']}" for number, reason in enumerate(change.reasons, start=1)]
    title = move_label(change.move)
    if change.move == "submit" and change.submission is not None:
        title = _("上报（第{n}次）").format(n=change.submission.number)
    return Entry(title, "done", change.at, who, "\n".join(lines))


def holder_name(application: Application) -> str:
    """Who has it now, in words."""
    holders = {
        State.UNIT_REVIEW: application.employer.name,
        State.UNIT_PASSED: application.employer.name,
        State.IN_PUBLICITY: application.employer.name,
        State.SUPERVISING_REVIEW: application.supervising_body.name if application.supervising_body else "",
        State.COUNTY_REVIEW: application.county_office.name,
        State.PREFECTURE_REVIEW: application.prefecture_office.name,
        State.ACCEPTED: application.prefecture_office.name,
        State.DRAFT: _("申报人"),
        State.RETURNED: _("申报人"),
    }
    return holders.get(State(application.state), "")


def _now_text(application: Application) -> str:
    if application.state == State.ACCEPTED:
        return _("终审已通过，等待评审委员会评审。")
    if application.state in {State.DRAFT, State.RETURNED}:
        return _("需要申报人填写、核对后上报。")
    return ""


def _ahead(application: Application) -> list[str]:
    state = State(application.state)
    if state in {State.DRAFT, State.RETURNED}:
        coming = list(_ROAD)
    elif state in _ROAD:
        coming = list(_ROAD[_ROAD.index(state) + 1 :])
    else:
        return []
    if application.supervising_body_id is None and State.SUPERVISING_REVIEW in coming:
        coming.remove(State.SUPERVISING_REVIEW)
    words = {
        State.UNIT_REVIEW: _("单位审核"),
        State.UNIT_PASSED: _("打印评审表，准备公示"),
        State.IN_PUBLICITY: _("单位公示，不少于5个工作日"),
        State.SUPERVISING_REVIEW: _("主管单位审核"),
        State.COUNTY_REVIEW: _("县（市）人社局职称办审核"),
        State.PREFECTURE_REVIEW: _("州人力资源和社会保障局终审"),
        State.ACCEPTED: _("受理，等待评审"),
    }
    return [words[s] for s in coming]
