"""Working days by ordered layers: weekday rule → national → autonomous region → prefecture → emergency (domain §3.9).

The last layer that speaks about a day wins. A calendar is a value: changing a layer gives a new calendar with a new ``version``,
and a deadline computed from it keeps that version. All dates are days in Beijing.

Basis: 《全国年节及纪念日放假办法》, the yearly notices of the State Council's general office, and 自治区人民政府令第174号.
Holidays of a part of the population (妇女节 …) are not in any layer: they do not stop a publicity period.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Literal

from chinese_calendar import constants as archive

from .calendar_layers import LEVELS, Day, Layer, LayerError, layer_from_data
from .errors import InvalidNumber
from .resources import read_json

__all__ = [
    "CALENDAR_NAMES",
    "Calendar",
    "Day",
    "EndDate",
    "Layer",
    "LayerError",
    "NotPublished",
    "layer_from_data",
    "load_calendar",
]

Counting = Literal["incl", "excl"]
CALENDAR_NAMES = ("national", "xinjiang")
_ONE_DAY = timedelta(days=1)
# The years before the project's own table, from the archive in the ``chinesecalendar`` package.
_ARCHIVE_YEARS = range(2004, 2023)
# A notice often moves the last days of the old year (2018-12-29 became a working day, 2018-12-31 a holiday).
_LAST_WEEK_FROM = (12, 25)


class NotPublished(InvalidNumber):
    """The national holiday notice of ``year`` is not in the calendar: nothing is guessed."""

    def __init__(self, year: int) -> None:
        super().__init__("calendar.not_published", year=year)

    @property
    def year(self) -> int:
        return int(str(self.values["year"]))


@dataclass(frozen=True, slots=True)
class EndDate:
    """The earliest legal last day of a period.

    ``provisional``: the end may still move, because ``doubtful_days`` in the period rest on an estimate, or because the notices
    in ``unconfirmed`` (such as ``region:2026``) are not in the calendar. ``calendar_version`` identifies the data used.
    """

    end: date
    provisional: bool
    calendar_version: str
    doubtful_days: tuple[date, ...] = ()
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """Layers in rising order of precedence. ``expects`` names the levels whose yearly notice the calendar relies on."""

    name: str
    layers: tuple[Layer, ...]
    expects: tuple[str, ...] = ("national",)

    @cached_property
    def version(self) -> str:
        """SHA-256 (hex) of everything the calendar says; equal layers give the same version in every process."""
        content = {"name": self.name, "expects": self.expects, "layers": [layer.as_data() for layer in self.layers]}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    # What was asked before: a plan asks for the same few days hundreds of times. No more days than those of the years that are published.
    @cached_property
    def _worked(self) -> dict[date, bool]:
        return {}

    @cached_property
    def _counted(self) -> dict[tuple[date, int, Counting], date]:
        return {}

    @cached_property
    def _special_days(self) -> dict[date, tuple[Day, Layer]]:
        special: dict[date, tuple[Day, Layer]] = {}
        for layer in self.layers:
            for day in layer.days:
                # A published notice supersedes every estimate of its level for that year, also for days it does not mention.
                if day.certain or day.date.year not in self._published.get(layer.level, frozenset()):
                    special[day.date] = (day, layer)
        return special

    @cached_property
    def _published(self) -> dict[str, frozenset[int]]:
        years: dict[str, frozenset[int]] = {}
        for layer in self.layers:
            years[layer.level] = years.get(layer.level, frozenset()) | frozenset(layer.published_years)
        return years

    @property
    def published_years(self) -> frozenset[int]:
        """The years whose national notice is known; any other raises :class:`NotPublished`."""
        return self._published.get("national", frozenset())

    def special_days_of(self, year: int) -> list[Day]:
        """Every day of ``year`` that a layer speaks about, as the deciding row says it."""
        return [row for day, (row, _layer) in sorted(self._special_days.items()) if day.year == year]

    def unconfirmed_of(self, year: int) -> tuple[str, ...]:
        """The notices of ``year`` itself that the calendar relies on and does not have yet, such as ``region:2026``."""
        return tuple(f"{level}:{year}" for level in self.expects if year not in self._published.get(level, frozenset()))

    def with_layer(self, layer: Layer) -> Calendar:
        """A new calendar with ``layer`` added, or put in the place of the layer with the same name."""
        others = [other for other in self.layers if other.name != layer.name]
        ordered = sorted([*others, layer], key=lambda each: LEVELS.index(each.level))
        return replace(self, layers=tuple(ordered))

    def explain(self, day: date) -> Day:
        """Why ``day`` is a working day or not: the deciding row with its source; a plain weekday or weekend has no source.

        Raises :class:`NotPublished`.
        """
        if day.year not in self.published_years:
            raise NotPublished(day.year)
        if day in self._special_days:
            return self._special_days[day][0]
        return Day(day, is_workday=day.weekday() < 5)

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is a working day. Raises :class:`NotPublished`."""
        known = self._worked.get(day)
        if known is None:
            known = self._worked[day] = self.explain(day).is_workday
        return known

    def earliest_end(self, start: date, n: int, counting: Counting = "incl") -> EndDate:
        """The earliest day on which a period beginning on ``start`` has lasted ``n`` ≥ 1 working days, that day included.

        ``incl`` counts the start day if it is a working day (usual practice: 6–10 November is five); ``excl`` does not
        (民法典 第二百零一条). Source: S-39, G-11. Raises :class:`NotPublished` when the period leaves the published years.
        """
        return self._end_date(start, self.nth_workday(start, n, counting))

    def nth_workday(self, start: date, n: int, counting: Counting = "incl") -> date:
        """The day of :meth:`earliest_end` alone, without what its certainty hangs on. ``excl``: ``n`` working days after ``start``."""
        asked = (start, n, counting)
        if asked not in self._counted:
            self._counted[asked] = self._counted_from(start, n, counting)
        return self._counted[asked]

    def _counted_from(self, start: date, n: int, counting: Counting) -> date:
        if n < 1:
            raise ValueError("n must be at least 1")
        day = _first_counted(start, counting)
        left = n - self.is_workday(day)
        while left:
            day += _ONE_DAY
            left -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date, counting: Counting = "incl") -> int:
        """Working days in the closed interval from ``start`` (``excl``: from the day after it) to ``end``; 0 when empty.

        Raises :class:`NotPublished`.
        """
        return sum(self.is_workday(day) for day in _days(_first_counted(start, counting), end))

    def _end_date(self, start: date, end: date) -> EndDate:
        doubtful = tuple(day for day in _days(start, end) if not self.explain(day).certain)
        unconfirmed = tuple(dict.fromkeys(gap for day in _days(start, end) for gap in self._gaps(day)))
        return EndDate(end, bool(doubtful or unconfirmed), self.version, doubtful, unconfirmed)

    def _gaps(self, day: date) -> Iterator[str]:
        """The notices that could still say something about ``day``."""
        years = [day.year, day.year + 1] if (day.month, day.day) >= _LAST_WEEK_FROM else [day.year]
        for level in self.expects:
            for year in years:
                if year not in self._published.get(level, frozenset()):
                    yield f"{level}:{year}"


