"""Guards come back by themselves: after every migration, and after an emptied database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models.signals import post_migrate, pre_migrate

from zhicheng.foundation import clock, triggers
from zhicheng.foundation.models import Probe

pytestmark = pytest.mark.django_db


def test_a_condition_has_a_name_and_a_name_a_condition() -> None:
    with pytest.raises(ValueError, match="a condition has a name"):
        triggers.protect("x", "UPDATE", sentence="y", when="1 = 1")


def test_every_declared_trigger_is_in_the_database() -> None:
    assert triggers.missing(connection) == set()


def test_guards_come_off_for_a_migration_and_are_put_on_after_it() -> None:
    foundation = apps.get_app_config("foundation")
    pre_migrate.send(foundation, app_config=foundation, using="default", plan=[("a migration", False)])
    assert "foundation_ledgerentry_no_update" in triggers.missing(connection)
    post_migrate.send(foundation, app_config=foundation, using="default", plan=[])
    assert triggers.missing(connection) == set()


def test_guards_stay_on_when_there_is_nothing_to_migrate() -> None:
    foundation = apps.get_app_config("foundation")
    pre_migrate.send(foundation, app_config=foundation, using="default", plan=[])
    assert triggers.missing(connection) == set()


@pytest.mark.django_db(transaction=True)
def test_an_altered_table_keeps_its_guards() -> None:
    """A migration backwards and forwards rebuilds tables on SQLite; afterwards everything is guarded again."""
    call_command("migrate", "applications", "0001", verbosity=0)
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == set()


@pytest.fixture
def own_guard() -> Iterator[triggers.Protected]:
    """A condition on removing rows, as a room might declare one."""
    own = triggers.protect("foundation_probe", "DELETE", sentence="stays", rule="stays", when="OLD.milliseconds > 5")
    triggers.put_on(connection, [own])
    yield own
    triggers.take_off(connection, [own])
    del triggers._declared["foundation_probe", "stays"]


def test_removing_what_a_condition_allows_removes_it(own_guard: triggers.Protected) -> None:
    at = clock.machine_now()
    free, kept = (Probe.objects.create(name=f"p{ms}", at=at, trouble="", milliseconds=ms) for ms in (1, 9))
    free.delete()
    assert list(Probe.objects.all()) == [kept]
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        kept.delete()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("work", [triggers.take_off, triggers.put_on])
def test_guards_never_wait_for_one_table_while_they_hold_another(work: Callable[[Any], None]) -> None:
    """Somebody's transaction has written the last of the guarded tables and goes on to the first."""
    tables = list(dict.fromkeys(one.table for one in triggers.declared()))
    raised: list[BaseException] = []

    def change() -> None:
        try:
            work(connection)
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    changing = threading.Thread(target=change)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables[-1]} IN ROW EXCLUSIVE MODE")
        changing.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        until = time.monotonic() + 30
        while cursor.execute(waiting, [tables[-1]]).fetchone()[0] == 0 and time.monotonic() < until:
            time.sleep(0.02)
        cursor.execute(f"LOCK TABLE {tables[0]} IN ROW EXCLUSIVE MODE")
    changing.join(30)
    triggers.put_on(connection)
    assert not raised and not triggers.missing(connection)


def test_guards_taken_off_by_a_step_that_failed_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    take_off = triggers.take_off

    def fail(_connection: Any) -> None:
        take_off(connection, triggers.LEDGER)
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(triggers, "take_off", fail)
        with pytest.raises(OperationalError):
            triggers.begin_migrating(connection)
    triggers.end_broken_migrating(connection)
    assert triggers.missing(connection) == set()
