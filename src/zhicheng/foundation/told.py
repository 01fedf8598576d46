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

from django.db.models import Count, Max, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry

ONE_TRANSACTION = timedelta(minutes=10)  # at most: two times of one action lie apart by how long it took
EVENT, ACTOR = "event", "actor"  # of the entry itself, not of its data
Value = Callable[[Any], Any]


@dataclass(slots=True)
class _Look:
    """What one look keeps from batch to batch: where the entries begin that tell of such rows, and the last new key of the blind index;
    ``used``: the numbers of entries of before that were found to be a row's.
    """

    first: LedgerEntry | None
    reached: datetime | None  # the latest time of the entries before the first
    new_key: int
    used: set[int]


@dataclass(frozen=True, slots=True)
class Telling:
    """How entries of ``events`` tell of ``rows``.

    The entry's subject is ``kind:N``, with the N of the row's column ``belongs``; its data name the row's ``column`` under ``named``
    (entries of before that did not are found by their values), or nothing does, and the subject alone names the row. ``values`` are
    what must agree, by the place in the entry's data; ``indexes`` are those of them that hold blind indexes, which entries of before a
    new key tell otherwise. ``repeated``: several entries may tell of one row. ``untold`` names the column
    with a row's time, where rows of before the event was written have no entry: a row older than the first entry (or than the first of
    ``told_since``), by this time, and where nothing names rows by its number too, need have none, nor what is no later than the clock
    had been by then: it may have been ahead, and put back since. A row that another of ``told_since`` names is not older. With ``untold``
    the row's number, what has a smaller one than the first entry names. ``gone``: what the ledger says was removed since, by subject (``user:5``)
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
        look = self._begin()
        for batch in in_batches(self.rows()):
            yield from self._rows_without(batch, look)
        gone = frozenset(self.gone()) if self.gone is not None else frozenset()
        for entries in in_batches(LedgerEntry.objects.filter(event__in=self.events)):
            yield from self._entries_without([one for one in entries if not {one.subject, self._named(one)} & gone])

    def _begin(self) -> _Look:
        first = reached = None
        if self.untold:
            first = LedgerEntry.objects.filter(event__in=self.told_since or self.events).order_by("number").first()
        if first is not None:
            reached = LedgerEntry.objects.filter(number__lt=first.number).aggregate(at=Max("at"))["at"]
        return _Look(first, reached, last_new_key() if self.indexes else 0, used=set())

    def _rows_without(self, rows: list[Any], look: _Look) -> Iterator[Violation]:
        events = {*self.events, *self.told_since}
        found = list(
            LedgerEntry.objects.filter(event__in=events, subject__in={self._subject(row) for row in rows}).order_by("number")
        )
        entries = grouped([one for one in found if one.event in self.events], lambda one: (one.subject, self._names(one)))
        others = {(one.subject, self._names(one)) for one in found if one.event not in self.events}
        salts = ledger.salts_of(entry.number for mine in entries.values() for entry in mine)
        for row in rows:
            subject = self._subject(row)
            name = str(getattr(row, self.column)) if self.named else ""
            mine = entries.get((subject, name), [])
            if not mine and self.named:
                mine = self._older(row, entries.get((subject, ""), []), salts, look)
            if not mine and ((subject, name) in others or not self._is_older(row, look)):
                yield Violation(self._about(row), _("台账没有记录过它。"))
            elif len(mine) > 1 and not self.repeated:
                yield Violation(self._about(row), _("台账中有 %(count)s 条记录，应为 1 条。") % {"count": len(mine)})
            for entry in mine:
                if other := [key for key in self._compared(entry, look) if not self._agrees(entry, key, row, salts)]:
                    said = _("与台账不一致：%(what)s。") % {"what": "、".join(other)}
                    yield Violation(self._about(row), said)

    def _compared(self, entry: LedgerEntry, look: _Look) -> list[str]:
        """Which of the values ``entry`` can be asked for: an index in one of before the last new key was made with another."""
        return [key for key in self.values if entry.number > look.new_key or key not in self.indexes]

    def _is_older(self, row: Any, look: _Look) -> bool:
        """Whether ``row`` was made before the ledger told of any such row."""
        if not self.untold or look.first is None:
            return bool(self.untold)
        of_row = getattr(row, self.untold)
        if not isinstance(of_row, datetime):
            return bool(0 < of_row < int(self._names(look.first) or 0))
        by_then = of_row < look.first.at or (look.reached is not None and of_row <= look.reached)
        return bool(by_then and (self.named or getattr(row, self.belongs) < (self._number(look.first) or 0)))

    def _older(self, row: Any, unnamed: list[LedgerEntry], salts: ledger.Salts, look: _Look) -> list[LedgerEntry]:
        """The first of the entries that name no row which tells of one like this; it is not another row's as well, in whatever batch."""
        for entry in unnamed:
            if entry.number in look.used:
                continue
            if all(self._agrees(entry, key, row, salts) for key in self._compared(entry, look)):
                look.used.add(entry.number)
                return [entry]
        return []

    def _entries_without(self, entries: list[LedgerEntry]) -> Iterator[Violation]:
        of_rows = [entry for entry in entries if self._number(entry) is not None]
        naming, nameless = ([one for one in of_rows if bool(self._names(one)) is says] for says in (True, False))
        there: set[tuple[str, str]] = set()
        if naming:
            there = {(str(one), str(key)) for one, key in self._rows_of(naming).values_list(self.belongs, self.column)}
        counts: dict[int, int] = {}
        entries_of: dict[str, int] = {}
        if nameless:
            counts = dict(self._rows_of(nameless).order_by().values_list(self.belongs).annotate(n=Count("pk")))
            told = LedgerEntry.objects.filter(event__in=self.events, subject__in={entry.subject for entry in nameless})
            entries_of = dict(told.order_by().values_list("subject").annotate(n=Count("pk")))
        for entry in of_rows:
            number, name = self._number(entry), self._names(entry)
            needed = 1 if self.repeated else entries_of.get(entry.subject, 0)
            if (str(number), name) not in there if name else counts.get(number or 0, 0) < needed:
                yield Violation(f"{entry.subject} ledger:{entry.number}", _("台账有记录，表中却没有。"))

    def _rows_of(self, entries: list[LedgerEntry]) -> QuerySet[Any]:
        return self.rows().filter(**{f"{self.belongs}__in": {self._number(entry) for entry in entries}})

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


def last_new_key() -> int:
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


def at_the_time_of(entry: LedgerEntry, at: datetime | None, *, named: str = "at") -> bool:
    """Whether ``at`` is the time that the entry tells of (``named`` in its data); entries of before told none, and stand close to it."""
    return entry.data[named] == moment(at) if named in entry.data else together(at, entry.at)


def moment(at: datetime | None) -> str | None:
    """A time as entries write it."""
    return None if at is None else ledger.time_text(at)
