"""What people type or paste, made what they meant before a check looks at it: the one place that knows what cannot be seen."""

from __future__ import annotations

import re
import unicodedata

from .errors import InvalidNumber

DIGITS = frozenset("0123456789")
DOT = "·"  # U+00B7, between the parts of a name
# What is typed or pasted for it in any text: bullets, the dots of Japanese keyboards, of hyphenation, of phonetic scripts.
TEXT_DOTS = dict.fromkeys((0x2022, 0x30FB, 0xFF65, 0x2027, 0xA78F), DOT)
# In a name also the dots of mathematics and of old scripts, which mean something else elsewhere.
NAME_DOTS = TEXT_DOTS | dict.fromkeys((0x2219, 0x22C5, 0x0387, 0x16EB, 0x2E31, 0x2E33, 0x1427), DOT)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# All but what nearly every text is made of: only these characters are looked at one by one.
_ODD = re.compile("[^\n -~\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_JOINERS = re.compile("[\u200c\u200d]+")
# Format characters by their category, and signs all the same: they stand before or under the digits of a number.
_SIGNS = frozenset(map(chr, (*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD)))


def pasted(text: str) -> str:
    """Text of a person as it was meant: every line break ``\\n``, every space character a blank, nothing that cannot be seen.

    What comes along from web pages, word processors and telephones is nobody's fault and never a reason to refuse: control
    characters, byte order marks, zero-width and direction marks, soft hyphens, variation selectors and lone surrogates go;
    U+200C and U+200D stay between Arabic letters, where they decide how a word is written. The ideographic space is a visible
    blank of one character's width and stays. Reading twice is reading once.
    """
    kept = _ODD.sub(lambda found: _as_meant(found[0]), _BREAKS.sub("\n", text))
    return _JOINERS.sub(lambda found: found[0] if _between_arabic(kept, found.start(), found.end()) else "", kept)


def is_invisible(character: str) -> bool:
    """Whether nothing of ``character`` is ever seen: controls, format characters, variation selectors, half a surrogate pair."""
    if character in _SIGNS:
        return False
    point = ord(character)
    return (
        unicodedata.category(character) in {"Cf", "Cc", "Cs"}
        or 0xFE00 <= point <= 0xFE0F
        or 0xE0100 <= point <= 0xE01EF
        or point == 0x034F  # combining grapheme joiner
    )


def compact(text: str) -> str:
    """NFKC (full-width digits become ordinary ones), every kind of space and invisible character removed, dashes unified,
    capital letters."""
    return visible(text).translate(_DASHES).upper()


def visible(text: str) -> str:
    """NFKC, every kind of space and invisible character removed; the rest as it is."""
    normalised = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in normalised if not c.isspace() and not is_invisible(c))
    return unicodedata.normalize("NFKC", kept)  # what was apart may belong together now


def strangers(text: str, allowed: frozenset[str]) -> str:
    """The characters of ``text`` outside ``allowed``, each once, in order of appearance."""
    return "".join(dict.fromkeys(c for c in text if c not in allowed))


def refuse_strangers(wrong: str, code: str) -> None:
    """Raise :class:`InvalidNumber` ``code`` for characters that no number of this kind has, letters of another alphabet first
    (:func:`refuse_look_alikes`); do nothing when there are none."""
    if wrong:
        refuse_look_alikes(wrong)
        raise InvalidNumber(code, characters=wrong)


def refuse_look_alikes(number: str) -> None:
    """Letters of another alphabet that look like Latin ones are named as what they are (``letters.cyrillic``, ``letters.greek``): who compares
    “Х” with the card sees no difference."""
    for script, code_of_script in (("CYRILLIC ", "letters.cyrillic"), ("GREEK ", "letters.greek")):
        if letters := [c for c in dict.fromkeys(number) if unicodedata.name(c, "").startswith(script)]:
            named = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in letters)
            raise InvalidNumber(code_of_script, characters=named)


def _as_meant(character: str) -> str:
    if character == "\t" or unicodedata.category(character) == "Zs":
        return " "
    return "" if is_invisible(character) and character not in "\u200c\u200d" else character


def _between_arabic(text: str, start: int, end: int) -> bool:
    """Whether the letters on both sides of ``text[start:end]`` are Arabic, whatever marks they carry."""
    before, after = start - 1, end
    while before >= 0 and _is_mark(text[before]):
        before -= 1
    while after < len(text) and _is_mark(text[after]):
        after += 1
    return before >= 0 and after < len(text) and _is_arabic(text[before]) and _is_arabic(text[after])


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_arabic(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith("ARABIC ")
