"""A row that has an entry of its own in the ledger: both are there, and say the same.

A room declares what it writes (:func:`told`): which event tells of which rows, how the two name each other, and which values must
agree. Each declaration is an invariant of ``zhicheng verify`` and looks both ways: a row without its entry, an entry without its
row, another value. Older entries tell less: what they do not tell, and what was erased by law, is no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry

ONE_TRANSACTION = timedelta(minutes=10)  # at most: two times of one action lie apart by how long it took
EVENT, ACTOR = "event", "actor"  # of the entry itself, not of its data
Value = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """How entries of ``events`` tell of ``rows``.

    The entry's subject is ``kind:N``, with the N of the row's column ``belongs``; its data name the row's ``column`` under ``named``
    (entries of before that did not are found by their values), or nothing does, and the subject alone names the row. ``values`` are
    what must agree, by the place in the entry's data; ``indexes`` are those of them that hold blind indexes, which entries of before a
    new key tell otherwise. ``repeated``: several entries may tell of one row. ``untold`` names the column
    with a row's time, where rows of before the event was written have no entry: a row older than the first entry (or than the first of
    ``told_since``), by this time, and where nothing names rows by its number too, need have none; with ``untold`` the row's number, what
    has a smaller one than the first entry names. ``gone``: what the ledger says was removed since, by subject (``user:5``)
    or by name (``verification:12``, with ``named`` for its kind).
    """

    events: tuple[str, ...]
    rows: Callable[[], QuerySet[Any]]
    kind: str
    belongs: str
    values: Mapping[str, Value]
    named: str = ""
    column: str = "pk"
    repeated: bool = False
    untold: str = ""
    told_since: tuple[str, ...] = ()
    indexes: frozenset[str] = frozenset()
    gone: Callable[[], Collection[str]] | None = None

    def look(self) -> Iterator[Violation]:
        """Every difference between the rows and their entries."""
        since = LedgerEntry.objects.filter(event__in=self.told_since or self.events)
        first = since.order_by("number").first() if self.untold else None
        used: set[int] = set()
        new_key = _last_new_key() if self.indexes else 0
        for batch in in_batches(self.rows()):
            yield from self._rows_without(batch, first, used, new_key)
        gone = frozenset(self.gone()) if self.gone is not None else frozenset()
        for entries in in_batches(LedgerEntry.objects.filter(event__in=self.events)):
            yield from self._entries_without([one for one in entries if not {one.subject, self._named(one)} & gone])

    def _rows_without(self, rows: list[Any], first: LedgerEntry | None, used: set[int], new_key: int) -> Iterator[Violation]:
        found = LedgerEntry.objects.filter(event__in=self.events, subject__in={self._subject(row) for row in rows})
        entries = grouped(found.order_by("number"), lambda entry: (entry.subject, self._names(entry)))
        salts = ledger.salts_of(entry.number for mine in entries.values() for entry in mine)
        for row in rows:
            subject = self._subject(row)
            mine = entries.get((subject, str(getattr(row, self.column)) if self.named else ""), [])
            if not mine and self.named:
                mine = self._older(row, entries.get((subject, ""), []), salts, used)
            if not mine and not self._is_older(row, first):
                yield Violation(self._about(row), _("台账没有记录过它。"))
            elif len(mine) > 1 and not self.repeated:
                yield Violation(self._about(row), _("台账中有 %(count)s 条记录，应为 1 条。") % {"count": len(mine)})
            for entry in mine:
                compared = self.values if entry.number > new_key else self.values.keys() - self.indexes
                if other := [key for key in compared if not self._agrees(entry, key, row, salts)]:
                    said = _("与台账不一致：%(what)s。") % {"what": "、".join(other)}
                    yield Violation(self._about(row), said)

    def _is_older(self, row: Any, first: LedgerEntry | None) -> bool:
        """Whether ``row`` was made before the ledger told of any such row."""
        if not self.untold or first is None:
            return bool(self.untold)
        of_row = getattr(row, self.untold)
        if not isinstance(of_row, datetime):
            return bool(0 < of_row < int(self._names(first) or 0))
        return bool(of_row < first.at and (self.named or getattr(row, self.belongs) < (self._number(first) or 0)))

    def _older(self, row: Any, unnamed: list[LedgerEntry], salts: ledger.Salts, used: set[int]) -> list[LedgerEntry]:
        """The first of the entries that name no row which tells of one like this; it is not another row's as well, in whatever batch
        (``used``: the numbers of those that were taken).
        """
        for entry in unnamed:
            if entry.number not in used and all(self._agrees(entry, key, row, salts) for key in self.values):
                used.add(entry.number)
                return [entry]
        return []

    def _entries_without(self, entries: list[LedgerEntry]) -> Iterator[Violation]:
        subjects = {entry.subject for entry in entries if self._number(entry) is not None}
        ids = {self._number(entry) for entry in entries} - {None}
        rows = self.rows().filter(**{f"{self.belongs}__in": ids})
        there = {(str(one), str(key)) for one, key in rows.values_list(self.belongs, self.column)} if self.named else set()
        counts = dict(rows.order_by().values_list(self.belongs).annotate(n=Count("pk")))
        told = LedgerEntry.objects.filter(event__in=self.events, subject__in=subjects)
        entries_of = dict(told.order_by().values_list("subject").annotate(n=Count("pk")))
        for entry in entries:
            number, name = self._number(entry), self._names(entry)
            if number is None:
                continue
            few = counts.get(number, 0) < (1 if self.repeated else entries_of[entry.subject])
            if (str(number), name) not in there if name else few:
                yield Violation(f"{entry.subject} ledger:{entry.number}", _("台账有记录，表中却没有。"))

    def _names(self, entry: LedgerEntry) -> str:
        named = entry.data.get(self.named) if self.named else None
        return "" if named is None else str(named)

    def _named(self, entry: LedgerEntry) -> str:
        return f"{self.named}:{self._names(entry)}"

    def _number(self, entry: LedgerEntry) -> int | None:
        kind, _colon, number = entry.subject.partition(":")
        return int(number) if kind == self.kind and number.isdecimal() else None

    def _subject(self, row: Any) -> str:
        return f"{self.kind}:{getattr(row, self.belongs)}"

    def _about(self, row: Any) -> str:
        subject = self._subject(row)
        return subject if self.belongs == "pk" else f"{subject} {row._meta.model_name}:{row.pk}"

    def _agrees(self, entry: LedgerEntry, key: str, row: Any, salts: ledger.Salts) -> bool:
        if key in {EVENT, ACTOR}:
            return bool(getattr(entry, key) == self.values[key](row))
        return key not in entry.data or ledger.says(entry, entry.data[key], self.values[key](row), salts) is not False


def told(name: str, label: str | Promise, telling: Telling) -> Telling:
    """Register ``telling`` as the invariant ``name``."""
    invariant(name, label)(telling.look)
    return telling


def _last_new_key() -> int:
    """The entry that tells of the last new key of the blind index: what stands in earlier ones was made with another."""
    newest = LedgerEntry.objects.filter(event="keys.reindexed").order_by("-number").values_list("number", flat=True)
    return newest.first() or 0


def person(user_id: int | None) -> str:
    """An account as entries name it; nobody is the system."""
    return f"user:{user_id}" if user_id else "system"


def together(one: datetime | None, other: datetime | None) -> bool:
    """Whether two times can be of one action; or there is neither."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= ONE_TRANSACTION


def moment(at: datetime | None) -> str | None:
    """A time as entries write it."""
    return None if at is None else ledger.time_text(at)
