"""One's own form as it will print, on a page of its own: to be read through, or printed, without anything to press beside each line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhicheng.applications.sections import SECTIONS
from zhicheng.web.applicant.base import case_or_404, head_of
from zhicheng.web.applicant.summary import materials_summary, part_of


@require_safe
def read_form(request: HttpRequest, application_id: int) -> HttpResponse:
    """The form as it stands, in the layout of 评审表, with the papers in each box; in every state of the application."""
    case = case_or_404(request, application_id)
    parts = [_as_printed(part_of(case, section, {})) for section in SECTIONS]
    context = {
        **head_of(case),
        "filled": [part for part in parts if part["entries"]],
        "empty": _("、").join(part["label"] for part in parts if not part["entries"]),
        "materials": [slot for slot in materials_summary(case, {}) if _has_something(slot)],
    }
    return render(request, "applicant/reading.html", context)


def _as_printed(part: dict[str, Any]) -> dict[str, Any]:
    """Without what 再次核对 says beside a row and no paper prints."""
    entries = [entry | {"unproved": None, "blank": []} for entry in part["entries"] if entry["cells"]]
    return part | {"unproved": None, "notes": [], "entries": entries}


def _has_something(slot: dict[str, Any]) -> bool:
    return any(box["files"] or box["exempt_reason"] for box in slot["boxes"])
