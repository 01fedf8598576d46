"""Cleaning what people type or paste before a check looks at it."""

from __future__ import annotations

import unicodedata

DIGITS = frozenset("0123456789")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-")


def compact(text: str) -> str:
    """NFKC (full-width digits become ordinary ones), every kind of space and invisible format character removed, dashes unified,
    capital letters."""
    return visible(text).translate(_DASHES).upper()


def visible(text: str) -> str:
    """NFKC, every kind of space and invisible format character removed; the rest as it is."""
    normalised = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in normalised if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return unicodedata.normalize("NFKC", kept)  # what was apart may belong together now


def strangers(text: str, allowed: frozenset[str]) -> str:
    """The characters of ``text`` outside ``allowed``, each once, in order of appearance."""
    return "".join(dict.fromkeys(c for c in text if c not in allowed))
