"""What is left of an application's road, day by day: when each step comes if nobody takes longer than the notice reckons with, and the
last day on which it may come so that one more return can still be mended. Pure.

No step is held to these days: ends are the notice's alone (``desk_until``, ``apply_until``, ``correct_until``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from zhicheng.campaigns.notice import Desk, Limits, Planning
from zhicheng.standards.calendar import Calendar, NotPublished

Ends = Mapping[Desk | None, dt.datetime | None]  # until when each desk, and the applicant (``None``), has to be done; exclusive

_SECOND, _DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)


class Step(StrEnum):
    """What happens next on the road. All but the first are a desk's."""

    HAND_IN = "hand_in"  # 上报
    REVIEW = "review"  # 审核通过; at the desk whose arrivals count 终审
    PUBLISH = "publish"  # 公示 begins
    REPORT = "report"  # 公示期满，单位上报


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of the road still to come: by which desk (``None``: the applicant). ``shown``: a report of what need not be shown again
    (G-08)."""

    step: Step
    desk: Desk | None = None
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A stop with its days (Beijing).

    ``expected`` if nobody takes longer than is reckoned with; ``None``: in a year whose holidays are not known. ``latest`` is the last safe
    day, after which a return at the end of the road could no longer be mended or an end of the notice would pass; it may be over. ``end``
    is the notice's own (exclusive). The last two are ``None`` where nothing ends the step.
    """

    stop: Stop
    expected: dt.date | None
    latest: dt.date | None
    end: dt.datetime | None

    @property
    def is_safe(self) -> bool:
        """Whether the expected day is no later than the last safe one."""
        return self.latest is None or (self.expected is not None and self.expected <= self.latest)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is left. ``returned_until``: the last day on which a return leaves time to correct and to hand in again; ``None``: there is
    none any more."""

    steps: tuple[Planned, ...]
    returned_until: dt.date | None

    @property
    def is_safe(self) -> bool:
        """Whether every step is expected no later than its last safe day."""
        return all(step.is_safe for step in self.steps)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """With what is reckoned: the calendar and numbers of the notice, until when what was returned may be handed in again
    (``correct_until``, exclusive), and until when each desk may pass on an application that was corrected (``corrected_ends``).
    ``begins``: the first day of the round; nothing is looked for before it."""

    calendar: Calendar
    limits: Limits
    planning: Planning
    correct_until: dt.datetime
    corrected_ends: Ends
    begins: dt.date

    def after(self, stop: Stop, day: dt.date) -> dt.date:
        """On which day this stop comes when the one before it came on ``day``."""
        match stop.step:
            case Step.HAND_IN:
                return day
            case Step.REPORT if not stop.shown:
                limits = self.limits
                over = self.calendar.nth_workday(day, limits.publicity_working_days, limits.publicity_counting)
                return self.next_working_day(over)
            case Step.PUBLISH | Step.REPORT:
                return self.next_working_day(day)
        return self._working_days_after(day, self.planning.desk_days.get(stop.desk, 0) if stop.desk else 0)

    def working_day_from(self, day: dt.date) -> dt.date:
        """``day`` if offices work on it, else the first day after it on which they do."""
        return day if self.calendar.is_workday(day) else self.next_working_day(day)

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first day after ``day`` on which offices work."""
        return self._working_days_after(day, 1)

    def handed_in_again(self, returned: dt.date) -> dt.date:
        """When somebody who was told on ``returned`` what to correct hands it in again."""
        return self._working_days_after(returned, self.planning.correction_days)

    def working_day_until(self, day: dt.date) -> dt.date:
        """``day`` if offices work on it, else the last day before it on which they do."""
        while not self.calendar.is_workday(day):
            day -= _DAY
        return day

    def handed_in_again_by(self, returned: dt.date, until: dt.date) -> dt.date | None:
        """:meth:`handed_in_again`; ``None`` where that is after ``until``."""
        self.calendar.is_workday(until)  # raises where the holidays until then are not known
        try:
            again = self.handed_in_again(returned)
        except NotPublished:
            return None
        return again if again <= until else None

    def _working_days_after(self, day: dt.date, n: int) -> dt.date:
        return self.calendar.nth_workday(day, n, "excl") if n else day


