"""What a library holds, and how long. Pure: what a field of a fact means is known to the application form (``applications/sections.py``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

# What may be kept, by the key of the form's section, in the order of the form.
KINDS = (
    "education",
    "current_title",
    "appointment",
    "work_history",
    "continuing_education",
    "appraisals",
    "achievements",
    "publications",
    "awards",
    "training",
    "social_posts",
)
MOST_OF_A_KIND = 60  # as many rows as a section may have
MOST_FILES = 20  # of one item
MOST_BYTES = 60_000  # of one item: above the longest row of the form

TOLD_BEFORE = timedelta(days=60)
"""How long before an unused library goes its owner is told."""
ENDS_SOON = timedelta(days=30)
"""How long before a paper ends its owner is told."""


@dataclass(frozen=True, slots=True)
class FactFile:
    """A file of a fact, and what it is used as in a notice's terms."""

    file_id: int
    slot: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to be kept. ``known_by``: the fields that say whether it is the same thing as one that is kept already; ``saved_at``: how
    new it is.
    """

    kind: str
    content: Mapping[str, Any]
    known_by: tuple[str, ...]
    saved_at: datetime
    files: tuple[FactFile, ...] = ()
    valid_until: date | None = None

    def is_of(self, content: Mapping[str, Any]) -> bool:
        """Whether ``content`` tells of the same thing, older or newer."""
        return is_same(self.known_by, self.content, content)


def is_same(known_by: Sequence[str], one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two contents agree in every field they are ``known_by``, and something stands in one of these."""
    return any(one.get(name) for name in known_by) and all((one.get(n) or "") == (other.get(n) or "") for n in known_by)


def goes_at(used_at: datetime, told_at: datetime | None, *, years: int) -> datetime:
    """When a library goes that is not used again: ``years`` after its last use, and never before its owner was told for as long as
    :data:`TOLD_BEFORE`.
    """
    unused = _years_after(used_at, years)
    return unused if told_at is None else max(unused, told_at + TOLD_BEFORE)


def _years_after(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # the 29th of February
        return moment.replace(year=moment.year + years, month=3, day=1)


def unused_before(now: datetime, *, years: int) -> datetime:
    """Whatever was last used before this moment has been unused for ``years``."""
    return _years_after(now, -years)
