"""Layers of a working-day calendar as data, and reading them from a file with every fault named (domain §3.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .errors import InvalidNumber

LEVELS = ("national", "region", "prefecture", "emergency")
"""Rising precedence; below all of them lies the weekday rule."""


@dataclass(frozen=True, slots=True)
class Day:
    """One row: what ``source`` says about ``date``. ``published_at`` is the day of the notice, None where unknown;
    ``certain`` is False for an estimate made before the notice was seen."""

    date: dt.date
    is_workday: bool
    name: str = ""
    source: str = ""
    published_at: dt.date | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Layer:
    """The rows of one authority. ``published_years``: the years whose notice is completely in this layer."""

    name: str
    title: str
    level: str
    published_years: tuple[int, ...]
    days: tuple[Day, ...]

    def as_data(self) -> dict[str, Any]:
        """The layer as JSON data, dates as ISO text; :func:`layer_from_data` reads it back."""
        data = asdict(self)
        for row in data["days"]:
            row["date"] = row["date"].isoformat()
            row["published_at"] = row["published_at"].isoformat() if row["published_at"] else None
        data["published_years"] = list(self.published_years)
        data["days"] = list(data["days"])
        return data


class LayerError(ValueError):
    """A layer file with faults: ``problems`` names each one, with its place."""

    def __init__(self, problems: list[InvalidNumber]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def layer_from_data(data: Mapping[str, Any]) -> Layer:
    """A layer from ``{name, title, level, published_years, days: [{date, is_workday, name, source, published_at, certain}]}``.

    Raises :class:`LayerError` naming everything wrong at once.
    """
    problems: list[InvalidNumber] = []
    name, level = str(data.get("name") or ""), str(data.get("level") or "")
    if not name:
        problems.append(InvalidNumber("calendar.missing", where="name"))
    if level not in LEVELS:
        problems.append(InvalidNumber("calendar.level", value=level, levels="、".join(LEVELS)))
    years = data.get("published_years") or []
    if not isinstance(years, list) or any(not isinstance(year, int) for year in years):
        problems.append(InvalidNumber("calendar.years", value=years))
        years = []
    raw = data.get("days") or []
    if not isinstance(raw, list):
        problems.append(InvalidNumber("calendar.row", where="days"))
        raw = []
    rows = [row for index, item in enumerate(raw, 1) if (row := _day(item, f"days[{index}]", problems)) is not None]
    seen: set[dt.date] = set()
    for row in rows:
        if row.date in seen:
            problems.append(InvalidNumber("calendar.twice", day=row.date.isoformat()))
        seen.add(row.date)
    if problems:
        raise LayerError(problems)
    return Layer(name, str(data.get("title") or name), level, tuple(years), tuple(sorted(rows, key=lambda row: row.date)))


def _day(item: Any, where: str, problems: list[InvalidNumber]) -> Day | None:
    if not isinstance(item, Mapping):
        problems.append(InvalidNumber("calendar.row", where=where))
        return None
    before = len(problems)
    day = _date(item.get("date"), f"{where}.date", problems)
    published = _date(item["published_at"], f"{where}.published_at", problems) if item.get("published_at") else None
    for key, value in (("is_workday", item.get("is_workday")), ("certain", item.get("certain", True))):
        if not isinstance(value, bool):
            problems.append(InvalidNumber("calendar.boolean", where=f"{where}.{key}", value=value))
    if not item.get("source"):
        problems.append(InvalidNumber("calendar.missing", where=f"{where}.source"))
    if day is None or len(problems) > before:
        return None
    return Day(day, item["is_workday"], str(item.get("name") or ""), str(item["source"]), published, item.get("certain", True))


def _date(value: Any, where: str, problems: list[InvalidNumber]) -> dt.date | None:
    # YAML gives dates, JSON gives text.
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        problems.append(InvalidNumber("calendar.date", where=where, value=value))
        return None
