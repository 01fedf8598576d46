"""A new key for the blind index: every index of every room is computed anew from the numbers that lie sealed beside them.

The old key has leaked, or somebody who knew it has left. Done while nothing else runs: a page that looked somebody up meanwhile would
not find them. All or nothing, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from zhicheng.foundation import ledger, triggers
from zhicheng.foundation.algorithms import HMAC_SHA_256, AlgorithmField
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import NO_NUMBER, blind_index, blind_index_with

_held: set[tuple[str, str]] = set()
_numbers: set[tuple[str, str]] = set()


def holds_index(model: str, *columns: str) -> None:
    """Declare columns of ``model`` (``accounts.User``) that hold a blind index: a person's, or a work's."""
    _held.update((model, column) for column in columns)


def holds_number(model: str, *columns: str) -> None:
    """Declare sealed columns of ``model`` that hold the identity numbers (or whatever else) the indexes were computed from."""
    _numbers.update((model, column) for column in columns)


def declared() -> set[tuple[str, str]]:
    """Every column that holds an index, as (model, column)."""
    return set(_held)


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What was done: values changed by column (``accounts.User.id_number_index``)."""

    changed: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.changed.values())


def reindex_all(connection: Any) -> Reindexed:
    """Replace every index made with ``BLIND_INDEX_KEY_BEFORE`` by one made with ``BLIND_INDEX_KEY``.

    Run again after it has succeeded it changes nothing. Raises ``Refused`` (``no_key_before``, ``unknown_index``) with nothing changed:
    an index whose number lies nowhere cannot be computed, and would be a person, a count or a ban nobody finds again.
    """
    before = settings.BLIND_INDEX_KEY_BEFORE
    if not before or before == settings.BLIND_INDEX_KEY:
        raise Refused.one(
            _("请把原来的密钥写在 ZHICHENG_BLIND_INDEX_KEY_BEFORE，新的写在 ZHICHENG_BLIND_INDEX_KEY。"), code="no_key_before"
        )
    with transaction.atomic(using=connection.alias):
        known = {blind_index_with(before, number): blind_index(number) for number in _all_numbers()}
        changed = {f"{model}.{column}": _replace(connection, model, column, known) for model, column in sorted(_held)}
        if any(changed.values()):
            ledger.record(event="keys.reindexed", subject="keys", actor="system", data={"values": changed})
    return Reindexed(changed)


def _all_numbers() -> Iterable[str]:
    seen = set()
    for model, column in sorted(_numbers):
        for row in apps.get_model(model)._base_manager.only("pk", column).iterator(chunk_size=500):
            if number := getattr(row, column):
                seen.add(number)
    return seen


def _replace(connection: Any, model_name: str, column: str, known: dict[str, str]) -> int:
    model = apps.get_model(model_name)
    numbered = model._base_manager.exclude(**{column: ""}).exclude(**{f"{column}__startswith": NO_NUMBER})
    present = set(numbered.values_list(column, flat=True).distinct())
    stale = present & set(known)
    if lost := present - stale - set(known.values()):
        raise Refused.one(
            _("%(column)s 中有 %(n)d 个索引找不到对应的身份证号，没有作任何改动。")
            % {"column": f"{model_name}.{column}", "n": len(lost)},
            code="unknown_index",
        )
    if not stale:
        return 0
    beside = next(f.name for f in model._meta.fields if isinstance(f, AlgorithmField) and column in f.of)
    with triggers.lifted(connection, model._meta.db_table):
        return sum(
            model._base_manager.filter(**{column: index}).update(**{column: known[index], beside: HMAC_SHA_256})
            for index in stale
        )