def _first_counted(start: date, counting: Counting) -> date:
    if counting not in ("incl", "excl"):
        raise ValueError(f"counting is 'incl' or 'excl', not {counting!r}")
    return start if counting == "incl" else start + _ONE_DAY


def _days(start: date, end: date) -> Iterator[date]:
    for offset in range((end - start).days + 1):
        yield start + offset * _ONE_DAY


def _archive_layer() -> Layer:
    source = "国务院办公厅历年节假日安排（chinesecalendar）"
    rows = dict.fromkeys(archive.holidays, False) | dict.fromkeys(archive.workdays, True)
    days = tuple(Day(day, is_workday=work, source=source) for day, work in sorted(rows.items()) if day.year in _ARCHIVE_YEARS)
    return Layer("national-archive", "历年节假日安排", "national", tuple(_ARCHIVE_YEARS), days)


@lru_cache
def load_calendar(name: str) -> Calendar:
    """``"national"`` or ``"xinjiang"`` from the room's data files. Raises ``ValueError`` for another name."""
    if name not in CALENDAR_NAMES:
        raise ValueError(f"no calendar named {name!r}")
    layers = [_archive_layer(), layer_from_data(read_json("calendars/national.json"))]
    if name == "national":
        return Calendar(name, tuple(layers))
    layers.append(layer_from_data(read_json("calendars/xinjiang.json")))
    return Calendar(name, tuple(layers), expects=("national", "region"))
