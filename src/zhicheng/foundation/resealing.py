"""Sealing anew what is sealed: with the current key, in the current form (``zhicheng keys reseal``, and the first migrations).

Works on columns, not on objects: a migration has no models to trust, and nothing else of a row may change.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from zhicheng.foundation import ledger, triggers
from zhicheng.foundation.fields import FIELD, EncryptedTextField
from zhicheng.foundation.sealing import FORM, SealBroken, key_ids, key_of, seal, unseal

BATCH = 200
_FIRST_FORM = "v1:"


@dataclass(frozen=True, slots=True)
class Column:
    """One sealed column: the table, its primary key's column, and its own name."""

    table: str
    key: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Sealed values that lie in no column of ours: in a library's own table.

    ``read`` gives every one of them, its place, and whose it is; ``renew`` is handed a function that seals one anew (the value, its place), and puts back what
    that changed, row by row under a lock; it returns how many.
    """

    name: str
    read: Callable[[], Iterator[tuple[str, str, str]]]
    renew: Callable[[Callable[[str, str], str]], int]
    purpose: str

    def fresh(self, sealed: str, place: str) -> str:
        """``sealed`` with the current key. Raises :class:`SealBroken`."""
        if key_of(sealed) == key_ids()[0]:
            return sealed
        return seal(unseal(sealed, purpose=self.purpose, place=place), purpose=self.purpose, place=place)


_elsewhere: dict[str, Elsewhere] = {}


def also(values: Elsewhere) -> None:
    """Declare sealed values that lie elsewhere."""
    _elsewhere[values.name] = values


def columns() -> list[Column]:
    """Every sealed column of every room."""
    return [
        Column(model._meta.db_table, str(model._meta.pk.column), str(field.column))
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def count_keys(connection: Any) -> dict[str, Counter[str]]:
    """For each sealed column how many values were sealed with which key (by id; ``""`` for the first form, which named none)."""
    found: dict[str, Counter[str]] = {}
    for column in columns():
        counts = found.setdefault(str(column), Counter())
        for batch in _batches(connection, column):
            counts.update(key_of(sealed) for _pk, sealed in batch)
    for name, values in _elsewhere.items():
        found[name] = Counter(key_of(sealed) for sealed, _place, _whose in values.read())
    return found


def reseal(connection: Any, column: Column) -> int:
    """Seal every value of ``column`` with the current key that is not; return how many were.

    A batch is one transaction with its rows locked: somebody who writes meanwhile waits, and what they write is not lost. The
    triggers of an append-only table are off inside that transaction only; on PostgreSQL that takes the owner of the table.
    Raises :class:`SealBroken` naming the first value that does not open; what was done before stays done.
    """
    current = key_ids()[0]
    changed = 0
    after = 0
    while True:
        with transaction.atomic(using=connection.alias):
            rows = _read(connection, column, after, lock=True)
            if not rows:
                return changed
            after = rows[-1][0]
            stale = [(pk, sealed) for pk, sealed in rows if key_of(sealed) != current]
            if not stale:
                continue
            with triggers.lifted(connection, column.table), connection.cursor() as cursor:
                for pk, sealed in stale:
                    text = seal(_open(column, pk, sealed), purpose=FIELD, place=f"{column}.{pk}")
                    cursor.execute(f"UPDATE {column.table} SET {column.name} = %s WHERE {column.key} = %s", [text, pk])  # noqa: S608
            changed += len(stale)


def reseal_all(connection: Any) -> dict[str, int]:
    """:func:`reseal` for every sealed column; what was changed goes into the ledger. Return how many values by column."""
    changed = {str(column): reseal(connection, column) for column in columns()}
    changed |= {name: values.renew(values.fresh) for name, values in _elsewhere.items()}
    if any(changed.values()):
        with transaction.atomic(using=connection.alias):
            ledger.record(event="keys.resealed", subject="keys", actor="system", data={"key": key_ids()[0], "values": changed})
    return changed


def broken(connection: Any) -> Iterator[str]:
    """Where a sealed value lies that does not open there (``accounts_user.id_number.12``): changed, moved, or its key is gone."""
    for column in columns():
        for batch in _batches(connection, column):
            for pk, sealed in batch:
                try:
                    _open(column, pk, sealed)
                except (SealBroken, ValueError):
                    yield f"{column}.{pk}"
    for values in _elsewhere.values():
        for sealed, place, whose in values.read():
            try:
                unseal(sealed, purpose=values.purpose, place=place)
            except SealBroken:
                yield f"{values.name} {whose}"


def _open(column: Column, pk: int, sealed: str) -> str:
    if sealed.startswith(f"{FORM}:"):
        return unseal(sealed, purpose=FIELD, place=f"{column}.{pk}")
    if sealed.startswith(_FIRST_FORM):
        return _open_first_form(column, pk, sealed)
    raise SealBroken(f"{column} of row {pk} is not sealed")


def _open_first_form(column: Column, pk: int, sealed: str) -> str:
    """What was sealed by the first releases: bound to nothing, with a key that has to be tried."""
    raw = base64.b64decode(sealed.removeprefix(_FIRST_FORM))
    for key in settings.FIELD_KEYS:
        try:
            return AESGCM(base64.b64decode(key)).decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            continue
    raise SealBroken(f"no known key opens {column} of row {pk}")


def _batches(connection: Any, column: Column) -> Iterator[list[tuple[int, str]]]:
    after = 0
    while rows := _read(connection, column, after):
        yield rows
        after = rows[-1][0]


def _read(connection: Any, column: Column, after: int, *, lock: bool = False) -> list[tuple[int, str]]:
    """The next values after the row ``after``, empty ones left out."""
    locking = " FOR NO KEY UPDATE" if lock and connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column.key}, {column.name} FROM {column.table} "  # noqa: S608 - names of our own models
            f"WHERE {column.key} > %s AND {column.name} <> '' ORDER BY {column.key} LIMIT {BATCH}{locking}",
            [after],
        )
        return list(cursor.fetchall())


def in_migration(*wanted: Column) -> Any:
    """The operation of a migration that seals ``wanted`` anew."""
    from django.db.migrations import RunPython

    def run(apps: Any, schema_editor: Any) -> None:
        for column in wanted:
            reseal(schema_editor.connection, column)

    def back(apps: Any, schema_editor: Any) -> None:
        for column in wanted:
            if _holds_anything(schema_editor.connection, column):
                raise CommandError(
                    _("这一步不能退回：%(column)s 中的内容已经重新加密，退回以后旧版本无法读取。请恢复更新以前的备份。")
                    % {"column": f"{column.table}.{column.name}"}
                )

    return RunPython(run, back)


def _holds_anything(connection: Any, column: Column) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {column.table} LIMIT 1")  # noqa: S608 - a name of ours
        return cursor.fetchone() is not None
