from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.calendar import Calendar, Day, Layer, NotPublished, load_calendar

NATIONAL = load_calendar("national")
XINJIANG = load_calendar("xinjiang")
BOTH = pytest.mark.parametrize("calendar", [NATIONAL, XINJIANG], ids=["national", "xinjiang"])

calendars = st.sampled_from([NATIONAL, XINJIANG])
starts = st.dates(date(2004, 1, 1), date(2026, 6, 30))
counts = st.integers(1, 40)
countings = st.sampled_from(["incl", "excl"])


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def layer(name: str, level: str, *rows: Day, years: tuple[int, ...] = ()) -> Layer:
    return Layer(name, name, level, years, rows)


@pytest.mark.parametrize(
    ("start", "incl_national", "incl_xinjiang", "excl_national", "excl_xinjiang"),
    [
        ("2023-04-18", "2023-04-23", "2023-04-24", "2023-04-24", "2023-04-25"),
        ("2023-06-21", "2023-06-28", "2023-07-03", "2023-06-29", "2023-07-04"),
        ("2023-11-06", "2023-11-10", "2023-11-10", "2023-11-13", "2023-11-13"),
        ("2025-06-03", "2025-06-09", "2025-06-12", "2025-06-10", "2025-06-13"),
        ("2026-02-11", "2026-02-24", "2026-02-24", "2026-02-25", "2026-02-25"),
    ],
)
def test_vectors_of_the_domain(
    start: str, incl_national: str, incl_xinjiang: str, excl_national: str, excl_xinjiang: str
) -> None:
    day = date.fromisoformat(start)
    assert NATIONAL.earliest_end(day, 5, "incl").end.isoformat() == incl_national
    assert XINJIANG.earliest_end(day, 5, "incl").end.isoformat() == incl_xinjiang
    assert NATIONAL.earliest_end(day, 5, "excl").end.isoformat() == excl_national
    assert XINJIANG.earliest_end(day, 5, "excl").end.isoformat() == excl_xinjiang


def test_no_certain_vector_is_provisional_and_2026_in_xinjiang_is() -> None:
    assert not XINJIANG.earliest_end(date(2023, 4, 18), 5).provisional
    assert not XINJIANG.earliest_end(date(2025, 6, 3), 5).provisional
    assert not NATIONAL.earliest_end(date(2026, 2, 11), 5).provisional
    end = XINJIANG.earliest_end(date(2026, 2, 11), 5)
    assert (end.provisional, end.unconfirmed, end.doubtful_days) == (True, ("region:2026",), ())


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_the_own_national_table_agrees_with_the_archive(year: int) -> None:
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        assert NATIONAL.is_workday(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize("year", [2004, 2012, 2020, 2022])
def test_earlier_years_come_from_the_archive(year: int) -> None:
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        assert NATIONAL.is_workday(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize(
    ("day", "is_workday"),
    [
        ("2022-12-31", False),
        ("2023-04-23", True),
        ("2023-10-07", True),
        ("2024-02-09", True),  # New Year's Eve of 2024 was officially a working day
        ("2024-02-10", False),
        ("2025-01-28", False),
        ("2026-01-04", True),
        ("2023-03-08", True),  # a holiday of half the population stops nothing
    ],
)
def test_single_days_that_are_easily_got_wrong(day: str, is_workday: bool) -> None:
    assert NATIONAL.is_workday(date.fromisoformat(day)) is is_workday


@pytest.mark.parametrize(
    ("day", "is_workday"),
    [
        ("2022-05-03", False),  # in the national holiday; the regional day off came two days after the festival
        ("2022-05-05", False),
        ("2022-07-13", False),
        ("2023-04-21", False),  # the day before the festival
        ("2023-04-22", False),
        ("2023-06-30", False),
        ("2023-07-03", True),
        ("2025-03-31", False),
        ("2025-06-10", False),
        ("2025-06-11", True),
    ],
)
def test_days_of_xinjiang(day: str, is_workday: bool) -> None:
    assert XINJIANG.is_workday(date.fromisoformat(day)) is is_workday


def test_every_row_of_the_data_files_has_its_source() -> None:
    for each in XINJIANG.layers:
        for day in each.days:
            assert day.source
            assert day.published_at is None or day.published_at < day.date


def test_a_decision_is_explained_with_its_source() -> None:
    day = XINJIANG.explain(date(2023, 6, 28))
    assert (day.name, day.is_workday, day.certain) == ("古尔邦节", False, True)
    assert NATIONAL.explain(date(2023, 6, 28)) == Day(date(2023, 6, 28), is_workday=True)
    assert NATIONAL.explain(date(2023, 4, 23)).source == "国办发明电〔2022〕16号"


@pytest.mark.parametrize("start", ["2024-04-08", "2024-06-14", "2026-03-18", "2026-05-26"])
def test_an_end_that_rests_on_an_estimate_is_provisional_and_names_the_days(start: str) -> None:
    end = XINJIANG.earliest_end(date.fromisoformat(start), 5)
    assert end.provisional
    assert end.doubtful_days
    assert all(not XINJIANG.explain(day).certain for day in end.doubtful_days)
    assert NATIONAL.earliest_end(date.fromisoformat(start), 5).doubtful_days == ()


def test_years_before_the_regional_table_are_provisional_in_xinjiang_only() -> None:
    assert XINJIANG.earliest_end(date(2019, 11, 4), 5).unconfirmed == ("region:2019",)
    assert not NATIONAL.earliest_end(date(2019, 11, 4), 5).provisional


@BOTH
@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2027, 1, 4)])
def test_a_year_without_notice_is_not_guessed(calendar: Calendar, day: date) -> None:
    with pytest.raises(NotPublished) as caught:
        calendar.is_workday(day)
    assert caught.value.year == day.year
    assert str(day.year) in caught.value.message


