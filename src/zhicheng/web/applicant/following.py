"""The page of one application: where it is, what happened, what comes; taking it back and giving it up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhicheng.applications import lifecycle
from zhicheng.applications.abandoning import is_to_be_corrected, was_returned
from zhicheng.applications.actions import discard_application, withdraw_application
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.papers import all_papers, title_of
from zhicheng.applications.queries import application_instead_of
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.campaigns.vocabulary import copies_in_words
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of, is_open
from zhicheng.web.applicant.printing import APPLICANT_PAPERS
from zhicheng.web.applicant.tasks import point_links
from zhicheng.web.shared.findings import Shown, findings_for, named
from zhicheng.web.shared.http import go
from zhicheng.web.shared.planning import plan_in_force, plan_shown
from zhicheng.web.shared.timeline import entries_of


def advice(application: Application, *, may_send: bool) -> str:
    """One sentence: what the applicant does now, or that there is nothing to do. ``may_send``: what is open can be sent in now."""
    if is_open(application) and not may_send:
        return _("现在不在受理时间内，不能上报。填写的内容和材料都保留。")
    if application.state == State.ABANDONED and (instead := application_instead_of(application)):
        return _(
            "修改后重新上报的期限已过，本次申报视为放弃。您另有申请书 {number}：那一份作废以后，通知延长期限的，这一份才自动恢复。"
        ).format(number=instead.number)
    words = {
        State.DRAFT: _("请填写各个栏目、上传材料，核对后上报。"),
        State.RETURNED: _("请按退回意见逐条修改，重新核对后再次上报。"),
        State.UNIT_REVIEW: _("请把纸质材料交给所在单位。网上不用再办理，等单位审核；单位审核前可以撤回修改。"),
        State.UNIT_PASSED: _("评审表已经生成。请与单位核对，由单位打印、填写意见并组织公示；您现在不需要在网上办理。"),
        State.IN_PUBLICITY: _("您现在不需要做任何事。公示期满无异议后由单位上报。"),
        State.ACCEPTED: _("您的申报已经受理，请等待评审委员会评审。"),
        State.CLOSED_FOR_YEAR: _("本年度不再受理您的申报，新建申请书也不能恢复。如认为有误，请联系州人力资源和社会保障局。"),
        State.STOPPED: _("申报已经终止。对异议的处理结果有不同意见的，可以向{county}反映；认定有误的，由它解除。").format(
            county=application.county_office.name
        ),
        State.REJECTED_FRAUD: _("申报不予受理。如有异议，请联系州人力资源和社会保障局。"),
        State.BARRED: _("申报已经终止。如有异议，请联系州人力资源和社会保障局。"),
        State.DISCARDED: _("这份申请书已由您作废，只供查看。"),
        State.ABANDONED: _("修改后重新上报的期限已过，本次申报视为放弃。通知延长期限的，自动恢复，可以继续修改上报。"),
    }
    return words.get(State(application.state)) or _("您现在不需要做任何事。")


@require_safe
def show_application(request: HttpRequest, application_id: int) -> HttpResponse:
    """Everything about one application, for the person it belongs to. A fixed number of queries."""
    case = case_or_404(request, application_id)
    application = case.application
    moves = {m.name for m in lifecycle.moves_for(application, actor_of(request))}
    plan = plan_in_force(case)
    timeline = entries_of(case, audience="applicant", plan=plan)
    papers = [p for p in case.part(all_papers) if p.kind in APPLICANT_PAPERS]
    head = head_of(case)
    context: dict[str, Any] = {
        **head,
        "advice": advice(application, may_send=head["window_open"]),
        "timeline": timeline,
        "plan": plan_shown(case, plan),
        "submissions": list(application.submissions.order_by("-number").defer("content")),
        "papers": papers,
        "commitment_title": title_of(case.notice, "commitment"),
        "in_copies": copies_in_words(case.notice.limits.review_form_copies),
        "year": case.told_year,
        "arrivals": case.arrivals,
        "reasons": point_links(case),
        "change": case.last_return,
        "findings": _findings(case, request),
        "can_withdraw": "withdraw" in moves,
        "can_discard": "discard" in moves,
        "may_print": application.state in OPEN_FOR_APPLICANT,
    }
    return render(request, "applicant/application.html", context)


def _findings(case: CaseFile, request: HttpRequest) -> list[Shown]:
    """What the desks read of the last submission, as far as it is the applicant's to know."""
    if case.submission is None:
        return []
    return named(findings_for(case, actor_of(request)), case.notice, case.snapshot.sections)


def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    """撤回: while the unit has not decided; costs no count (G-06)."""
    if request.method != "POST":
        return _asking(request, application_id, "withdraw")
    try:
        application = withdraw_application(actor=actor_of(request), application_id=application_id)
    except Refused as refused:
        return _not_moved(request, application_id, "withdraw", refused)
    case = CaseFile(application)
    if case.window.may_correct:
        messages.success(request, _("申请书已撤回，可以修改后重新上报。"))
    elif is_to_be_corrected(State(application.state), case.history):
        messages.warning(request, _("申请书已撤回。修改后重新上报的期限已过，不能再上报，本次申报视为放弃；内容和材料都保留。"))
    else:
        messages.warning(request, _("申请书已撤回。受理时间已过，不能再上报；内容和材料都保留。"))
    return go(request, "application_tasks", application_id)


def discard(request: HttpRequest, application_id: int) -> HttpResponse:
    """作废: to begin another one; the year's count stays."""
    if request.method != "POST":
        return _asking(request, application_id, "discard")
    try:
        application = discard_application(actor=actor_of(request), application_id=application_id)
    except Refused as refused:
        return _not_moved(request, application_id, "discard", refused)
    messages.success(request, _("申请书 {number} 已作废。").format(number=application.number))
    return go(request, "my_applications")


def _asking(request: HttpRequest, application_id: int, move: str) -> HttpResponse:
    """The page that asks, with what stands against the move already said."""
    case = case_or_404(request, application_id)
    problems = lifecycle.objections_to(case, lifecycle.BY_NAME[move], actor_of(request))
    return render(request, f"applicant/{move}.html", _asked(case, problems))


def _not_moved(request: HttpRequest, application_id: int, move: str, refused: Refused) -> HttpResponse:
    """The same page with what the door said, as the application stands now."""
    context = _asked(case_or_404(request, application_id), refused.problems)
    return render(request, f"applicant/{move}.html", context, status=422)


def _asked(case: CaseFile, problems: Sequence[Problem]) -> dict[str, Any]:
    """``was_returned``: what is taken back was a correction, and counts as not sent (视为放弃, G-02)."""
    return head_of(case) | {"problems": problems, "was_returned": was_returned(case.history)}
