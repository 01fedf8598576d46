"""What views share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.web.shared.http import whole_number


@pytest.mark.parametrize("text", ["", " 1", "²", "٣", "１", "-1", "1.0", "1e3", "0x1", "9" * 19, "9" * 5000])
def test_whole_number_of_what_is_none(text):
    assert whole_number(text) is None


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_whole_number_of_an_id(number):
    assert whole_number(str(number)) == number


@given(st.text())
def test_whole_number_of_any_text_raises_nothing(text):
    found = whole_number(text)
    assert found is None or 0 <= found < 2**63
