"""撤回审核通过: the page on which a desk takes its own pass back, with the reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.counting import is_counted_in
from zhicheng.applications.desks import BY_ROLE, words_of
from zhicheng.applications.papers import form_title, title_of
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import Actor
from zhicheng.review import actions
from zhicheng.web.shared.desk.forms import TakeBackForm
from zhicheng.web.shared.desk.taking_back import taking_back_of
from zhicheng.web.shared.desk.views import case_context, get_case_or_404, moved_on
from zhicheng.web.shared.http import actor_of, go, render_refused


def take_back(request: HttpRequest, application_id: int) -> HttpResponse:
    """What it undoes first, then the reason."""
    if request.method == "POST":
        return _take_back(request, application_id)
    case = get_case_or_404(request, application_id)
    found = taking_back_of(case, actor_of(request))
    if found is None:
        return moved_on(request, case, str(words_of(BY_ROLE[actor_of(request).role], case.notice).takes_back))
    return render(
        request, "shared/desk/take_back.html", _context(request, case, TakeBackForm(initial={"change": found.passed.pk}))
    )


def _take_back(request: HttpRequest, application_id: int) -> HttpResponse:
    form, refused = TakeBackForm(request.POST), None
    if form.is_valid():
        try:
            change = actions.take_back_pass(
                actor=actor_of(request),
                application_id=application_id,
                change_id=form.cleaned_data["change"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as objections:
            refused = objections
        else:
            words = _("{name}的申请书：审核通过已撤回，现在由本部门重新审核。")
            messages.success(request, words.format(name=change.application.applicant_name))
            return go(request, "desk_case", application_id)
    context = _context(request, get_case_or_404(request, application_id), form)
    return render_refused(request, "shared/desk/take_back.html", context, refused)


def _context(request: HttpRequest, case: CaseFile, form: TakeBackForm) -> dict[str, Any]:
    actor = actor_of(request)
    return {**case_context(request, case), "act": _("撤回审核通过"), "form": form, **_undone(case, actor)}


def _undone(case: CaseFile, actor: Actor) -> dict[str, Any]:
    """What taking back undoes, and what cannot be done any more afterwards."""
    desk, state = BY_ROLE[actor.role], State(case.application.state)
    papers = {"review_form": form_title(case.notice), "supervising_opinion": title_of(case.notice, "supervising_opinion")}
    end = case.passing_deadline(actor.role)
    return {
        "back_in": state_words(desk.arrives, case.notice).staff,
        "voids": papers[desk.makes] if desk.makes else "",
        "annuls": is_counted_in(case.notice, state),
        "deadline_over": end is not None and clock.now() >= end,
    }
