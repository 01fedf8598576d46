"""The round itself: what is open, until when, and which desk comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import LEVEL_NAMES, Desk, Level, Notice, Series, Specialty, Title, Window
from zhicheng.foundation.errors import Problem, Refused


class WindowPhase(StrEnum):
    """Where a moment lies against a level's window."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CORRECTION_ONLY = "correction_only"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WindowState:
    """The window of one level at one moment. Times are Beijing time; all three are ``None`` if the level is not in this round.

    Every end is exclusive: with ``apply_until`` 18:00 the last second is 17:59:59, at 18:00:00 it is too late.
    """

    phase: WindowPhase
    apply_from: dt.datetime | None = None
    apply_until: dt.datetime | None = None
    correct_until: dt.datetime | None = None
    assumed: bool = False

    @property
    def may_submit_first(self) -> bool:
        """Whether an application may be handed in for the first time (G-01)."""
        return self.phase is WindowPhase.OPEN

    @property
    def may_correct(self) -> bool:
        """Whether a returned application may be handed in again (G-02: the later of two deadlines)."""
        return self.phase in {WindowPhase.OPEN, WindowPhase.CORRECTION_ONLY}

    @property
    def is_over(self) -> bool:
        """Whether the last moment of the level has passed: nothing can be handed in any more (G-02)."""
        return self.phase is WindowPhase.CLOSED and self.correct_until is not None


class HasWindows(Protocol):
    """A notice, or as much of it as says until when what can be handed in."""

    @property
    def windows(self) -> Sequence[Window]: ...


def window_for(notice: HasWindows, level: str) -> Window | None:
    """The window of ``level``; ``None`` if this round has none for it."""
    return next((window for window in notice.windows if level in window.levels), None)


def window_state(notice: HasWindows, level: str, now: dt.datetime) -> WindowState:
    """Where ``now`` (aware) lies against the window of ``level`` (G-01, G-02). Each end is exclusive."""
    window = window_for(notice, level)
    if window is None:
        return WindowState(phase=WindowPhase.CLOSED)
    return _state_of(window, now)


def window_in_force(pinned: HasWindows, newest: HasWindows, level: str, now: dt.datetime) -> WindowState:
    """:func:`window_state` for an application pinned to one version while the campaign has a newer one.

    A new version of the notice extends an end for everybody; one it cuts short holds only for those who start under it.
    """
    mine, latest = window_for(pinned, level), window_for(newest, level)
    if mine is None or latest is None:
        return window_state(pinned, level, now)
    later = {end: max(getattr(mine, end), getattr(latest, end)) for end in ("apply_until", "correct_until")}
    return _state_of(mine.model_copy(update=later), now)


def _state_of(window: Window, now: dt.datetime) -> WindowState:
    if now < window.apply_from:
        phase = WindowPhase.NOT_YET
    elif now < window.apply_until:
        phase = WindowPhase.OPEN
    elif now < window.correct_until:
        phase = WindowPhase.CORRECTION_ONLY
    else:
        phase = WindowPhase.CLOSED
    return WindowState(phase, window.apply_from, window.apply_until, window.correct_until, window.assumed)


def desk_deadline(notice: Notice, level: str, desk: str) -> dt.datetime | None:
    """Until when ``desk`` has to have passed applications of ``level`` on; ``None`` where the notice sets no end.

    The unit's covers its whole work: its own review, the publicity, and reporting upward.
    """
    window = window_for(notice, level)
    if window is None:
        return None
    return window.desk_until.get(Desk(desk))


def passing_deadline(notice: Notice, level: str, desk: str, *, corrected: bool) -> dt.datetime | None:
    """Until when (exclusive) ``desk`` may pass an application of ``level`` on; ``None`` where the notice sets no end.

    ``corrected``: not the first submission. The notice lets it come until ``correct_until`` (G-02), so no desk is closed to it
    before that.
    """
    end, window = desk_deadline(notice, level, desk), window_for(notice, level)
    if end is None or window is None or not corrected:
        return end
    return max(end, window.correct_until)


