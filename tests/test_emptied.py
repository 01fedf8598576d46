"""What a test whose transactions are real leaves behind is removed as ``flush`` would remove it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from tests.support import emptied
from tests.support import world as w
from tests.support.every_row import every_row
from zhicheng.foundation import clock, triggers
from zhicheng.foundation.models import InstanceMark


@pytest.mark.django_db(transaction=True)
def test_database_is_emptied_as_flush_would_empty_it() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        w.open_publicity(world, application)
    triggers.take_off(connection, triggers.LEDGER)  # as a test might that ends in the middle
    before = every_row()
    assert before["foundation.InstanceMark"]
    emptied.empty(connection)
    left = every_row()
    assert not triggers.missing(connection)
    assert left["foundation.InstanceMark"] == before["foundation.InstanceMark"]
    assert len([label for label, rows in before.items() if rows != left[label]]) > 20
    call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
    assert {label: len(rows) for label, rows in every_row().items()} == {label: len(rows) for label, rows in left.items()}
    assert every_row()["foundation.LedgerHead"] == left["foundation.LedgerHead"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_stays_is_for_the_next_test_as_it_was(turn: int) -> None:
    """Each of the two leaves what the other must not find."""
    assert not ContentType.objects.filter(app_label="nowhere").exists()
    assert not Permission.objects.filter(codename="nothing").exists()
    assert InstanceMark.objects.get().mode == "test"
    assert not triggers.missing(connection)
    kind = ContentType.objects.create(app_label="nowhere", model="nothing")
    Permission.objects.create(codename="nothing", name="nothing", content_type=kind)
    triggers.take_off(connection)
    InstanceMark.objects.update(mode="production")