def last_day(end: dt.datetime) -> dt.date:
    """The last day on which something can be done before ``end`` (exclusive): an end at midnight leaves the day before."""
    return (end - _SECOND).date()


def plan(
    left: Sequence[Stop],
    road: Sequence[Stop],
    *,
    now: dt.datetime,
    first_on: dt.date,
    ends: Ends,
    reckoning: Reckoning,
    mends: bool = True,
) -> Plan:
    """The days of the stops ``left``, of which the first is expected on ``first_on``; nothing is before the day of ``now``.

    ``road``: the whole of it, which a returned application takes again (a publicity with it, which is repeated where what was shown
    has changed, G-08). ``mends``: a return can be mended at all. Raises :class:`~zhicheng.standards.calendar.NotPublished` where the
    holidays of a year are not known in which the last safe days would lie.
    """
    mended_until = last_return(road, reckoning=reckoning) if mends else None
    latest = _latest(left, ends=ends, at_the_end=mended_until, reckoning=reckoning)
    expected = _expected(left, max(now.date(), first_on), reckoning)
    steps = (Planned(stop, day, last, ends.get(stop.desk)) for stop, day, last in zip(left, expected, latest, strict=True))
    still = mended_until is not None and now.date() <= mended_until and now < reckoning.correct_until
    return Plan(tuple(steps), mended_until if still else None)


def last_return(road: Sequence[Stop], *, reckoning: Reckoning) -> dt.date | None:
    """The last day of the round on which a return leaves time to correct, to hand in again, and for every desk that has an end."""
    day = until = last_day(reckoning.correct_until)
    while day >= reckoning.begins:
        again = reckoning.handed_in_again_by(day, until)
        if again is not None and _in_time(road, again, reckoning):
            return day
        day -= _DAY
    return None


def _in_time(road: Sequence[Stop], day: dt.date, reckoning: Reckoning) -> bool:
    """Whether what is handed in on ``day`` passes each desk before its end; what comes after the last end is not looked at."""
    bounded = [place for place, stop in enumerate(road) if reckoning.corrected_ends.get(stop.desk) is not None]
    for stop in road[: max(bounded, default=-1) + 1]:
        end = reckoning.corrected_ends.get(stop.desk)
        if end is not None and not _comes_by(stop, day, last_day(end), reckoning):
            return False
        day = reckoning.after(stop, day)
    return True


def _expected(left: Sequence[Stop], first_on: dt.date, reckoning: Reckoning) -> list[dt.date | None]:
    days: list[dt.date | None] = [None] * len(left)
    try:
        days[0] = first_on if left[0].desk is None else reckoning.working_day_from(first_on)
        for place, stop in enumerate(left[1:], start=1):
            days[place] = reckoning.after(stop, days[place - 1])  # type: ignore[arg-type] # what is not known ends the loop
    except NotPublished:
        pass
    return days


def _latest(left: Sequence[Stop], *, ends: Ends, at_the_end: dt.date | None, reckoning: Reckoning) -> list[dt.date | None]:
    """The last safe day of each stop, from the last one back; ``None`` where nothing ends it."""
    days: list[dt.date | None] = []
    for place in reversed(range(len(left))):
        end = ends.get(left[place].desk)
        following = at_the_end if place == len(left) - 1 else days[-1]
        if following is not None and place < len(left) - 1:
            following = _before(left[place + 1], following, reckoning)
        bounds = [day for day in (following, last_day(end) if end is not None else None) if day is not None]
        last = min(bounds, default=None)
        days.append(last if last is None or left[place].desk is None else reckoning.working_day_until(last))
    return days[::-1]


def _before(following: Stop, by: dt.date, reckoning: Reckoning) -> dt.date:
    """The last day after which ``following`` still comes no later than ``by``; the day before the round where none of it is early enough."""
    day = by
    while day >= reckoning.begins and not _comes_by(following, day, by, reckoning):
        day -= _DAY
    return day


def _comes_by(stop: Stop, day: dt.date, by: dt.date, reckoning: Reckoning) -> bool:
    try:
        return reckoning.after(stop, day) <= by
    except NotPublished:
        return False  # the holidays until ``by`` are known: it comes in a year after that
