"""Names of persons as on the identity card: Chinese characters of GB 18030-2022, the dot of minority names, Latin letters (S-18).

Nothing is silently changed but what nobody meant: look-alike dots, full-width letters, stray spaces, radicals pasted from a PDF.
Whether a font has the glyphs is asked elsewhere, when the name is saved.
"""

from __future__ import annotations

import re
import unicodedata

from .errors import InvalidNumber
from .text import DOT, NAME_DOTS, is_invisible

MAXIMUM_LENGTH = 50
_FULL_STOPS = ".．。｡﹒"

# First and last assigned code points. Written out because the interpreter's own table lags behind the standard.
CJK_RANGES: tuple[tuple[int, int], ...] = (
    (0x3007, 0x3007),  # 〇
    (0x3400, 0x4DBF),  # A
    (0x4E00, 0x9FFF),
    (0xF900, 0xFA6D),  # compatibility ideographs
    (0xFA70, 0xFAD9),
    (0x20000, 0x2A6DF),  # B
    (0x2A700, 0x2B73F),  # C
    (0x2B740, 0x2B81D),  # D
    (0x2B820, 0x2CEAD),  # E
    (0x2CEB0, 0x2EBE0),  # F
    (0x2EBF0, 0x2EE5D),  # I
    (0x2F800, 0x2FA1D),  # compatibility supplement
    (0x30000, 0x3134A),  # G
    (0x31350, 0x323AF),  # H
    (0x323B0, 0x33479),  # J
)
_LATIN_JOINERS = frozenset(" -'")


def is_cjk(character: str) -> bool:
    """Whether the character is a Chinese character that may stand in a name."""
    point = ord(character)
    return any(first <= point <= last for first, last in CJK_RANGES)


def is_latin(character: str) -> bool:
    """Whether the character is a Latin letter, accents included."""
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN ")


def normalise_person_name(text: str) -> str:
    """The name with its dots unified to U+00B7, full-width letters and pasted radicals made ordinary, needless spaces and what
    cannot be seen removed.

    A full stop between two parts is the dot of a keyboard that has no better one; at the end of a name, or after a single Latin
    letter (an initial), it is none.
    """
    name = "".join(map(_plain, text))
    name = "".join(c for c in name if unicodedata.category(c) in {"Cc", "Cs"} or not is_invisible(c)).translate(NAME_DOTS)
    name = re.sub(r"\s+", " ", name).strip()
    kept = []
    for index, character in enumerate(name):
        if character == " " and not (is_latin(name[index - 1]) and is_latin(name[index + 1])):
            continue
        kept.append(character)
    # An accent typed as a separate mark belongs to its Latin letter; Chinese characters must not be recomposed.
    name = re.sub(r"[A-Za-z][\u0300-\u036f]+", lambda m: unicodedata.normalize("NFC", m[0]), "".join(kept))
    return "".join(DOT if c in _FULL_STOPS and _parts(name, index) else c for index, c in enumerate(name))


def check_person_name(text: str) -> str:
    """The normalised name, at most 50 characters.

    Raises :class:`InvalidNumber`: ``name.empty``, ``name.too_long``, ``name.digits``, ``name.symbols``, ``name.script``,
    ``name.private_use``, ``name.unassigned``, ``name.dot_position``.
    """
    name = normalise_person_name(text)
    if not name:
        raise InvalidNumber("name.empty")
    if len(name) > MAXIMUM_LENGTH:
        raise InvalidNumber("name.too_long", limit=MAXIMUM_LENGTH, length=len(name))
    faults: dict[str, str] = {}
    for index, character in enumerate(name):
        if code := _fault(name, index):
            faults[code] = faults.get(code, "") + character
    for code in ("name.private_use", "name.unassigned", "name.digits", "name.symbols", "name.script"):
        if code in faults:
            characters = "".join(dict.fromkeys(faults[code]))
            points = "、".join(f"U+{ord(c):04X}" for c in characters)
            raise InvalidNumber(code, characters=characters, codepoints=points)
    if name.startswith(DOT) or name.endswith(DOT) or DOT * 2 in name:
        raise InvalidNumber("name.dot_position")
    return name


def _plain(character: str) -> str:
    point = ord(character)
    if 0x2F00 <= point <= 0x2FD5 or 0xFF21 <= point <= 0xFF5A or character == "＇":
        return unicodedata.normalize("NFKC", character)
    return {"’": "'", "－": "-", "‐": "-"}.get(character, character)


def _parts(name: str, index: int) -> bool:
    """Whether what stands at ``index`` is between two parts of a name, the first of which is more than an initial."""
    before, after = name[max(index - 2, 0) : index], name[index + 1 : index + 2]
    if not after or not (is_cjk(after) or is_latin(after)):
        return False
    return before[-1:] != "" and (is_cjk(before[-1]) or (len(before) == 2 and is_latin(before[0]) and is_latin(before[1])))


def _fault(name: str, index: int) -> str:
    """The code of what is wrong with one character, or ""."""
    character = name[index]
    if character == DOT or is_cjk(character) or is_latin(character):
        return ""
    if character in _LATIN_JOINERS and 0 < index < len(name) - 1 and is_latin(name[index - 1]) and is_latin(name[index + 1]):
        return ""
    category = unicodedata.category(character)
    if category == "Co":
        return "name.private_use"
    if category in {"Cn", "Cs"}:
        return "name.unassigned"
    if category.startswith("N"):
        return "name.digits"
    return "name.script" if category.startswith(("L", "M")) else "name.symbols"
