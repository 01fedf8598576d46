"""A new key: everything is sealed with it, also what is append-only, and the old one can go."""

from __future__ import annotations

import base64
import os
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tests.support import world as w
from tests.support.keys import new_key
from tests.support.told_once import told_once
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.models import DraftSection, Submission
from zhicheng.foundation import clock, ledger, mail, resealing
from zhicheng.foundation.fields import Sealed
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.sealing import SealBroken, key_ids

pytestmark = pytest.mark.django_db


@told_once(at=None)
def submission() -> Submission:
    with clock.travel(w.IN_WINDOW):
        application = w.submitted(w.make_world())
    return Submission.objects.get(application=application)


def run(what: str) -> str:
    out = StringIO()
    call_command("keys", what, stdout=out)
    return out.getvalue()


def first_form(value: str, key: str) -> str:
    nonce = os.urandom(12)
    return "v1:" + base64.b64encode(nonce + AESGCM(base64.b64decode(key)).encrypt(nonce, value.encode(), None)).decode()


def put(table: str, column: str, pk: int, sealed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [sealed, pk])  # noqa: S608 - our own tables


def test_every_sealed_column_is_known() -> None:
    assert {str(column) for column in resealing.columns()} >= {
        "accounts_user.id_number",
        "accounts_identitycorrection.old_number",
        "organizations_accountrequest.new_number",
        "applications_draftsection.content",
        "applications_sectionversion.content",
        "applications_submission.content",
        "documents_paper.data",
    }


def test_a_new_key_takes_over_and_the_old_one_can_go(settings: Any, submission: Submission) -> None:
    old, new = settings.FIELD_KEYS[0], new_key()
    before = {s.pk: s.content for s in DraftSection.objects.all()}
    numbers = {u.pk: u.id_number for u in User.objects.all()}
    content = submission.content
    settings.FIELD_KEYS = [new, old]
    assert f"{key_ids()[1]} × 1" in run("status")
    said = run("reseal")
    assert "applications_submission.content：重新加密 1 项" in said
    settings.FIELD_KEYS = [new]
    assert {s.pk: s.content for s in DraftSection.objects.all()} == before
    assert {u.pk: u.id_number for u in User.objects.all()} == numbers
    assert Submission.objects.get(pk=submission.pk).content == content
    assert key_ids()[0] in run("status")
    entry = LedgerEntry.objects.get(event="keys.resealed")
    assert entry.data["key"] == key_ids()[0] and ledger.verify().ok
    assert "重新加密 1 项" not in run("reseal")  # nothing is left to do
    assert LedgerEntry.objects.filter(event="keys.resealed").count() == 1


def test_resealing_leaves_the_triggers_on(settings: Any, submission: Submission) -> None:
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    run("reseal")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(content=Sealed("v2:a256gcm:0:AAAA"))


def test_a_key_taken_away_too_early_is_named(settings: Any, submission: Submission) -> None:
    old = key_ids()[0]
    settings.FIELD_KEYS = [new_key()]
    with pytest.raises(CommandError, match=old):
        run("status")
    with pytest.raises(CommandError, match="没有改动"):
        run("reseal")


def test_value_in_another_row_is_named_with_its_place() -> None:
    people = [w.person(AccountKind.APPLICANT, name, serial=serial) for name, serial in (("one", 3), ("two", 5))]
    assert list(resealing.broken(connection)) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM accounts_user WHERE id = %s", [people[0].pk])
        put("accounts_user", "id_number", people[1].pk, cursor.fetchone()[0])
    assert list(resealing.broken(connection)) == [f"accounts_user.id_number.{people[1].pk}"]


@pytest.mark.postgres
@pytest.mark.parametrize("what", ["reseal", "reindex"])
def test_role_of_the_service_is_told_who_has_to_do_it(settings: Any, submission: Submission, what: str) -> None:
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    settings.BLIND_INDEX_KEY_BEFORE, settings.BLIND_INDEX_KEY = settings.BLIND_INDEX_KEY, f"test-only-{new_key()}"
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE serving")
        cursor.execute("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO serving")
        cursor.execute("SET ROLE serving")
    try:
        with pytest.raises(CommandError, match=f"zhicheng_owner keys {what}。"):
            run(what)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.mark.postgres
@pytest.mark.parametrize("what", ["status", "reseal", "reindex"])
def test_table_that_is_missing_is_named_and_no_owner_is_blamed(settings: Any, submission: Submission, what: str) -> None:
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    settings.BLIND_INDEX_KEY_BEFORE, settings.BLIND_INDEX_KEY = settings.BLIND_INDEX_KEY, f"test-only-{new_key()}"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_user RENAME TO gone")
    with pytest.raises(DatabaseError, match="accounts_user"):
        run(what)


def test_what_the_first_releases_sealed_is_bound_to_its_row(settings: Any) -> None:
    """As the migrations do it."""
    with clock.travel(w.IN_WINDOW):
        applicant = w.make_world().applicant
    number = User.objects.get(pk=applicant.user_id).id_number
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    put("accounts_user", "id_number", applicant.user_id, first_form(number, settings.FIELD_KEYS[1]))
    with pytest.raises(SealBroken):
        _ = User.objects.get(pk=applicant.user_id).id_number  # the first form is bound to nothing: it is not opened any more
    run("reseal")
    assert User.objects.get(pk=applicant.user_id).id_number == number


def test_step_that_sealed_anew_is_not_taken_back_over_what_it_sealed(submission: Submission) -> None:
    step = resealing.in_migration(resealing.Column("applications_submission", "id", "content"))
    editor = SimpleNamespace(connection=connection)
    with pytest.raises(CommandError, match=r"不能退回：applications_submission\.content"):
        step.reverse_code(None, editor)
    empty = resealing.in_migration(resealing.Column("accounts_identitycorrection", "id", "old_number"))
    empty.reverse_code(None, editor)


def test_what_never_was_sealed_is_not_taken_for_a_value() -> None:
    with clock.travel(w.IN_WINDOW):
        applicant = w.make_world().applicant
    put("accounts_user", "id_number", applicant.user_id, "652701199003071233")
    with pytest.raises(CommandError, match="没有改动"):
        run("reseal")


def test_words_of_mails_are_sealed_anew_and_read_the_same(settings: Any) -> None:
    with transaction.atomic():
        queued = mail.queue_mail(to="a@example.cn", subject="主题", body="正文 /accounts/confirm-email/abc/", key="k")
    assert "正文" not in str(queued.payload) and "confirm-email" not in str(queued.payload)
    before = settings.FIELD_KEYS[0]
    settings.FIELD_KEYS = [new_key(), before]
    assert mail.PLACE in run("status")
    run("reseal")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    queued.refresh_from_db()
    assert mail.read_mail(queued)["body"] == "正文 /accounts/confirm-email/abc/"
    assert mail.compose(queued).to == ["a@example.cn"]
