"""Which years a fraud closes (S-81)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.integrity.rules import ban_after, ban_in_force


def test_fraud_of_2023_closes_2024_to_2028() -> None:
    ban = ban_after(2023, years=5)
    assert (ban.first_year, ban.last_year) == (2024, 2028)
    assert [y for y in range(2020, 2035) if ban.covers(y)] == [2024, 2025, 2026, 2027, 2028]


@given(st.integers(2000, 2100), st.integers(1, 30), st.integers(1990, 2150))
def test_ban_covers_exactly_the_years_after(year: int, years: int, asked: int) -> None:
    ban = ban_after(year, years=years)
    assert ban.covers(asked) == (0 < asked - year <= years)
    assert ban.closes(asked) == (0 <= asked - year <= years)
    assert (ban_in_force([ban], asked) is not None) == ban.closes(asked)


def test_longest_of_several_bans_is_told() -> None:
    bans = [ban_after(2020, years=5), ban_after(2023, years=5), ban_after(2022, years=1)]
    found = ban_in_force(bans, 2024)
    assert found is not None and found.last_year == 2028
    assert ban_in_force([], 2024) is None


def test_ban_of_no_year_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ban_after(2023, years=0)
