"""组织机构代码, GB 11714-1997: eight characters and a check, printed XXXXXXXX-X on the certificates of before 2015 (S-13)."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InvalidNumber
from .text import compact, refuse_strangers, strangers

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class OrganizationCode:
    """A valid code: ``code`` has nine characters, ``printed`` the form XXXXXXXX-X of the certificate."""

    code: str

    @property
    def printed(self) -> str:
        return f"{self.code[:8]}-{self.code[8]}"


def check_character(first_eight: str) -> str:
    """``c = 11 − Σ(value × weight) mod 11``; 10 is written X, 11 is written 0. Letters count A = 10 … Z = 35."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first_eight, WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def check_organization_code(text: str) -> OrganizationCode:
    """Read a code with or without its hyphen. Raises :class:`InvalidNumber` with one of the codes ``organization.*``."""
    code = compact(text)
    if len(code) == 10 and code[8] == "-":
        code = code[:8] + code[9]
    if not code:
        raise InvalidNumber("organization.empty")
    refuse_strangers(strangers(code, frozenset(ALPHABET)), "organization.characters")
    if len(code) != 9:
        raise InvalidNumber("organization.length", length=len(code))
    if check_character(code[:8]) != code[8]:
        raise InvalidNumber("organization.checksum")
    return OrganizationCode(code)
