"""再次核对 and 上报: a look at the whole, below it two promises and the one button, then the receipt (S-24, S-26, S-27, S-64, S-78).

The page of 上报 alone is for what was confirmed and not sent: from a page opened before an update.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhicheng.applications.actions import answer_points, confirm_check, submit_application
from zhicheng.applications.authorships import findings_to_answer
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.check_page import page_read
from zhicheng.applications.desks import road_of, words_of
from zhicheng.applications.employer_change import employer_change
from zhicheng.applications.receipts import is_ordered, receipt_of
from zhicheng.applications.sections import BY_KEY, SECTIONS
from zhicheng.foundation.errors import Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of, is_open
from zhicheng.web.applicant.conditions import conditions_of
from zhicheng.web.applicant.findings import findings_url, shown_findings, shown_notes
from zhicheng.web.applicant.handing_in import handing_in
from zhicheng.web.applicant.links import linked
from zhicheng.web.applicant.mending import (
    answers_sent,
    besides_of,
    on_controls,
    points_form,
    shown_besides,
    untouched,
    warned_files,
)
from zhicheng.web.applicant.section_forms import mailbox_question
from zhicheng.web.applicant.summary import materials_summary, part_of
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import OutOfReachError, go, object_or_404, whole_number
from zhicheng.web.shared.planning import plan_in_force, plan_shown
from zhicheng.web.shared.problems import anchor_id, put_on_form


def check(request: HttpRequest, application_id: int) -> HttpResponse:
    """再次核对: everything in the order of 评审表, each part with a way to mend it; confirmed and sent by a POST (S-26, S-27)."""
    if request.method == "POST":
        return _confirm(request, application_id)
    case = case_or_404(request, application_id)
    if not is_open(case.application):
        return go(request, "my_application", application_id)
    return render(request, "applicant/check.html", _check_context(request, case))


def _confirm(request: HttpRequest, application_id: int) -> HttpResponse:
    actor, answers = actor_of(request), answers_sent(request.POST)
    try:
        if answers:
            version = whole_number(request.POST.get("base_version", "")) or 0
            answer_points(actor=actor, application_id=application_id, answers=answers, base_version=version)
    except Refused as refused:
        return _not_confirmed(request, application_id, refused, typed=request.POST)
    if "save_answers" in request.POST:
        messages.success(request, _("说明已保存，上报时随申请书一并送交审核部门。"))
        return go(request, reverse("application_check", args=[application_id]) + f"#{anchor_id('points')}")
    promises = _promised(request.POST)
    if promises is not None and not promises.is_valid():
        return _not_promised(request, application_id, promises)
    read = request.POST.get("read") or "nothing"
    if promises is not None:
        return _send(request, application_id, read)
    try:
        confirm_check(actor=actor, application_id=application_id, read=read)
    except Refused as refused:
        return _not_confirmed(request, application_id, refused)
    return go(request, "application_submit", application_id)


def _promised(typed: QueryDict) -> PromiseForm | None:
    """The promises that were sent along; ``None`` from a page of before they stood there: they are asked for on the next one."""
    return PromiseForm(typed) if "commitment_version" in typed else None


def _not_promised(request: HttpRequest, application_id: int, form: PromiseForm) -> HttpResponse:
    """The page again: nothing is confirmed by somebody who has not read to its end."""
    case = case_or_404(request, application_id)
    if not is_open(case.application):
        return go(request, "my_application", application_id)
    return render(request, "applicant/check.html", _check_context(request, case, form=form), status=422)


def _not_confirmed(request: HttpRequest, application_id: int, refused: Refused, typed: QueryDict | None = None) -> HttpResponse:
    """The page again with what stands against it; ``typed``: answers that were not kept, so that they are not lost."""
    case = case_or_404(request, application_id)
    if refused.has("not_open"):
        return go(request, "my_application", application_id)
    context = _check_context(request, case, typed, _promised(request.POST))
    problems = on_controls(refused.problems) if typed is not None else linked(case, refused.problems)
    if typed is not None and context["points"] is not None:
        problems = put_on_form(context["points"], problems)
    return render(request, "applicant/check.html", context | {"problems": problems}, status=422)


def _check_context(
    request: HttpRequest, case: CaseFile, typed: QueryDict | None = None, form: PromiseForm | None = None
) -> dict[str, Any]:
    lacking, found, besides = linked(case, case.missing), findings_to_answer(case), besides_of(case)
    moved = employer_change(case, actor_of(request).organization_id)
    links = {p.where: p.link for p in lacking if p.code not in {"being_checked", "not_looked_at"}}
    checking = {p.where for p in lacking if p.code == "being_checked"}
    materials = materials_summary(case, links, checking)
    return {
        **head_of(case),
        "parts": [part_of(case, section, links) for section in SECTIONS],
        "points": points_form(case, typed),
        "returned": case.last_return,
        "besides": shown_besides(case, besides),
        "handled": sum(not point.is_open for point in case.points),
        "untouched": untouched(case, besides, set(links)),
        "warned": warned_files(case),
        "mailbox_question": mailbox_question(BY_KEY["basic"], case.contents["basic"]),
        "materials": [slot for slot in materials if not slot["is_left_out"]],
        "not_provided": [f"{slot['number']}{slot['label']}" for slot in materials if slot["is_left_out"]],
        "missing": lacking,
        "conditions": conditions_of(case),
        "findings": shown_findings(case, found),
        "read": page_read(case, found, moved.employer.pk if moved is not None else case.application.employer_id),
        "employer_change": moved,
        "handing_in": handing_in(case, moved=moved),
        "plan": plan_shown(case, plan_in_force(case)),
        "notes": shown_notes(case),
        "answer_url": findings_url(case),
        "form": form or _promises(case),
        **_promise_texts(case),
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
    language = forms.ChoiceField(widget=forms.HiddenInput, choices=settings.LANGUAGES, required=False)
    commitment_version = forms.CharField(widget=forms.HiddenInput, max_length=40)
    liability_version = forms.CharField(widget=forms.HiddenInput, max_length=40)


def submit(request: HttpRequest, application_id: int) -> HttpResponse:
    """上报: both promises, then the one button. Every reason against it comes at once; twice sent is sent once (S-27)."""
    if request.method == "POST":
        return _send(request, application_id)
    case = case_or_404(request, application_id)
    if not is_open(case.application):
        return go(request, "my_application", application_id)
    if case.application.checked_at is None:
        return go(request, "application_check", application_id)
    return render(request, "applicant/submit.html", _submit_context(request, case, _promises(case)))


def _promises(case: CaseFile) -> PromiseForm:
    """The ticks as they first stand there, with what tells one sending from another."""
    texts = case.notice.texts
    return PromiseForm(
        initial={
            "form_token": str(uuid.uuid4()),
            "language": get_language(),
            "commitment_version": texts.commitment.version,
            "liability_version": texts.liability.version,
        }
    )


def _promise_texts(case: CaseFile) -> dict[str, Any]:
    """What the ticks stand below."""
    return {"commitment": case.notice.texts.commitment, "liability": case.notice.texts.liability}


def _submit_context(request: HttpRequest, case: CaseFile, form: PromiseForm) -> dict[str, Any]:
    moved = employer_change(case, actor_of(request).organization_id)
    return {
        **head_of(case),
        "employer_change": moved,
        "handing_in": handing_in(case, moved=moved),
        "form": form,
        **_promise_texts(case),
    }


def _send(request: HttpRequest, application_id: int, read: str | None = None) -> HttpResponse:
    """``read``: the page of 再次核对 that is confirmed with it; ``None``: it was confirmed before."""
    form = PromiseForm(request.POST)
    promised = form.is_valid()
    token = form.cleaned_data.get("form_token") or str(uuid.uuid4())
    ticked = form.cleaned_data.get("commitment"), form.cleaned_data.get("liability")
    try:
        submission = submit_application(
            actor=actor_of(request),
            application_id=application_id,
            form_token=token,
            language=form.cleaned_data.get("language", ""),
            # Without its tick a text counts as not accepted: the action then tells this with everything else.
            commitment_version=form.cleaned_data.get("commitment_version", "") if ticked[0] else "",
            liability_version=form.cleaned_data.get("liability_version", "") if ticked[1] else "",
            read=read,
        )
    except Refused as refused:
        if read is not None and not refused.has("not_open"):
            return _not_confirmed(request, application_id, refused)
        return _not_sent(request, case_or_404(request, application_id), form, refused, promised)
    return go(request, "application_receipt", application_id, submission.number)


def _not_sent(request: HttpRequest, case: CaseFile, form: PromiseForm, refused: Refused, promised: bool) -> HttpResponse:
    if refused.has("not_open"):
        # Sent from another window, or already further on: say where it is instead of showing a form that cannot be sent.
        context = {**head_of(case), "problems": refused.problems}
        return render(request, "applicant/already_sent.html", context, status=422)
    problems = [p for p in refused.problems if promised or p.code != "text_not_accepted"]
    context = _submit_context(request, case, form) | {"problems": linked(case, problems)}
    return render(request, "applicant/submit.html", context, status=422)


@require_safe
def receipt(request: HttpRequest, application_id: int, number: int) -> HttpResponse:
    """The receipt of 上报: server time, number, hash, and what happens next. The address stays good."""
    case = case_or_404(request, application_id)
    application = case.application
    if number < 1:
        raise OutOfReachError(f"submission {number}")
    submission = object_or_404(application.submissions.all(), number=number)
    sent = case.sent(submission.pk)
    context = {
        **head_of(case),
        "submission": submission,
        "sent": sent,
        "checked_at": datetime.fromisoformat(sent.checked.at) if sent.checked is not None else None,
        "handing_in": handing_in(case, sent),
        "publicity_days": case.notice.limits.publicity_working_days,
        "road": [
            str(words_of(desk, case.notice).reviews).format(office=getattr(application, desk.column).name)
            for desk in road_of(application, case.notice)[1:]
        ],
        "is_current": application.current_submission_id == submission.pk,
        "paper": (paper := receipt_of(submission)),
        "ordered": paper is None and is_ordered(submission),
    }
    return render(request, "applicant/receipt.html", context)
