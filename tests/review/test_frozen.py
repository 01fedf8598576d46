"""The database refuses to change or remove a decision and a recorded dossier, whatever the code says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support import world as w
from zhicheng.foundation import clock
from zhicheng.review.models import Decision, PaperDossier

pytestmark = pytest.mark.django_db

TABLES = ("review_decision", "review_paperdossier")


@pytest.fixture(autouse=True)
def decided() -> Iterator[None]:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        w.record_dossier(world.unit_admin, application)
        w.give_back(world.unit_admin, application)
        yield


@pytest.mark.parametrize(
    "change", [{"verdict": "passed"}, {"opinion": "同意"}, {"reasons": [{"text": "改过"}]}, {"decided_at": w.IN_WINDOW}]
)
def test_decision_refuses_update(change) -> None:
    with pytest.raises(DatabaseError, match="a decision is append-only"), transaction.atomic():
        Decision.objects.filter(verdict="returned").update(**change)


def test_dossier_refuses_update() -> None:
    for change in ({"copies": 1}, {"sealed": False}, {"mark_state": "void"}):
        with pytest.raises(DatabaseError, match="a recorded paper dossier is append-only"), transaction.atomic():
            PaperDossier.objects.update(**change)


@pytest.mark.parametrize("table", TABLES)
def test_row_refuses_delete(table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - the two names above
    assert (Decision.objects.count(), PaperDossier.objects.count()) == (2, 1)


@pytest.mark.postgres
@pytest.mark.parametrize("table", TABLES)
def test_table_refuses_truncate(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the rows of this test are checked, nothing is pending
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
