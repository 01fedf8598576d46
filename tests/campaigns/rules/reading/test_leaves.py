"""Words are found whatever stands between their letters, and one letter of a longer word may be read wrongly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.rules.reading.pages import page
from zhicheng.campaigns.rules.reading.leaves import Leaf, compact, find, letters
from zhicheng.evidence.inspection.reading.lines import Line, PageText

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9F00), min_size=4, max_size=12)


def test_letters_leave_out_dots_blanks_and_signs_and_have_one_form() -> None:
    assert letters("阿依古丽 · 买买提（Ａ）") == "阿依古丽买买提A"
    assert compact("６５２７ **** x") == "6527****X"


@given(HANZI, HANZI, HANZI)
def test_word_broken_over_two_lines_is_found_in_its_line(before: str, word: str, after: str) -> None:
    half = len(word) // 2
    leaf = Leaf(page(before + word[:half], word[half:] + after, filler=False))
    place = leaf.text.find(word)
    assert place >= 0 and word[0] in leaf.line_at(place).text


@given(HANZI, st.data())
def test_longer_word_with_one_letter_read_wrongly_is_found(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert find("前" + word[:at] + "A" + word[at + 1 :] + "后", word) >= 0


def test_short_word_and_two_wrong_letters_are_not_found() -> None:
    assert find("毕亚", "毕业") == -1
    assert find("毕亚证节", "毕业证书") == -1


@pytest.mark.parametrize(
    ("rows", "clear", "empty"),
    [
        ([("毕业证书" * 6, 95)], True, False),
        ([("毕业证书" * 6, 60)], False, False),
        ([("毕业证书吗", 99)], False, False),
        ([("样本", 99)], False, True),
        ([], False, True),
    ],
)
def test_page_counts_as_read_where_enough_was_read_well(rows: list[tuple[str, int]], clear: bool, empty: bool) -> None:
    leaf = Leaf(page(*rows, filler=False))
    assert (leaf.is_clear, leaf.is_empty) == (clear, empty)


def test_line_to_the_right_is_the_next_one_of_its_row() -> None:
    label, name, far = Line("姓名", 100, 100, 60, 20), Line("王小明", 170, 98, 80, 22), Line("性别", 400, 100, 60, 20)
    below = Line("出生", 170, 160, 60, 20)
    leaf = Leaf(PageText(1, (label, far, name, below)))
    assert leaf.right_of(label) == name and leaf.right_of(far) is None
