"""How long a step takes at a desk: what counts, and from how many cases on something is said."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import world as w
from zhicheng.applications.actions import count_durations, withdraw_application
from zhicheng.applications.actions.durations import keep_durations
from zhicheng.applications.durations import LEAST_CASES, Moved, stays_at_desks, usual_of
from zhicheng.applications.models import DeskDurations
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.clock import BEIJING

MONDAY = datetime(2023, 5, 22, 10, tzinfo=BEIJING)
DAY = timedelta(days=1)


def stays(*moves: tuple[str, State, int, str, int | None]) -> list[tuple[int, State, int]]:
    history = [Moved(move, state.value, MONDAY + day * DAY, role, office) for move, state, day, role, office in moves]
    found = stays_at_desks(history, lambda at: at.date())
    return [(one.organization, one.state, (one.until - one.since).days) for one in found]


def test_step_counts_for_the_desk_that_ended_it() -> None:
    assert stays(
        ("start", State.DRAFT, 0, "applicant", 5),
        ("submit", State.UNIT_REVIEW, 1, "applicant", 5),
        ("unit_pass", State.UNIT_PASSED, 4, "unit", 5),
        ("unit_return", State.RETURNED, 5, "unit", 5),
    ) == [(5, State.UNIT_REVIEW, 3), (5, State.UNIT_PASSED, 1)]


def test_what_the_applicant_or_the_clock_ended_says_nothing_of_the_desk() -> None:
    assert (
        stays(
            ("submit", State.UNIT_REVIEW, 1, "applicant", 5),
            ("withdraw", State.DRAFT, 9, "applicant", 5),
            ("submit", State.UNIT_REVIEW, 10, "applicant", 5),
            ("bar", State.BARRED, 30, "system", None),
        )
        == []
    )


def test_pass_that_was_taken_back_ended_nothing() -> None:
    assert stays(
        ("submit", State.UNIT_REVIEW, 1, "applicant", 5),
        ("unit_pass", State.UNIT_PASSED, 2, "unit", 5),
        ("unit_take_back", State.UNIT_REVIEW, 3, "unit", 5),
        ("unit_return", State.RETURNED, 8, "unit", 5),
    ) == [(5, State.UNIT_REVIEW, 7)]


def test_nothing_is_said_of_few_cases() -> None:
    assert usual_of(Counter({1: LEAST_CASES})) is None
    found = usual_of(Counter({0: 11, 2: 8, 9: 2}))
    assert found is not None and (found.count, found.half, found.most) == (21, 0, 2)


@given(st.dictionaries(st.integers(0, 90), st.integers(1, 40), min_size=1))
def test_half_and_nine_in_ten_are_done_within_what_is_said(days: dict[int, int]) -> None:
    counted = Counter(days)
    usual = usual_of(counted)
    if usual is None:
        assert counted.total() <= LEAST_CASES
        return
    every = sorted(counted.elements())
    for share, said in ((0.5, usual.half), (0.9, usual.most)):
        assert sum(day <= said for day in every) >= share * len(every)
        assert sum(day < said for day in every) < share * len(every)


@pytest.mark.django_db
def test_worker_counts_this_years_cases_in_working_days_and_puts_them_in_the_place_of_those_before(world: w.World) -> None:
    for number in range(21):
        application = w.submitted(world, world.new_applicant())
        with clock.travel(w.IN_WINDOW + (1 if number < 15 else 7) * DAY):  # a Tuesday, or the Monday after: the fifth working day
            w.unit_pass(world, application)
    withdrawn = w.submitted(world)
    withdraw_application(actor=world.applicant, application_id=withdrawn.pk)
    for _time in range(2):
        assert count_durations() == 1
        (row,) = DeskDurations.objects.all()
        assert (row.organization_id, row.year, row.steps) == (world.unit.pk, 2023, {"unit_review": [21, 1, 5]})
    assert keep_durations(year=2023, counted={}) == 0 == DeskDurations.objects.count()
