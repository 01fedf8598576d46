"""How long a step usually takes at a desk: read from the histories of a year. Pure but for the calendar it is given."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from zhicheng.applications.desks import HOLDER
from zhicheng.applications.lifecycle import TAKES_BACK
from zhicheng.applications.states import State

LEAST_CASES = 20  # only above them something is said: fewer say nothing, and may be told apart


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of a history, as much of it as tells how long something lay where: who moved it there, and when."""

    move: str
    to_state: str
    at: datetime
    by_role: str
    by_organization: int | None


@dataclass(frozen=True, slots=True)
class Lay:
    """An application lay in ``state`` at a desk of ``organization`` from one day to another, both Beijing days."""

    organization: int
    state: State
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Usual:
    """Working days in which half of ``count`` cases, and nine in ten, were done. 0: on the same day."""

    count: int
    half: int
    most: int


def stays_at_desks(history: Iterable[Moved], day_of: Callable[[datetime], date]) -> Iterator[Lay]:
    """Where one application lay, for each step that a desk ended itself. ``history``: oldest first.

    A pass that was taken back ended nothing: it lay there all the time. What the applicant took back, or a record or the clock
    ended, says nothing about the desk.
    """
    here: list[Moved] = []
    found: list[tuple[Moved, Moved]] = []
    for change in history:
        if change.move in TAKES_BACK:  # what is taken back is the pass just before
            if len(here) > 1:
                here.pop()
            if found:
                found.pop()
            continue
        if here:
            found.append((here[-1], change))
        here.append(change)
    for came, left in found:
        desk = HOLDER.get(State(came.to_state))
        if desk is not None and left.by_role == desk.role.value and left.by_organization is not None:
            yield Lay(left.by_organization, State(came.to_state), day_of(came.at), day_of(left.at))


def usual_of(days: Counter[int]) -> Usual | None:
    """The two figures of so many cases by working days; ``None`` where they are too few to say anything."""
    count = days.total()
    if count <= LEAST_CASES:
        return None
    return Usual(count, _reached(days, math.ceil(count * 0.5)), _reached(days, math.ceil(count * 0.9)))


def _reached(days: Counter[int], cases: int) -> int:
    """The fewest working days within which so many cases were done."""
    done = 0
    for number in sorted(days):
        done += days[number]
        if done >= cases:
            return number
    raise ValueError("more cases than there are")