def test_a_period_that_runs_into_an_unpublished_year_is_not_guessed() -> None:
    with pytest.raises(NotPublished, match="2027"):
        NATIONAL.earliest_end(date(2026, 12, 29), 5)
    with pytest.raises(NotPublished):
        NATIONAL.workdays_between(date(2026, 12, 29), date(2027, 1, 8))


def test_the_last_week_waits_for_the_notice_of_the_next_year() -> None:
    # 29 December 2018 became a working day by the notice for 2019.
    assert NATIONAL.is_workday(date(2018, 12, 29))
    assert not NATIONAL.earliest_end(date(2018, 12, 24), 5).provisional
    end = NATIONAL.earliest_end(date(2026, 12, 21), 5)
    assert (end.end, end.provisional, end.unconfirmed) == (date(2026, 12, 25), True, ("national:2027",))
    assert not NATIONAL.earliest_end(date(2026, 12, 14), 5).provisional


def test_a_new_national_notice_opens_its_year_and_changes_the_version() -> None:
    notice = layer("national-2027", "national", Day(date(2027, 1, 1), is_workday=False, source="示例"), years=(2027,))
    calendar = NATIONAL.with_layer(notice)
    assert calendar.earliest_end(date(2026, 12, 29), 5).end == date(2027, 1, 5)
    assert not calendar.earliest_end(date(2026, 12, 21), 5).provisional
    assert calendar.version != NATIONAL.version
    with pytest.raises(NotPublished):
        NATIONAL.is_workday(date(2027, 1, 4))


def test_a_published_notice_supersedes_every_estimate_of_its_year() -> None:
    notice = layer("xinjiang-2026", "region", Day(date(2026, 5, 26), is_workday=False, source="示例"), years=(2026,))
    calendar = XINJIANG.with_layer(notice)
    assert not XINJIANG.is_workday(date(2026, 5, 27))
    assert calendar.is_workday(date(2026, 5, 27))
    assert not calendar.is_workday(date(2026, 5, 26))
    assert not calendar.earliest_end(date(2026, 5, 20), 5).provisional
    assert XINJIANG.with_layer(notice).earliest_end(date(2024, 6, 14), 5).provisional


def test_a_region_may_cancel_and_add_a_make_up_day() -> None:
    # 2014: Xinjiang rested on two national working Sundays; 2016: it worked on a Saturday of its own.
    rows = (
        Day(date(2014, 9, 28), is_workday=False, source="自治区2014年安排"),
        Day(date(2014, 10, 11), is_workday=False, source="自治区2014年安排"),
        Day(date(2016, 9, 10), is_workday=True, source="自治区2016年安排"),
    )
    calendar = NATIONAL.with_layer(layer("region", "region", *rows))
    assert [NATIONAL.is_workday(row.date) for row in rows] == [True, True, False]
    assert [calendar.is_workday(row.date) for row in rows] == [False, False, True]


