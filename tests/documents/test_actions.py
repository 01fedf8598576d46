"""Issuing, making, voiding and verifying papers."""

from __future__ import annotations

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.documents import examples
from zhicheng.documents import queries
from zhicheng.documents.actions import PREFIXES, issue_paper, marks_of, render_paper, void_papers
from zhicheng.documents.models import Kind, Paper, PaperState
from zhicheng.documents.papers import paper_of
from zhicheng.documents.rendering import CannotPrint, render_pdf
from zhicheng.foundation import blobs, clock, ledger, outbox, triggers
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.foundation.transactions import NotInTransaction

pytestmark = pytest.mark.django_db(transaction=True)


def _issue(**changes: Any) -> Paper:
    values: dict[str, Any] = {
        "kind": Kind.PUBLICITY_RESULT,
        "subject": "application:12",
        "title": "",
        "data": examples.result().model_dump(),
        "snapshot_sha256": examples.SHA,
        "actor": "user:5",
        "version_label": "第1次上报",
    }
    with transaction.atomic():
        return issue_paper(**(values | changes))


def _void(**changes: Any) -> list[Paper]:
    values: dict[str, Any] = {
        "subject": "application:12",
        "kinds": [Kind.PUBLICITY_RESULT],
        "reason": "申报材料已更正，重新生成。",
        "actor": "user:5",
    }
    with transaction.atomic():
        return void_papers(**(values | changes))


def test_an_issued_paper_has_a_number_and_waits_for_its_pdf() -> None:
    paper = _issue()
    assert paper.serial == "GJ2023-000001"
    assert re.fullmatch(r"[2-9A-HJKMNP-TW-Z]{28}", paper.verification_code)
    assert (paper.state, paper.pages, paper.title) == (PaperState.QUEUED, 0, "推荐单位公示结果")
    entry = LedgerEntry.objects.get(event="paper.issued")
    assert (entry.subject, entry.actor, entry.data["serial"]) == ("application:12", "user:5", paper.serial)
    assert OutboxMessage.objects.get(kind="paper.render").payload == {"paper_id": paper.pk}


def test_serials_count_by_kind_and_year() -> None:
    assert [_issue().serial for _ in range(3)] == ["GJ2023-000001", "GJ2023-000002", "GJ2023-000003"]
    assert _issue(data=examples.result(year=2024)).serial == "GJ2024-000001"
    form = _issue(kind=Kind.REVIEW_FORM, data=examples.minimal_data())
    assert form.serial == "PS2023-000001"
    assert len(set(PREFIXES.values())) == len(PREFIXES) == len(Kind)


def test_a_number_is_given_back_when_the_cause_is_undone() -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        _issue()
        raise Undone
    assert not Paper.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert _issue().serial == "GJ2023-000001"


def test_issuing_outside_of_the_causes_transaction_is_a_mistake() -> None:
    with pytest.raises(NotInTransaction):
        issue_paper(
            kind=Kind.COMMITMENT,
            subject="application:12",
            title="",
            data=examples.commitment(),
            snapshot_sha256=examples.SHA,
            actor="user:5",
        )
    with pytest.raises(NotInTransaction):
        void_papers(subject="application:12", kinds=[Kind.COMMITMENT], reason="更正", actor="user:5")


@pytest.mark.postgres
def test_twelve_papers_at_once_get_twelve_numbers() -> None:
    def work(_number: int) -> str:
        try:
            return _issue().serial
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        serials = sorted(pool.map(work, range(12)))
    assert serials == [f"GJ2023-{number:06d}" for number in range(1, 13)]


def test_data_that_does_not_fit_is_refused_before_anything_is_written() -> None:
    with pytest.raises(Refused) as caught:
        _issue(data=examples.result().model_dump() | {"days": ""})
    assert caught.value.problems[0].where == "days"
    with pytest.raises(CannotPrint) as glyph:
        _issue(data=examples.result(name="李😀"))
    assert glyph.value.characters == ["😀"]
    with pytest.raises(ValueError, match="commitment"):
        _issue(data=examples.commitment())
    assert not Paper.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_the_pdf_is_made_after_the_commit_and_kept() -> None:
    paper = _issue()
    assert outbox.drain() == 1
    paper.refresh_from_db()
    assert (paper.state, paper.pages, paper.is_ready) == (PaperState.READY, 1, True)
    with blobs.open_blob(paper.pdf_sha256) as file:
        pdf = file.read()
    assert pdf.startswith(b"%PDF-")
    assert hashlib.sha256(pdf).hexdigest() == paper.pdf_sha256
    assert LedgerEntry.objects.get(event="paper.made").data == {
        "serial": paper.serial,
        "pdf_sha256": paper.pdf_sha256,
        "pages": 1,
        "at": ledger.time_text(paper.ready_at),
    }
    assert ledger.verify().ok


