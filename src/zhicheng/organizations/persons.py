"""What hangs on a person rather than on an account, in rooms further down: strikes, closed years, integrity records (S-18, S-28, S-81).

A person is known by the blind index of the identity number. When a number is corrected, everything under the old index has to
follow in the same transaction, or a ban would be left behind. Each room that keeps an index registers how it counts and how it
follows, as it registers the guards of the lifecycle; nothing is imported upward.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from zhicheng.foundation.reindexing import holds_number


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A correction that is being written. The indexes are equal when only the name was wrong.

    ``accounts`` are the accounts it is written on: others may claim the old number and keep what is theirs. ``with_history``: the
    number was this person's, so its years and records move too; false where it was only claimed. ``with_years``: the account held
    the number and loses it to who has the card: the years count its own applications and go with them, nothing else does. ``with_empty_years``: it only claimed the number,
    which goes to somebody who brings years along; those that count nothing make room for them.
    """

    user_id: int
    old_index: str
    new_index: str
    new_name: str
    accounts: tuple[int, ...]
    with_history: bool = True
    with_years: bool = False
    with_empty_years: bool = False


@dataclass(frozen=True, slots=True)
class Keeper:
    """One room's answer: ``count`` the things under an index (for the words ``label``), ``follow`` a correction."""

    name: str
    label: str | Promise
    count: Callable[[str], int]
    follow: Callable[[PersonChange], int]


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    """Add a room's answer; called once, when the room is loaded."""
    _keepers[keeper.name] = keeper


def kept_under(index: str) -> dict[str, int]:
    """How many things of each kind hang on this index, by their words; kinds without any are left out."""
    found = {str(keeper.label): keeper.count(index) for keeper in _keepers.values()} if index else {}
    return {label: number for label, number in found.items() if number}


def follow(change: PersonChange) -> dict[str, int]:
    """Let everything follow, in the caller's transaction; how many things moved, by the keepers' names.

    The rooms further down go first: an application is locked before anything that hangs on it (docs/structure.md).
    """
    return {name: _keepers[name].follow(change) for name in reversed(_keepers)}


holds_number("organizations.AccountRequest", "old_number", "new_number")
