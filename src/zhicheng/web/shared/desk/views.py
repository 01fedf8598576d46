"""The desk: one case, its decisions. The same pages for the unit and the three offices; the role decides."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.accounts.brakes import NUMBERS_PER_HOUR, within
from zhicheng.applications import lifecycle, queries
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, words_of
from zhicheng.applications.models import Application
from zhicheng.applications.papers import title_of
from zhicheng.applications.planning import closes_if_returned
from zhicheng.applications.snapshot import FrozenFile
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.applications.told import material_shown
from zhicheng.campaigns.rules import WindowPhase, is_committee_arrival
from zhicheng.documents.actions import pdf_of
from zhicheng.documents.models import Paper
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import Examined, marked_pages, what_is_said
from zhicheng.evidence.serving import preview_response
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.actors import Actor, Role
from zhicheng.publicity.queries import period_of, publicised_again_needed, publicity_file
from zhicheng.review import actions
from zhicheng.review.opening import is_to_be_noted
from zhicheng.review.same_files import same_elsewhere
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.desk.case import asked_of, case_of, choices_of_where, facts_in_short, places_in
from zhicheng.web.shared.desk.forms import EDITS, PassForm, ReturnForm, UnitPassForm
from zhicheng.web.shared.desk.publicity import own_papers_of, publicity_of, publicity_shown
from zhicheng.web.shared.desk.sheets import slot_words
from zhicheng.web.shared.desk.taking_back import taking_back_of, words_before
from zhicheng.web.shared.http import OutOfReachError, actor_of, go, is_script, object_or_404, render_refused, whole_number
from zhicheng.web.shared.looks import give_file, note_file_given, note_paper_given
from zhicheng.web.shared.planning import mending_words
from zhicheng.web.shared.timeline import holder_name

logger = logging.getLogger(__name__)

MOST_PAGES = 30  # of one file, in the viewer


def get_case_or_404(request: HttpRequest, application_id: int, *, with_opening: bool = False) -> CaseFile:
    """The application as read, if this desk may see it; otherwise 404, recorded."""
    application = queries.get_application(actor_of(request), application_id, with_opening=with_opening)
    if application is None or application.current_submission is None:
        raise OutOfReachError(f"application {application_id}")
    return CaseFile(application)


def open_case_or_404(request: HttpRequest, application_id: int) -> CaseFile:
    """The same for a page that shows the case: that it was opened here is noted, and the case is shown as it was then.

    A database that cannot take the note (a full disk) hinders nobody's work: it takes no decision back either, and the log has it.
    """
    actor = actor_of(request)
    case = get_case_or_404(request, application_id, with_opening=True)
    if not is_to_be_noted(case, actor):
        return case
    try:
        return actions.note_opening(actor=actor, application_id=application_id)
    except DatabaseError:
        logger.exception("the opening of a case could not be written down: %s application:%s", actor.ref, application_id)
        return case


def moved_on(request: HttpRequest, case: CaseFile, step: str) -> HttpResponse:
    """Back to the case, with a sentence about where it is now: ``step`` can no longer be taken here, so its form is not shown."""
    state = State(case.application.state)
    text = _("这份申请书现在的状态是“{state}”，不能再办理“{step}”。").format(
        state=state_words(state, case.notice).staff, step=step
    )
    text += lifecycle.who_moved(case.application, actor_of(request))
    holder = holder_name(case, state)
    if holder and holder != actor_of(request).organization_name:
        text += _("现在由{holder}办理。").format(holder=holder)
    messages.info(request, text)
    return go(request, "desk_case", case.application.pk)


def show_case(request: HttpRequest, application_id: int) -> HttpResponse:
    """One case: the frozen form with its evidence beside it, and what this desk can do. A script gets the shown file alone."""
    case = open_case_or_404(request, application_id)
    if is_script(request) and request.GET.get("file"):
        context = {"application": case.application, "shown": _shown(request, case)}
        return render(request, "shared/desk/viewer.html", context)
    return render(request, "shared/desk/case.html", case_context(request, case))


def case_context(request: HttpRequest, file: CaseFile, **more: Any) -> dict[str, Any]:
    """What ``shared/desk/case.html`` takes; ``more`` replaces parts of it (a bound form, problems)."""
    actor, application = actor_of(request), file.application
    desk = BY_ROLE[actor.role]
    case = case_of(file, actor)
    blockers = _objections(file, desk.passes, actor) if desk.passes in case.moves else []
    return {
        "case": case,
        "application": application,
        "submission": application.current_submission,
        "can_pass": desk.passes in case.moves,
        "can_return": desk.returns in case.moves,
        "can_record_dossier": application.state in desk.holds,
        "is_unit": actor.role is Role.UNIT,
        "is_prefecture": actor.role is Role.PREFECTURE,
        "taking_back": taking_back_of(file, actor),
        "can_point": False,
        "blockers": blockers,
        "needs_dossier": any(p.code in {"no_dossier", "dossier"} for p in blockers),
        "corrected": {dossier.corrects_id for dossier in case.dossiers},
        "form_holds": any(p.kind == "review_form" and p.voided_at is None for p in case.papers),
        "voided_papers": [p for p in case.papers if p.voided_at],
        "period": period_of(file),
        "publicity": publicity_of(file, actor),
        "is_county": actor.role is Role.COUNTY,
        "own_papers": own_papers_of(file),
        "annullable": [a for a in case.arrivals if a.annulled_at is None] if actor.role is Role.PREFECTURE else [],
        "publicity_needed": publicised_again_needed(file),
        "opinion_sentence": case.notice.texts.opinion_sentence.zh,
        "copies": case.notice.limits.review_form_copies,
        "facts": facts_in_short(case),
        "asked": asked_of(case),
        "shown": _shown(request, file),
        **more,
    }


def _shown(request: HttpRequest, case: CaseFile) -> dict[str, Any] | None:
    """The file ``?file=`` names, as the viewer shows it; ``None`` when no submission lists it."""
    wanted = request.GET.get("file", "")
    if not wanted:
        return None
    file = next((m for m in case.snapshot.materials if str(m.file_id) == wanted), None)
    if file is not None:
        told = {"words": slot_words(case.notice, file), "place": str(file.where)}
        return _in_pages({**file.model_dump(), **told, "same": same_elsewhere(case, actor_of(request), file)}, file)
    shown, before = publicity_shown(case, wanted), None
    if shown is None and (before := case.sent_file(wanted)) is not None:
        # Of an earlier submission: what a desk decided then is shown beside what stands now.
        brought = {m.original.file_id for m in case.snapshot.materials if m.original is not None}
        words = _("{paper}（处理前的原件）") if before.file_id in brought else _("{paper}（以前上报的）")
        words = words.format(paper=slot_words(case.notice, before))
        shown = {**before.model_dump(), "words": words, "place": str(before.where)}
    return shown and _in_pages(shown, before)


def _in_pages(file: dict[str, Any], sent: FrozenFile | None) -> dict[str, Any]:
    """``sent``: the file as its submission has it. What that tells of it is shown; of what it does not tell, what is known now."""
    row = material_shown(file.get("id", 0), file["file_id"])
    known: Examined = sent if sent is not None and sent.warnings is not None else row
    told = {"has_copy": row.safe_sha256 is not None, "said": what_is_said(known)}
    return {**file, "range": marked_pages(known, min(file["pages"], MOST_PAGES)), **told}


@require_POST
def show_identity(request: HttpRequest, application_id: int) -> HttpResponse:
    """The case once more with the identity number whole: asked for, recorded, and masked again on the next page."""
    if not within(what="number", user_id=actor_of(request).account_id, most=NUMBERS_PER_HOUR):
        return braked(request, account=True)
    try:
        shown = actions.show_identity_number(actor=actor_of(request), application_id=application_id)
    except Refused as refused:
        raise OutOfReachError(f"application {application_id}") from refused
    return render(request, "shared/desk/case.html", case_context(request, shown.case, whole_number=shown.number))


def pass_case(request: HttpRequest, application_id: int) -> HttpResponse:
    """审核通过: the consequence first, then the decision."""
    if request.method == "POST":
        return _pass(request, application_id)
    case = open_case_or_404(request, application_id)
    if BY_ROLE[actor_of(request).role].passes not in _moves(case, request):
        return moved_on(request, case, _("审核通过"))
    form = _pass_form(actor_of(request))(initial={"submission": case.application.current_submission_id})
    return render(request, "shared/desk/pass.html", _pass_context(request, case, form))


def _pass(request: HttpRequest, application_id: int) -> HttpResponse:
    actor = actor_of(request)
    form = _pass_form(actor)(request.POST)
    if not form.is_valid():
        context = _pass_context(request, get_case_or_404(request, application_id), form)
        return render_refused(request, "shared/desk/pass.html", context)
    try:
        decision = actions.pass_application(
            actor=actor,
            application_id=application_id,
            submission_id=form.cleaned_data["submission"],
            opinion=form.cleaned_data["opinion"],
            sanction=form.sanction,
        )
    except Refused as refused:
        context = _pass_context(request, get_case_or_404(request, application_id), form)
        return render_refused(request, "shared/desk/pass.html", context, refused)
    messages.success(request, _("{name}的申请书已审核通过。").format(name=decision.application.applicant_name))
    return go(request, "desk_case", application_id) if actor.role is Role.UNIT else go(request, "desk_queue")


def _pass_form(actor: Actor) -> type[PassForm]:
    return UnitPassForm if actor.role is Role.UNIT else PassForm


def _pass_context(request: HttpRequest, case: CaseFile, form: PassForm) -> dict[str, Any]:
    return {**case_context(request, case), "act": _("审核通过"), "form": form, **_pass_consequence(case, actor_of(request))}


def _moves(case: CaseFile, request: HttpRequest) -> set[str]:
    return {move.name for move in lifecycle.moves_for(case.application, actor_of(request))}


def _objections(case: CaseFile, move: str, actor: Actor) -> list[Problem]:
    return lifecycle.objections_to(case, lifecycle.BY_NAME[move], actor)


def _pass_consequence(case: CaseFile, actor: Actor) -> dict[str, Any]:
    application, year = case.application, case.told_year
    at_unit = actor.role is Role.UNIT  # its pass leads to the publicity, not to the next desk
    desk = None if at_unit else lifecycle.next_desk(application, actor.role)
    makes_opinion = BY_ROLE[actor.role].makes == "supervising_opinion"
    return {
        "opinion_title": title_of(case.notice, "supervising_opinion") if makes_opinion else "",
        "accepts": words_of(BY_ROLE[actor.role], case.notice).accepts,
        "can_come_back": words_before(case, actor),
        "goes_to": getattr(application, desk.column).name if desk is not None else "",
        "is_last": desk is None and not at_unit,
        "counts_as_arrival": desk is not None and is_committee_arrival(case.notice, desk.role.value),
        "next_arrival": (year.arrivals + 1) if year else 1,
        "arrivals_allowed": year.arrivals_allowed if year else 0,
    }


def return_case(request: HttpRequest, application_id: int) -> HttpResponse:
    """退回: every reason at once; the last allowed arrival needs a tick, because it closes the year."""
    editing = any(name in request.POST for name in EDITS)
    if request.method == "POST" and not editing:
        return _return(request, application_id)
    case = open_case_or_404(request, application_id)
    if request.method != "POST" and BY_ROLE[actor_of(request).role].returns not in _moves(case, request):
        return moved_on(request, case, _("退回"))
    return render(request, "shared/desk/return.html", _return_context(request, case))


def _return(request: HttpRequest, application_id: int) -> HttpResponse:
    case = get_case_or_404(request, application_id)
    form = ReturnForm(request.POST, places=[(str(place), str(place)) for place in places_in(case.snapshot)])
    if not form.is_valid():
        return _not_returned(request, case)
    try:
        decision = actions.return_application(
            actor=actor_of(request),
            application_id=application_id,
            submission_id=form.cleaned_data["submission"],
            reasons=form.reasons(),
            opinion=form.cleaned_data["opinion"],
            seen_state=form.cleaned_data["state"],
            closing_meant=form.cleaned_data["understood"],
        )
    except Refused as refused:
        return _not_returned(request, get_case_or_404(request, application_id), refused)
    words = _("{name}的申请书已退回，申报人会收到全部修改内容。")
    if decision.change.to_state == State.CLOSED_FOR_YEAR:
        words = _("{name}的申请书已退回，本年度不再受理；申报人会收到退回的理由。")
    messages.info(request, words.format(name=case.application.applicant_name))
    return go(request, "desk_queue")


def _not_returned(request: HttpRequest, case: CaseFile, refused: Refused | None = None) -> HttpResponse:
    """The page with what is wrong and every reason as it was typed."""
    context = _return_context(request, case)
    if refused is not None and refused.has("moved"):  # the page that says so shows where it stands now: sent again, it is meant
        context["form"].say_state(case.application.state)
    return render_refused(request, "shared/desk/return.html", context, _on_rows(refused) if refused is not None else None)


def _return_context(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    seen = {"submission": file.application.current_submission_id, "state": file.application.state}
    closes = closes_if_returned(file)
    context = case_context(request, file)
    return context | {
        "act": _("退回"),
        "form": ReturnForm(request.POST or None, places=choices_of_where(context["case"]), initial=seen),
        "closes_year": closes,
        "can_point": True,
        "corrections_ended": None if closes else corrections_ended(file),
        "mendable": mending_words(file) if not closes and corrections_ended(file) is None else "",
    }


def corrections_ended(case: CaseFile) -> datetime | None:
    """When the time for corrections ran out, if it has: what is returned now cannot be handed in again (G-02)."""
    window = case.window
    return window.correct_until if window.phase is WindowPhase.CLOSED else None


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


def _file_or_404(request: HttpRequest, application_id: int, file_id: int) -> EvidenceFile:
    """A file is served to a desk only when a submission it may see lists it, or the unit's publicity of it."""
    case = get_case_or_404(request, application_id)
    sent = EvidenceFile.objects.filter(pk=file_id).first() if case.sent_file(file_id) is not None else None
    found = sent or publicity_file(case.application, file_id)
    file = found or queries.unit_material_file(case.application, file_id)
    if file is None:
        raise OutOfReachError(f"file {file_id} of application {application_id}")
    return file


