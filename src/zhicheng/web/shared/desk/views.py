"""The desk: its queue, one case, its decisions. The same pages for the unit and the three offices; the role decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications import lifecycle, queries
from zhicheng.applications.models import Application, State
from zhicheng.campaigns.queries import notice_of, published_campaigns
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.documents.actions import pdf_of
from zhicheng.documents.models import Paper
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.serving import file_response, preview_response
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import unit_may_work
from zhicheng.publicity.queries import current_period, publicised_again_needed
from zhicheng.review import actions
from zhicheng.review.actions.decide import PASS, RETURN
from zhicheng.review.models import PaperDossier
from zhicheng.web.shared.desk.case import Case, case_of, places_of, slot_words
from zhicheng.web.shared.desk.forms import DossierForm, PassForm, ReturnForm
from zhicheng.web.shared.http import OutOfReachError, go, object_or_404, render_refused
from zhicheng.web.shared.paging import page_of

S = State
# What a desk can look through: (key, words, states). The first is what waits for it.
_DONE_ABOVE = (S.PREFECTURE_REVIEW, S.ACCEPTED, S.CLOSED_FOR_YEAR, S.REJECTED_FRAUD, S.BARRED)
FILTERS: dict[Role, list[tuple[str, Any, tuple[State, ...]]]] = {
    Role.UNIT: [
        ("waiting", gettext_lazy("待审核"), (S.UNIT_REVIEW,)),
        ("to_publish", gettext_lazy("待公示"), (S.UNIT_PASSED,)),
        ("publicity", gettext_lazy("公示中"), (S.IN_PUBLICITY,)),
        ("reported", gettext_lazy("已报出"), (S.SUPERVISING_REVIEW, S.COUNTY_REVIEW, *_DONE_ABOVE)),
        ("returned", gettext_lazy("已退回"), (S.RETURNED,)),
        ("over", gettext_lazy("已终止"), (S.STOPPED, S.DISCARDED)),
    ],
    Role.SUPERVISING: [
        ("waiting", gettext_lazy("待审核"), (S.SUPERVISING_REVIEW,)),
        ("passed", gettext_lazy("已报出"), (S.COUNTY_REVIEW, *_DONE_ABOVE)),
        ("returned", gettext_lazy("已退回"), (S.RETURNED,)),
    ],
    Role.COUNTY: [
        ("waiting", gettext_lazy("待审核"), (S.COUNTY_REVIEW,)),
        ("passed", gettext_lazy("已报州终审"), _DONE_ABOVE),
        ("returned", gettext_lazy("已退回"), (S.RETURNED,)),
    ],
    Role.PREFECTURE: [
        ("waiting", gettext_lazy("待终审"), (S.PREFECTURE_REVIEW,)),
        ("accepted", gettext_lazy("已受理"), (S.ACCEPTED,)),
        ("returned", gettext_lazy("已退回"), (S.RETURNED,)),
        ("closed", gettext_lazy("不再受理或终止"), (S.CLOSED_FOR_YEAR, S.REJECTED_FRAUD, S.BARRED)),
    ],
}


def actor_of(request: HttpRequest) -> Actor:
    """The actor the middleware found."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def get_case_or_404(request: HttpRequest, application_id: int) -> Application:
    """The application, if this desk may see it; otherwise 404, recorded."""
    application = queries.get_application(actor_of(request), application_id)
    if application is None or application.current_submission is None:
        raise OutOfReachError(f"application {application_id}")
    return application


def queue(request: HttpRequest) -> HttpResponse:
    """工作台: what waits for this desk, longest first."""
    actor = actor_of(request)
    chosen = request.GET.get("show", "")
    filters = FILTERS[actor.role]
    current = next((f for f in filters if f[0] == chosen), filters[0])
    rows = queries.queue(actor, states=current[2])
    if actor.role is not Role.UNIT and (unit := request.GET.get("unit", "").strip()):
        rows = rows.filter(employer__name__icontains=unit)
    page = page_of(request, rows, order=("entered_state_at", "id"))
    _add_dossiers(page, actor)
    now = clock.now()
    for row in page:
        row.waited_days = (now - row.entered_state_at).days
    context = {
        "page": page,
        "filters": [{"key": k, "words": w, "current": k == current[0]} for k, w, _states in filters],
        "current": current[0],
        "unit": request.GET.get("unit", ""),
        "is_unit": actor.role is Role.UNIT,
        "gate": gate_of(actor),
    }
    return render(request, "shared/desk/queue.html", context)


