"""The times of a round as a calendar file (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.test import Client
from icalendar import Calendar

from tests.support.world import World


def events(client: Client) -> dict[str, object]:
    answer = client.get("/notices/bortala-2023/times.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    return {str(each["summary"]): each for each in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_each_end_stands_at_its_moment_with_a_week_and_a_day_to_go(world: World, client: Client) -> None:
    found = events(client)
    last = found["初级、中级职称首次上报截止"]
    assert last.decoded("dtstart") == datetime(2023, 6, 16, 10, 0, tzinfo=UTC)  # 18:00 in Beijing
    assert [alarm.decoded("trigger") for alarm in last.walk("VALARM")] == [-timedelta(days=7), -timedelta(days=1)]
    assert not found["初级、中级职称开始申报"].walk("VALARM")
    assert "/notices/bortala-2023/" in str(last["url"])


def test_event_keeps_its_identity_and_counts_the_versions(world: World, client: Client) -> None:
    first = events(client)
    assert {each["uid"] for each in first.values()} == {each["uid"] for each in events(client).values()}
    assert {int(each["sequence"]) for each in first.values()} == {world.version.number}


def test_calendar_of_no_round_is_not_found(client: Client, world: World) -> None:
    assert client.get("/notices/nothing-1999/times.ics").status_code == 404
