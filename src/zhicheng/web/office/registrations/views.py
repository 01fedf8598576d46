"""The queue, one request beside its licence, and the three answers: pass, return, hand over."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.evidence.queries import marked_pages, what_is_said
from zhicheng.evidence.serving import preview_response
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import mask_id_number
from zhicheng.organizations import actions, queries
from zhicheng.organizations.models import UnitVerification, VerificationState
from zhicheng.organizations.rules import nature_of_code, waits_long
from zhicheng.web.office.registrations.forms import ApproveForm, ReturnForm, TransferForm
from zhicheng.web.shared.http import OutOfReachError, actor_of, go, render_refused
from zhicheng.web.shared.kept_words import words_of_fields
from zhicheng.web.shared.looks import give_file, note_file_given
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.units.credit_codes import code_differs
from zhicheng.web.shared.units.rows import Row, nature_words, reasons_of, rows_of_request
from zhicheng.web.templatetags.pieces import unverified

CASE = "office/registration.html"
AboutOne = Callable[[HttpRequest, UnitVerification], HttpResponse]


def _with_request(view: AboutOne) -> Callable[[HttpRequest, int], HttpResponse]:
    """Give ``view`` the request it is about; the office that handed it over reads where it went, anybody else gets 404."""

    @wraps(view)
    def found(request: HttpRequest, verification_id: int) -> HttpResponse:
        verification = queries.verification_for(actor_of(request), verification_id)
        return view(request, verification) if verification is not None else _handed_over(request, verification_id)

    return found


def _handed_over(request: HttpRequest, verification_id: int) -> HttpResponse:
    """Where a request went that this office had before; with what was typed about it, to be copied. 404, recorded, for others."""
    verification = queries.verification_handed_over(actor_of(request), verification_id)
    if verification is None:
        raise OutOfReachError(f"unit verification {verification_id}")
    sent = request.method == "POST"
    fields = {**ReturnForm().fields, **TransferForm(verification=verification).fields}
    context = {"verification": verification, "sent": sent, "typed": words_of_fields(fields, request.POST)}
    return render(request, "office/registration_handed_over.html", context, status=422 if sent else 200)


def show_queue(request: HttpRequest) -> HttpResponse:
    """What waits, longest first; or what was decided, newest first."""
    decided = request.GET.get("show") == "decided"
    actor = actor_of(request)
    if decided:
        page = page_of(request, queries.decided_verifications(actor), order=("-decided_at", "-id"))
    else:
        page = page_of(request, queries.pending_verifications(actor), order=("submitted_at", "id"))
    today = clock.today()
    waited = [(v, (today - v.submitted_at.astimezone(clock.BEIJING).date()).days) for v in page]
    rows = [(v, days, waits_long(days)) for v, days in waited]
    return render(request, "office/registrations.html", {"page": page, "rows": rows, "decided": decided})


@_with_request
def show_case(request: HttpRequest, verification: UnitVerification) -> HttpResponse:
    """One request with its licence beside it."""
    return render(request, CASE, _context(verification))


@require_POST
@_with_request
def approve(request: HttpRequest, verification: UnitVerification) -> HttpResponse:
    """审核通过."""
    form = ApproveForm(request.POST, verification=verification, auto_id="approve_%s")
    if not form.is_valid():
        return render_refused(request, CASE, _context(verification, approve_form=form, form=form))
    try:
        actions.decide_unit_verification(verification_id=verification.pk, actor=actor_of(request), approve=True)
    except Refused as refused:
        return _refused(request, verification.pk, refused, approve_form=form, form=form)
    messages.success(request, _("%(name)s：已审核通过，已发邮件告知单位。") % {"name": verification.proposed["name"]})
    return go(request, "office_registrations")


@require_POST
@_with_request
def send_back(request: HttpRequest, verification: UnitVerification) -> HttpResponse:
    """退回修改."""
    form = ReturnForm(request.POST, auto_id="return_%s")
    if not form.is_valid():
        return render_refused(request, CASE, _context(verification, return_form=form, form=form))
    try:
        actions.decide_unit_verification(
            verification_id=verification.pk, actor=actor_of(request), approve=False, reasons=form.stated()
        )
    except Refused as refused:
        return _refused(request, verification.pk, refused, return_form=form, form=form)
    messages.info(request, _("%(name)s：已退回修改，全部意见已发邮件告知单位。") % {"name": verification.proposed["name"]})
    return go(request, "office_registrations")


@require_POST
@_with_request
def transfer(request: HttpRequest, verification: UnitVerification) -> HttpResponse:
    """转交 to another county office."""
    form = TransferForm(request.POST, verification=verification, auto_id="transfer_%s")
    if not form.is_valid():
        return render_refused(request, CASE, _context(verification, transfer_form=form, form=form))
    try:
        moved = actions.transfer_verification(
            verification_id=verification.pk,
            actor=actor_of(request),
            to_office_id=int(form.cleaned_data["to_office"]),
            reason=form.cleaned_data["transfer_reason"],
        )
    except Refused as refused:
        return _refused(request, verification.pk, refused, transfer_form=form, form=form)
    messages.success(request, _("%(name)s：已转交%(office)s。") % {"name": moved.proposed["name"], "office": moved.office.name})
    return go(request, "office_registrations")


def licence_file(request: HttpRequest, verification_id: int) -> HttpResponseBase:
    """The licence itself."""
    file = _request_or_404(request, verification_id).licence
    return give_file(request, file, subject=f"verification:{verification_id}")


def licence_preview(request: HttpRequest, verification_id: int, page: int) -> HttpResponseBase:
    """A picture of one page of the licence."""
    file = _request_or_404(request, verification_id).licence
    response = preview_response(file, page=page, width=960)
    return note_file_given(request, response, subject=f"verification:{verification_id}", file=file, sheet=page)


def _request_or_404(request: HttpRequest, verification_id: int) -> UnitVerification:
    verification = queries.verification_for(actor_of(request), verification_id)
    if verification is not None:
        return verification
    if queries.verification_handed_over(actor_of(request), verification_id) is not None:
        raise Http404  # what the page they still have open fetches by itself: nobody reached for anything
    raise OutOfReachError(f"unit verification {verification_id}")


def _refused(request: HttpRequest, verification_id: int, refused: Refused, **forms: Any) -> HttpResponse:
    """The case as it is now: when a colleague was faster it shows their decision instead of the buttons."""
    now = queries.verification_for(actor_of(request), verification_id)
    if now is None:  # handed over meanwhile: no longer this desk's
        return _handed_over(request, verification_id)
    return render_refused(request, CASE, _context(now, **(forms if now.state == VerificationState.PENDING else {})), refused)


def _context(verification: UnitVerification, **forms: Any) -> dict[str, Any]:
    proposed, person = verification.proposed, verification.submitted_by
    returned = queries.returned_before(verification)
    return {
        "verification": verification,
        "organization": verification.organization,
        "waiting": verification.state == VerificationState.PENDING,
        "rows": rows_of_request(verification, returned=returned),
        "returned": returned,
        "asked": reasons_of(returned),
        "administrator": [
            Row("name", _("姓名"), person.name, note=unverified(person)),
            Row("id_number", _("身份证号"), mask_id_number(person.id_number)),
            Row("position", _("职务"), person.position),
            Row("mobile", _("手机号码"), person.mobile),
            Row("email", _("电子邮箱"), person.email),
        ],
        "pages": marked_pages(verification.licence, verification.licence.pages),
        "said": what_is_said(verification.licence),
        "licence_of": queries.units_with_this_licence(verification),
        "code_nature": nature_words(nature_of_code(proposed.get("uscc", ""), proposed.get("nature", ""))),
        "stated_nature": nature_words(proposed.get("nature", "")),
        "differs": code_differs(proposed.get("uscc", ""), str(proposed.get("receiving_office_id") or "")),
        "approve_form": ApproveForm(verification=verification, auto_id="approve_%s"),
        "return_form": ReturnForm(auto_id="return_%s"),
        "transfer_form": TransferForm(verification=verification, auto_id="transfer_%s"),
        "form": None,
        **forms,
    }
