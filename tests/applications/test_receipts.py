"""The receipt of each 上报: made with it, holding the very sentences that were frozen, never a reason not to take an application."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from tests.documents.reading import whole_text
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.applications.actions import answer_findings, withdraw_application
from zhicheng.applications.authorships import findings_to_answer
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.papers import void_all_papers
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.receipts import ORDERED, is_ordered, receipt_of, sent_again_since
from zhicheng.documents.actions import pdf_of, render_paper
from zhicheng.documents.models import Paper
from zhicheng.documents.queries import verify_file
from zhicheng.documents.signatures import signature_holds
from zhicheng.foundation import outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.foundation.transactions import one_transaction
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db
SAID = "2022年度总学时72，少于规定的90学时。"
ANSWER = "2022年休产假🤱，附证明。"


@told_once
def road():
    """Sent with an answered finding, whose answer holds a sign that no font has."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application, w.short_of_hours())
    case = CaseFile(Application.objects.get(pk=application.pk))
    key = next(told.finding.key for told in findings_to_answer(case) if told.finding.text == SAID)
    answer_findings(actor=world.applicant, application_id=application.pk, answers={key: ANSWER}, base_version=0)
    w.submit(world.applicant, application)
    return world, application


def the_receipt(submission: Submission) -> Paper:
    paper = receipt_of(submission)
    assert paper is not None
    return Paper.objects.get(pk=paper.pk)


def test_receipt_says_number_time_hash_and_every_frozen_sentence(road):
    _world, application = road
    submission = application.submissions.get()
    paper, frozen = the_receipt(submission), snapshot_of(submission)
    data = json.loads(paper.data)
    assert paper.serial.startswith("HZ2023-") and paper.snapshot_sha256 == submission.sha256 == data["content_sha256"]
    assert data["number"] == application.number and data["received_at"] == "2023-05-22 10:00:00"
    assert [(line["text"], line["place"], line["source"]) for line in data["said"]] == [
        (line.text, line.place, line.source) for line in frozen.checked.lines
    ]
    (hours,) = (line for line in data["said"] if line["text"] == SAID)
    assert (hours["mark"], hours["answer"]) == ("提示", "2022年休产假〓，附证明。")
    assert {line["mark"] for line in data["said"]} >= {"申报条件：符合", "说明"}
    assert [file["sha256"] for file in data["files"]] == [file.sha256 for file in frozen.materials]
    assert [promise["text"] for promise in data["promises"]] == [frozen.commitment.text, frozen.liability.text]
    assert frozen.section("basic")["id_number"] not in paper.data


def test_receipt_is_ordered_with_the_submission_and_made_once(world):
    """上报 counts no number up, which would hold everybody else up; the worker does, however often it is told."""
    application = w.start(world)
    w.fill(world.applicant, application)
    submission = acts.submit(world.applicant, application)
    assert receipt_of(submission) is None and is_ordered(submission)
    page = client_of(world.applicant).get(reverse("application_receipt", args=[application.pk, 1]))
    assert "正在生成" in page.content.decode()
    for _time in range(2):
        outbox.drain(1000)
        OutboxMessage.objects.filter(kind=ORDERED).update(state="pending", done_at=None)
    assert Paper.objects.filter(kind="receipt").count() == 1
    assert the_receipt(submission).snapshot_sha256 == submission.sha256


def test_made_receipt_is_signed_once_and_the_ledger_knows_with_what(road):
    submission = road[1].submissions.get()
    paper = the_receipt(submission)
    with pytest.raises(Refused, match="正在生成"):
        pdf_of(paper)
    made = render_paper(paper_id=paper.pk)
    pdf = pdf_of(made)
    assert signature_holds(pdf, at=made.ready_at) and len(made.certificate_sha256) == 64
    assert render_paper(paper_id=paper.pk).pdf_sha256 == made.pdf_sha256
    entry = LedgerEntry.objects.get(event="paper.made", subject=f"submission:{submission.pk}")
    assert entry.data["certificate_sha256"] == made.certificate_sha256
    printed = "".join(whole_text(pdf).split())
    assert submission.sha256 in printed and SAID in printed
    found = verify_file(pdf)
    assert (found.outcome, found.signed, found.paper.said.received_at) == ("same", True, "2023-05-22 10:00:00")


def test_receipt_without_a_signer_is_made_and_says_so(road, settings):
    settings.PAPER_SIGNER = "tests.documents.test_signatures.no_signer"
    made = render_paper(paper_id=the_receipt(road[1].submissions.get()).pk)
    pdf = pdf_of(made)
    assert made.certificate_sha256 == "" and "未签名" in whole_text(pdf)
    assert (verify_file(pdf).outcome, verify_file(pdf).signed) == ("same", False)


def test_receipt_stays_whatever_becomes_of_the_application(road):
    world, application = road
    first = application.submissions.get()
    withdraw_application(actor=world.applicant, application_id=application.pk)
    one_transaction(void_all_papers)(application_id=application.pk, reason="终止", actor=world.applicant)
    assert not the_receipt(first).is_void and not sent_again_since(first.pk)
    second = w.submit(world.applicant, application)
    assert the_receipt(second).version_label == "第2次上报"
    assert sent_again_since(first.pk) and not sent_again_since(second.pk)


def test_submission_of_before_has_none(road):
    submission = road[1].submissions.get()
    assert receipt_of(Submission(pk=submission.pk + 1)) is None and not sent_again_since(submission.pk + 1)