def gate_of(actor: Actor) -> list[Problem]:
    """Why the unit may not work yet in the newest campaign (S-14); empty for offices and verified units."""
    if actor.role is not Role.UNIT:
        return []
    campaigns = published_campaigns()
    if not campaigns:
        return []
    return unit_may_work(Organization.objects.get(pk=actor.desk_id), campaigns[0].notice.year)


def _add_dossiers(page: Any, actor: Actor) -> None:
    """One query for the page: what each application's paper dossier looks like at this desk."""
    rows = list(page)
    newest: dict[int, PaperDossier] = {}
    for dossier in PaperDossier.objects.filter(application__in=[r.pk for r in rows], desk_id=actor.organization_id).order_by(
        "id"
    ):
        newest[dossier.application_id] = dossier
    for row in rows:
        found = newest.get(row.pk)
        row.dossier = found if found and found.submission_id == row.current_submission_id else None


def show_case(request: HttpRequest, application_id: int) -> HttpResponse:
    """One case: the frozen form with its evidence beside it, and what this desk can do."""
    application = get_case_or_404(request, application_id)
    return render(request, "shared/desk/case.html", case_context(request, application))


def case_context(request: HttpRequest, application: Application, **more: Any) -> dict[str, Any]:
    """What ``shared/desk/case.html`` takes; ``more`` replaces parts of it (a bound form, problems)."""
    actor = actor_of(request)
    case = case_of(application, actor)
    shown = request.GET.get("file", "")
    file = next((m for m in case.snapshot["materials"] if str(m["file_id"]) == shown), None)
    period = current_period(application)
    return {
        "case": case,
        "application": application,
        "submission": application.current_submission,
        "can_pass": PASS[actor.role] in case.moves,
        "can_return": RETURN[actor.role] in case.moves or "prefecture_close" in case.moves,
        "can_record_dossier": application.state in queries.WAITING[actor.role],
        "is_unit": actor.role is Role.UNIT,
        "is_prefecture": actor.role is Role.PREFECTURE,
        "period": period,
        "publicity_needed": publicised_again_needed(
            application, period, always=case.notice.policies.repeat_publicity == "always"
        ),
        "opinion_sentence": case.notice.texts.opinion_sentence.zh,
        "shown": file and {**file, "words": slot_words(case.notice, file), "range": range(1, min(file["pages"], 30) + 1)},
        "dossier_form": DossierForm(
            initial={"submission": application.current_submission_id, "received_on": clock.today(), "copies": 2}
        ),
        **more,
    }


def _require(case: Case, possible: bool) -> None:
    if not possible:
        state = lifecycle.STATES[State(case.application.state)].staff
        raise Refused.one(_("这份申请书现在的状态是“{state}”，已不在您这里办理。").format(state=state), code="stale")


def pass_case(request: HttpRequest, application_id: int) -> HttpResponse:
    """审核通过: the consequence first, then the decision."""
    application = get_case_or_404(request, application_id)
    actor = actor_of(request)
    form = PassForm(request.POST or None, initial={"submission": application.current_submission_id})
    context = {**case_context(request, application), "form": form, **_pass_consequence(application, actor)}
    if request.method == "POST" and form.is_valid():
        try:
            actions.pass_application(
                actor=actor,
                application_id=application.pk,
                submission_id=form.cleaned_data["submission"],
                opinion=form.cleaned_data["opinion"],
            )
        except Refused as refused:
            return render_refused(request, "shared/desk/pass.html", context, refused)
        messages.success(request, _("{name}的申请书已审核通过。").format(name=application.applicant_name))
        return go(request, "desk_case", application.pk) if actor.role is Role.UNIT else go(request, "desk_queue")
    if request.method == "POST":
        return render_refused(request, "shared/desk/pass.html", context)
    context["problems"] = _objections(application, PASS[actor.role], actor)
    return render(request, "shared/desk/pass.html", context)


def _objections(application: Application, move: str, actor: Actor) -> list[Problem]:
    return lifecycle.objections_to(application, lifecycle.BY_NAME[move], actor)


def _pass_consequence(application: Application, actor: Actor) -> dict[str, Any]:
    case_year = queries.person_year_of(application)
    counts = actor.role is Role.COUNTY
    return {
        "counts_as_arrival": counts and is_committee_arrival(notice_of(application.campaign_version), "prefecture"),
        "next_arrival": (case_year.arrivals + 1) if case_year else 1,
        "arrivals_allowed": case_year.arrivals_allowed if case_year else 0,
    }


