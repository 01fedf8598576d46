"""公示: the unit opens the period, uploads its three papers, handles objections, gives the result and reports upward."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.papers import all_papers
from zhicheng.applications.states import State
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.evidence.queries import intakes_at, said_against
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.actors import Role
from zhicheng.publicity import actions
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.papers import public_facts
from zhicheng.publicity.queries import objections_counted, objections_told, period_of, publicised_again_needed
from zhicheng.publicity.rules import time_and_objections
from zhicheng.publicity.uploads import uploads_asked
from zhicheng.standards.calendar import NotPublished
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import bring, refuse_crowd, refuse_if_refused, says_kept, waiting_url
from zhicheng.web.shared.desk.views import get_case_or_404
from zhicheng.web.shared.files import file_answer
from zhicheng.web.shared.http import OutOfReachError, actor_of, go, render_refused, whole_number
from zhicheng.web.shared.problems import anchor_id
from zhicheng.web.shared.public_facts import in_words
from zhicheng.web.unit.forms import FindingForm, ObjectionForm, PublicityForm
from zhicheng.web.unit.own_papers import boxes_of, file_told

PAPERS = actions.PAPERS


# What must be seen on each of the uploads a notice may ask for (S-51).
_WANTS = {
    "notice_file": gettext_lazy("已签字、盖公章的公示扫描件"),
    "photo_file": gettext_lazy("公示张贴现场的照片，能看清公示内容和张贴地点"),
    "result_file": gettext_lazy("公示期满后签字、盖公章的公示结果扫描件"),
}


def open_period(request: HttpRequest, application_id: int) -> HttpResponse:
    """开始公示: dates by the working-day calendar, and the unit's own words."""
    if request.method == "POST":
        return _open(request, application_id)
    return render(request, "unit/publicity_open.html", _opening_context(request, application_id))


