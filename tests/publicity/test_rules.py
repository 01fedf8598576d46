"""The legal clock of 公示, against the worked examples of the calendar (S-38…S-40)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.publicity.rules import Objections, plan_period, reasons_not_over, time_and_objections
from zhicheng.standards.calendar import load_calendar

XINJIANG = load_calendar("xinjiang")


def plan(start: date, end: date, *, today: date | None = None, least: int = 5, counting: str = "incl"):
    return plan_period(XINJIANG, starts_on=start, ends_on=end, today=today or start, least=least, counting=counting)


@pytest.mark.parametrize(
    ("start", "counting", "earliest"),
    [
        ("2023-04-18", "incl", "2023-04-24"),
        ("2023-06-21", "incl", "2023-07-03"),
        ("2023-11-06", "incl", "2023-11-10"),
        ("2025-06-03", "incl", "2025-06-12"),
        ("2023-04-18", "excl", "2023-04-25"),
        ("2023-06-21", "excl", "2023-07-04"),
        ("2023-11-06", "excl", "2023-11-13"),
        ("2025-06-03", "excl", "2025-06-13"),
    ],
)
def test_earliest_end_of_the_worked_examples(start: str, counting: str, earliest: str) -> None:
    begins, legal = date.fromisoformat(start), date.fromisoformat(earliest)
    made, problems = plan(begins, legal, counting=counting)
    assert problems == [] and made is not None
    assert (made.earliest_end, made.working_days) == (legal, 5)
    made, problems = plan(begins, legal - timedelta(days=1), counting=counting)
    assert made is None
    assert [p.code for p in problems] == ["too_short"]
    assert earliest in str(problems[0].text)


def test_start_in_the_past_and_end_before_start_are_told_together() -> None:
    made, problems = plan(date(2023, 5, 22), date(2023, 5, 20), today=date(2023, 5, 23))
    assert made is None
    assert [p.code for p in problems] == ["starts_in_past", "too_short"]


def test_year_without_a_calendar_is_said_and_not_guessed() -> None:
    made, problems = plan(date(2031, 5, 22), date(2031, 6, 22))
    assert made is None
    assert [p.code for p in problems] == ["calendar_unknown"] and "2031" in str(problems[0].text)


def test_period_of_a_quarter_is_a_slip() -> None:
    assert [p.code for p in plan(date(2023, 5, 22), date(2023, 8, 21))[1]] == ["too_long"]
    assert plan(date(2023, 5, 22), date(2023, 8, 20))[1] == []


@given(st.dates(date(2023, 1, 3), date(2023, 11, 30)), st.integers(0, 40), st.integers(1, 15), st.sampled_from(["incl", "excl"]))
def test_period_is_accepted_exactly_when_it_has_its_working_days(start: date, days: int, least: int, counting: str) -> None:
    end = start + timedelta(days=days)
    made, problems = plan(start, end, least=least, counting=counting)
    assert (XINJIANG.workdays_between(start, end, counting) >= least) == (made is not None) == (problems == [])


def test_period_is_over_when_its_last_day_has_passed() -> None:
    last = date(2023, 5, 31)
    for today, over in ((last - timedelta(days=1), False), (last, False), (last + timedelta(days=1), True)):
        found = time_and_objections(ends_on=last, today=today, objections=Objections())
        assert (found == []) == over
    assert "2023-05-31" in str(time_and_objections(ends_on=last, today=last, objections=Objections())[0].text)


def test_everything_in_the_way_is_told_at_once() -> None:
    found = reasons_not_over(
        ends_on=date(2023, 5, 31), today=date(2023, 5, 31), objections=Objections(open=2, stand=1),
        papers=[("公示", True), ("公示照片", False), ("公示结果", False)],
    )  # fmt: skip
    assert [p.code for p in found] == ["not_over", "objection_open", "objection_upheld", "papers_missing"]
    assert "公示照片、公示结果" in str(found[-1].text) and "2件" in str(found[1].text)
