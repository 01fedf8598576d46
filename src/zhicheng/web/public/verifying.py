"""验证文书: whether what somebody holds, on paper or as a file, is ours, is unchanged and still holds (S-48, S-50, S-79). Nothing is kept."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.applications.queries import visible_to
from zhicheng.applications.receipts import sent_again_since
from zhicheng.documents.queries import FileVerification, Verification, verify_file, verify_paper
from zhicheng.web.access import DESKS
from zhicheng.web.public.forms import LARGEST_PAPER, PaperFileForm, VerifyForm
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.http import actor_of, whole_number
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.public_facts import said_by_paper


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """A printed paper by its number and code. The QR code brings both values along."""
    form = VerifyForm(request.GET if "serial" in request.GET or "code" in request.GET else None)
    result = None
    if form.is_bound:
        if too_many(request, what="verification"):
            return braked(request)
        if form.is_valid():
            result = verify_paper(serial=form.cleaned_data["serial"], code=form.cleaned_data["code"])
            form = VerifyForm(form.cleaned_data)  # as it was understood
    return _page(request, form, PaperFileForm(), result=result)


@require_POST
def verify_sent_file(request: HttpRequest) -> HttpResponse:
    """A file, compared with what is kept and then forgotten."""
    if too_many(request, what="verification"):
        return braked(request)
    form = PaperFileForm(request.POST, request.FILES)
    found = None
    if form.is_valid():
        sent = form.cleaned_data["file"]
        if sent.size > LARGEST_PAPER:
            limit = LARGEST_PAPER // (1024 * 1024)
            form.add_error(
                "file", _("这个文件超过{limit} MB，本平台出具的文书都比它小：它不是本平台出具的原文件。").format(limit=limit)
            )
        else:
            found = verify_file(sent.read())
    result = found.paper if found is not None and found.outcome != "unknown" else None
    return _page(request, VerifyForm(), form, result=result, file=found)


def _page(
    request: HttpRequest,
    form: VerifyForm,
    file_form: PaperFileForm,
    *,
    result: Verification | None,
    file: FileVerification | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "file_form": file_form,
        "result": result,
        "file": file,
        "said": said_by_paper(result) if result is not None else {},
        "sent_again": result is not None and _sent_again(result),
        "may_open": result is not None and _may_open(request, result),
    }
    refused = (form.is_bound and not form.is_valid()) or (file_form.is_bound and not file_form.is_valid())
    response = render(request, "public/verify.html", context, status=422 if refused else 200)
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response


def _about(result: Verification, room: str) -> int | None:
    """The number of what the paper is about, where that is a ``room``."""
    found, _colon, number = result.subject.partition(":")
    return whole_number(number) if found == room else None


def _sent_again(result: Verification) -> bool:
    """Whether a receipt is not of the last 上报 any more: it stays true, and its holder should know."""
    submission_id = _about(result, "submission")
    return submission_id is not None and sent_again_since(submission_id)


def _may_open(request: HttpRequest, result: Verification) -> bool:
    """Whether who asks is a desk that has this application before it, or had: it compares with the paper itself."""
    actor, application_id = actor_of(request), _about(result, "application")
    if actor.role not in DESKS or application_id is None or not result.printable:
        return False
    return visible_to(actor).filter(pk=application_id).exists()


@require_safe
def verify_scanned(request: HttpRequest, serial: str, code: str) -> HttpResponse:
    """The address in the QR code: the verification, with both values filled in."""
    return redirect(f"{reverse('verify')}?{urlencode({'serial': serial, 'code': code})}")