def show_file(request: HttpRequest, application_id: int, file_id: int) -> HttpResponseBase:
    """The file itself."""
    file = _file_or_404(request, application_id, file_id)
    return give_file(request, file, subject=f"application:{application_id}")


def show_preview(request: HttpRequest, application_id: int, file_id: int, page: int) -> HttpResponseBase:
    """One page of a file as a picture. On a thumbnail a face is known, whether it stands in a photograph or in a PDF of one: it is noted
    under a word of its own, for a list that shows it is not a page that somebody opened to read.
    """
    file = _file_or_404(request, application_id, file_id)
    if not 1 <= page <= file.pages:
        raise OutOfReachError(f"page {page} of file {file_id}")
    small = "small" in request.GET
    response = preview_response(file, page=page, width=160 if small else 1000)
    subject = f"application:{application_id}"
    return note_file_given(request, response, subject=subject, file=file, sheet=page, is_small=small)


def show_paper(request: HttpRequest, serial: str) -> HttpResponse:
    """The PDF of a paper of an application this desk may see; made now when the worker has not come to it yet."""
    paper = object_or_404(Paper.objects.all(), serial=serial)
    kind, _colon, number = paper.subject.partition(":")
    application_id = whole_number(number)
    if kind != "application" or application_id is None:
        raise OutOfReachError(f"paper {serial}")
    get_visible_or_404(request, queries.visible_to(actor_of(request)), application_id)
    note_paper_given(request, kind=paper.kind, serial=paper.serial, subject=paper.subject)
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