def _open(request: HttpRequest, application_id: int) -> HttpResponse:
    form = PublicityForm(request.POST)
    refused = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.open_publicity(
                actor=actor_of(request),
                application_id=application_id,
                submission_id=data["submission"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                text=form.text(),
            )
        except Refused as objections:
            refused = objections
        else:
            messages.success(request, _("公示已开始。请打印公示，签字盖章后在本单位张贴。"))
            return go(request, "unit_publicity", application_id)
    return render_refused(request, "unit/publicity_open.html", _opening_context(request, application_id), refused)


def _opening_context(request: HttpRequest, application_id: int) -> dict[str, Any]:
    case = get_case_or_404(request, application_id)
    form = PublicityForm(request.POST or None, initial=_prefilled(case), years=case.notice.limits.achievements_years)
    return {"application": case.application, "form": form, **_calendar_help(case)}


def _prefilled(case: CaseFile) -> dict[str, Any]:
    achievements = case.snapshot.rows("achievements")
    results = "".join(f"{a['name']}（{a['role']}）：{a['description']}" for a in achievements)[:1000]
    contribution = "".join(str(a["contribution"]) for a in achievements)[:500]
    initial: dict[str, Any] = {
        "submission": case.application.current_submission_id,
        "starts_on": clock.today(),
        "results": results,
        "contribution": contribution,
        "phone": case.application.employer.contact_phone,
    }
    notice = case.notice
    try:
        end = case.calendar.earliest_end(clock.today(), notice.limits.publicity_working_days, notice.limits.publicity_counting)
    except NotPublished:
        return initial
    return initial | {"ends_on": end.end}


def _calendar_help(case: CaseFile) -> dict[str, Any]:
    """The reasoning shown beside the dates: which of the days from today count."""
    notice = case.notice
    calendar = case.calendar
    least = notice.limits.publicity_working_days
    facts = in_words(case.application, public_facts(case.snapshot))
    try:
        end = calendar.earliest_end(clock.today(), least, notice.limits.publicity_counting)
    except NotPublished as unknown:
        return {"least": least, "unknown_year": unknown.year, "facts": facts}
    days = []
    day = clock.today()
    while day <= end.end:
        days.append({"day": day, "counts": calendar.is_workday(day)})
        day = day.fromordinal(day.toordinal() + 1)
    return {"least": least, "earliest": end.end, "provisional": end.provisional, "days": days, "facts": facts}


def period_or_404(request: HttpRequest, case: CaseFile) -> PublicityPeriod:
    period = period_of(case)
    if period is None or period.unit_id != actor_of(request).organization_id:
        raise OutOfReachError(f"publicity of application {case.application.pk}")
    return period


def show_period(request: HttpRequest, application_id: int) -> HttpResponse:
    """One period: its papers, uploads, objections, and whether it can be reported upward."""
    case = get_case_or_404(request, application_id)
    return render(request, "unit/publicity.html", period_context(request, case))


def _uploads(period: PublicityPeriod, case: CaseFile) -> list[dict[str, Any]]:
    """The papers the notice asks for of a publicity, each with its file or with what is on its way in."""
    arriving = {row.where: row for row in intakes_at(_intake_subject(period))}
    return [
        {
            "key": upload.which,
            "label": upload.label,
            "wants": _WANTS[upload.which],
            "file": (file := getattr(period, upload.which)),
            **file_told(file),
            **_on_its_way(arriving.get(upload.which), _place_of(case.application, upload.which)),
        }
        for upload in uploads_asked(case.notice)
    ]


def period_context(request: HttpRequest, case: CaseFile, **more: Any) -> dict[str, Any]:
    """What ``unit/publicity.html`` takes; ``more`` replaces parts of it."""
    actor, application = actor_of(request), case.application
    period = period_or_404(request, case)
    objections = objections_counted(case)
    desk = lifecycle.next_desk(application, Role.UNIT)
    uploads = _uploads(period, case)
    posting, concluding = ([u for u in uploads if (u["key"] == "result_file") is last] for last in (False, True))
    papers = [p for p in case.part(all_papers) if not p.voided_at]
    today = clock.today()
    return {
        "application": application,
        "period": period,
        "posting": posting,
        "concluding": concluding,
        "posted": bool(posting) and all(u["file"] for u in posting),
        "has_result": all(u["file"] for u in concluding) if concluding else any(p.kind == "publicity_result" for p in papers),
        "own_papers": boxes_of(case),
        "copies": case.notice.limits.review_form_copies,
        "objections": objections_told(case, actor),
        "open_objections": objections.open > 0,
        "upheld": objections.stand > 0,
        "notices": [p for p in papers if p.kind == "publicity_notice"],
        "results": [p for p in papers if p.kind == "publicity_result"],
        "is_running": today <= period.ends_on,
        "not_ready": time_and_objections(
            ends_on=period.ends_on,
            today=clock.today(),
            objections=objections,
        ),
        "blocked_by": lifecycle.objections_to(case, lifecycle.BY_NAME[lifecycle.report_of(application)], actor),
        "is_here": application.state in {State.UNIT_PASSED, State.IN_PUBLICITY},
        "is_reused": application.state == State.UNIT_PASSED and not publicised_again_needed(case),
        "reports_to": getattr(application, desk.column) if desk is not None else None,
        "today": today,
        "days_left": max((period.ends_on - today).days + 1, 0),
        "objection_form": ObjectionForm(initial={"received_on": clock.today(), "channel": "phone"}),
        "finding_form": FindingForm(),
        **more,
    }


@says_kept("publicity_paper")
def kept_words(row: Intake) -> str:
    """That a paper of the period was taken."""
    return _("已上传。")


def _on_its_way(row: Intake | None, place: str) -> dict[str, Any]:
    """What an upload shows of the file brought last: that it is being examined, or why it was not taken."""
    if row is None:
        return {"error": "", "checking": None, "checking_url": ""}
    if row.is_open:
        return {"error": "", "checking": row, "checking_url": waiting_url([row], place, say=True)}
    return {"error": said_against(row), "checking": None, "checking_url": ""}


def refused_page(request: HttpRequest, application_id: int, refused: Refused, **more: Any) -> HttpResponse:
    """The period's page again with what is wrong; a period that is gone sends back to the case."""
    case = get_case_or_404(request, application_id)
    if period_of(case) is None:
        messages.error(request, " ".join(str(p.text) for p in refused.problems))
        return go(request, "desk_case", application_id)
    context = period_context(request, case, **more)
    said = {p.where: str(p.text) for p in refused.problems}
    for upload in (*context["posting"], *context["concluding"]):
        upload["error"] = said.get(upload["key"], "") or upload["error"]
    return render_refused(request, "unit/publicity.html", context, refused)


@require_POST
def add_paper(request: HttpRequest, application_id: int, which: str) -> HttpResponse:
    """Upload one of the papers of the publicity (S-51)."""
    case = get_case_or_404(request, application_id)
    period = period_or_404(request, case)
    actor = actor_of(request)
    upload = request.FILES.get("file")
    try:
        if which not in {one.which for one in uploads_asked(case.notice)} or upload is None:
            raise Refused([Problem(_("请选择要上传的文件。"), where=which, code="field")])
        refuse_crowd(request.FILES.values(), where=which)
        row = bring(
            request,
            upload,
            actor_id=actor.user_id,
            where=which,
            purpose="publicity_paper",
            subject=_intake_subject(period),
            payload={"period": period.pk, "which": which},
        )
        refuse_if_refused(row)
    except Refused as refused:
        return refused_page(request, application_id, refused)
    if row.is_open:
        return go(request, waiting_url([row], _place_of(case.application, which), say=True))
    messages.success(request, kept_words(row))
    return go(request, "unit_publicity", application_id)


def _intake_subject(period: PublicityPeriod) -> str:
    return f"publicity:{period.pk}"


def _place_of(application: Application, which: str) -> str:
    return reverse("unit_publicity", args=[application.pk]) + f"#{anchor_id(which)}"


def show_uploaded(request: HttpRequest, application_id: int, which: str) -> HttpResponseBase:
    """One of the three papers, for the unit that uploaded it."""
    period = period_or_404(request, get_case_or_404(request, application_id))
    file: EvidenceFile | None = getattr(period, which) if which in PAPERS else None
    if file is None:
        raise OutOfReachError(f"{which} of publicity {period.pk}")
    return file_answer(request, file)


@require_POST
def add_objection(request: HttpRequest, application_id: int) -> HttpResponse:
    """登记异议."""
    case = get_case_or_404(request, application_id)
    period = period_or_404(request, case)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        context = period_context(request, case, objection_form=form, form=form)
        return render_refused(request, "unit/publicity.html", context)
    data = form.cleaned_data
    received = datetime.combine(data["received_on"], data["received_time"], tzinfo=clock.BEIJING)
    try:
        actions.register_objection(
            actor=actor_of(request),
            period_id=period.pk,
            channel=data["channel"],
            content=data["content"],
            received_at=received,
            from_name=data["from_name"],
            from_contact=data["from_contact"],
        )
    except Refused as refused:
        return refused_page(request, application_id, refused, objection_form=form, form=form)
    messages.success(request, _("异议已登记。处理完毕前不能出具公示结果，也不能上报。"))
    return go(request, "unit_publicity", application_id)


def decide_objection(request: HttpRequest, application_id: int, objection_id: int) -> HttpResponse:
    """核实处理异议."""
    case = get_case_or_404(request, application_id)
    period_or_404(request, case)
    objection = next((o for o in objections_told(case, actor_of(request)) if o.pk == objection_id), None)
    if objection is None:
        raise OutOfReachError(f"objection {objection_id} of application {application_id}")
    form = FindingForm(request.POST or None)
    context = {"application": case.application, "objection": objection, "form": form}
    if request.method != "POST":
        return render(request, "unit/objection.html", context)
    if not form.is_valid():
        return render_refused(request, "unit/objection.html", context)
    try:
        actions.decide_objection(
            actor=actor_of(request),
            objection_id=objection.pk,
            upheld=form.cleaned_data["upheld"],
            finding=form.cleaned_data["finding"],
        )
    except Refused as refused:
        return render_refused(request, "unit/objection.html", context, refused)
    messages.success(request, _("异议的处理结果已记录。"))
    return go(request, "unit_publicity", application_id)


@require_POST
def make_result(request: HttpRequest, application_id: int) -> HttpResponse:
    """出具公示结果 (T2)."""
    period = period_or_404(request, get_case_or_404(request, application_id))
    try:
        actions.make_publicity_result(actor=actor_of(request), period_id=period.pk)
    except Refused as refused:
        return refused_page(request, application_id, refused)
    messages.success(request, _("公示结果已生成。请打印、签字盖章后扫描上传。"))
    return go(request, "unit_publicity", application_id)


@require_POST
def report(request: HttpRequest, application_id: int) -> HttpResponse:
    """公示期满无异议，按程序上报."""
    shown = whole_number(request.POST.get("submission", "")) or 0
    try:
        change = actions.report_upward(actor=actor_of(request), application_id=application_id, submission_id=shown)
    except Refused as refused:
        return refused_page(request, application_id, refused)
    name = change.application.applicant_name
    messages.success(request, _("{name}的申请书已上报。请将纸质材料一并报送。").format(name=name))
    return go(request, "desk_queue")
