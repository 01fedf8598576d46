"""Papers the applicant prints: the draft of 评审表 (草稿 无效), T4 to be signed, and 评审表 once it was issued."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhicheng.accounts.brakes import PRINTS_PER_HOUR, within
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.papers import draft_review_form, subject_of
from zhicheng.applications.receipts import receipt_of
from zhicheng.applications.sheets import COMMITMENT, SUMMARY, print_sheet
from zhicheng.documents.actions import pdf_of
from zhicheng.documents.base import PaperBase
from zhicheng.documents.models import Kind
from zhicheng.documents.photos import photo_of
from zhicheng.documents.queries import papers_of
from zhicheng.documents.rendering import Marks, render_pdf
from zhicheng.foundation.errors import Refused
from zhicheng.web.applicant.base import case_or_404, head_of
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.http import OutOfReachError, actor_of, object_or_404
from zhicheng.web.shared.looks import note_paper_given

# Papers of an application that are handed to the applicant; the unit's own letters are not.
APPLICANT_PAPERS = (Kind.REVIEW_FORM,)


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser, kept by nobody in between."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _cannot_print(request: HttpRequest, case: CaseFile, refused: Refused) -> HttpResponse:
    """What the form holds and paper cannot: told as reasons, not as a broken file."""
    context = {**head_of(case), "problems": refused.problems}
    return render(request, "applicant/cannot_print.html", context, status=422)


def _printed(paper: PaperBase, marks: Marks, name: str) -> HttpResponse:
    return pdf_response(render_pdf(paper, marks=marks, photo=photo_of(paper)), name)


@require_safe
def draft_pdf(request: HttpRequest, application_id: int) -> HttpResponse:
    """评审表 as it stands, marked 草稿 无效 on every page (S-50)."""
    case = case_or_404(request, application_id)
    if not _within_the_hour(request):
        return braked(request, account=True)
    note_paper_given(request, kind=Kind.REVIEW_FORM, serial=f"draft-{case.application.number}")
    try:
        return _printed(*draft_review_form(case), f"draft-{case.application.number}")
    except Refused as refused:
        return _cannot_print(request, case, refused)


@require_safe
def commitment_pdf(request: HttpRequest, application_id: int) -> HttpResponse:
    """个人承诺书 with the name filled in, to be printed and signed by hand (S-61, S-78…S-82)."""
    return _sheet(request, application_id, COMMITMENT, "commitment")


@require_safe
def summary_pdf(request: HttpRequest, application_id: int) -> HttpResponse:
    """任期内专业技术工作总结 as it stands, to be printed, signed and sealed (S-55)."""
    return _sheet(request, application_id, SUMMARY, "summary")


def _sheet(request: HttpRequest, application_id: int, sheet: str, name: str) -> HttpResponse:
    case = case_or_404(request, application_id)
    if not _within_the_hour(request):
        return braked(request, account=True)
    try:
        return pdf_response(print_sheet(case, sheet), f"{name}-{case.application.number}")
    except Refused as refused:
        return _cannot_print(request, case, refused)


@require_safe
def show_paper(request: HttpRequest, application_id: int, serial: str) -> HttpResponse:
    """评审表 that was issued for this application and still holds."""
    case = case_or_404(request, application_id)
    mine = papers_of(subject_of(application_id)).filter(kind__in=APPLICANT_PAPERS, voided_at__isnull=True)
    paper = object_or_404(mine, serial=serial)
    note_paper_given(request, kind=paper.kind, serial=paper.serial)
    try:
        return pdf_response(pdf_of(paper), paper.serial)
    except Refused as refused:
        return _cannot_print(request, case, refused)


@require_safe
def receipt_pdf(request: HttpRequest, application_id: int, number: int) -> HttpResponse:
    """The receipt of a submission as it was made and signed, as a file to be kept: a print of it has no signature."""
    case = case_or_404(request, application_id)
    submission = object_or_404(case.application.submissions.all(), number=number)
    paper = receipt_of(submission)
    if paper is None:
        raise OutOfReachError(f"receipt of submission {submission.pk}")
    try:
        pdf = pdf_of(paper)
    except Refused as refused:
        return _cannot_print(request, case, refused)
    note_paper_given(request, kind=paper.kind, serial=paper.serial)
    response = pdf_response(pdf, paper.serial)
    response["Content-Disposition"] = f'attachment; filename="{paper.serial}.pdf"'
    return response


def _within_the_hour(request: HttpRequest) -> bool:
    return within(what="print", user_id=actor_of(request).account_id, most=PRINTS_PER_HOUR)
