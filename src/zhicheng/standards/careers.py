"""Checks across the rows of a career: work history without holes, titles in rising order (domain §3.10; Order 40 art. 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from .series import rank_of

# A gap of up to a month between two jobs is usual.
ALLOWED_GAP_DAYS = 31


@dataclass(frozen=True, slots=True)
class Span:
    """A time at one employer; ``ended_on`` None means until now. Both days belong to it."""

    started_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class SpanProblem:
    """``kind`` is "reversed", "overlap" or "gap"; ``first`` and ``second`` are places in the sequence given; ``days`` is how long
    the overlap or gap is."""

    kind: str
    first: int
    second: int
    days: int


def check_spans(spans: Sequence[Span], *, today: date, allowed_gap_days: int = ALLOWED_GAP_DAYS) -> tuple[SpanProblem, ...]:
    """Everything odd about a work history, in order of time: ends before it starts, overlaps, gaps longer than a month.

    One job may end on the day the next begins.
    """
    problems = []
    order = sorted(range(len(spans)), key=lambda i: (spans[i].started_on, spans[i].ended_on or date.max))
    latest: int | None = None
    for index in order:
        span = spans[index]
        end = span.ended_on or max(today, span.started_on)
        if end < span.started_on:
            problems.append(SpanProblem("reversed", index, index, (span.started_on - end).days))
            continue
        if latest is not None:
            last_end = spans[latest].ended_on or max(today, spans[latest].started_on)
            idle = (span.started_on - last_end - timedelta(days=1)).days
            if span.started_on < last_end:
                problems.append(SpanProblem("overlap", latest, index, (min(end, last_end) - span.started_on).days + 1))
            elif idle > allowed_gap_days:
                problems.append(SpanProblem("gap", latest, index, idle))
            if end <= last_end:
                continue
        latest = index
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class HeldTitle:
    """A title with its stored step and the day it was acquired."""

    level: str
    grade: str
    acquired_on: date


def titles_out_of_order(titles: Sequence[HeldTitle]) -> tuple[tuple[int, int], ...]:
    """Pairs of places where a higher step was acquired before a lower one (员级 → 助理级 → 中级 → 副高级 → 正高级).

    Equal steps are in order: a transfer to another series keeps the step.
    """
    order = sorted(range(len(titles)), key=lambda i: (titles[i].acquired_on, rank_of(titles[i].level, titles[i].grade)))
    return tuple(
        (before, after)
        for before, after in pairwise(order)
        if rank_of(titles[before].level, titles[before].grade) > rank_of(titles[after].level, titles[after].grade)
    )
