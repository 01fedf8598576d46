"""我的数据: the copy holds what is kept about a person and nothing of anybody else's, in a published shape, and goes in time."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import IdentityConfirmation, User
from zhicheng.applications.models import Application
from zhicheng.documents.actions import render_paper, void_papers
from zhicheng.documents.models import Paper
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock, holding, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.looks import FILE, note_look
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.foundation.transactions import one_transaction
from zhicheng.library.actions import keep_item
from zhicheng.messages.models import Message
from zhicheng.organizations.models import AccountRequest
from zhicheng.personal import archive, jobs
from zhicheng.personal.actions import ask_copy, keep_copy, remove_copy
from zhicheng.personal.gathering import gather, safe_name
from zhicheng.personal.models import TRIED_FOR, DataCopy
from zhicheng.personal.queries import copy_of
from zhicheng.personal.told import DATA, README, SCHEMA, Data, data_schema
from zhicheng.review.actions import pass_application
from zhicheng.review.rules import Sanction

pytestmark = pytest.mark.django_db
PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "data-copy.schema.json"


@told_once
def road():
    """Somebody who keeps something, has sent an application that the unit passed, and whose file the unit opened."""
    world = w.make_world()
    keep_item(actor=world.applicant, kind="awards", content={"name": "科技进步奖", "awarded_on": "2021-05-08"})
    application = w.submitted(world)
    w.unit_pass(world, application)
    file = application.materials.first().file
    note_look(actor=world.unit_admin.ref, what=FILE, subject=f"application:{application.pk}", thing=f"evidence:{file.pk}")
    for paper in Paper.objects.all():
        render_paper(paper_id=paper.pk)
    return world, application


@told_once
def sent():
    """An application that waits at the unit."""
    world = w.make_world()
    return world, w.submitted(world)


def made(world: w.World) -> DataCopy:
    ask_copy(actor=world.applicant)
    outbox.drain()
    return DataCopy.objects.get(pk=world.applicant.account_id)


def opened(copy: DataCopy) -> zipfile.ZipFile:
    with holding.on_disk(copy.held) as path:
        content = path.read_bytes()
    assert len(content) == copy.size
    return zipfile.ZipFile(io.BytesIO(content))


def test_copy_holds_what_every_room_keeps(road: Any) -> None:
    world, application = road
    person = User.objects.get(pk=world.applicant.account_id)
    content = opened(made(world))
    assert content.testzip() is None
    data = Data.model_validate_json(content.read(DATA))
    assert (data.account.name, data.account.id_number) == (person.name, person.id_number)
    assert [fact.content["name"] for fact in data.library] == ["科技进步奖"]
    (case,) = data.applications
    assert case.number == application.number and case.employer == application.employer.name
    assert case.draft["basic"] and len(case.materials) == application.materials.count()
    assert case.earlier == [] and all(file.warnings == [] for file in data.files)
    assert [move.move for move in case.history] == ["start", "submit", "unit_pass"]
    assert {paper.kind: bool(paper.path) for paper in case.papers} == {"receipt": True, "review_form": True}
    assert [(seen.what, seen.about, bool(seen.office and seen.thing)) for seen in data.seen] == [("file", case.number, True)]
    assert data.messages and data.accepted and data.employers and data.left_out
    assert content.read(SCHEMA).decode() == data_schema()
    assert "完整的身份证号" in content.read(README).decode()


def test_copy_tells_what_the_desks_decided_and_how_the_papers_were_found(sent: Any) -> None:
    world, application = sent
    w.to_bureau(world, application)
    w.record_dossier(world.bureau, application, sealed=False, remark="公章不清晰")
    w.give_back(world.bureau, application, "评审表没有单位公章。")
    (case,) = gather(world.applicant.account_id).data.applications
    first, *_between, last = case.decisions
    assert (first.submission, first.office, first.verdict) == (1, application.employer.name, "passed")
    assert (last.verdict, last.reasons[0]["text"]) == ("returned", "评审表没有单位公章。")
    found = case.dossiers[-1]
    assert (found.office, found.signed, found.sealed, found.remark) == (last.office, True, False, "公章不清晰")


def test_copy_tells_of_a_sanction_who_saw_the_card_and_the_mailbox_that_was(sent: Any) -> None:
    world, application = sent
    person = User.objects.get(pk=world.applicant.account_id)
    demerit = Sanction("demerit", date(2023, 1, 1), date(2024, 12, 31))
    pass_application(
        actor=world.unit_admin,
        application_id=application.pk,
        submission_id=application.current_submission_id or 0,
        sanction=demerit,
    )
    IdentityConfirmation.objects.create(
        user=person,
        index=person.id_number_index,
        card_seen_on=clock.today(),
        source=f"organization:{application.employer_id}",
        confirmed_by_id=world.unit_admin.user_id,
        confirmed_at=clock.now(),
    )
    AccountRequest.objects.create(
        kind="mailbox",
        user=person,
        unit=application.employer,
        requested_for=application.employer,
        office=application.county_office,
        statement="邮箱已经停用。",
        old_email="before@example.cn",
        new_email=person.email,
        old_name=person.name,
        old_number=person.id_number,
        requested_by_id=world.unit_admin.user_id,
        requested_at=clock.now(),
    )
    data = gather(person.pk).data
    assert data.applications[0].decisions[0].sanction["kind"] == "demerit"
    assert [each.card_seen_on for each in data.confirmations][-1] == clock.today()
    assert [(each.old_email, each.new_email, each.unit) for each in data.requests] == [
        ("before@example.cn", person.email, application.employer.name)
    ]


def test_files_and_submissions_are_the_very_bytes(road: Any) -> None:
    world, application = road
    content = opened(made(world))
    data = Data.model_validate_json(content.read(DATA))
    assert {file.id for file in data.files} == set(
        EvidenceFile.objects.filter(uploaded_by=world.applicant.account_id).values_list("pk", flat=True)
    )
    for file in data.files:
        assert hashlib.sha256(content.read(file.path)).hexdigest() == file.sha256
    (sent,) = data.applications[0].submissions
    assert hashlib.sha256(content.read(sent.path)).hexdigest() == sent.sha256 == application.submissions.get().sha256
    for paper in data.applications[0].papers:
        assert content.read(paper.path).startswith(b"%PDF")


def test_void_paper_lies_apart_and_the_page_beside_it_says_so(road: Any) -> None:
    world, application = road
    one_transaction(void_papers)(subject=f"application:{application.pk}", kinds=["review_form"], reason="退回", actor="system")
    content = opened(made(world))
    data = Data.model_validate_json(content.read(DATA))
    paths = {paper.kind: (paper.path, bool(paper.voided_at)) for paper in data.applications[0].papers}
    form, receipt = (Paper.objects.get(kind=kind).serial for kind in ("review_form", "receipt"))
    assert paths == {"review_form": (f"papers/void/{form}.pdf", True), "receipt": (f"papers/{receipt}.pdf", False)}
    assert content.read(f"papers/void/{form}.pdf").startswith(b"%PDF") and f"papers/{form}.pdf" not in content.namelist()
    assert "papers/void/" in content.read(README).decode()


def test_copy_holds_nothing_of_others_and_no_secret(road: Any) -> None:
    world, _application = road
    person = User.objects.get(pk=world.applicant.account_id)
    other = w.person(person.kind, "somebody-else", serial=77, name="李红")
    w.evidence(other.pk, "another's")
    content = opened(made(world))
    everything = b"".join(content.read(name) for name in content.namelist() if name.endswith((".json", ".txt"))).decode()
    for word in ("李红", other.id_number, person.password, person.id_number_index):
        assert word not in everything


def test_claim_to_a_number_is_told_nothing_of_it(road: Any) -> None:
    world, application = road
    User.objects.filter(pk=world.applicant.account_id).update(number_held_at=None, identity_confirmed_at=None)
    data = gather(world.applicant.account_id).data
    assert data.bans == [] and data.applications[0].arrivals == []
    assert Application.objects.filter(pk=application.pk).exists()


def test_shape_is_the_published_one(road: Any) -> None:
    assert PUBLISHED.read_text("utf-8") == data_schema(), "zhicheng data schema > docs/data-copy.schema.json"
    names = set(json.loads(data_schema())["properties"])
    assert names == set(json.loads(gather(road[0].applicant.account_id).data.model_dump_json()))


def test_owner_is_told_once_and_the_copy_goes_in_time(road: Any, django_capture_on_commit_callbacks: Any) -> None:
    world, _application = road
    with clock.travel(w.IN_WINDOW), django_capture_on_commit_callbacks(execute=True):
        copy = made(world)
        again = ask_copy(actor=world.applicant)  # the one that lies there goes
        outbox.drain()
        newest = DataCopy.objects.get(pk=copy.pk)
    with pytest.raises(FileNotFoundError), holding.on_disk(copy.held):
        pass
    assert (again.round, newest.round, newest.is_ready) == (2, 2, True)
    subjects = [read_mail(message)["subject"] for message in OutboxMessage.objects.filter(kind="mail")]
    assert sum("个人数据副本" in subject for subject in subjects) == 2
    assert Message.objects.filter(user_id=copy.pk, key__startswith="notice:data-copy").count() == 2
    with clock.travel(w.IN_WINDOW + timedelta(hours=23)):
        assert jobs.forget() == 0
    with clock.travel(w.IN_WINDOW + timedelta(hours=25)), django_capture_on_commit_callbacks(execute=True):
        assert jobs.forget() == 1
    assert not DataCopy.objects.exists()
    with pytest.raises(FileNotFoundError), holding.on_disk(newest.held):
        pass


def test_asked_twice_is_made_once_and_removed_meanwhile_is_not_kept(road: Any) -> None:
    world, _application = road
    first = ask_copy(actor=world.applicant)
    assert ask_copy(actor=world.applicant).round == first.round == 1
    assert OutboxMessage.objects.filter(kind="personal.copy").count() == 1
    remove_copy(actor=world.applicant)
    outbox.drain()
    assert not DataCopy.objects.exists() and OutboxMessage.objects.get(kind="personal.copy").state == "done"
    assert not _kept(first)


def _kept(copy: DataCopy) -> bool:
    """Whether what is made for ``copy`` now is kept; nothing stays on the disk of what is not."""
    held = holding.hold([b"too late"])
    if keep_copy(owner_id=copy.owner_id, round_asked=copy.round, asked_at=copy.asked_at, held=held):
        return True
    with pytest.raises(FileNotFoundError), holding.on_disk(held.name):
        pass
    return False


def test_copy_removed_while_it_was_made_does_not_come_back_as_the_next_one(road: Any) -> None:
    world, _application = road
    first = ask_copy(actor=world.applicant)
    remove_copy(actor=world.applicant)
    with clock.travel(first.asked_at + timedelta(seconds=1)):
        second = ask_copy(actor=world.applicant)
    assert (first.round, second.round) == (1, 1)
    assert not _kept(first) and not DataCopy.objects.get().is_ready, "packed for what was removed"
    assert _kept(second) and DataCopy.objects.get().is_ready


def test_copy_that_failed_for_good_may_be_asked_for_anew_after_a_day(road: Any) -> None:
    world, _application = road
    first = ask_copy(actor=world.applicant)
    with clock.travel(first.asked_at + TRIED_FOR - timedelta(seconds=1)):
        assert ask_copy(actor=world.applicant).round == 1 and copy_of(world.applicant) is not None
    with clock.travel(first.asked_at + TRIED_FOR):
        assert copy_of(world.applicant) is None
        assert _kept(first), "late is better than never, as long as nobody asked again"
        remove_copy(actor=world.applicant)
    first = ask_copy(actor=world.applicant)
    with clock.travel(first.asked_at + TRIED_FOR):
        assert ask_copy(actor=world.applicant).round == 2 and copy_of(world.applicant) is not None
        assert not _kept(first)


def test_copy_keeps_no_receipt_waiting() -> None:
    assert outbox.lane_of("personal.copy") is Lane.CHECKS


def test_asking_is_in_the_ledger_and_applicants_own(road: Any) -> None:
    world, _application = road
    made(world)
    assert LedgerEntry.objects.filter(subject=f"user:{world.applicant.account_id}", event="data.asked").count() == 1
    with pytest.raises(Refused):
        ask_copy(actor=world.unit_admin)


@pytest.mark.usefixtures("unprotected")
def test_lost_file_is_named_and_holds_nothing_up(road: Any) -> None:
    world, _application = road
    file = EvidenceFile.objects.filter(uploaded_by=world.applicant.account_id).first()
    EvidenceFile.objects.filter(pk=file.pk).update(sha256="0" * 64)
    content = opened(made(world))
    lost = next(each for each in Data.model_validate_json(content.read(DATA)).files if each.id == file.pk)
    assert lost.path == "" and lost.name == file.name


@pytest.mark.usefixtures("unprotected")
def test_archive_comes_in_small_pieces(road: Any) -> None:
    world, _application = road
    large = blobs.store(bytes(9 * 1024 * 1024))
    EvidenceFile.objects.filter(uploaded_by=world.applicant.account_id).update(sha256=large.sha256, size=large.size)
    pieces = [len(piece) for piece in archive.archive_of(world.applicant.account_id)]
    assert sum(pieces) > 9 * 1024 * 1024 * 2 and max(pieces) < 2 * archive.PIECE


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a/b?.pdf", "b_.pdf"),
        ("..\\..\\etc\\passwd", "passwd"),
        ("毕业证.pdf", "毕业证.pdf"),
        ("...", "file"),
        ("长" * 200 + ".pdf", "长" * 76 + ".pdf"),
        ("a\nb.pdf", "a_b.pdf"),
    ],
)
def test_names_are_taken_by_every_system(name: str, kept: str) -> None:
    assert safe_name(name) == kept
