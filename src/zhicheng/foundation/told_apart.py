"""Rows whose entries stand under another subject: named in the entry's data, or, by those of before, found by what they say.

:mod:`zhicheng.foundation.told` compares rows that an entry's subject leads to. A few are told of under something else (a release under the
request it was decided in, a verification under the system). There are few of them: all are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import Violation, grouped, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.told import ACTOR, Value, last_new_key, together


@dataclass(frozen=True, slots=True)
class Apart:
    """How entries of ``event`` tell of ``rows``, one of each: ``named`` is the place of the row's number in the entry's data, ``values``
    what must agree by its place there (or :data:`ACTOR`), ``at`` the time of a row, by which an entry of before that names none is
    found; ``indexes`` are the values that hold blind indexes, which entries of before a new key tell otherwise.
    """

    event: str
    rows: Callable[[], QuerySet[Any]]
    named: str
    at: Callable[[Any], datetime]
    values: Mapping[str, Value]
    indexes: frozenset[str] = frozenset()

    def look(self) -> Iterator[Violation]:
        """Every difference, both ways."""
        entries = list(LedgerEntry.objects.filter(event=self.event).order_by("number"))
        salts, new_key = ledger.salts_of(entry.number for entry in entries), last_new_key() if self.indexes else 0
        naming = grouped([one for one in entries if self.named in one.data], lambda one: str(one.data[self.named]))
        nameless = [one for one in entries if self.named not in one.data]
        for row in self.rows().order_by("pk"):
            mine = naming.pop(str(row.pk), None) or self._older(row, nameless, salts)
            if len(mine) != 1:
                yield Violation(self._about(row), _("台账没有记录过它。") if not mine else _several(len(mine)))
            for entry in mine:
                if other := self._others(entry, row, salts, new_key):
                    yield Violation(self._about(row), _("与台账不一致：%(what)s。") % {"what": "、".join(other)})
        for entry in [*nameless, *(one for left in naming.values() for one in left)]:
            yield Violation(f"{entry.subject} ledger:{entry.number}", _("台账有记录，表中却没有。"))

    def _older(self, row: Any, nameless: list[LedgerEntry], salts: ledger.Salts) -> list[LedgerEntry]:
        """The first entry that names no row, of this row's time, which says what the row says; it is no other row's."""
        for entry in nameless:
            if together(self.at(row), entry.at) and not self._others(entry, row, salts, 0):
                nameless.remove(entry)
                return [entry]
        return []

    def _others(self, entry: LedgerEntry, row: Any, salts: ledger.Salts, new_key: int) -> list[str]:
        compared = [key for key in self.values if entry.number > new_key or key not in self.indexes]
        return [key for key in compared if not self._agrees(entry, key, row, salts)]

    def _agrees(self, entry: LedgerEntry, key: str, row: Any, salts: ledger.Salts) -> bool:
        if key == ACTOR:
            return bool(entry.actor == self.values[key](row))
        return key not in entry.data or ledger.says(entry, entry.data[key], self.values[key](row), salts) is not False

    def _about(self, row: Any) -> str:
        return f"{row._meta.model_name}:{row.pk}"


def told_apart(name: str, label: str | Promise, telling: Apart) -> Apart:
    """Register ``telling`` as the invariant ``name``."""
    invariant(name, label)(telling.look)
    return telling


def _several(count: int) -> str:
    return _("台账中有 %(count)s 条记录，应为 1 条。") % {"count": count}
