"""公示异议: who objected, where they asked that the county alone knows it (S-70). The unit finds out and answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhicheng.publicity.models import ObjectionState
from zhicheng.publicity.queries import objections_for_county
from zhicheng.web.shared.http import actor_of
from zhicheng.web.shared.paging import page_of

_SIGNS = {
    ObjectionState.OPEN: ("warn", "exclamation-triangle"),
    ObjectionState.DISMISSED: ("good", "check-circle"),
    ObjectionState.UPHELD: ("bad", "x-circle"),
}


def list_objections(request: HttpRequest) -> HttpResponse:
    """Newest first, with name, contact, words and what the unit found."""
    page = page_of(request, objections_for_county(actor_of(request)), order=("-id",))
    rows = [(objection, *_SIGNS[ObjectionState(objection.state)]) for objection in page]
    return render(request, "office/objections.html", {"page": page, "rows": rows})
