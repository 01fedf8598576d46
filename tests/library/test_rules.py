"""When an unused library goes, and what is the same thing as before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zhicheng.library.rules import TOLD_BEFORE, goes_at, is_same, unused_before

MOMENTS = st.integers(946_684_800, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC))


@given(MOMENTS, st.one_of(st.none(), MOMENTS), st.integers(1, 9))
def test_library_goes_years_after_its_use_and_never_soon_after_its_owner_was_told(
    used: datetime, told: datetime | None, years: int
) -> None:
    goes = goes_at(used, told, years=years)
    assert goes.year - used.year >= years
    assert goes - used >= timedelta(days=365 * years)
    assert told is None or goes >= told + TOLD_BEFORE


@given(MOMENTS, MOMENTS, st.integers(1, 9))
def test_what_is_unused_for_the_years_is_what_would_go(used: datetime, now: datetime, years: int) -> None:
    is_unused = used < unused_before(now, years=years)
    assert is_unused == (goes_at(used, None, years=years) < now) or abs(goes_at(used, None, years=years) - now) < timedelta(
        days=2
    )


def test_leap_day_goes_on_the_first_of_march() -> None:
    assert goes_at(datetime(2024, 2, 29, 8, tzinfo=UTC), None, years=5) == datetime(2029, 3, 1, 8, tzinfo=UTC)


def test_same_thing_is_known_by_its_fields_and_never_by_nothing() -> None:
    assert is_same(("year",), {"year": 2021, "hours_total": 90}, {"year": 2021, "hours_total": ""})
    assert not is_same(("year",), {"year": 2021}, {"year": 2022})
    assert not is_same(("name", "awarded_on"), {"name": ""}, {"name": "", "awarded_on": ""})
