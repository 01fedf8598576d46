"""异议成立，终止申报: the page on which a unit ends an application for an upheld objection, with the reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.papers import form_title
from zhicheng.foundation.errors import Refused
from zhicheng.publicity import actions
from zhicheng.publicity.queries import objections_in_period
from zhicheng.web.shared.desk.forms import say_of_case
from zhicheng.web.shared.desk.views import case_context, get_case_or_404, moved_on
from zhicheng.web.shared.http import actor_of, go, render_refused
from zhicheng.web.shared.kept_words import deed_for
from zhicheng.web.unit.forms import StopForm

_STOP = lifecycle.BY_NAME["stop"]
deed_for("unit_stop")(say_of_case(gettext_lazy("终止申报")))


def stop(request: HttpRequest, application_id: int) -> HttpResponse:
    """What it ends first, then the reason."""
    if request.method == "POST":
        return _stop(request, application_id)
    case = get_case_or_404(request, application_id)
    if case.application.state not in _STOP.sources:
        return moved_on(request, case, str(_STOP.label))
    return render(request, "unit/stop.html", _context(request, case, StopForm()))


def _stop(request: HttpRequest, application_id: int) -> HttpResponse:
    form, refused = StopForm(request.POST), None
    if form.is_valid():
        try:
            change = actions.stop_for_objection(
                actor=actor_of(request), application_id=application_id, reason=form.cleaned_data["reason"]
            )
        except Refused as objections:
            refused = objections
        else:
            messages.success(request, _("{name}的申请书已终止。").format(name=change.application.applicant_name))
            return go(request, "desk_queue")
    return render_refused(request, "unit/stop.html", _context(request, get_case_or_404(request, application_id), form), refused)


def _context(request: HttpRequest, case: CaseFile, form: StopForm) -> dict[str, Any]:
    return {
        **case_context(request, case),
        "act": _("终止申报"),
        "form": form,
        "upheld": [o for o in case.part(objections_in_period) if o.stands],
        "against": lifecycle.objections_to(case, _STOP, actor_of(request)),
        "form_title": form_title(case.notice),
        "county": case.application.county_office.name,
    }
