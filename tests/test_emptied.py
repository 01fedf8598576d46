"""What a test whose transactions are real leaves behind is removed as ``flush`` would remove it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from tests.support import emptied
from tests.support import world as w
from tests.support.every_row import every_row
from zhicheng.foundation import clock, triggers


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
