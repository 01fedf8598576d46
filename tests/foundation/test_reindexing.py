"""A new key for the index of numbers: everybody is found again, and so are their counts and bans."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction

from tests.support import world as w
from tests.support.keys import new_key
from tests.support.told_once import told_once
from zhicheng.accounts import queries
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.models import Application, PersonYear, Submission
from zhicheng.foundation import clock, ledger, reindexing, triggers
from zhicheng.foundation.models import LedgerEntry

pytestmark = pytest.mark.django_db


@told_once(at=None)
def application() -> Application:
    with clock.travel(w.IN_WINDOW):
        return w.submitted(w.make_world())


def change_key(settings: Any) -> None:
    settings.BLIND_INDEX_KEY_BEFORE = settings.BLIND_INDEX_KEY
    settings.BLIND_INDEX_KEY = f"test-only-{new_key()}"


def reindex() -> str:
    out = StringIO()
    call_command("keys", "reindex", stdout=out)
    return out.getvalue()


def test_every_column_with_an_index_is_declared() -> None:
    found = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("zhicheng.")
        for field in model._meta.local_fields
        if isinstance(field, models.CharField) and re.fullmatch(r"(.*_)?index", field.name)
    }
    assert found == reindexing.declared()


def test_everybody_is_found_again_with_their_year(settings: Any, application: Application) -> None:
    person = User.objects.get(pk=application.applicant_id)
    before = application.person_index
    change_key(settings)
    index = queries.person_index(person.id_number)
    assert not User.objects.filter(id_number_index=index).exists()
    assert "applications.Application.person_index：重算索引 1 项" in reindex()
    application.refresh_from_db()
    assert User.objects.get(kind=AccountKind.APPLICANT, id_number_index=index, number_held_at__isnull=False) == person
    assert application.person_index == queries.person_index(person.id_number) != before
    assert PersonYear.objects.filter(person_index=application.person_index).exists()
    assert not PersonYear.objects.filter(person_index=before).exists()
    assert ledger.verify().ok and LedgerEntry.objects.filter(event="keys.reindexed").count() == 1
    assert "重算索引 1 项" not in reindex()  # twice is once


def test_an_index_of_an_unknown_number_stops_everything(settings: Any, application: Application) -> None:
    guarded = [one for one in triggers.declared() if one.table == "applications_personyear"]
    triggers.take_off(connection, guarded)
    PersonYear.objects.update(person_index="0" * 64)
    triggers.put_on(connection, guarded)
    kept = User.objects.get(pk=application.applicant_id).id_number_index
    change_key(settings)
    with pytest.raises(CommandError, match="没有作任何改动"):
        reindex()
    assert User.objects.get(pk=application.applicant_id).id_number_index == kept


def test_reindexing_without_the_key_before_is_refused(settings: Any, application: Application) -> None:
    with pytest.raises(CommandError, match="ZHICHENG_BLIND_INDEX_KEY_BEFORE"):
        reindex()


def test_reindexing_leaves_the_triggers_on(settings: Any, application: Application) -> None:
    change_key(settings)
    reindex()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Submission.objects.update(sha256="0" * 64)
