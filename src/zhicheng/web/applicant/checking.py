"""再次核对 and 上报: a look at the whole, then two promises, then the receipt (S-24, S-26, S-27, S-64, S-78)."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhicheng.applications.actions import confirm_check, submit_application
from zhicheng.applications.completeness import everything_missing, facts_for, requirements_of
from zhicheng.applications.desks import road_of
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of, materials_of
from zhicheng.applications.sections import SECTIONS
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import eligibility
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, application_or_404, head_of
from zhicheng.web.applicant.links import linked
from zhicheng.web.applicant.summary import materials_summary, part_of
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import OutOfReachError, go, object_or_404


def check(request: HttpRequest, application_id: int) -> HttpResponse:
    """再次核对: everything in the order of 评审表, each part with a way to mend it; confirmed by a POST (S-26)."""
    application = application_or_404(request, application_id)
    if not head_of(application)["is_open"]:
        return go(request, "my_application", application.pk)
    if request.method == "POST":
        try:
            confirm_check(actor=actor_of(request), application_id=application.pk)
        except Refused as refused:
            problems = linked(application, refused.problems)
            return render(
                request, "applicant/check.html", _check_context(application, problems) | {"problems": problems}, status=422
            )
        return go(request, "application_submit", application.pk)
    return render(request, "applicant/check.html", _check_context(application))


def _check_context(application: Application, missing: list[Problem] | None = None) -> dict[str, Any]:
    draft = draft_of(application)
    notice = notice_of(application.campaign_version)
    lacking = missing if missing is not None else linked(application, everything_missing(application))
    links = {p.where: p.link for p in lacking if p.code != "being_checked"}
    checking = {p.where for p in lacking if p.code == "being_checked"}
    boxes = requirements_of(application, draft.contents)
    materials = materials_summary(application, boxes, materials_of(application), links, checking)
    return {
        **head_of(application),
        "parts": [part_of(application, section, draft.contents[section.key], links) for section in SECTIONS],
        "materials": materials,
        "missing": lacking,
        "findings": eligibility(notice, facts_for(application, draft.contents)),
    }


class PromiseForm(Form):
    """What is promised when an application is sent: T4 (S-78…S-82) and the liability text (S-64), each by its own tick."""

    commitment = forms.BooleanField(
        label=gettext_lazy("我已阅读并作出以上个人承诺"),
        error_messages={"required": gettext_lazy("请阅读个人承诺，并勾选“我已阅读并作出以上个人承诺”。")},
    )
    liability = forms.BooleanField(
        label=gettext_lazy("我已知晓因漏传、错传、未传导致的评审结果由本人承担"),
        error_messages={"required": gettext_lazy("请阅读责任说明，并勾选。")},
    )
    form_token = forms.CharField(widget=forms.HiddenInput, max_length=40)
    commitment_version = forms.CharField(widget=forms.HiddenInput, max_length=40)
    liability_version = forms.CharField(widget=forms.HiddenInput, max_length=40)


def submit(request: HttpRequest, application_id: int) -> HttpResponse:
    """上报: both promises, then the one button. Every reason against it comes at once; twice sent is sent once (S-27)."""
    application = application_or_404(request, application_id)
    texts = notice_of(application.campaign_version).texts
    if request.method == "POST":
        return _send(request, application)
    if not head_of(application)["is_open"]:
        return go(request, "my_application", application.pk)
    if application.checked_at is None:
        return go(request, "application_check", application.pk)
    form = PromiseForm(
        initial={
            "form_token": str(uuid.uuid4()),
            "commitment_version": texts.commitment.version,
            "liability_version": texts.liability.version,
        }
    )
    return render(request, "applicant/submit.html", _submit_context(application, form))


def _submit_context(application: Application, form: PromiseForm) -> dict[str, Any]:
    texts = notice_of(application.campaign_version).texts
    return {**head_of(application), "form": form, "commitment": texts.commitment, "liability": texts.liability}


def _send(request: HttpRequest, application: Application) -> HttpResponse:
    form = PromiseForm(request.POST)
    promised = form.is_valid()
    token = form.cleaned_data.get("form_token") or str(uuid.uuid4())
    ticked = form.cleaned_data.get("commitment"), form.cleaned_data.get("liability")
    try:
        submission = submit_application(
            actor=actor_of(request),
            application_id=application.pk,
            form_token=token,
            # Without its tick a text counts as not accepted: the action then tells this with everything else.
            commitment_version=form.cleaned_data.get("commitment_version", "") if ticked[0] else "",
            liability_version=form.cleaned_data.get("liability_version", "") if ticked[1] else "",
        )
    except Refused as refused:
        return _not_sent(request, application, form, refused, promised)
    return go(request, "application_receipt", application.pk, submission.number)


def _not_sent(
    request: HttpRequest, application: Application, form: PromiseForm, refused: Refused, promised: bool
) -> HttpResponse:
    application.refresh_from_db()
    if refused.has("not_open"):
        # Sent from another window, or already further on: say where it is instead of showing a form that cannot be sent.
        context = {**head_of(application), "problems": refused.problems}
        return render(request, "applicant/already_sent.html", context, status=422)
    problems = [p for p in refused.problems if promised or p.code != "text_not_accepted"]
    context = _submit_context(application, form) | {"problems": linked(application, problems)}
    return render(request, "applicant/submit.html", context, status=422)


@require_safe
def receipt(request: HttpRequest, application_id: int, number: int) -> HttpResponse:
    """The receipt of 上报: server time, number, hash, and what happens next. The address stays good."""
    application = application_or_404(request, application_id)
    if number < 1:
        raise OutOfReachError(f"submission {number}")
    submission = object_or_404(application.submissions.all(), number=number)
    notice = notice_of(application.campaign_version)
    context = {
        **head_of(application),
        "submission": submission,
        "publicity_days": notice.limits.publicity_working_days,
        "road": [getattr(application, desk.column) for desk in road_of(application, notice)[1:]],
        "is_current": application.current_submission_id == submission.pk,
    }
    return render(request, "applicant/receipt.html", context)