def test_making_the_pdf_again_changes_nothing() -> None:
    paper = _issue()
    first = render_paper(paper_id=paper.pk)
    with clock.travel(clock.now() + timedelta(days=3)):
        second = render_paper(paper_id=paper.pk)
    assert (first.pdf_sha256, first.ready_at) == (second.pdf_sha256, second.ready_at)
    assert LedgerEntry.objects.filter(event="paper.made").count() == 1
    # The message comes after the PDF is there: the worker died between the two.
    assert outbox.drain() == 1


def test_the_stored_paper_prints_the_same_bytes_years_later() -> None:
    paper = render_paper(paper_id=_issue().pk)
    with clock.travel(datetime(2031, 5, 1, 12, tzinfo=clock.BEIJING)):
        again = Paper.objects.get(pk=paper.pk)
        pdf = render_pdf(paper_of(again.kind, json.loads(again.data)), marks=marks_of(again))
    assert hashlib.sha256(pdf).hexdigest() == paper.pdf_sha256


def test_a_disk_that_refuses_leaves_the_paper_waiting(settings: Any, tmp_path: Path) -> None:
    paper = _issue()
    blocked = tmp_path / "full"
    blocked.write_text("no folder can be made here")
    default = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": {"location": blocked}}}
    assert outbox.drain() == 0
    paper.refresh_from_db()
    assert (paper.state, paper.pdf_sha256) == (PaperState.QUEUED, "")
    assert OutboxMessage.objects.get(kind="paper.render").last_error.endswith(" Refused: storage")
    settings.STORAGES = settings.STORAGES | {"default": default}
    assert render_paper(paper_id=paper.pk).is_ready


def test_a_paper_whose_font_was_taken_away_fails_with_its_reason() -> None:
    paper = _issue()
    paper.data = examples.result(name="李😀").model_dump_json()
    with triggers.lifted(connection, "documents_paper"):
        paper.save(update_fields=["data"])
    assert outbox.drain() == 1
    paper.refresh_from_db()
    assert paper.state == PaperState.FAILED
    assert "😀（U+1F600）" in paper.failure


def test_the_content_is_encrypted_in_the_database() -> None:
    _issue(kind=Kind.REVIEW_FORM, data=examples.rich_form())
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM documents_paper")
        stored = cursor.fetchone()[0]
    assert stored.startswith("v2:")
    assert "652701" not in stored
    assert json.loads(Paper.objects.get().data)["basic"]["id_number"] == "652701199003071233"


def test_voided_papers_say_so_and_only_those_of_the_kind_and_subject() -> None:
    old, other_kind = _issue(), _issue(kind=Kind.COMMITMENT, data=examples.commitment())
    elsewhere = _issue(subject="application:13")
    assert [paper.serial for paper in _void()] == [old.serial]
    new = _issue()
    statuses = {
        paper.serial: queries.verify_paper(serial=paper.serial, code=paper.verification_code).status
        for paper in (old, other_kind, elsewhere, new)
    }
    assert statuses == {old.serial: "void", other_kind.serial: "current", elsewhere.serial: "current", new.serial: "current"}
    assert queries.current_paper(subject="application:12", kind=Kind.PUBLICITY_RESULT) == new
    assert LedgerEntry.objects.get(event="paper.voided").data["serials"] == [old.serial]
    assert _void(kinds=[Kind.REVIEW_FORM]) == []


def test_voiding_twice_keeps_the_first_reason_and_needs_one() -> None:
    paper = _issue()
    _void()
    assert _void(reason="另一个原因") == []
    paper.refresh_from_db()
    assert paper.void_reason == "申报材料已更正，重新生成。"
    with pytest.raises(Refused):
        _void(reason="  ")


def test_a_paper_voided_while_it_waits_is_still_made() -> None:
    paper = _issue()
    _void()
    made = render_paper(paper_id=paper.pk)
    assert (made.is_ready, made.is_void) == (True, True)


def test_verification_tells_what_the_paper_is_and_no_more() -> None:
    paper = _issue()
    found = queries.verify_paper(
        serial=f" {paper.serial.lower()} ", code=f"{paper.verification_code[:5]}-{paper.verification_code[5:].lower()}"
    )
    assert (found.status, found.kind, found.title) == ("current", "publicity_result", "推荐单位公示结果")
    assert found.name == "艾****·***"
    assert found.snapshot_sha256 == examples.SHA
    assert (found.issued_at, found.version_label) == (paper.created_at, "第1次上报")
    assert "吐尔逊" not in repr(found)


