"""Every invariant of every room can fail: for each, one thing is written past the program, and that invariant names it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds, violated
from tests.test_tampering import TAMPERED
from zhicheng.accounts.models import IdentityCorrection, User
from zhicheng.applications.models import Application, CommitteeArrival, NumberCounter, PersonYear, Submission
from zhicheng.documents.models import Paper, SerialCounter
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import (
    blobs,
    checkpoints,
    clock,
    invariants,
    ledger,
    looks,
    outbox,
    rolling,
    second_copy,
    triggers,
    verification,
)
from zhicheng.foundation.models import (
    AccessLook,
    LedgerCheckpoint,
    LedgerEntry,
    LedgerSalt,
    OutboxMessage,
    StoredFileCheck,
    SystemVerification,
)
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.library.actions import keep_item
from zhicheng.library.models import Library, LibraryFile
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import Membership, MembershipRole, Organization
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.review import actions as review
from zhicheng.review.models import Decision


@told_once(at=w.IN_WINDOW + w.UNTIL_REPORT)
def accepted() -> Application:
    """One application that came to its end, returned once on the way, and another person's that was a fraud."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.publicise_and_report(world, application)
        other = w.submitted(world, world.new_applicant())
        review.reject_for_fraud(actor=world.bureau, application_id=other.pk, reason="提交的业绩证明经核查系伪造。")
    w.pass_on(world.county_officer, application)
    w.give_back(world.bureau, application)
    w.again(world, application)
    w.pass_on(world.bureau, application)
    outbox.drain(1000)
    application.refresh_from_db()
    everything_holds()
    return application


DAY = timedelta(days=1)


def _an_entry(event: str) -> LedgerEntry:
    return LedgerEntry.objects.filter(event=event).order_by("number")[0]


def _forge_entry(event: str, **data: Any) -> None:
    with transaction.atomic():
        ledger.record(event=event, subject=data.pop("subject"), actor="system", data=data)


def _lose_file() -> None:
    file = EvidenceFile.objects.order_by("pk")[0]
    _path(file.sha256).unlink()


def _path(sha256: str) -> Path:
    with blobs.open_blob(sha256) as stored:
        return Path(stored.name)


def _correct_past_the_account() -> None:
    user = User.objects.filter(kind="applicant").order_by("pk")[0]
    number = w.identity_number(77)
    IdentityCorrection.objects.create(
        user=user,
        old_name=user.name,
        new_name="别人",
        old_number=user.id_number,
        new_number=number,
        old_index=user.id_number_index,
        new_index=user.id_number_index,
        source="account_request:1",
        corrected_by=user,
        corrected_at=clock.now(),
    )


def _second_mailbox() -> None:
    EmailAddress.objects.filter(user__kind="applicant").update(email=F("user_id"))


def _same_login_name() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX username_once_whatever_case")
    first, second = User.objects.order_by("pk")[:2]
    User.objects.filter(pk=second.pk).update(username=first.username.upper())


def _another_number() -> None:
    user = User.objects.filter(kind="applicant").order_by("pk")[0]
    user.id_number = w.identity_number(78)
    user.save(update_fields=["id_number"])


def _file_of_another(application: Application) -> None:
    actor = actor_for(application.applicant)
    item = keep_item(actor=actor, kind="awards", content={"name": "科技进步奖"})
    LibraryFile.objects.create(
        item=item, file=EvidenceFile.objects.exclude(uploaded_by_id=actor.user_id)[0], added_at=clock.now()
    )


def _forged_look() -> None:
    looks.note_look(actor="user:5", what=looks.FILE, subject="application:1")
    with clock.travel(clock.now() + DAY):
        AccessLook.objects.update(seen_at=clock.machine_now() - DAY)
        assert looks.seal() == 1
    AccessLook.objects.update(actor="user:6")


def _redirected_mail() -> None:
    message = OutboxMessage.objects.filter(kind="mail").order_by("pk")[0]
    OutboxMessage.objects.filter(pk=message.pk).update(payload=message.payload | {"to": "elsewhere@example.cn"})


def _changed_file() -> None:
    file = EvidenceFile.objects.order_by("pk")[0]
    StoredFileCheck.objects.create(sha256=file.sha256, checked_at=clock.now(), found=rolling.CHANGED)


def _forged_checkpoint() -> None:
    checkpoints.make_checkpoint()
    LedgerCheckpoint.objects.update(root="0" * 64)


def _two_memberships() -> None:
    user = User.objects.filter(kind="applicant").order_by("pk")[0]
    Membership.objects.filter(user=user).update(role=MembershipRole.STAFF)


