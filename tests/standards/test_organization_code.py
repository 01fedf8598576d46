from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.organization_code import check_character


@pytest.mark.parametrize("code", ["600037341", "457600129", "MA7ABCD12", "D2143569X"])  # the last one is the example of GB 11714
def test_check_character_is_the_one_of_the_standard(code: str) -> None:
    assert check_character(code[:8]) == code[8]


@given(st.text(alphabet="0123456789", min_size=8, max_size=8), st.integers(0, 7), st.sampled_from("0123456789"))
def test_any_single_changed_digit_is_caught(eight: str, place: int, other: str) -> None:
    if eight[place] != other:
        changed = eight[:place] + other + eight[place + 1 :]
        assert check_character(changed) != check_character(eight)
