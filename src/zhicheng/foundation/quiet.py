"""The hours of the night in which nobody is reminded of anything (``ZHICHENG_QUIET_HOURS``), Beijing time. Pure, but for the setting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings

from zhicheng.foundation.clock import BEIJING

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``begin`` until before ``end``, over midnight where ``begin`` is the later one; none where both are the same."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """``22:00-9:00``; empty: none. Raises ``ValueError``."""
        if not text.strip():
            return cls(time(0), time(0))
        begin, dash, end = text.partition("-")
        if not dash:
            raise ValueError(f"two times with “-” between them, not {text!r}")
        return cls(_time(begin), _time(end))

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.begin != self.end

    def holds(self, at: datetime) -> bool:
        """Whether ``at`` (aware) is within them."""
        here = at.astimezone(BEIJING).time()
        if self.begin <= self.end:
            return self.begin <= here < self.end
        return here >= self.begin or here < self.end

    def over(self, at: datetime) -> datetime:
        """``at`` itself, or when the quiet hours it falls into are over."""
        if not self.holds(at):
            return at
        here = at.astimezone(BEIJING)
        end = here.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return end if end > here else end + A_DAY

    def begins_after(self, at: datetime) -> datetime:
        """When the quiet hours after ``at`` begin, which is a time of day; without any, midnight."""
        here = at.astimezone(BEIJING)
        begin = here.replace(hour=self.begin.hour, minute=self.begin.minute, second=0, microsecond=0)
        return begin if begin > here else begin + A_DAY

    def before(self, at: datetime, *, spare: timedelta) -> datetime:
        """``at`` itself, or ``spare`` before the beginning of the quiet hours it falls into: brought forward into the day. Where the day is shorter
        than that, when it begins."""
        if not self.holds(at):
            return at
        early = self.begins_after(at) - A_DAY - spare
        return early if not self.holds(early) else self.over(at)


def quiet_hours() -> QuietHours:
    """Those of this instance."""
    return QuietHours.parse(settings.QUIET_HOURS)


def _time(text: str) -> time:
    hour, colon, minute = text.strip().partition(":")
    return time(int(hour), int(minute) if colon else 0)
