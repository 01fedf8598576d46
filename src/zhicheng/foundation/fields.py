"""Personal identity numbers at rest: sealed, and found again through a keyed hash (a *blind index*).

Two independent keys on purpose: whoever can compute the index of a guessed number still cannot open a stored one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connections, models, router
from django.db.models.query_utils import DeferredAttribute

from zhicheng.foundation.algorithms import HMAC_SHA_256
from zhicheng.foundation.sealing import seal, unseal

FIELD = "field"
"""The purpose all columns are sealed for (``foundation.sealing``)."""
NO_NUMBER = "account:"
"""How an index begins that stands for an account without a number: made from its id, with no key."""


def blind_index(value: str) -> str:
    """A keyed hash (HMAC-SHA-256, 64 hex digits) of ``value``: equal values have equal indexes, and nothing else is learnt."""
    if not settings.BLIND_INDEX_KEY:
        raise ImproperlyConfigured("ZHICHENG_BLIND_INDEX_KEY is not set.")
    return blind_index_with(settings.BLIND_INDEX_KEY, value)


def keyed_hash(value: str, *, purpose: str) -> str:
    """Like :func:`blind_index` for something else than an identity number (a mailbox), with a key of its own; ``hmac-sha256:…``, because
    it stands in entries of the ledger, beside no column that names its algorithm.
    """
    if not settings.BLIND_INDEX_KEY:
        raise ImproperlyConfigured("ZHICHENG_BLIND_INDEX_KEY is not set.")
    key = blind_index_with(settings.BLIND_INDEX_KEY, f"zhicheng key for {purpose}")
    return f"{HMAC_SHA_256}:{blind_index_with(key, value)}"


def blind_index_with(key: str, value: str) -> str:
    """:func:`blind_index` with a key that is not the instance's present one."""
    return hmac.new(key.encode(), value.strip().upper().encode(), hashlib.sha256).hexdigest()


def mask_id_number(value: str) -> str:
    """``652701199003071233`` → ``652701************``: the region stays. The mask of every list and page (PIPL 第二十五条)."""
    return _masked(value, last=0)


def mask_id_number_on_paper(value: str) -> str:
    """``652701199003071233`` → ``652701**********33``: the mask of T1, where a notice must name the number (S-66).

    More than 100,000 numbers fit it, with the sex beside it; with a birthday or an age beside it far fewer would. What is masked
    already keeps no more than that either.
    """
    return _masked(value, last=2)


def mask_own_id_number(value: str) -> str:
    """``652701199003071233`` → ``652701********1233``: for nobody but its owner, who has to recognise it. Some 1,300 numbers fit."""
    return _masked(value, last=4)


def _masked(value: str, *, last: int) -> str:
    if len(value) < 12:
        return "*" * len(value)
    return value[:6] + "*" * (len(value) - 6 - last) + value[len(value) - last :]


class Sealed:
    """A value as it lies in the database. Only the row it belongs to opens it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"<sealed, {len(self.text)} characters>"


class RowNumber(models.BigAutoField):
    """A primary key that is known before the row is written: a sealed column needs it, because it is bound to its row.

    Costs one more query for a new row. On SQLite two writers outside of a transaction could be given the same number; the
    second is refused by the database then.
    """

    def get_pk_value_on_save(self, instance: models.Model) -> int:
        number_rows([instance])
        return int(instance.pk)


# One number for each place of the list, in its order.
_NUMBERS = (
    "SELECT nextval(pg_get_serial_sequence(given.name, given.pk))"
    " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS given(name, pk, place) ORDER BY given.place"
)


def number_rows(rows: Sequence[models.Model]) -> None:
    """Give new rows their :class:`RowNumber` before they are written, also of several tables, in this order. One query, none for no rows:
    to be written with ``bulk_create`` afterwards."""
    if not rows:
        return
    connection = connections[rows[0]._state.db or router.db_for_write(type(rows[0]), instance=rows[0])]
    tables = [row._meta.db_table for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_NUMBERS, [[f'"{table}"' for table in tables], [row._meta.pk.column for row in rows]])
            numbers = [int(number) for (number,) in cursor.fetchall()]
        else:
            names = sorted(set(tables))
            marks = ", ".join(["%s"] * len(names))
            cursor.execute(f"SELECT name, seq FROM sqlite_sequence WHERE name IN ({marks})", names)  # noqa: S608 - marks alone
            last = {name: int(number) for name, number in cursor.fetchall()}
            numbers = [last.get(table, 0) + tables[: place + 1].count(table) for place, table in enumerate(tables)]
    for row, number in zip(rows, numbers, strict=True):
        row.pk = number


class _OpenedOnReading(DeferredAttribute):
    """The attribute of a sealed column: opened when it is first read, so that a row of which nobody reads it costs nothing."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = unseal(
                value.text, purpose=FIELD, place=place_of(self.field, instance.pk)
            )
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


def sealed_for(field: models.Field[Any, Any], pk: object, value: str) -> Sealed:
    """``value`` as it lies in ``field`` of the row ``pk``, for the ``update()`` of that row alone."""
    return Sealed(seal(value, purpose=FIELD, place=place_of(field, pk)))


def place_of(field: models.Field[Any, Any], pk: object) -> str:
    """Where a value of ``field`` lies: ``accounts_user.id_number.5``."""
    return f"{field.model._meta.db_table}.{field.column}.{pk}"


class EncryptedTextField(models.TextField):
    """Text that is sealed in the database and plain in Python (``foundation.sealing``), bound to table, column and row.

    It cannot be searched: keep a blind index beside it. It is written through its row (``save``, ``create``), by ``update()`` only what
    :func:`sealed_for` gives, and its model's primary key is a :class:`RowNumber`.
    """

    descriptor_class = _OpenedOnReading

    def check(self, **kwargs: Any) -> list[Any]:
        problems = super().check(**kwargs)
        if not isinstance(self.model._meta.pk, RowNumber):
            problems.append(Error("A sealed column is bound to its row: the primary key has to be a RowNumber.", obj=self))
        return problems

    def get_lookup(self, lookup_name: str) -> Any:
        # Each sealing of a value is different: a comparison would quietly find nothing.
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched; search its blind index.")
        return super().get_lookup(lookup_name)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)  # not opened when nobody has read it
        if isinstance(value, Sealed) or not value:
            return value
        return sealed_for(self, model_instance.pk, str(value))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.text
        if value:
            raise FieldError(f"{self.name} is sealed for its row: save the row, do not update() it.")
        return super().get_prep_value(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return Sealed(value) if value else value
