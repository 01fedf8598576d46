"""Telling everything anew from the ledger alone, and comparing it with the tables.

Each room registers a listener that hears every entry in order, keeps what it needs, and at the end names each difference. It may
ask the tables only then. Memory grows with the number of things told of (a few hundred bytes an application), not with the entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from zhicheng.foundation.invariants import Violation, one_state
from zhicheng.foundation.models import LedgerEntry


class Listener(Protocol):
    """One room's memory of what the ledger tells."""

    def hear(self, entry: LedgerEntry) -> None:
        """Take in the next entry."""

    def differences(self) -> Iterator[Violation]:
        """How the tables differ from what was told."""

    def untold(self) -> int:
        """How many rows older entries do not tell enough of to be compared."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one listener found: ``label`` says what it compared."""

    name: str
    label: str | Promise
    differences: list[Violation]
    untold: int


_listeners: dict[str, tuple[str | Promise, Callable[[], Listener]]] = {}


def listens(name: str, label: str | Promise) -> Callable[[Callable[[], Listener]], Callable[[], Listener]]:
    """Register the decorated class as what replays ``label`` under ``name``."""

    def register(made: Callable[[], Listener]) -> Callable[[], Listener]:
        _listeners[name] = (label, made)
        return made

    return register


def replay() -> list[Told]:
    """Read the whole ledger once and say, for every listener, what differs from the tables as they are at the same moment."""
    heard = {name: (label, made()) for name, (label, made) in sorted(_listeners.items())}
    with one_state():
        for entry in LedgerEntry.objects.order_by("number").iterator(chunk_size=2000):
            for _label, listener in heard.values():
                listener.hear(entry)
        return [Told(name, label, list(one.differences()), one.untold()) for name, (label, one) in heard.items()]


def number_of(subject: str, kind: str) -> int | None:
    """``12`` of ``application:12`` for the kind ``application``; ``None`` for anything else."""
    found, _colon, number = subject.partition(":")
    return int(number) if found == kind and number.isdecimal() else None