def return_case(request: HttpRequest, application_id: int) -> HttpResponse:
    """退回: every reason at once; the last allowed arrival needs a tick, because it closes the year."""
    application = get_case_or_404(request, application_id)
    actor = actor_of(request)
    context = case_context(request, application)
    case: Case = context["case"]
    year = case.person_year
    closes = actor.role is Role.PREFECTURE and year is not None and year.arrivals >= year.arrivals_allowed
    rows = int(request.POST.get("rows", "1")) if request.POST.get("rows", "1").isdigit() else 1
    form = ReturnForm(
        request.POST or None,
        places=places_of(case),
        rows=rows + (1 if "more" in request.POST else 0),
        initial={"submission": application.current_submission_id},
    )
    context |= {"form": form, "closes_year": closes}
    if request.method == "POST" and "more" not in request.POST:
        if not form.is_valid():
            return render_refused(request, "shared/desk/return.html", context)
        problems = []
        if closes and not form.cleaned_data["understood"]:
            problems.append(Problem(_("请勾选确认：退回后申报人本年度不再受理。"), where="understood", code="field"))
        try:
            if problems:
                raise Refused(problems)
            actions.return_application(
                actor=actor,
                application_id=application.pk,
                submission_id=form.cleaned_data["submission"],
                reasons=form.reasons(),
                opinion=form.cleaned_data["opinion"],
            )
        except Refused as refused:
            return render_refused(request, "shared/desk/return.html", context, _on_rows(refused))
        messages.success(request, _("{name}的申请书已退回，申报人会收到全部修改内容。").format(name=application.applicant_name))
        return go(request, "desk_queue")
    return render(request, "shared/desk/return.html", context)


def _on_rows(refused: Refused) -> Refused:
    """``reasons.2.text`` → the field ``text-2``; a list that is missing altogether → its first row."""
    moved = []
    for p in refused.problems:
        where = p.where
        if where.startswith("reasons."):
            _word, number, name = where.split(".")
            where = f"{name}-{number}"
        elif where == "reasons":
            where = "text-1"
        moved.append(Problem(p.text, where=where, code=p.code, link=p.link))
    return Refused(moved)


def record_dossier(request: HttpRequest, application_id: int) -> HttpResponse:
    """登记纸质材料."""
    application = get_case_or_404(request, application_id)
    form = DossierForm(request.POST or None, initial={"submission": application.current_submission_id, "copies": 2})
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            dossier = actions.record_dossier(
                actor=actor_of(request), application_id=application.pk, submission_id=facts.pop("submission"), **facts
            )
        except Refused as refused:
            context = case_context(request, application, form=form, dossier_form=form)
            return render_refused(request, "shared/desk/dossier.html", context, refused)
        messages.add_message(
            request,
            messages.SUCCESS if dossier.mark_state == "current" else messages.WARNING,
            _("已登记纸质材料。评审表：{state}。").format(state=dossier.get_mark_state_display()),
        )
        return go(request, "desk_case", application.pk)
    context = case_context(request, application, form=form, dossier_form=form)
    if request.method == "POST":
        return render_refused(request, "shared/desk/dossier.html", context)
    return render(request, "shared/desk/dossier.html", context)


def _file_or_404(request: HttpRequest, application_id: int, file_id: int) -> EvidenceFile:
    """A file is served to a desk only when a submission it may see lists it."""
    application = get_case_or_404(request, application_id)
    file = queries.snapshot_file(application, file_id)
    if file is None:
        raise OutOfReachError(f"file {file_id} of application {application_id}")
    return file


def show_file(request: HttpRequest, application_id: int, file_id: int) -> HttpResponseBase:
    """The file itself."""
    file = _file_or_404(request, application_id, file_id)
    return file_response(file, request=request, as_download="download" in request.GET)


def show_preview(request: HttpRequest, application_id: int, file_id: int, page: int) -> HttpResponse:
    """One page of a file as a picture."""
    file = _file_or_404(request, application_id, file_id)
    if not 1 <= page <= file.pages:
        raise OutOfReachError(f"page {page} of file {file_id}")
    return preview_response(file, page=page, width=1000)


def show_paper(request: HttpRequest, serial: str) -> HttpResponse:
    """The PDF of a paper of an application this desk may see; made now when the worker has not come to it yet."""
    paper = object_or_404(Paper.objects.all(), serial=serial)
    kind, _colon, number = paper.subject.partition(":")
    if kind != "application" or not number.isdigit():
        raise OutOfReachError(f"paper {serial}")
    get_visible_or_404(request, queries.visible_to(actor_of(request)), int(number))
    return paper_response(paper)


def get_visible_or_404(request: HttpRequest, rows: QuerySet[Application], application_id: int) -> Application:
    """The application among those the actor sees."""
    return object_or_404(rows, pk=application_id)


def paper_response(paper: Paper) -> HttpResponse:
    """The PDF bytes, never cached by anybody in between. The permission check is the caller's."""
    response = HttpResponse(pdf_of(paper), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{paper.serial}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
