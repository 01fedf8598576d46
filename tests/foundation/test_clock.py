import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhicheng.foundation import actions, clock, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import ClockSetting, LedgerEntry

THERE = datetime(2023, 9, 15, 18, 0, tzinfo=clock.BEIJING)


@pytest.fixture
def rehearsal(settings: Any) -> None:
    settings.REHEARSAL = True


@pytest.fixture
def production(settings: Any) -> None:
    settings.MODE = "production"
    settings.CLOCK_CAN_MOVE = False


def test_now_is_aware_and_in_beijing() -> None:
    assert clock.now().utcoffset() == timedelta(hours=8)
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=1)  # noqa: TID251 - the comparison is the test


def test_today_is_the_date_in_beijing_not_in_greenwich() -> None:
    with clock.travel(datetime(2023, 12, 31, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2024, 1, 1)


def test_written_is_beijing_time_whatever_the_zone_of_the_moment() -> None:
    assert clock.written(datetime(2023, 5, 7, 22, 3, 59, tzinfo=UTC)) == "2023-05-08 06:03"


def test_travel_stands_still() -> None:
    with clock.travel(THERE):
        assert clock.now() == clock.now() == THERE


def test_travel_ticks_when_asked() -> None:
    with clock.travel(THERE, tick=True):
        first = clock.now()
        time.sleep(0.01)
        assert THERE <= first < clock.now() < THERE + timedelta(seconds=5)


def test_travel_nests_and_comes_back_after_an_error() -> None:
    with clock.travel(THERE):
        with pytest.raises(KeyError), clock.travel(THERE + timedelta(days=1)):
            assert clock.now() == THERE + timedelta(days=1)
            raise KeyError
        assert clock.now() == THERE
    assert clock.now() > THERE + timedelta(days=365)


def test_travel_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.travel(datetime(2023, 9, 15)):  # noqa: DTZ001 - what is refused
        pass


def test_travel_is_impossible_in_production(production: None) -> None:
    with pytest.raises(RuntimeError), clock.travel(THERE):
        pass


@pytest.mark.django_db
def test_move_clock_moves_a_rehearsal_and_lets_it_run_on(rehearsal: None) -> None:
    actions.move_clock(to=THERE, actor="user:1")
    first = clock.now()
    assert timedelta() <= first - THERE < timedelta(seconds=5)
    assert clock.now() > first
    entry = LedgerEntry.objects.get()
    assert (entry.event, entry.actor, entry.data["to"]) == ("clock.moved", "user:1", THERE.isoformat())
    actions.put_clock_back(actor="user:1")
    assert abs(clock.now() - clock.machine_now()) < timedelta(seconds=1)
    assert ledger.verify().ok


@pytest.mark.django_db
def test_move_clock_twice_keeps_one_setting(rehearsal: None) -> None:
    actions.move_clock(to=THERE, actor="user:1")
    actions.move_clock(to=THERE + timedelta(days=3), actor="user:2")
    assert ClockSetting.objects.count() == 1
    assert clock.today() == date(2023, 9, 18)
    actions.put_clock_back(actor="user:2")


@pytest.mark.django_db
def test_move_clock_needs_a_time_zone(rehearsal: None) -> None:
    with pytest.raises(ValueError, match="time zone"):
        actions.move_clock(to=datetime(2023, 9, 15), actor="user:1")  # noqa: DTZ001 - what is refused


@pytest.mark.django_db
def test_rehearsal_asks_the_database_once_a_second(rehearsal: None) -> None:
    clock.forget_cached_offset()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for _ in range(50):
            clock.now()
    assert len(asked) == 1


@pytest.mark.django_db
def test_rehearsal_goes_on_when_its_transaction_has_failed(rehearsal: None) -> None:
    actions.move_clock(to=THERE, actor="user:1")
    clock.now()
    clock.forget_cached_offset()
    from django.db import transaction

    with transaction.atomic():
        transaction.set_rollback(True)
        assert clock.today() == THERE.date()
    actions.put_clock_back(actor="user:1")


@pytest.mark.django_db
def test_production_ignores_a_moved_clock_and_never_asks(production: None, settings: Any) -> None:
    settings.REHEARSAL = True
    ClockSetting.objects.create(offset_microseconds=-1_000_000_000_000, moved_by="user:1")
    clock.forget_cached_offset()
    with CaptureQueriesContext(connection) as asked:
        assert abs(clock.now() - clock.machine_now()) < timedelta(seconds=1)
    assert not asked.captured_queries


@pytest.mark.django_db
def test_move_clock_is_refused_in_production(production: None) -> None:
    for attempt in (lambda: actions.move_clock(to=THERE, actor="user:1"), lambda: actions.put_clock_back(actor="user:1")):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.has("clock_fixed")
        assert str(refused.value.problems[0].text) == "正式运行的系统不能调整时间。"
    assert not ClockSetting.objects.exists()
