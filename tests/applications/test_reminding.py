"""Which reminders are due: the pure rule, over random ends, clocks and quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.applications.reminding import (
    BEFORE,
    Audience,
    Kind,
    ReminderFacts,
    due_reminders,
    every_reminder,
    next_moment,
    waited_for,
)
from zhicheng.applications.states import OPEN_FOR_APPLICANT, OVER, State
from zhicheng.foundation.clock import BEIJING
from zhicheng.foundation.quiet import QuietHours

NIGHT = QuietHours(time(22), time(9))
END = datetime(2023, 6, 16, 18, tzinfo=BEIJING)
LONG_AGO = END - timedelta(days=60)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

moments = st.integers(0, 60 * 24 * 364).map(lambda minutes: datetime(2023, 1, 1, tzinfo=BEIJING) + minutes * MINUTE)
nights = st.builds(QuietHours, st.times(), st.times()).map(
    lambda q: QuietHours(q.begin.replace(second=0, microsecond=0), q.end.replace(second=0, microsecond=0))
)


def a_draft(**changes: object) -> ReminderFacts:
    return replace(ReminderFacts(12, State.DRAFT, LONG_AGO, is_first=True, end=END), **changes)  # type: ignore[arg-type]


def due(facts: ReminderFacts, at: datetime, *, ahead: datetime | None = None) -> list[str]:
    found = due_reminders(facts, now=at, ahead=ahead or at, quiet=NIGHT)
    return [one.key.rpartition(":")[2] for one in found if one.audience is Audience.APPLICANT]


@pytest.mark.parametrize(
    ("before", "mark"),
    [
        (14 * DAY + MINUTE, []),
        (14 * DAY, ["336h"]),
        (7 * DAY, ["168h"]),
        (2 * DAY, ["48h"]),
        (DAY + MINUTE, ["48h"]),
        (DAY, ["24h"]),
        (MINUTE, ["24h"]),
        (0 * DAY, []),
    ],
)
def test_draft_is_reminded_of_before_its_end_the_newest_alone(before: timedelta, mark: list[str]) -> None:
    assert due(a_draft(), END - before) == mark


def test_last_reminder_that_falls_into_the_night_comes_in_the_day_before_it() -> None:
    end = END.replace(hour=8)
    (last,) = [one for one in every_reminder(a_draft(end=end), NIGHT) if one.key.endswith(":24h")]
    assert last.at == datetime(2023, 6, 14, 21, tzinfo=BEIJING)
    late = [one.at for one in every_reminder(a_draft(end=end), NIGHT) if one.key.endswith(":48h")]
    assert late == [datetime(2023, 6, 14, 9, tzinfo=BEIJING)]  # the others wait for the morning


def test_who_has_just_begun_is_not_reminded_of_what_lay_before() -> None:
    assert due(a_draft(since=END - 20 * HOUR), END - 10 * HOUR) == []
    assert due(a_draft(since=END - 3 * DAY), END - 2 * DAY) == ["48h"]


def test_longer_window_is_followed_with_reminders_of_its_own() -> None:
    later = a_draft(end=END + 10 * DAY)
    assert {one.key for one in every_reminder(a_draft(), NIGHT)}.isdisjoint(one.key for one in every_reminder(later, NIGHT))
    assert due(later, END - DAY) == ["336h"] and due(later, END + 9 * DAY) == ["24h"]


@pytest.mark.parametrize("state", [*OVER, State.ACCEPTED, State.CLOSED_FOR_YEAR])
def test_nobody_is_reminded_of_what_is_over(state: State) -> None:
    assert not list(every_reminder(a_draft(state=state, is_first=False), NIGHT))


@pytest.mark.parametrize("state", OPEN_FOR_APPLICANT)
def test_nobody_is_reminded_of_what_cannot_be_sent(state: State) -> None:
    assert not list(every_reminder(a_draft(state=state, can_act=False), NIGHT))


def test_unit_is_reminded_after_working_days_and_before_its_end_and_the_applicant_hears_late() -> None:
    days = {3: date(2023, 5, 25), 5: date(2023, 5, 29), 7: date(2023, 5, 31), 2: date(2023, 5, 24)}
    facts = ReminderFacts(1, State.UNIT_REVIEW, datetime(2023, 5, 22, 10, tzinfo=BEIJING), workdays=days, end=END)
    marks = {(one.audience, one.key.rpartition(":")[2]) for one in every_reminder(facts, NIGHT)}
    assert marks == {
        *((Audience.UNIT, mark) for mark in ("3d", "7d", "168h", "48h", "24h")),
        (Audience.APPLICANT, "7d"),
    }


def test_running_publicity_is_told_of_on_its_last_day_to_both() -> None:
    facts = ReminderFacts(1, State.IN_PUBLICITY, LONG_AGO, publicity_ends=date(2023, 5, 26), end=END)
    at = datetime(2023, 5, 26, 9, tzinfo=BEIJING)
    assert waited_for(facts) is Kind.PUBLICITY
    assert {one.audience for one in due_reminders(facts, now=at, ahead=at, quiet=NIGHT)} == set(Audience)
    assert not due_reminders(facts, now=at - MINUTE, ahead=at - MINUTE, quiet=NIGHT)
    over = at.replace(hour=0) + DAY
    assert not due_reminders(facts, now=over, ahead=over, quiet=NIGHT)


@given(since=moments, end=moments, now=moments, quiet=nights, state=st.sampled_from(State), first=st.booleans())
def test_reminder_is_never_at_night_never_after_its_end_never_before_it_came_there(
    since: datetime, end: datetime, now: datetime, quiet: QuietHours, state: State, first: bool
) -> None:
    facts = ReminderFacts(1, state, since, is_first=first, end=end)
    every = list(every_reminder(facts, quiet))
    assert len({one.key for one in every}) == len(every)
    for one in every:
        assert not quiet.holds(one.at) and since <= one.at < end
    found = due_reminders(facts, now=now, ahead=now, quiet=quiet)
    assert len({(one.kind, one.audience) for one in found}) == len(found)
    assert all(one.at <= now < end for one in found)
    following = next_moment(facts, after=now, quiet=quiet)
    assert following is None or following > now


@given(since=moments, end=moments, quiet=nights, steps=st.lists(st.integers(1, 60 * 24 * 9), max_size=40))
def test_whoever_looks_at_each_next_moment_misses_nothing(
    since: datetime, end: datetime, quiet: QuietHours, steps: list[int]
) -> None:
    """Looked at only when the rule says so, the same is told as by somebody who looks at random moments as well."""
    facts = ReminderFacts(1, State.DRAFT, since, is_first=True, end=end)
    told, at = set(), since
    while at is not None:
        told |= {one.key for one in due_reminders(facts, now=at, ahead=at, quiet=quiet)}
        at = next_moment(facts, after=at, quiet=quiet)  # type: ignore[assignment]
    looked = since
    for minutes in steps:
        looked += minutes * MINUTE
        assert {one.key for one in due_reminders(facts, now=looked, ahead=looked, quiet=quiet)} <= told


@given(at=moments, quiet=nights)
def test_quiet_hours_end_after_and_were_preceded_by_a_day(at: datetime, quiet: QuietHours) -> None:
    over = quiet.over(at)
    assert at <= over <= at + DAY and not quiet.holds(over)
    assert quiet.begins_after(at) > at
    early = quiet.before(at, spare=HOUR)
    assert not quiet.holds(early) and at - DAY - HOUR <= early <= over
    assert (early == at) is not quiet.holds(at)


def test_every_kind_of_end_has_its_last_reminder_in_the_policy() -> None:
    assert BEFORE[Kind.DRAFT, Audience.APPLICANT] == (14 * DAY, 7 * DAY, 2 * DAY, DAY)


@pytest.mark.parametrize("text", ["22:00", "25:00-9:00", "a-b", "22-"])
def test_quiet_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        QuietHours.parse(text)


def test_no_quiet_hours_are_never() -> None:
    assert not QuietHours.parse("") and NIGHT
    assert not QuietHours.parse("").holds(END.replace(hour=3))
    assert QuietHours.parse("22:00-9").holds(END.replace(hour=8, minute=59)) and not NIGHT.holds(END.replace(hour=9))