def deadline_in_force(pinned: Notice, newest: Notice, level: str, desk: str, *, corrected: bool) -> dt.datetime | None:
    """:func:`passing_deadline` of the version an application is pinned to or of the newest, whichever is later; ``None``: no end.

    A deadline is extended by a new version of the notice, and then for everybody; one that is cut short holds only for those
    who start under it.
    """
    mine = passing_deadline(pinned, level, desk, corrected=corrected)
    if mine is None or window_for(newest, level) is None:
        return mine
    extended = passing_deadline(newest, level, desk, corrected=corrected)
    return None if extended is None else max(mine, extended)


# --- desks ----------------------------------------------------------------------------------------------------------


def is_committee_arrival(notice: Notice, desk: str) -> bool:
    """Whether reaching ``desk`` is 提交评审委员会 and so counts towards the limit of S-28 (G-13)."""
    return any(step.desk == desk and step.counts_as_committee_arrival for step in notice.chain)


def banned_years(notice: Notice) -> range:
    """The years barred by a fraud in this round: from the year after the campaign's (S-81). 2023 and 5 years: 2024…2028."""
    return range(notice.year + 1, notice.year + 1 + notice.limits.ban_years)


# --- what can be chosen ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpecialtyOpening:
    """A specialty with the titles that can be applied for in it, lowest first as in the notice."""

    specialty: Specialty
    titles: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class SeriesOpening:
    """A series as the choice page lists it; when not ``choosable``, ``reason`` says why (S-03, S-21)."""

    series: Series
    choosable: bool
    reason: str
    specialties: tuple[SpecialtyOpening, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person applies for: three parts of one catalogue that fit together."""

    series: Series
    specialty: Specialty
    title: Title


def _titles_in(series: Series, specialty: Specialty) -> tuple[Title, ...]:
    return tuple(title for title in series.titles if not title.specialties or specialty.code in title.specialties)


def closed_reason(series: Series) -> str:
    """Why ``series`` cannot be chosen, in the language of the request; empty if it can."""
    if series.is_open:
        return ""
    if series.closed_reason is not None:
        return str(series.closed_reason)
    return _("本系列该级别实行以考代评，须通过国家统一考试取得，不组织评审。")


def openings(notice: Notice) -> list[SeriesOpening]:
    """Every series the notice lists, in its order, with what can be chosen in it (S-03, S-04)."""
    return [
        SeriesOpening(
            series=series,
            choosable=series.is_open,
            reason=closed_reason(series),
            specialties=tuple(SpecialtyOpening(s, _titles_in(series, s)) for s in series.specialties) if series.is_open else (),
        )
        for series in notice.catalogue.series
    ]


def open_levels(notice: HasWindows) -> list[Level]:
    """The levels that have a window, lowest first."""
    levels = {level for window in notice.windows for level in window.levels}
    return [level for level in (Level.JUNIOR, Level.INTERMEDIATE, Level.SENIOR) if level in levels]


def choose(notice: Notice, *, series: str, specialty: str, title: str) -> Choice:
    """The choice with these codes.

    Raises :class:`Refused` when the campaign does not open it: ``series_not_open``, ``series_closed`` (with the notice's
    reason), ``specialty_not_open``, ``title_not_open``, ``level_not_open`` (S-03, S-04, S-21).
    """
    chosen, in_specialty, to_title = notice.chosen(series, specialty, title)
    if chosen is None:
        raise Refused.one(_("本年度没有开放这个系列，请在列出的系列中选择。"), where="series", code="series_not_open")
    if not chosen.is_open:
        raise Refused.one(closed_reason(chosen), where="series", code="series_closed")
    problems = []
    if in_specialty is None:
        text = _("“%(series)s”系列本年度没有开放这个专业，请重新选择。") % {"series": chosen}
        problems.append(Problem(text, where="specialty", code="specialty_not_open"))
    if to_title is None or (in_specialty is not None and to_title not in _titles_in(chosen, in_specialty)):
        text = _("所选系列（专业）本年度没有开放这个任职资格，请重新选择。")
        problems.append(Problem(text, where="title", code="title_not_open"))
    elif window_for(notice, to_title.level) is None:
        text = _("本年度不受理%(level)s职称的申报。") % {"level": LEVEL_NAMES[to_title.level]}
        problems.append(Problem(text, where="title", code="level_not_open"))
    if problems or in_specialty is None or to_title is None:
        raise Refused(problems)
    return Choice(chosen, in_specialty, to_title)
