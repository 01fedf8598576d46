"""Text from outside, made fit for a log line and a text column."""

from __future__ import annotations


def fit_text(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` characters, with every control character and lone surrogate shown as ``\N{REPLACEMENT CHARACTER}``.

    A log line stays one line, and PostgreSQL takes it (it refuses U+0000).
    """
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:limit])
