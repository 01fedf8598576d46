"""A layer of the working-day calendar as a file: the holidays of a year as one authority has published them (S-39, domain §3.9).

The program ships the layers that were known when it was made. What is published afterwards is loaded like a notice, so that a new year,
or a day the region moves, needs no new program (:func:`zhicheng.campaigns.queries.calendar_named`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from zhicheng.campaigns.vocabulary import Day, NoticePart, Slug, Words
from zhicheng.campaigns.yaml_source import Path
from zhicheng.standards.calendar import CALENDAR_NAMES, Calendar, Layer, layer_from_data, load_calendar

CalendarName = Literal["national", "xinjiang"]


class CalendarDay(NoticePart):
    """One day that is not what its weekday says. ``certain`` false: an estimate, made before the notice of the year was published."""

    date: Day
    is_workday: StrictBool
    name: Words
    source: Words | None = None  # of this day, where it is another than the file's
    published_at: Day | None = None  # likewise
    certain: StrictBool = True


class CalendarFile(NoticePart):
    """One layer: what ``source`` (published on ``published_at``) says of the days of ``published_years``.

    A layer of a higher ``level`` wins over one of a lower: national, region, prefecture, emergency; of one level the later loaded.
    ``calendars`` are those it belongs to; a national one belongs to all. ``published_years`` are the years whose whole notice is in
    this file: no estimate of the same level counts for them any more.
    """

    name: Slug
    title: Words
    level: Literal["national", "region", "prefecture", "emergency"]
    calendars: Annotated[tuple[CalendarName, ...], Field(min_length=1)]
    source: Words
    published_at: Day
    published_years: tuple[Annotated[int, Field(strict=True, ge=2000, le=2100)], ...] = ()
    days: Annotated[tuple[CalendarDay, ...], Field(min_length=1)]

    def layer(self) -> Layer:
        """The layer as the calendar takes it."""
        rows = [
            day.model_dump() | {"source": day.source or self.source, "published_at": day.published_at or self.published_at}
            for day in self.days
        ]
        years = list(self.published_years)
        return layer_from_data(
            {"name": self.name, "title": self.title, "level": self.level, "published_years": years, "days": rows}
        )


def compare_calendar(read: CalendarFile) -> Iterator[tuple[Path, str]]:
    """What no single value shows: (path, reason) of each slip."""
    if read.name in SHIPPED_LAYERS:
        yield ("name",), f"“{read.name}”是随程序提供的一层，不能替换；请另取一个名称，后载入的同级文件优先"
    if read.level == "national" and set(read.calendars) != set(CALENDAR_NAMES):
        yield ("calendars",), f"全国的安排对所有日历有效，应为 [{', '.join(CALENDAR_NAMES)}]"
    seen: dict[Any, int] = {}
    for index, day in enumerate(read.days):
        if day.date in seen:
            yield ("days", index, "date"), f"{day.date} 写了两次（另一处是第 {seen[day.date] + 1} 项）"
        seen.setdefault(day.date, index)
        if day.is_workday and day.date.weekday() < 5 and read.level == "national":
            yield ("days", index, "date"), f"{day.date} 不是周末，不必补班；是否写错了日期"
    for index, year in enumerate(read.published_years):
        if not any(day.date.year == year for day in read.days):
            yield ("published_years", index), f"写明包含{year}年的全部安排，却没有{year}年的任何一天"


SHIPPED_LAYERS = frozenset(layer.name for name in CALENDAR_NAMES for layer in load_calendar(name).layers)


def with_layers(name: str, files: list[CalendarFile]) -> Calendar:
    """The calendar of that name with the loaded ``files`` on it, in the order they were loaded."""
    calendar = load_calendar(name)
    for read in files:
        if name in read.calendars:
            calendar = calendar.with_layer(read.layer())
    return calendar