# Invariant → what is written past the program, of the application that is ``a``.
CORRUPTED: dict[str, Callable[[Application], object]] = {
    "accounts.corrections": lambda _: _correct_past_the_account(),
    "accounts.duties": lambda _: w.without_number(User.objects.filter(kind="officer").order_by("pk")[0]),
    "accounts.mailboxes": lambda _: _second_mailbox(),
    "accounts.unique": lambda _: _same_login_name(),
    "accounts.numbers": lambda _: _another_number(),
    "applications.arrivals_are_moves": lambda a: CommitteeArrival.objects.filter(sequence=1).update(
        submission_id=Submission.objects.exclude(application=a).get().pk
    ),
    "applications.unit_materials_removed_in_ledger": lambda a: a.materials.update(
        added_by=User.objects.filter(kind="unit")[0], removed_at=clock.now()
    ),
    "applications.chain_of_moves": lambda a: a.history.filter(move="unit_pass").update(from_state="draft"),
    "applications.have_a_year": lambda a: PersonYear.objects.filter(person_index=a.person_index).update(person_index="0" * 64),
    "applications.moves_in_ledger": lambda a: _forge_entry(
        "application.prefecture_pass", subject=f"application:{a.pk}", **{"from": "prefecture_review", "to": "accepted"}
    ),
    "applications.moves_in_outbox": lambda _: OutboxMessage.objects.filter(kind="application.moved").order_by("pk")[0].delete(),
    "applications.numbers": lambda _: NumberCounter.objects.update(last=F("last") + 1),
    "applications.person_years": lambda a: PersonYear.objects.filter(person_index=a.person_index).update(arrivals=1),
    "applications.review_forms": lambda _: Paper.objects.filter(kind="review_form", voided_at=None).update(
        snapshot_sha256="0" * 64
    ),
    "applications.state_is_last_move": lambda a: Application.objects.filter(pk=a.pk).update(state="returned"),
    "applications.submissions": lambda a: Submission.objects.filter(application=a, number=1).update(sha256="0" * 64),
    "applications.years_of_persons": lambda a: PersonYear.objects.filter(person_index=a.person_index).update(
        closed_at=clock.now()
    ),
    "documents.papers_in_ledger": lambda _: Paper.objects.filter(kind="publicity_notice").update(snapshot_sha256="1" * 64),
    "documents.pdf_in_ledger": lambda _: Paper.objects.filter(kind="publicity_notice").update(pdf_sha256="1" * 64),
    "documents.serials": lambda _: SerialCounter.objects.filter(prefix="GS").update(last=9),
    "foundation.access_log": lambda _: _forged_look(),
    "foundation.files_are_whole": lambda _: _changed_file(),
    "foundation.checkpoints": lambda _: _forged_checkpoint(),
    "foundation.files_are_there": lambda _: _lose_file(),
    "foundation.checkpoints_kept": lambda _: (checkpoints.make_checkpoint(), LedgerCheckpoint.objects.all().delete()),
    "foundation.salts": lambda _: LedgerSalt.objects.order_by("pk")[0].delete(),
    "foundation.files_brought_back": lambda _: second_copy._set_aside(second_copy.first_root() / second_copy.name_of("0" * 64)),
    "foundation.sealed_values": lambda _: _redirected_mail(),
    "foundation.guards": lambda _: triggers.take_off(connection, triggers.LEDGER),
    "foundation.ledger": lambda _: LedgerEntry.objects.filter(number=3).update(actor="user:999"),
    "integrity.records_of_whom": lambda _: IntegrityRecord.objects.update(person_index="0" * 64),
    "library.files_of_owner": lambda a: _file_of_another(a),
    "library.of_applicants": lambda _: Library.objects.create(owner=User.objects.filter(kind="unit")[0], used_at=clock.now()),
    "integrity.records_in_ledger": lambda _: IntegrityRecord.objects.update(last_barred_year=F("last_barred_year") - 1),
    "organizations.memberships": lambda _: _two_memberships(),
    "organizations.routes": lambda a: Organization.objects.filter(kind="unit").update(receiving_office=a.prefecture_office_id),
    "publicity.legal_length": lambda _: PublicityPeriod.objects.update(
        ends_on=F("ends_on") - DAY, earliest_end=F("earliest_end") - DAY
    ),
    "publicity.of_its_application": lambda _: PublicityPeriod.objects.update(cancelled_at=clock.now(), cancel_reason="忘记了"),
    "review.decisions": lambda _: Decision.objects.order_by("pk")[0].delete(),
    "review.records_bar": lambda _: Application.objects.filter(state="rejected_fraud").update(state="unit_review"),
}