@pytest.mark.parametrize(
    ("serial", "code"), [("GJ2023-000001", "WRONG"), ("GJ2023-000001", ""), ("GJ2023-999999", None), ("", ""), ("\x00", "密")]
)
def test_a_wrong_number_or_code_is_unknown_alike(serial: str, code: str | None) -> None:
    paper = _issue()
    found = queries.verify_paper(serial=serial, code=paper.verification_code if code is None else code)
    assert found == queries.Verification(status="unknown")


def test_serial_is_found_with_and_without_its_hyphen() -> None:
    paper = _issue()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in paper.serial)
    for typed in (paper.serial, paper.serial.replace("-", ""), paper.serial.replace("-", " "), wide, paper.serial.lower()):
        assert queries.find_paper(typed) == paper, typed
    assert queries.find_paper("-".join(paper.serial)) == paper
    assert queries.find_paper(paper.serial + "0") is None


def test_papers_of_lists_the_newest_first_without_the_content() -> None:
    first, second = _issue(), _issue()
    listed = list(queries.papers_of("application:12"))
    assert listed == [second, first]
    assert listed[0].get_deferred_fields() == {"data"}


def test_the_address_in_the_qr_code_leads_to_this_paper(settings: Any) -> None:
    settings.SITE_ADDRESS = "https://zc.example.cn/"
    paper = _issue()
    address = f"HTTPS://ZC.EXAMPLE.CN/V/{paper.serial}/{paper.verification_code}"
    assert queries.verification_url(paper) == address
    mark = queries.read_mark(f" {address}\n")
    assert (mark.text, mark.code, mark.fits(paper)) == (paper.serial, paper.verification_code, True)


def test_code_in_the_address_has_to_be_the_papers_own(settings: Any) -> None:
    paper, other = _issue(), _issue()
    address = queries.verification_url(paper)
    for code in (other.verification_code, "", "0000"):
        assert not queries.read_mark(address.replace(paper.verification_code, code)).fits(paper)
    assert not queries.read_mark(address.rpartition("/")[0]).fits(paper), "a QR code of ours always names a code"
    before = f"https://zc.example.cn/verify/?serial={paper.serial}&code="
    assert queries.read_mark(before + paper.verification_code).fits(paper)
    assert not queries.read_mark(before + other.verification_code).fits(paper)
    assert queries.read_mark(paper.serial).fits(paper), "a serial that was typed says nothing else"
    assert queries.read_mark(f" {paper.serial.lower()}").text == paper.serial, "as it is printed"
    shouted = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in address.upper())
    assert queries.read_mark(shouted).fits(paper), "a scanner in capitals and full width"


def test_mark_is_kept_as_text_and_read_again_as_the_same(settings: Any) -> None:
    paper, other = _issue(), _issue()
    address = queries.verification_url(paper)
    for said in (address, address.replace(paper.verification_code, other.verification_code), address.rpartition("/")[0] + "/"):
        mark = queries.read_mark(said)
        again = queries.read_mark(f" {mark} ")
        assert again == mark and again.fits(paper) is mark.fits(paper)
    for typed in (paper.serial, paper.verification_code, "7KQ2 MXW9 RT"):
        assert queries.read_mark(str(queries.read_mark(typed))) == queries.Mark(typed)
    assert queries.read_mark(str(queries.read_mark("ps2023 000001"))) == queries.Mark("PS2023-000001"), "as it is printed"


@pytest.mark.parametrize(
    "typed", ["PS2023-000001", "7KQ2 MXW9 RT", "[", "http://[", "https://zc.example.cn/verify/", "/other/?serial=PS1", "/V/PS1/2"]
)
def test_what_is_no_scanned_address_stays_as_typed(typed: str) -> None:
    assert queries.read_mark(f"{typed} ") == queries.Mark(typed)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "ready"},
        {"pdf_sha256": "a" * 64},
        {"pages": 3},
        {"state": "failed"},
        {"failure": "x"},
        {"void_reason": "没有时间"},
        {"voided_at": "now"},
        {"kind": "poem"},
        {"state": "lost"},
        {"snapshot_sha256": "beef"},
    ],
)
def test_the_database_refuses_half_truths(changes: dict[str, Any]) -> None:
    paper = _issue()
    if changes.get("voided_at"):
        changes = {"voided_at": clock.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(**changes)


def test_a_serial_is_unique() -> None:
    first, second = _issue(), _issue()
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=second.pk).update(serial=first.serial)
