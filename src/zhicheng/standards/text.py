"""Cleaning what people type or paste before a check looks at it."""

from __future__ import annotations

import unicodedata

DIGITS = frozenset("0123456789")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-")


def compact(text: str) -> str:
    """NFKC (full-width digits become ordinary ones), every kind of space and invisible format character removed, dashes unified,
    capital letters."""
    normalised = unicodedata.normalize("NFKC", text).translate(_DASHES)
    kept = (c for c in normalised if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return "".join(kept).upper()


def strangers(text: str, allowed: frozenset[str]) -> str:
    """The characters of ``text`` outside ``allowed``, each once, in order of appearance."""
    return "".join(dict.fromkeys(c for c in text if c not in allowed))
