"""First letters of pinyin, by which long lists are searched, and the schools that are suggested. Both are aids: nothing is judged by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .resources import read_json


@dataclass(frozen=True, slots=True)
class School:
    """``zh`` is the full name as on a diploma, ``initials`` the first letters of its pinyin."""

    zh: str
    initials: str


def _load_schools() -> tuple[School, ...]:
    return tuple(School(*row) for row in read_json("schools.json")["rows"])


INITIALS: Mapping[str, Mapping[str, str]] = read_json("initials.json")
"""Table key → code → initials, for the tables that are long."""
SCHOOLS = _load_schools()
