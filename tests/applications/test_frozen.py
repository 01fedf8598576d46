"""The database refuses to change or remove a submission and the history, whatever the code says."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.models import StatusChange, Submission
from zhicheng.foundation import clock
from zhicheng.foundation.fields import Sealed

pytestmark = pytest.mark.django_db

TABLES = ("applications_submission", "applications_statuschange")


@told_once
def application():
    return w.submitted(w.make_world())


def test_submission_refuses_update(application):
    for change in ({"sha256": "0" * 64}, {"content": Sealed("v2:a256gcm:0:AAAA")}, {"number": 7}, {"submitted_at": clock.now()}):
        with pytest.raises(DatabaseError, match="a submission is append-only"), transaction.atomic():
            Submission.objects.filter(application=application).update(**change)
    submission = Submission.objects.get(application=application)
    submission.form_token = "other"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        submission.save()


def test_history_refuses_update(application):
    for change in ({"to_state": "accepted"}, {"note": "x"}, {"at": clock.now()}, {"reasons": [1]}):
        with pytest.raises(DatabaseError, match="the history of an application is append-only"), transaction.atomic():
            StatusChange.objects.filter(application=application).update(**change)


@pytest.mark.parametrize("table", TABLES)
def test_row_refuses_delete(application, table):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - the two names above
    assert Submission.objects.count() == 1
    assert StatusChange.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.parametrize("table", TABLES)
def test_table_refuses_truncate(application, table):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the rows of this test are checked, nothing is pending
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
