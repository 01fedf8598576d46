"""验证文书 by file: the original, one that was changed, one of others; nothing personal is asked, and nothing is kept."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import client_of
from tests.web.registering import page_of
from zhicheng.applications.actions import withdraw_application
from zhicheng.applications.models import Application
from zhicheng.applications.receipts import receipt_of
from zhicheng.documents.actions import pdf_of, render_paper
from zhicheng.documents.models import Paper
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.foundation.models import LedgerEntry
from zhicheng.web.public.forms import LARGEST_PAPER

pytestmark = pytest.mark.django_db


def _receipt(world: w.World) -> tuple[Paper, bytes, Application]:
    application = w.submitted(world)
    paper = receipt_of(application.submissions.get())
    assert paper is not None
    made = render_paper(paper_id=paper.pk)
    return made, pdf_of(made), application


def _send(content: bytes, client: Client | None = None) -> tuple[int, str]:
    client = client or Client()
    form = page_of(client.get(reverse("verify"))).select_one(f"form[action='{reverse('verify_file')}']")
    assert form is not None
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden]")}
    sent = SimpleUploadedFile("x.pdf", content, content_type="application/pdf")
    answer = client.post(reverse("verify_file"), fields | {"file": sent})
    main = BeautifulSoup(answer.content.decode(), "html.parser").select_one("main")
    assert main is not None
    return answer.status_code, main.get_text(" ", strip=True)


def test_original_is_told_as_unchanged_and_signed_with_a_masked_name(world: w.World) -> None:
    paper, pdf, application = _receipt(world)
    before = (LedgerEntry.objects.count(), EvidenceFile.objects.count(), Intake.objects.count())
    status, words = _send(pdf)
    assert status == 200
    assert "文件没有改动" in words and "签名有效" in words and "现在有效" in words
    assert "2023-05-22 10:00:00" in words and paper.serial in words
    assert application.applicant_name not in words and "古***·***" in words
    assert (LedgerEntry.objects.count(), EvidenceFile.objects.count(), Intake.objects.count()) == before


def test_changed_file_is_told_with_what_the_original_says(world: w.World) -> None:
    _paper, pdf, _application = _receipt(world)
    for changed in (pdf + b"\n", pdf[:5000] + b"?" + pdf[5001:], b"%PDF-1.7\n" + pdf):
        status, words = _send(changed)
        assert status == 200 and "文件出具后被改动过" in words and "2023-05-22 10:00:00" in words
        assert "签名有效" not in words and "现在有效" not in words


def test_file_of_others_is_told_as_not_ours(world: w.World) -> None:
    paper, pdf, _application = _receipt(world)
    stranger = pdf.replace(paper.verification_code.encode(), b"A" * len(paper.verification_code))
    for file in (w.pdf("somebody else's"), stranger, b"\x00" * 1000):
        status, words = _send(file)
        assert status == 200 and "不是本平台出具的原文件" in words and "签名" not in words.replace("签名证书", "")


def test_nothing_too_much_and_empty_are_said_in_words() -> None:
    assert _send(b"x" * (LARGEST_PAPER + 1))[0] == 422
    assert "10 MB" in _send(b"x" * (LARGEST_PAPER + 1))[1]
    status, words = _send(b"")
    assert status == 422 and "0字节" in words


def test_receipt_by_number_says_that_it_was_sent_again_and_where_to_check_the_signature(world: w.World) -> None:
    application = w.submitted(world)
    first = receipt_of(application.submissions.get())
    assert first is not None
    render_paper(paper_id=first.pk)
    asked = {"serial": first.serial, "code": first.verification_code}
    words = Client().get(reverse("verify"), asked).content.decode()
    assert "原文件已签名" in words and "后来又上报过" not in words
    withdraw_application(actor=world.applicant, application_id=application.pk)
    w.submit(world.applicant, application)
    assert "后来又上报过" in Client().get(reverse("verify"), asked).content.decode()


def test_owner_downloads_the_file_and_nobody_else_does(world: w.World) -> None:
    application = w.submitted(world)
    paper = receipt_of(application.submissions.get())
    assert paper is not None
    address = reverse("application_receipt_pdf", args=[application.pk, 1])
    client = client_of(world.applicant)
    assert client.get(address).status_code == 422, "it is not made yet"
    assert "正在生成" in client.get(reverse("application_receipt", args=[application.pk, 1])).content.decode()
    made = render_paper(paper_id=paper.pk)
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Disposition"] == f'attachment; filename="{paper.serial}.pdf"'
    assert answer.content == pdf_of(made)
    assert "已签名" in client.get(reverse("application_receipt", args=[application.pk, 1])).content.decode()
    assert client.get(reverse("application_receipt_pdf", args=[application.pk, 2])).status_code == 404
