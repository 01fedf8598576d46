"""公示: the unit opens the period, uploads its three papers, handles objections, gives the result and reports upward."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.applications import lifecycle
from zhicheng.applications.models import Application
from zhicheng.applications.papers import subject_of
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.queries import papers_of
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.evidence.queries import intakes_at, said_against
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.actors import Role
from zhicheng.publicity import actions
from zhicheng.publicity.models import ObjectionState, PublicityPeriod
from zhicheng.publicity.papers import public_facts
from zhicheng.publicity.queries import current_period, objections_of, publicised_again_needed
from zhicheng.publicity.rules import time_and_objections
from zhicheng.standards.calendar import NotPublished, load_calendar
from zhicheng.web.shared.checking import bring, refuse_crowd, refuse_if_refused, says_kept, waiting_url
from zhicheng.web.shared.desk.publicity import UPLOAD_WORDS
from zhicheng.web.shared.desk.views import get_case_or_404
from zhicheng.web.shared.files import file_answer
from zhicheng.web.shared.http import OutOfReachError, actor_of, go, object_or_404, render_refused, whole_number
from zhicheng.web.shared.problems import anchor_id
from zhicheng.web.shared.public_facts import in_words
from zhicheng.web.unit.forms import FindingForm, ObjectionForm, PublicityForm

PAPERS = actions.PAPERS


def paper_words() -> dict[str, tuple[str, str]]:
    """The three uploads of S-51: what each is, and what it must show."""
    return {
        "notice_file": (str(UPLOAD_WORDS["notice_file"]), _("已签字、盖公章的公示扫描件")),
        "photo_file": (str(UPLOAD_WORDS["photo_file"]), _("公示张贴现场的照片，能看清公示内容和张贴地点")),
        "result_file": (str(UPLOAD_WORDS["result_file"]), _("公示期满后签字、盖公章的公示结果扫描件")),
    }


def open_period(request: HttpRequest, application_id: int) -> HttpResponse:
    """开始公示: dates by the working-day calendar, and the unit's own words."""
    application = get_case_or_404(request, application_id)
    years = notice_of(application.campaign_version).limits.achievements_years
    form = PublicityForm(request.POST or None, initial=_prefilled(application), years=years)
    context = {"application": application, "form": form, **_calendar_help(application)}
    if request.method == "POST":
        if not form.is_valid():
            return render_refused(request, "unit/publicity_open.html", context)
        data = form.cleaned_data
        try:
            actions.open_publicity(
                actor=actor_of(request),
                application_id=application.pk,
                submission_id=data["submission"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                text=form.text(),
            )
        except Refused as refused:
            return render_refused(request, "unit/publicity_open.html", context, refused)
        messages.success(request, _("公示已开始。请打印公示，签字盖章后在本单位张贴。"))
        return go(request, "unit_publicity", application.pk)
    return render(request, "unit/publicity_open.html", context)


def _prefilled(application: Application) -> dict[str, Any]:
    submission = application.current_submission
    assert submission is not None  # noqa: S101 - get_case_or_404
    achievements = snapshot_of(submission).rows("achievements")
    results = "".join(f"{a['name']}（{a['role']}）：{a['description']}" for a in achievements)[:1000]
    contribution = "".join(str(a["contribution"]) for a in achievements)[:500]
    initial: dict[str, Any] = {
        "submission": submission.pk,
        "starts_on": clock.today(),
        "results": results,
        "contribution": contribution,
        "phone": application.employer.contact_phone,
    }
    notice = notice_of(application.campaign_version)
    try:
        end = load_calendar(notice.calendar).earliest_end(
            clock.today(), notice.limits.publicity_working_days, notice.limits.publicity_counting
        )
    except NotPublished:
        return initial
    return initial | {"ends_on": end.end}


def _calendar_help(application: Application) -> dict[str, Any]:
    """The reasoning shown beside the dates: which of the days from today count."""
    notice = notice_of(application.campaign_version)
    calendar = load_calendar(notice.calendar)
    least = notice.limits.publicity_working_days
    submission = application.current_submission
    facts = in_words(application, public_facts(snapshot_of(submission))) if submission else {}
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


def _period_or_404(request: HttpRequest, application: Application) -> PublicityPeriod:
    period = current_period(application)
    if period is None or period.unit_id != actor_of(request).organization_id:
        raise OutOfReachError(f"publicity of application {application.pk}")
    return period


def show_period(request: HttpRequest, application_id: int) -> HttpResponse:
    """One period: its papers, uploads, objections, and whether it can be reported upward."""
    application = get_case_or_404(request, application_id)
    return render(request, "unit/publicity.html", period_context(request, application))


def _uploads(period: PublicityPeriod, application: Application) -> list[dict[str, Any]]:
    """The three papers of a notice, each with its file or with what is on its way in."""
    arriving = {row.where: row for row in intakes_at(_intake_subject(period))}
    return [
        {
            "key": key,
            "label": label,
            "wants": wants,
            "file": getattr(period, key),
            **_on_its_way(arriving.get(key), _place_of(application, key)),
        }
        for key, (label, wants) in paper_words().items()
    ]


def period_context(request: HttpRequest, application: Application, **more: Any) -> dict[str, Any]:
    """What ``unit/publicity.html`` takes; ``more`` replaces parts of it."""
    actor = actor_of(request)
    period = _period_or_404(request, application)
    objections = list(objections_of(period))
    desk = lifecycle.next_desk(application, Role.UNIT)
    uploads = _uploads(period, application)
    papers = [p for p in papers_of(subject_of(application.pk)) if not p.voided_at]
    today = clock.today()
    return {
        "application": application,
        "period": period,
        "posting": uploads[:2],
        "concluding": uploads[2:],
        "posted": all(u["file"] for u in uploads[:2]),
        "has_result": bool(uploads[2]["file"]),
        "objections": objections,
        "open_objections": any(o.state == ObjectionState.OPEN for o in objections),
        "upheld": any(o.state == ObjectionState.UPHELD for o in objections),
        "notices": [p for p in papers if p.kind == "publicity_notice"],
        "results": [p for p in papers if p.kind == "publicity_result"],
        "is_running": today <= period.ends_on,
        "not_ready": time_and_objections(
            ends_on=period.ends_on,
            today=clock.today(),
            open_objections=sum(o.state == ObjectionState.OPEN for o in objections),
            upheld_objections=sum(o.state == ObjectionState.UPHELD for o in objections),
        ),
        "blocked_by": lifecycle.objections_to(application, lifecycle.BY_NAME[lifecycle.report_of(application)], actor),
        "is_here": application.state in {State.UNIT_PASSED, State.IN_PUBLICITY},
        "is_reused": application.state == State.UNIT_PASSED
        and not publicised_again_needed(
            application, period, always=notice_of(application.campaign_version).policies.repeat_publicity == "always"
        ),
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


def _refused_page(request: HttpRequest, application: Application, refused: Refused, **more: Any) -> HttpResponse:
    """The period's page again with what is wrong; a period that is gone sends back to the case."""
    if current_period(application) is None:
        messages.error(request, " ".join(str(p.text) for p in refused.problems))
        return go(request, "desk_case", application.pk)
    context = period_context(request, application, **more)
    said = {p.where: str(p.text) for p in refused.problems}
    for upload in (*context["posting"], *context["concluding"]):
        upload["error"] = said.get(upload["key"], "") or upload["error"]
    return render_refused(request, "unit/publicity.html", context, refused)


@require_POST
def add_paper(request: HttpRequest, application_id: int, which: str) -> HttpResponse:
    """Upload one of the three papers (S-51)."""
    application = get_case_or_404(request, application_id)
    period = _period_or_404(request, application)
    actor = actor_of(request)
    upload = request.FILES.get("file")
    try:
        if which not in PAPERS or upload is None:
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
        return _refused_page(request, application, refused)
    if row.is_open:
        return go(request, waiting_url([row], _place_of(application, which), say=True))
    messages.success(request, kept_words(row))
    return go(request, "unit_publicity", application.pk)


def _intake_subject(period: PublicityPeriod) -> str:
    return f"publicity:{period.pk}"


def _place_of(application: Application, which: str) -> str:
    return reverse("unit_publicity", args=[application.pk]) + f"#{anchor_id(which)}"


def show_uploaded(request: HttpRequest, application_id: int, which: str) -> HttpResponseBase:
    """One of the three papers, for the unit that uploaded it."""
    period = _period_or_404(request, get_case_or_404(request, application_id))
    file: EvidenceFile | None = getattr(period, which) if which in PAPERS else None
    if file is None:
        raise OutOfReachError(f"{which} of publicity {period.pk}")
    return file_answer(request, file)


@require_POST
def add_objection(request: HttpRequest, application_id: int) -> HttpResponse:
    """登记异议."""
    application = get_case_or_404(request, application_id)
    period = _period_or_404(request, application)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        context = period_context(request, application, objection_form=form, form=form)
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
        return _refused_page(request, application, refused, objection_form=form, form=form)
    messages.success(request, _("异议已登记。处理完毕前不能出具公示结果，也不能上报。"))
    return go(request, "unit_publicity", application.pk)


def decide_objection(request: HttpRequest, application_id: int, objection_id: int) -> HttpResponse:
    """核实处理异议."""
    application = get_case_or_404(request, application_id)
    period = _period_or_404(request, application)
    objection = object_or_404(objections_of(period), pk=objection_id)
    form = FindingForm(request.POST or None)
    context = {"application": application, "objection": objection, "form": form}
    if request.method == "POST":
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
        return go(request, "unit_publicity", application.pk)
    return render(request, "unit/objection.html", context)


@require_POST
def make_result(request: HttpRequest, application_id: int) -> HttpResponse:
    """出具公示结果 (T2)."""
    application = get_case_or_404(request, application_id)
    period = _period_or_404(request, application)
    try:
        actions.make_publicity_result(actor=actor_of(request), period_id=period.pk)
    except Refused as refused:
        return _refused_page(request, application, refused)
    messages.success(request, _("公示结果已生成。请打印、签字盖章后扫描上传。"))
    return go(request, "unit_publicity", application.pk)


@require_POST
def report(request: HttpRequest, application_id: int) -> HttpResponse:
    """公示期满无异议，按程序上报."""
    application = get_case_or_404(request, application_id)
    shown = whole_number(request.POST.get("submission", "")) or 0
    try:
        actions.report_upward(actor=actor_of(request), application_id=application.pk, submission_id=shown)
    except Refused as refused:
        return _refused_page(request, application, refused)
    messages.success(request, _("{name}的申请书已上报。请将纸质材料一并报送。").format(name=application.applicant_name))
    return go(request, "desk_queue")


@require_POST
def stop(request: HttpRequest, application_id: int) -> HttpResponse:
    """异议成立，终止申报."""
    application = get_case_or_404(request, application_id)
    try:
        actions.stop_for_objection(actor=actor_of(request), application_id=application.pk)
    except Refused as refused:
        return _refused_page(request, application, refused)
    messages.success(request, _("{name}的申请书已终止。").format(name=application.applicant_name))
    return go(request, "desk_queue")
