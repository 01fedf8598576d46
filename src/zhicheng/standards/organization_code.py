"""组织机构代码, GB 11714-1997: eight characters and a check, printed XXXXXXXX-X on the certificates of before 2015 (S-13)."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_character(first_eight: str) -> str:
    """``c = 11 − Σ(value × weight) mod 11``; 10 is written X, 11 is written 0. Letters count A = 10 … Z = 35."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first_eight, WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
