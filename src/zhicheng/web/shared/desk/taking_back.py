"""What a desk reads of taking its pass back: until when it can, and why it cannot any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, HOLDER
from zhicheng.applications.guards import take_back_until
from zhicheng.applications.models import StatusChange
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor


@dataclass(frozen=True, slots=True)
class TakingBack:
    """The pass ``passed`` that was the last thing to happen, ``until`` when it can be taken back, and what stands against that now."""

    passed: StatusChange
    until: Sequence[str]
    problems: Sequence[Problem]


def taking_back_of(case: CaseFile, actor: Actor) -> TakingBack | None:
    """What the actor's desk can read of its own pass; ``None`` where the last thing that happened is something else."""
    desk, passed = BY_ROLE[actor.role], case.history[-1]
    if passed.move != desk.passes:
        return None
    problems = lifecycle.objections_to(case, lifecycle.BY_NAME[desk.takes_back], actor)
    return TakingBack(passed, _until(_office_at(case, State(passed.to_state)), actor, take_back_until(case, passed)), problems)


def words_before(case: CaseFile, actor: Actor) -> list[str]:
    """The same before the pass, for who is about to decide."""
    following = lifecycle.next_desk(case.application, actor.role)
    hours = case.notice.policies.take_back_hours
    words = _until(_office_at(case, following.arrives) if following is not None else "", actor, None)
    return [*words, *([_("通知规定须在审核通过后{hours}小时内撤回。").format(hours=hours)] if hours is not None else [])]


def _office_at(case: CaseFile, state: State) -> str:
    """The name of the office above the unit that holds the application in ``state``; empty where none does."""
    desk = HOLDER.get(state)
    return str(getattr(case.application, desk.column).name) if desk is not None and desk.reached else ""


def _until(office: str, actor: Actor, end: datetime | None) -> list[str]:
    if not BY_ROLE[actor.role].reached:
        words = _("发现有误的，开始公示以前可以撤回；撤回后评审表作废。")
    elif office:
        words = _("发现有误的，{office}打开申请书或者登记纸质材料以前可以撤回。").format(office=office)
    else:
        words = _("发现有误的，后续环节开始办理以前可以撤回。")
    return [words, *([_("撤回须在{end}（北京时间）前办理。").format(end=clock.written(end))] if end is not None else [])]
