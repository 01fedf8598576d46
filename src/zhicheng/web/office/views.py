"""What only the prefecture bureau does: annul an arrival, act on fraud, keep the integrity records, look a person up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle, queries
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import CommitteeArrival
from zhicheng.campaigns.rules import banned_years
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import blind_index, mask_id_number
from zhicheng.integrity import actions as integrity
from zhicheng.integrity.queries import live_records, records_visible_to
from zhicheng.review import actions
from zhicheng.web.office.forms import PersonForm, ReasonForm
from zhicheng.web.shared.desk.views import corrections_ended, get_case_or_404, moved_on
from zhicheng.web.shared.http import actor_of, go, object_or_404, render_refused
from zhicheng.web.shared.paging import page_of


def annul_arrival(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """撤销计次 (S-28)."""
    arrival = object_or_404(CommitteeArrival.objects.all(), pk=arrival_id)
    case = get_case_or_404(request, arrival.application_id)
    if request.method == "POST":
        return _annul(request, case, arrival)
    if arrival.annulled_at is not None:
        messages.info(request, _("这次提交的计次已经撤销。"))
        return go(request, "desk_case", arrival.application_id)
    return render(request, "office/annul.html", _annul_context(case, arrival, ReasonForm()))


def _annul(request: HttpRequest, case: CaseFile, arrival: CommitteeArrival) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return render_refused(request, "office/annul.html", _annul_context(case, arrival, form))
    try:
        actions.annul_arrival(actor=actor_of(request), arrival_id=arrival.pk, reason=form.cleaned_data["reason"])
    except Refused as refused:
        case = get_case_or_404(request, arrival.application_id)
        return render_refused(request, "office/annul.html", _annul_context(case, arrival, form), refused)
    messages.success(request, _("这次提交不再计次，已记入台账。"))
    return go(request, "desk_case", arrival.application_id)


def _annul_context(case: CaseFile, arrival: CommitteeArrival, form: ReasonForm) -> dict[str, Any]:
    application, year = case.application, case.told_year
    closed = queries.closed_application_beside(application) if year and year.closed_at else None
    return {
        "application": application,
        "arrival": arrival,
        "form": form,
        "year": year,
        "corrections_ended": corrections_ended(CaseFile(closed)) if closed is not None else None,
    }


def reject_for_fraud(request: HttpRequest, application_id: int) -> HttpResponse:
    """弄虚作假，不予受理 (S-80, S-81)."""
    if request.method == "POST":
        return _reject(request, application_id)
    case = get_case_or_404(request, application_id)
    possible = {move.name for move in lifecycle.moves_for(case.application, actor_of(request))}
    if "reject_fraud" not in possible:
        return moved_on(request, case, _("登记弄虚作假"))
    return render(request, "office/fraud.html", _fraud_context(case, ReasonForm()))


def _reject(request: HttpRequest, application_id: int) -> HttpResponse:
    form, refused = ReasonForm(request.POST), None
    if form.is_valid():
        try:
            actions.reject_for_fraud(actor=actor_of(request), application_id=application_id, reason=form.cleaned_data["reason"])
        except Refused as objections:
            refused = objections
        else:
            messages.success(request, _("已登记诚信档案记录，申请书不予受理。"))
            return go(request, "office_integrity")
    context = _fraud_context(get_case_or_404(request, application_id), form)
    return render_refused(request, "office/fraud.html", context, refused)


def _fraud_context(case: CaseFile, form: ReasonForm) -> dict[str, Any]:
    years = banned_years(case.notice)
    return {"application": case.application, "form": form, "first": years[0], "last": years[-1], "free": years[-1] + 1}


def list_records(request: HttpRequest) -> HttpResponse:
    """诚信档案."""
    page = page_of(request, records_visible_to(actor_of(request)), order=("-recorded_at", "-id"))
    return render(request, "office/integrity.html", {"page": page})


def annul_record(request: HttpRequest, record_id: int) -> HttpResponse:
    """撤销诚信档案记录."""
    record = object_or_404(records_visible_to(actor_of(request)), pk=record_id)
    form = ReasonForm(request.POST or None)
    context = {"record": record, "form": form}
    if request.method == "POST":
        if not form.is_valid():
            return render_refused(request, "office/integrity_annul.html", context)
        try:
            integrity.annul_record(actor=actor_of(request), record_id=record.pk, reason=form.cleaned_data["reason"])
        except Refused as refused:
            return render_refused(request, "office/integrity_annul.html", context, refused)
        messages.success(request, _("记录已撤销。"))
        return go(request, "office_integrity")
    return render(request, "office/integrity_annul.html", context)


def find_person(request: HttpRequest) -> HttpResponse:
    """查询申报人: by the whole identity number, sent by POST so that it stands in no address or log."""
    form = PersonForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST":
        if not form.is_valid():
            return render_refused(request, "office/person.html", context)
        number = form.cleaned_data["id_number"]
        index = blind_index(number)
        actor = actor_of(request)
        context |= {
            "searched": mask_id_number(number),
            "applications": list(
                queries.visible_to(actor)
                .filter(person_index=index)
                .select_related("employer", "campaign_version")
                .defer(*queries.VERSION_TEXTS)[:20]
            ),
            "records": list(live_records(index)[:20]),
        }
    return render(request, "office/person.html", context)
