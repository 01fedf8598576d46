"""What is pasted along and cannot be seen is nobody's fault; what is meant stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.text import is_invisible, pasted, refuse_strangers, strangers

ARABIC = "ئۇيغۇر"
DROPPED = [
    *(0xFEFF, 0x200B, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E),
    *(0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0x00AD, 0xFE0F, 0xE0100, 0x0000, 0x0007),
]


@pytest.mark.parametrize("point", DROPPED, ids=hex)
def test_what_cannot_be_seen_is_dropped_wherever_it_stands(point: int) -> None:
    assert pasted(f"{chr(point)}水利{chr(point)}工程{chr(point)}") == "水利工程"
    assert pasted(f"{ARABIC}{chr(point)}{ARABIC}") == ARABIC * 2


@pytest.mark.parametrize("broken", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_line_break_is_one_of_ours(broken: str) -> None:
    assert pasted(f"一{broken}二") == "一\n二"


@pytest.mark.parametrize("blank", [chr(c) for c in (*range(0x2000, 0x200B), 0x20, 0x09, 0xA0, 0x1680, 0x202F, 0x205F)], ids=ascii)
def test_every_space_character_is_a_blank(blank: str) -> None:
    assert pasted(f"一{blank}二") == "一 二"


def test_ideographic_space_is_a_blank_already() -> None:
    assert pasted("　　第一段") == "　　第一段"


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
def test_joiners_stay_between_arabic_letters_only(joiner: str) -> None:
    assert pasted(f"ئا{joiner}با") == f"ئا{joiner}با"
    assert pasted(f"ب\u064b{joiner}\ufeffب") == f"ب\u064b{joiner}ب", "a vowel mark belongs to its letter"
    for around in (f"中{joiner}中", f"{joiner}ب", f"ب{joiner}", f"ب{joiner} ب", f"a{joiner}ب", f"ب{joiner}5"):
        assert pasted(around) == around.replace(joiner, "")


@pytest.mark.parametrize("text", ["CO₂", "Ca²⁺", "☑✔", "İğşə", "𠮷\U000212fe", "①Ωμ", "ⅡⅢ", "e\u0301", "\u0600٢"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert pasted(text) == text
    assert pasted("☑\ufe0f") == "☑"


@given(st.text() | st.text("\u200c\u200d\u064b\u0301بa \u2028\ufeff\ud800中"))
def test_pasted_twice_is_pasted_once_and_holds_nothing_unseen(text: str) -> None:
    once = pasted(text)
    assert pasted(once) == once
    assert not [c for c in once if is_invisible(c) and c not in "\n\u200c\u200d"]
    assert not [
        c for c in once if unicodedata.category(c) in {"Zl", "Zp"} or (unicodedata.category(c) == "Zs" and c not in " \u3000")
    ]


@given(st.text())
def test_every_character_that_can_be_seen_is_kept_in_its_order(text: str) -> None:
    def seen(words: str) -> str:
        return "".join(c for c in words if not c.isspace() and not is_invisible(c))

    assert seen(pasted(text)) == seen(text)


def test_many_joiners_are_read_in_time_that_grows_with_their_number() -> None:
    assert pasted("ب\u200d" * 200_000) == "ب\u200d" * 199_999 + "ب"


@pytest.mark.parametrize(("letter", "script"), [("Х", "cyrillic"), ("О", "cyrillic"), ("Χ", "greek"), ("Ο", "greek")])
def test_letter_of_another_alphabet_is_named_as_such(letter: str, script: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        refuse_strangers(strangers(f"1{letter}-", frozenset("1")), "identity.characters")
    assert caught.value.code == f"letters.{script}"
    assert f"U+{ord(letter):04X}" in caught.value.message