@pytest.mark.django_db
def test_every_invariant_names_what_violates_it(accepted: Application) -> None:
    assert set(CORRUPTED) | {name for name, _statement in TAMPERED.values()} == {one.name for one in invariants.registered()}
    silent = []
    for name, corrupt in CORRUPTED.items():
        with transaction.atomic():
            tables = [one for one in triggers.declared() if name != "foundation.guards"]
            triggers.take_off(connection, tables)
            corrupt(accepted)
            if not violated(name):
                silent.append(name)
            transaction.set_rollback(True)
    assert not silent
    everything_holds_but_lost_file()


def everything_holds_but_lost_file() -> None:
    """The database was rolled back after each; the one file that was taken away is not of the database."""
    assert {name for name, _subject in violated()} == {"foundation.files_are_there", "foundation.files_brought_back"}


@pytest.mark.django_db
def test_command_names_in_words_what_is_wrong_and_fails(accepted: Application) -> None:
    call_command("verify", stdout=(out := StringIO()))
    assert out.getvalue().endswith("项，全部一致。\n")
    triggers.take_off(connection)
    Application.objects.filter(pk=accepted.pk).update(state="returned")
    triggers.put_on(connection)
    with pytest.raises(SystemExit) as ended:
        call_command("verify", "--only", "applications.state_is_last_move", stderr=(err := StringIO()))
    assert ended.value.code == 1
    assert f"application:{accepted.pk}: 状态为 returned，最后一次办理到 accepted。" in err.getvalue()
    assert "发现 1 处不一致" in err.getvalue()
    with pytest.raises(CommandError, match="没有这项核验：nothing"):
        call_command("verify", "--only", "nothing")


@pytest.mark.django_db
def test_command_keeps_its_result_for_the_page_when_asked(accepted: Application) -> None:
    call_command("verify", "--keep", stdout=StringIO())
    kept = SystemVerification.objects.get()
    assert (kept.found, kept.listed, kept.checks) == (0, [], len(invariants.registered()))
    assert LedgerEntry.objects.latest("number").event == "system.verified"


@pytest.mark.django_db
def test_command_lists_what_each_invariant_makes_sure_of() -> None:
    call_command("verify", "--list", stdout=(out := StringIO()))
    assert len(out.getvalue().splitlines()) == len(invariants.registered())
    assert "applications.chain_of_moves  办理记录首尾相接，每一步都在办理表中" in out.getvalue()


@pytest.mark.django_db
def test_verification_of_the_night_is_queued_once_and_keeps_what_it_found() -> None:
    with clock.travel(w.IN_WINDOW.replace(hour=1, minute=59)):
        assert not verification.verify_nightly()
    with clock.travel(w.IN_WINDOW.replace(hour=2)):
        assert [verification.verify_nightly(), verification.verify_nightly()] == [True, False]
    with clock.travel(w.IN_WINDOW.replace(day=23, hour=9)):  # the worker had been away
        assert [verification.verify_nightly(), verification.verify_nightly()] == [True, False]
    assert outbox.drain() == 4
    assert [one.found for one in SystemVerification.objects.all()] == [0, 0]
    assert [entry.data["ok"] for entry in LedgerEntry.objects.filter(event="ledger.verified")] == [True, True]


@pytest.mark.django_db
def test_memory_and_queries_do_not_grow_with_what_is_stored(accepted: Application, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(300):
        everything_holds()


@pytest.mark.django_db
def test_batches_are_asked_for_until_one_is_not_full(world: w.World, django_assert_num_queries: Any) -> None:
    users = User.objects.all()
    numbers = sorted(users.values_list("pk", flat=True))
    for size, queries in ((len(numbers) + 1, 1), (len(numbers), 2), (len(numbers) - 1, 2), (1, len(numbers) + 1)):
        with django_assert_num_queries(queries):
            assert [user.pk for batch in invariants.in_batches(users, size) for user in batch] == numbers


@pytest.mark.django_db
def test_notice_is_not_read_again_with_every_row(accepted: Application) -> None:
    """It is hundreds of kilobytes: a thousand rows with a copy each once took 400 MB."""
    with CaptureQueriesContext(connection) as queries:
        assert not list(invariants.verify())
    texts = [query["sql"] for query in queries]
    assert not [sql for sql in texts if '"campaigns_campaignversion"."notice"' in sql and "JOIN" in sql]
    assert not [sql for sql in texts if '"campaigns_campaignversion"."source_text"' in sql]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_verification_reads_one_state_while_people_work() -> None:
    """What is committed meanwhile is not seen: half of a move would look like a fault."""
    from concurrent.futures import ThreadPoolExecutor

    def write() -> None:
        with transaction.atomic():
            ledger.record(event="test.happened", subject="thing:1", actor="system", data={})
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with invariants.one_state():
            before = LedgerEntry.objects.count()
            pool.submit(write).result()
            assert LedgerEntry.objects.count() == before
        assert LedgerEntry.objects.count() == before + 1
