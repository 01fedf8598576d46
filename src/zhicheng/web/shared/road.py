"""The whole road as a picture: the steps of a round with this year's dates, and where one's own application stands (S-19, S-37)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, Desk, road_of, words_of
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.campaigns.notice import Notice, Window
from zhicheng.foundation.clock import written
from zhicheng.organizations.actors import Role
from zhicheng.web.shared.windows import levels_of

Phase = Literal["", "past", "now", "ahead"]
_FILLS, _SENDS, _UNIT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the road: what happens, its dates or terms in lines, and whether it lies behind; ``phase`` is empty where nobody walks."""

    label: str
    icon: str
    lines: tuple[str, ...]
    phase: Phase = ""


def road_shown(notice: Notice) -> list[Stage]:
    """The steps of a round in their order, for everybody."""
    times = {name: _each(notice, name) for name in ("apply_from", "apply_until")}
    return _stages(notice, [BY_ROLE[Role(step.desk)] for step in notice.chain], times, is_for_all=True)


def own_road(case: CaseFile) -> list[Stage]:
    """The steps of an application's own way, under its own notice and with the times of its level, each behind, at hand or ahead; one that
    is over stands nowhere.
    """
    application, notice, window = case.application, case.notice, case.window
    times = {name: _one(getattr(window, name)) for name in ("apply_from", "apply_until")}
    desks = road_of(application, notice)
    stages, at = _stages(notice, desks, times, is_for_all=False), _position(application, desks)
    if at is None:
        return stages
    return [replace(stage, phase="past" if n < at else "now" if n == at else "ahead") for n, stage in enumerate(stages)]


def corrected_until(notice: Notice) -> tuple[str, ...]:
    """Until when what was returned can be sent again, in lines as the stages have them."""
    return _each(notice, "correct_until")


def _stages(notice: Notice, desks: Sequence[Desk], times: Mapping[str, tuple[str, ...]], *, is_for_all: bool) -> list[Stage]:
    return [
        Stage(_("填写申请书"), "pencil-square", tuple(_("{at} 起").format(at=at) for at in times["apply_from"])),
        Stage(_("上报给单位"), "paper-airplane", tuple(_("至 {at}").format(at=at) for at in times["apply_until"])),
        *(_desk_stage(notice, desk, is_for_all=is_for_all) for desk in desks),
        Stage(_("评审委员会评审"), "user-group", ()),
    ]


def _desk_stage(notice: Notice, desk: Desk, *, is_for_all: bool) -> Stage:
    if desk.role is Role.UNIT:
        days = _("公示不少于{n}个工作日").format(n=notice.limits.publicity_working_days)
        return Stage(_("单位审核、公示"), "building-office-2", (days,))
    optional = is_for_all and any(step.optional for step in notice.chain if step.desk == desk.role.value)
    last = "clipboard-document-check" if words_of(desk, notice).accepts else "magnifying-glass"
    words = next(iter(words_of(desk, notice).coming.values()))
    return Stage(str(words), last, (_("有这一级的单位"),) if optional else ())


def _one(at: datetime | None) -> tuple[str, ...]:
    return (written(at),) if at is not None else ()


def _each(notice: Notice, name: str) -> tuple[str, ...]:
    """A time of every window: one line where they agree, else one for each with its levels."""
    times: list[tuple[Window, datetime]] = [(window, getattr(window, name)) for window in notice.windows]
    if len({at for _window, at in times}) == 1:
        return _one(times[0][1])
    return tuple(_("{time}（{levels}）").format(levels=levels_of(window), time=written(at)) for window, at in times)


def _position(application: Application, desks: Sequence[Desk]) -> int | None:
    state = State(application.state)
    if state in (State.DRAFT, State.RETURNED):
        return _SENDS if application.checked_at is not None else _FILLS
    if state is State.ACCEPTED:
        return _UNIT + len(desks)
    return next((_UNIT + n for n, desk in enumerate(desks) if state in desk.holds), None)
