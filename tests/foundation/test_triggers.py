"""Guards come back by themselves: after every migration, and after an emptied database."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import post_migrate, pre_migrate

from zhicheng.foundation import triggers

pytestmark = pytest.mark.django_db


def test_a_condition_has_a_name_and_a_name_a_condition() -> None:
    with pytest.raises(ValueError, match="a condition has a name"):
        triggers.guard("x", "UPDATE", sentence="y", when="1 = 1")


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
