"""Lists by keyset: a page costs the same on row one and on row one million, and nobody counts a growing table."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from zhicheng.foundation import securitylog

_SALT = "zhicheng.web.keyset"


@dataclass(frozen=True)
class KeysetPage:
    """One page of a list. ``after``/``before`` are cursors to the next and the previous page, empty where there is none."""

    items: Sequence[Any] = field(default_factory=list)
    after: str = ""
    before: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def _encode(values: list[Any]) -> str:
    plain = [
        {"t": v.isoformat()} if isinstance(v, datetime) else {"d": v.isoformat()} if isinstance(v, date) else v for v in values
    ]
    packed = base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")
    return signing.Signer(salt=_SALT).sign(packed)


def _decode(cursor: str, length: int) -> list[Any] | None:
    """The values inside ``cursor``; ``None`` for one that was not made by us for an order of this length."""
    try:
        packed = unsigned(cursor)
        values = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        restored = [_restore(v) for v in values]
    except (signing.BadSignature, ValueError, TypeError, KeyError):
        return None
    return restored if len(restored) == length else None


def unsigned(cursor: str) -> str:
    """What is inside a cursor; one that was changed raises ``BadSignature`` and is an event of the security log."""
    try:
        return signing.Signer(salt=_SALT).unsign(cursor)
    except signing.BadSignature:
        securitylog.note(event="input.tampered", result="refused", what="cursor")
        raise


def _restore(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["t"]) if "t" in value else date.fromisoformat(value["d"])


def _beyond(order: Sequence[str], values: Sequence[Any], *, forward: bool) -> Q:
    """Rows strictly beyond ``values`` in ``order``: ``a > x OR (a = x AND b > y)``, with a bound on the first column for the index."""
    condition = Q()
    equal = Q()
    for column, value in zip(order, values, strict=True):
        name = column.lstrip("-")
        up = not column.startswith("-")
        condition |= equal & Q(**{f"{name}__{'gt' if up == forward else 'lt'}": value})
        equal &= Q(**{name: value})
    first = order[0].lstrip("-")
    bound = "gte" if (not order[0].startswith("-")) == forward else "lte"
    return Q(**{f"{first}__{bound}": values[0]}) & condition


def _value(row: Any, column: str) -> Any:
    for part in column.lstrip("-").split("__"):
        row = getattr(row, part)
    return row


def keyset_page(
    qs: QuerySet[Any],
    *,
    order: Sequence[str] = ("entered_state_at", "id"),
    after: str = "",
    before: str = "",
    size: int = 30,
    first: Callable[[int], list[Any]] | None = None,
) -> KeysetPage:
    """One page of ``qs`` in ``order`` (indexed, never-NULL columns, the last of them unique; ``-`` for descending).

    ``after`` and ``before`` are cursors of an earlier page; a damaged cursor gives the first page. Always one query
    (and those of ``prefetch_related``), however long the list. ``first``: reads so many rows of the first page, where that is prepared.
    """
    if not order or size < 1:
        raise ValueError("a keyset page needs an order and a positive size")
    back = _decode(before, len(order)) if before else None
    ahead = _decode(after, len(order)) if after and back is None else None
    if back is not None:
        turned = [c[1:] if c.startswith("-") else f"-{c}" for c in order]
        rows = list(qs.filter(_beyond(order, back, forward=False)).order_by(*turned)[: size + 1])
        more_before, more_after = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        if ahead is not None:
            qs = qs.filter(_beyond(order, ahead, forward=True))
        rows = first(size + 1) if first and ahead is None else list(qs.order_by(*order)[: size + 1])
        more_before, more_after = ahead is not None, len(rows) > size
        rows = rows[:size]

    def cursor(row: Model) -> str:
        return _encode([_value(row, c) for c in order])

    if not rows:  # everything on this page went away: lead back to the first one
        return KeysetPage()
    return KeysetPage(
        items=rows,
        after=cursor(rows[-1]) if more_after else "",
        before=cursor(rows[0]) if more_before else "",
    )


def page_of(
    request: HttpRequest,
    qs: QuerySet[Any],
    *,
    order: Sequence[str],
    size: int = 30,
    first: Callable[[int], list[Any]] | None = None,
) -> KeysetPage:
    """:func:`keyset_page` with the cursors of the request's ``after`` and ``before``."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return keyset_page(qs, order=order, after=after, before=before, size=size, first=first)
