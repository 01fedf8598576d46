"""One byte string for one value: canonical JSON (RFC 8785). A hash then means the content, not the way it was written down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

# Whole numbers beyond this are not the same number in every JSON reader (RFC 8785 §3.2.2.3).
SAFE_INTEGER = 2**53 - 1


def canonical_json(obj: Any) -> bytes:
    """``obj`` as canonical JSON in UTF-8.

    Takes what JSON knows: ``dict`` with text keys, ``list`` or ``tuple``, text, numbers within ±(2⁵³-1), ``bool``,
    ``None``. Raises ``TypeError`` naming the place for anything else (dates, ``Decimal``, lazy text, bytes: the caller
    decides how those are written) and ``ValueError`` for a number or text JSON cannot carry.
    """
    _check(obj, "$")
    return rfc8785.dumps(obj)


def digest(obj: Any) -> str:
    """SHA-256 of :func:`canonical_json`, as 64 hex digits."""
    return hashlib.sha256(canonical_json(obj)).hexdigest()


def check_storable(obj: Any) -> bytes:
    """Check that ``obj`` comes back from a JSON column of either database exactly as it went in; return its canonical JSON.

    Raises like :func:`canonical_json`, and ``ValueError`` for the character U+0000, which JSON allows and PostgreSQL does not.
    """
    _check(obj, "$", storable=True)
    return rfc8785.dumps(obj)


def _check(obj: Any, place: str, *, storable: bool = False) -> None:
    if obj is None or isinstance(obj, bool):
        return
    if isinstance(obj, str):
        if storable and "\x00" in obj:
            raise ValueError(f"{place}: the character U+0000 cannot be stored")
    elif isinstance(obj, int):
        if abs(obj) > SAFE_INTEGER:
            raise ValueError(f"{place}: {obj} is beyond ±(2^53-1); write it as text")
    elif isinstance(obj, float):
        # Written without a point in canonical JSON: a reader would take it for a whole number it cannot hold.
        if abs(obj) > SAFE_INTEGER:
            raise ValueError(f"{place}: {obj!r} is beyond ±(2^53-1); write it as text")
    elif isinstance(obj, Mapping):
        for key, value in obj.items():
            if not isinstance(key, str):
                raise TypeError(f"{place}: keys must be text, not {type(key).__name__}")
            _check(key, f"{place}.{key}", storable=storable)
            _check(value, f"{place}.{key}", storable=storable)
    elif isinstance(obj, list | tuple):
        for index, value in enumerate(obj):
            _check(value, f"{place}[{index}]", storable=storable)
    else:
        raise TypeError(
            f"{place}: {type(obj).__name__} has no canonical JSON; convert it first (dates to ISO text, decimals to text)"
        )
