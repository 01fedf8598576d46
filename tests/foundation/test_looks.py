"""The access log: one row a look, sealed by the hour, never touching the ledger's head."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support.verified import violated
from zhicheng.foundation import clock, looks, triggers
from zhicheng.foundation.models import AccessLook, LedgerEntry, LedgerHead

pytestmark = pytest.mark.django_db


def look(number: int, *, ago: timedelta = timedelta(minutes=5)) -> None:
    AccessLook.objects.create(
        at=clock.now(), seen_at=clock.machine_now() - ago, actor="user:5", what="file", subject=f"application:{number}"
    )


def test_a_look_is_one_query_and_no_entry_of_the_ledger(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        looks.note_look(actor="user:5", what=looks.FILE, subject="application:1", thing="evidence:7")
    assert not LedgerEntry.objects.exists() and LedgerHead.objects.get().number == 0
    row = AccessLook.objects.get()
    assert (row.actor, row.what, row.subject, row.thing) == ("user:5", "file", "application:1", "evidence:7")


def test_thumbnail_whose_row_the_database_cannot_even_look_for_hinders_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def answers_nothing(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if AccessLook._meta.db_table in sql:
            raise DatabaseError("the table is away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(answers_nothing):
        looks.note_picture_or_log(actor="user:5", what=looks.THUMBNAIL, subject="application:1", thing="evidence:7:1")
    assert "user:5 thumbnail application:1 evidence:7:1" in caplog.text


def test_looks_are_sealed_with_one_entry_and_only_once() -> None:
    for number in range(3):
        look(number)
    assert looks.seal() == 3 and looks.seal() == 0
    look(4)
    assert looks.seal() == 1
    first, second = LedgerEntry.objects.filter(event=looks.SEALED).order_by("number")
    assert (first.data["count"], second.data["count"]) == (3, 1)
    assert second.data["first"] > first.data["last"]
    assert not violated("foundation.access_log")


def test_what_is_younger_than_two_minutes_waits_for_the_next_seal() -> None:
    look(1)
    look(2, ago=timedelta(seconds=90))
    assert looks.seal() == 1


def test_clock_that_was_put_back_leaves_no_hole_in_the_seals() -> None:
    look(1, ago=timedelta(seconds=30))
    look(2, ago=timedelta(minutes=10))  # written after it, by a clock that had been put back
    assert looks.seal() == 0 and not violated("foundation.access_log")
    look(3, ago=timedelta(days=-1))  # of a clock that was a day ahead
    assert looks.seal() == 0


def test_look_of_a_clock_far_ahead_is_sealed_all_the_same() -> None:
    look(1, ago=timedelta(days=-1))
    look(2)
    assert looks.seal() == 2 and not violated("foundation.access_log")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_seals_at_the_same_moment_are_one_entry() -> None:
    together = threading.Barrier(4)

    def seal() -> None:
        together.wait()
        try:
            looks.seal()
        finally:
            connection.close()

    for _round in range(5):
        look(1)
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(seal) for _ in range(4)]:
                done.result(60)
    assert LedgerEntry.objects.filter(event=looks.SEALED).count() == 5 and not violated("foundation.access_log")


def test_nothing_to_seal_leaves_no_entry() -> None:
    assert looks.seal() == 0
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("change", ["change", "remove", "slip in"])
def test_verification_finds_what_was_done_to_sealed_looks(change: str) -> None:
    for number in range(4):
        look(number)
    triggers.take_off(connection)
    gap = AccessLook.objects.order_by("pk")[1]
    if change == "slip in":
        AccessLook.objects.filter(pk=gap.pk).delete()
    assert looks.seal() in {3, 4}
    if change == "change":
        AccessLook.objects.filter(pk=gap.pk).update(actor="user:6")
    elif change == "remove":
        AccessLook.objects.filter(pk=gap.pk).delete()
    else:
        gap.save(force_insert=True)
    assert {name for name, _subject in violated("foundation.access_log")} == {"foundation.access_log"}


@pytest.mark.parametrize("statement", ["UPDATE foundation_accesslook SET actor = 'user:6'", "DELETE FROM foundation_accesslook"])
def test_database_refuses_to_change_or_remove_looks(statement: str) -> None:
    look(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
