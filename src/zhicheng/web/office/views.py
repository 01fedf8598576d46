"""What only the prefecture bureau does: annul an arrival, act on fraud, keep the integrity records, look a person up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle, queries
from zhicheng.applications.models import CommitteeArrival
from zhicheng.campaigns.queries import notice_of
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
    arrival = object_or_404(CommitteeArrival.objects.select_related("application"), pk=arrival_id)
    application = get_case_or_404(request, arrival.application_id)
    if request.method != "POST" and arrival.annulled_at is not None:
        messages.info(request, _("这次提交的计次已经撤销。"))
        return go(request, "desk_case", application.pk)
    form = ReasonForm(request.POST or None)
    year = queries.told_year_of(application)
    closed = queries.closed_application_beside(application) if year and year.closed_at else None
    context = {
        "application": application,
        "arrival": arrival,
        "form": form,
        "year": year,
        "corrections_ended": corrections_ended(closed) if closed is not None else None,
    }
    if request.method == "POST":
        if not form.is_valid():
            return render_refused(request, "office/annul.html", context)
        try:
            actions.annul_arrival(actor=actor_of(request), arrival_id=arrival.pk, reason=form.cleaned_data["reason"])
        except Refused as refused:
            return render_refused(request, "office/annul.html", context, refused)
        messages.success(request, _("这次提交不再计次，已记入台账。"))
        return go(request, "desk_case", application.pk)
    return render(request, "office/annul.html", context)


def reject_for_fraud(request: HttpRequest, application_id: int) -> HttpResponse:
    """弄虚作假，不予受理 (S-80, S-81)."""
    application = get_case_or_404(request, application_id)
    possible = {move.name for move in lifecycle.moves_for(application, actor_of(request))}
    if request.method != "POST" and "reject_fraud" not in possible:
        return moved_on(request, application, _("登记弄虚作假"))
    form = ReasonForm(request.POST or None)
    years = banned_years(notice_of(application.campaign_version))
    context = {"application": application, "form": form, "first": years[0], "last": years[-1], "free": years[-1] + 1}
    if request.method == "POST":
        if not form.is_valid():
            return render_refused(request, "office/fraud.html", context)
        try:
            actions.reject_for_fraud(actor=actor_of(request), application_id=application.pk, reason=form.cleaned_data["reason"])
        except Refused as refused:
            return render_refused(request, "office/fraud.html", context, refused)
        messages.success(request, _("已登记诚信档案记录，申请书不予受理。"))
        return go(request, "office_integrity")
    return render(request, "office/fraud.html", context)


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
            "applications": list(queries.visible_to(actor).filter(person_index=index).select_related("employer")[:20]),
            "records": list(live_records(index)[:20]),
        }
    return render(request, "office/person.html", context)
