"""The plan of a road, counted by hand on the calendar of 2023 (端午 22–24 June with work on the 25th, 古尔邦节 28–30 June): S-39, G-02."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.files import bortala
from zhicheng.campaigns.notice import Desk
from zhicheng.campaigns.rules import Plan, Reckoning, Step, Stop, last_day, plan
from zhicheng.foundation.clock import BEIJING
from zhicheng.standards.calendar import NotPublished, load_calendar

HAND_IN = Stop(Step.HAND_IN)
ROAD = [
    HAND_IN,
    *(Stop(step, Desk.UNIT) for step in (Step.REVIEW, Step.PUBLISH, Step.REPORT)),
    Stop(Step.REVIEW, Desk.COUNTY),
    Stop(Step.REVIEW, Desk.PREFECTURE),
]
WINDOW = bortala().windows[0]
ENDS: dict[Desk | None, dt.datetime | None] = {None: WINDOW.apply_until}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2023-{text}")


def reckoning(**changes: object) -> Reckoning:
    notice = bortala()
    assert notice.planning is not None  # unit 3 working days, county 5, prefecture 10, a correction 3
    own = Reckoning(load_calendar("xinjiang"), notice.limits, notice.planning, WINDOW.correct_until, {}, day("05-08"))
    return replace(own, **changes)  # type: ignore[arg-type]


def planned(
    today: str = "05-22",
    left: list[Stop] = ROAD,
    ends: dict[Desk | None, dt.datetime | None] = ENDS,
    first_on: str = "",
    hour: str = "09:00",
    mends: bool = True,
    **changes: object,
) -> Plan:
    now = at(f"2023-{today} {hour}")
    return plan(left, ROAD, now=now, first_on=day(first_on or today), ends=ends, reckoning=reckoning(**changes), mends=mends)


def test_whole_road_forwards_and_back() -> None:
    found = planned()
    assert [(step.expected, step.latest) for step in found.steps] == [
        (day("05-22"), day("06-08")),  # 上报
        (day("05-25"), day("06-13")),  # unit
        (day("05-26"), day("06-14")),  # 公示 begins; five days: 14, 15, 16, 19, 20 June
        (day("06-02"), day("06-21")),  # the unit reports; the 22nd to the 24th is a holiday
        (day("06-09"), day("07-04")),  # county: 25, 26, 27 June, 3, 4 July
        (day("06-26"), day("07-18")),  # prefecture: ten from 5 to 18 July
    ]
    assert found.returned_until == day("07-18")  # and handed in again on Friday the 21st, before 18:00
    assert found.is_safe
    assert [step.end for step in found.steps] == [WINDOW.apply_until, *[None] * 5]


def test_one_who_begins_a_day_too_late_is_told_where() -> None:
    assert planned("06-08").is_safe
    late = planned("06-09")
    assert not late.is_safe
    assert [step.is_safe for step in late.steps] == [False, False, False, False, False, False]


def test_what_has_waited_longer_than_reckoned_is_expected_today() -> None:
    found = planned("07-10", ROAD[4:], first_on="06-09")
    assert [step.expected for step in found.steps] == [day("07-10"), day("07-24")]
    assert [step.is_safe for step in found.steps] == [False, False]


def test_a_desk_with_an_end_is_done_before_it_and_those_before_it_earlier() -> None:
    found = planned(ends={**ENDS, Desk.COUNTY: at("2023-06-12 00:00")})
    assert found.steps[4].latest == day("06-09")  # midnight leaves the Friday before; the 11th is a Sunday
    assert found.steps[3].latest == day("06-02")
    assert found.steps[5].latest == day("07-18")
    assert found.steps[4].end == at("2023-06-12 00:00")


def test_end_of_the_first_application_bounds_its_own_step_alone() -> None:
    found = planned(ends={None: at("2023-06-01 18:00")})
    assert [step.latest for step in found.steps][:2] == [day("06-01"), day("06-13")]


@pytest.mark.parametrize(("today", "until"), [("07-18", "07-18"), ("07-19", None), ("07-22", None)])
def test_return_after_which_no_time_is_left(today: str, until: str | None) -> None:
    found = planned(today, ROAD[5:], ends={})
    assert found.returned_until == (day(until) if until else None)
    assert [step.latest for step in found.steps] == [day("07-18")]  # when it was safe is so afterwards, too
    assert found.is_safe is (until is not None)


def test_return_that_could_not_pass_a_desk_before_its_end_leaves_no_time() -> None:
    ends = {Desk.COUNTY: at("2023-07-21 18:00"), Desk.UNIT: None}
    found = planned(ends=ENDS, corrected_ends=ends)
    # Told on Sunday 25 June, a working day; corrected on 26, 27 June and handed in on 3 July; unit 6 July; shown 7 to 13 July, reported on
    # the 14th; county 17 to 21 July.
    assert found.returned_until == day("06-25")
    assert planned(ends=ENDS, corrected_ends=dict.fromkeys(Desk, at("2023-05-10 18:00"))).returned_until is None


def test_last_arrival_has_no_return_to_leave_time_for() -> None:
    found = planned("05-22", ROAD[5:], ends={}, mends=False)
    assert found.returned_until is None
    assert {step.latest for step in found.steps} == {None}
    assert found.is_safe


def test_round_too_short_for_its_own_days_has_no_safe_day() -> None:
    planning = reckoning().planning.model_copy(update={"correction_days": 60})
    assert planned(planning=planning).returned_until is None


def test_days_that_do_not_fit_the_round_leave_the_day_before_it() -> None:
    planning = reckoning().planning.model_copy(update={"desk_days": dict.fromkeys(Desk, 60)})
    found = planned(planning=planning)
    assert found.steps[0].latest is not None
    assert found.steps[0].latest < day("05-08")
    assert not found.is_safe


def test_last_safe_days_do_not_move_as_time_goes_by() -> None:
    for today in ("05-22", "06-20", "07-18", "07-25"):
        assert [step.latest for step in planned(today).steps] == [step.latest for step in planned().steps]


def test_nothing_can_be_mended_once_the_time_for_corrections_is_over_to_the_minute() -> None:
    planning = reckoning().planning.model_copy(update={"correction_days": 0})
    assert planned("07-21", planning=planning, hour="17:59").returned_until == day("07-21")
    assert planned("07-21", planning=planning, hour="18:00").returned_until is None


def test_report_of_what_need_not_be_shown_again_comes_the_next_day() -> None:
    left = [Stop(Step.REPORT, Desk.UNIT, shown=True), *ROAD[4:]]
    assert planned("06-16", [ROAD[1], *left], ends={}).steps[1].expected == day("06-19")


def test_desk_that_waits_over_a_weekend_is_expected_on_the_next_working_day() -> None:
    assert planned("06-10", ROAD[4:], ends={}).steps[0].expected == day("06-12")


def test_days_beyond_the_known_calendars_are_left_open_where_no_end_needs_them() -> None:
    found = plan(
        ROAD,
        ROAD,
        now=at("2026-12-24 09:00"),
        first_on=dt.date(2026, 12, 24),
        ends={},
        reckoning=reckoning(correct_until=at("2026-12-31 18:00"), begins=dt.date(2026, 9, 1)),
    )
    assert [step.expected is None for step in found.steps] == [False, False, False, True, True, True]
    assert not found.steps[5].is_safe
    assert found.steps[0].latest is not None


def test_publicity_that_does_not_count_its_first_day_ends_a_day_later() -> None:
    limits = bortala().limits.model_copy(update={"publicity_counting": "excl"})
    assert planned(limits=limits).steps[3].expected == day("06-05")


def test_desk_with_no_days_decides_on_the_day_it_comes() -> None:
    planning = reckoning().planning.model_copy(update={"desk_days": {}, "correction_days": 0})
    found = planned(planning=planning)
    assert found.steps[1].expected == found.steps[0].expected
    assert found.returned_until == day("07-21")


def test_year_whose_holidays_are_not_known_is_said() -> None:
    with pytest.raises(NotPublished):
        planned(correct_until=at("2099-07-21 18:00"))


def test_last_day_before_an_end() -> None:
    assert last_day(at("2023-07-21 18:00")) == day("07-21")
    assert last_day(at("2023-07-21 00:00")) == day("07-20")


@given(st.dates(dt.date(2023, 5, 8), dt.date(2023, 7, 25)), st.integers(0, 5), st.integers(0, 12), st.integers(0, 12))
def test_last_safe_days_lead_to_each_other_and_none_could_be_later(
    today: dt.date, begins: int, county: int, prefecture: int
) -> None:
    planning = reckoning().planning.model_copy(
        update={"desk_days": {Desk.UNIT: 3, Desk.COUNTY: county, Desk.PREFECTURE: prefecture}}
    )
    own = reckoning(planning=planning)
    left = ROAD[begins:]
    now = dt.datetime.combine(today, dt.time(9), BEIJING)
    found = plan(left, ROAD, now=now, first_on=today, ends={}, reckoning=own)
    assert found.returned_until is None or found.returned_until >= today
    assert found.steps[-1].latest == day("07-18")
    for one, following in zip(found.steps, found.steps[1:], strict=False):
        assert one.latest is not None and following.latest is not None
        assert own.after(following.stop, one.latest) <= following.latest
        later = one.latest + dt.timedelta(days=1)
        assert own.after(following.stop, later) > following.latest or not own.calendar.is_workday(later)