def test_the_last_layer_wins_in_whatever_order_they_were_added() -> None:
    day = date(2023, 8, 15)
    prefecture = layer("bortala", "prefecture", Day(day, is_workday=False, source="州"))
    emergency = layer("flood", "emergency", Day(day, is_workday=True, source="防汛"))
    for calendar in (
        XINJIANG.with_layer(prefecture).with_layer(emergency),
        XINJIANG.with_layer(emergency).with_layer(prefecture),
    ):
        assert calendar.is_workday(day)
        assert calendar.explain(day).source == "防汛"
    assert not XINJIANG.with_layer(prefecture).is_workday(day)
    assert XINJIANG.with_layer(prefecture).with_layer(emergency).version == (
        XINJIANG.with_layer(emergency).with_layer(prefecture).version
    )


def test_a_layer_of_the_same_name_is_replaced() -> None:
    day = date(2023, 8, 15)
    first = XINJIANG.with_layer(layer("bortala", "prefecture", Day(day, is_workday=False, source="一")))
    second = first.with_layer(layer("bortala", "prefecture", Day(date(2023, 8, 16), is_workday=False, source="二")))
    assert second.is_workday(day)
    assert len(second.layers) == len(first.layers)
    assert [each.name for each in second.layers].count("bortala") == 1


def test_the_version_is_a_digest_of_what_the_calendar_says() -> None:
    again = Calendar(XINJIANG.name, XINJIANG.layers, XINJIANG.expects)
    assert again.version == XINJIANG.version
    assert len(again.version) == 64
    assert NATIONAL.version != XINJIANG.version
    assert XINJIANG.earliest_end(date(2023, 11, 6), 5).calendar_version == XINJIANG.version


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        NATIONAL.earliest_end(date(2023, 11, 6), 0)
    with pytest.raises(ValueError, match="counting"):
        NATIONAL.earliest_end(date(2023, 11, 6), 5, "both")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="mars"):
        load_calendar("mars")


def test_an_empty_interval_has_no_working_days() -> None:
    assert NATIONAL.workdays_between(date(2023, 11, 7), date(2023, 11, 6)) == 0
    assert NATIONAL.workdays_between(date(2023, 11, 6), date(2023, 11, 6), "excl") == 0


@given(calendars, starts, counts, countings)
def test_an_end_is_a_working_day_with_exactly_n_of_them_up_to_it(calendar: Calendar, start: date, n: int, counting: str) -> None:
    end = calendar.earliest_end(start, n, counting).end  # type: ignore[arg-type]
    assert calendar.is_workday(end)
    first = start if counting == "incl" else start + timedelta(days=1)
    assert sum(calendar.is_workday(day) for day in days(first, end)) == n
    assert calendar.workdays_between(start, end, counting) == n  # type: ignore[arg-type]
    assert calendar.workdays_between(start, end - timedelta(days=1), counting) == n - 1  # type: ignore[arg-type]


@given(calendars, starts, counts, countings)
def test_an_end_never_falls_with_a_later_start_or_a_longer_period(calendar: Calendar, start: date, n: int, counting: str) -> None:
    end = calendar.earliest_end(start, n, counting).end  # type: ignore[arg-type]
    assert calendar.earliest_end(start + timedelta(days=1), n, counting).end >= end  # type: ignore[arg-type]
    assert calendar.earliest_end(start, n + 1, counting).end > end  # type: ignore[arg-type]


@given(calendars, starts, counts)
def test_counting_the_start_day_never_ends_later(calendar: Calendar, start: date, n: int) -> None:
    incl, excl = calendar.earliest_end(start, n, "incl").end, calendar.earliest_end(start, n, "excl").end
    assert incl <= excl
    assert (incl == excl) is not calendar.is_workday(start)


@given(starts, counts, countings, st.sets(st.dates(date(2023, 1, 1), date(2023, 12, 31)), max_size=20))
def test_more_days_off_never_end_a_period_earlier(start: date, n: int, counting: str, off: set[date]) -> None:
    extra = layer("extra", "emergency", *(Day(day, is_workday=False, source="示例") for day in sorted(off)))
    before = NATIONAL.earliest_end(start, n, counting)  # type: ignore[arg-type]
    after = NATIONAL.with_layer(extra).earliest_end(start, n, counting)  # type: ignore[arg-type]
    assert after.end >= before.end


@given(starts, starts)
def test_provisional_is_never_lost_when_an_interval_grows(a: date, b: date) -> None:
    start, days = min(a, b), min((max(a, b) - min(a, b)).days, 40)
    if XINJIANG.earliest_end(start, days + 1).provisional:
        assert XINJIANG.earliest_end(start, days + 2).provisional
