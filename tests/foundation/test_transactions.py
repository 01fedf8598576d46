"""One transaction for an action: the ledger's entries are its end, and a deadlock is no error of the person's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.support import locks
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.models import ClockSetting, LedgerEntry, MailServer, OutboxMessage
from zhicheng.foundation.outbox import queue
from zhicheng.foundation.transactions import (
    NotInTransaction,
    once_more_when_taken,
    one_transaction,
    require_transaction,
    take_turns,
    was_overtaken,
)


def note(event: str) -> None:
    ledger.record(event=event, subject="x", actor="system", data={})


@pytest.mark.django_db(transaction=True)
def test_require_transaction_names_the_caller_outside_of_one() -> None:
    with pytest.raises(NotInTransaction, match=r"ledger\.record\(\) must be called inside"):
        require_transaction("ledger.record()")


@pytest.mark.django_db
def test_require_transaction_is_content_inside_of_one() -> None:
    require_transaction("ledger.record()")


@pytest.mark.django_db
def test_entries_are_written_at_the_end_in_the_order_of_asking() -> None:
    @one_transaction
    def part() -> None:
        note("b")

    @one_transaction
    def act() -> LedgerEntry:
        entry = ledger.record(event="a", subject="x", actor="system", data={})
        part()
        assert not LedgerEntry.objects.exists()
        queue(kind="mail", payload={}, key="told")
        note("c")
        return entry

    with locks.recorded() as transactions:
        first = act()
    assert list(LedgerEntry.objects.order_by("number").values_list("event", flat=True)) == ["a", "b", "c"]
    assert first.number == 1 and ledger.verify().ok
    assert [late for one in transactions for late in one.after_the_head()] == []


@pytest.mark.django_db
def test_entry_of_a_part_that_was_undone_is_not_written() -> None:
    @one_transaction
    def act() -> None:
        note("kept")
        with pytest.raises(RuntimeError), transaction.atomic():
            note("undone")
            raise RuntimeError
        with pytest.raises(IntegrityError):
            undone()

    @one_transaction
    def undone() -> None:
        note("undone too")
        raise IntegrityError

    act()
    assert [entry.event for entry in LedgerEntry.objects.all()] == ["kept"]


@pytest.mark.django_db
def test_nothing_of_an_action_that_failed_is_left_for_the_next() -> None:
    @one_transaction
    def fail() -> None:
        note("failed")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    one_transaction(note)("next")
    assert [entry.event for entry in LedgerEntry.objects.all()] == ["next"]


class _Said(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def overtaken(sqlstate: str = "40P01") -> OperationalError:
    error = OperationalError("the other one")
    error.__cause__ = _Said(sqlstate)
    return error


class Attempts:
    """An action that fails as often as it is told."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.made = 0

    def run(self) -> str:
        self.made += 1
        note(f"attempt {self.made}")
        queue(kind="mail", payload={}, key="told")
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_overtaken_once_is_done_once(sqlstate: str) -> None:
    attempts = Attempts(overtaken(sqlstate))
    assert one_transaction(attempts.run)() == "done" and attempts.made == 2
    assert [entry.event for entry in LedgerEntry.objects.all()] == ["attempt 2"]
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_has_no_name_of_its_own_is_tried_again_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    attempts = Attempts(overtaken())
    assert once_more_when_taken(partial(attempts.run)) == "done" and attempts.made == 2
    assert "Attempts.run is tried again" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_overtaken_twice_is_told() -> None:
    attempts = Attempts(overtaken(), overtaken())
    with pytest.raises(OperationalError, match="the other one"):
        one_transaction(attempts.run)()
    assert attempts.made == 2 and not LedgerEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [overtaken("57014"), OperationalError("database is locked"), RuntimeError()])
def test_another_failure_is_not_tried_again(error: Exception) -> None:
    attempts = Attempts(error)
    with pytest.raises(type(error)):
        one_transaction(attempts.run)()
    assert attempts.made == 1 and not LedgerEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_only_that_one_is_tried_again() -> None:
    inner = Attempts(overtaken())

    @one_transaction
    def outer() -> str:
        return one_transaction(inner.run)()

    assert outer() == "done" and inner.made == 2
    lonely = Attempts(overtaken())
    with pytest.raises(OperationalError), transaction.atomic():
        one_transaction(lonely.run)()
    assert lonely.made == 1


@pytest.mark.django_db(transaction=True)
def test_what_can_be_read_once_only_is_not_taken() -> None:
    with pytest.raises(TypeError, match="was given an iterator"):
        one_transaction(list)(iter([1, 2]))


def _in_threads(*work: Callable[[], object]) -> list[Exception]:
    failed: list[Exception] = []

    def run(one: Callable[[], object]) -> None:
        try:
            one()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return failed


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_that_wait_for_each_other_both_succeed() -> None:
    """A real deadlock: PostgreSQL ends one of the two, which is carried out again when the other one has committed."""
    rows = [MailServer.objects.create(name=name).pk for name in ("a", "b")]
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    def act(name: str, first: int, second: int) -> None:
        attempts.append(name)
        MailServer.objects.select_for_update(no_key=True).get(pk=first)
        if attempts.count(name) == 1:
            both_hold_one.wait(20)
        row = MailServer.objects.select_for_update(no_key=True).get(pk=second)
        row.failures += 1
        row.save()
        queue(kind="mail", payload={}, key=f"{name}:{len(attempts)}")
        note(name)

    there = _in_threads(lambda: one_transaction(act)("one", *rows), lambda: one_transaction(act)("other", *reversed(rows)))
    assert there == [] and len(attempts) == 3
    assert [MailServer.objects.get(pk=pk).failures for pk in rows] == [1, 1]
    assert sorted(entry.event for entry in LedgerEntry.objects.all()) == ["one", "other"]
    assert OutboxMessage.objects.count() == 2 and ledger.verify().ok


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_database_says_a_deadlock_as_expected() -> None:
    rows = [MailServer.objects.create(name=name).pk for name in ("a", "b")]
    both_hold_one = threading.Barrier(2)

    def act(first: int, second: int) -> None:
        with transaction.atomic():
            MailServer.objects.select_for_update(no_key=True).get(pk=first)
            both_hold_one.wait(20)
            MailServer.objects.select_for_update(no_key=True).get(pk=second)

    (error,) = _in_threads(lambda: act(*rows), lambda: act(*reversed(rows)))
    assert isinstance(error, OperationalError) and was_overtaken(error)


@pytest.mark.django_db(transaction=True)
def test_session_that_was_overtaken_is_usable(settings: Any) -> None:
    attempts = Attempts(overtaken())
    one_transaction(attempts.run)()
    assert not connection.in_atomic_block and not connection.needs_rollback
    ClockSetting.objects.all().delete()
    assert clock.now()


@pytest.mark.postgres
@pytest.mark.django_db
def test_waiting_for_a_turn_leaves_what_the_instance_says_of_waiting_for_locks() -> None:
    """A role or an address may set it; the rest of the transaction still goes by it."""
    with connection.cursor() as cursor:
        for set_to in ("7s", "0"):
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [set_to])
            with CaptureQueriesContext(connection) as asked:
                take_turns("test", seconds=2)
            assert "pg_advisory_xact_lock" in asked[-1]["sql"], "nothing more is asked while others wait"
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted")
            assert cursor.fetchone() == (1,)
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == (set_to,)
