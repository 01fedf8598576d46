"""公示异议 at the county: who objected, where they asked that the county alone knows it (S-70), and what units have upheld, which it may lift."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.queries import visible_to
from zhicheng.applications.states import State
from zhicheng.foundation.errors import Refused
from zhicheng.publicity import actions
from zhicheng.publicity.models import Objection, ObjectionState
from zhicheng.publicity.queries import objections_for_county
from zhicheng.standards.tables import OBJECTION_CHANNELS
from zhicheng.web.office.forms import LiftForm
from zhicheng.web.shared.http import actor_of, go, object_or_404, render_refused
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.public_facts import in_words

_SIGNS = {
    ObjectionState.OPEN: ("warn", "exclamation-triangle"),
    ObjectionState.DISMISSED: ("good", "check-circle"),
    ObjectionState.UPHELD: ("bad", "x-circle"),
}


def list_objections(request: HttpRequest) -> HttpResponse:
    """Newest first, with words and what the unit found; name and contact where the county alone may read them."""
    page = page_of(request, objections_for_county(actor_of(request)), order=("-id",))
    rows = [(objection, *_SIGNS[ObjectionState(objection.state)]) for objection in page]
    about = [objection.period.application_id for objection in page]
    seen = set(visible_to(actor_of(request)).filter(pk__in=about).order_by().values_list("pk", flat=True))
    return render(request, "office/objections.html", {"page": page, "rows": rows, "seen": seen})


def show_objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """One of them: what came in, what the unit found, and the reason for lifting it."""
    if request.method == "POST":
        return _lift(request, objection_id)
    return render(request, "office/objection.html", _context(request, objection_id, LiftForm()))


def _lift(request: HttpRequest, objection_id: int) -> HttpResponse:
    form, refused = LiftForm(request.POST), None
    if form.is_valid():
        try:
            objection = actions.lift_objection(
                actor=actor_of(request), objection_id=objection_id, reason=form.cleaned_data["reason"]
            )
        except Refused as objections:
            refused = objections
        else:
            messages.success(request, _said(objection))
            return go(request, "office_objections")
    return render_refused(request, "office/objection.html", _context(request, objection_id, form), refused)


def _said(objection: Objection) -> str:
    """What became of the application, read again after the lifting."""
    state = Objection.objects.values_list("period__application__state", flat=True).get(pk=objection.pk)
    if state == State.UNIT_REVIEW:
        return _("异议已解除，申请书回到单位重新审核。")
    return _("异议已解除，已记入台账。")


def _context(request: HttpRequest, objection_id: int, form: LiftForm) -> dict[str, Any]:
    upheld = objections_for_county(actor_of(request)).filter(state=ObjectionState.UPHELD)
    objection = object_or_404(upheld, pk=objection_id)
    application = objection.period.application
    return {
        "objection": objection,
        "application": application,
        "facts": in_words(application, objection.period.facts),
        "channel": OBJECTION_CHANNELS.name(objection.channel, get_language() or "zh"),
        "is_stopped": application.state == State.STOPPED,
        "form": form,
    }
