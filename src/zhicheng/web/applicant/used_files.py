"""A file used before goes into a box with one press: by reference, nothing is uploaded again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.applications.actions import add_material
from zhicheng.applications.casefile import CaseFile
from zhicheng.foundation.errors import Refused
from zhicheng.web.applicant.base import actor_of, case_or_404
from zhicheng.web.applicant.boxes import pressed_for
from zhicheng.web.applicant.links import link_to
from zhicheng.web.shared.http import OutOfReachError, go, whole_number


@require_POST
def use(request: HttpRequest, application_id: int, slot: str) -> HttpResponse:
    """Put a file used before into a box of this slot."""
    case = case_or_404(request, application_id)
    return use_file(request, case, request.POST.get("use_file", ""))


def use_file(request: HttpRequest, case: CaseFile, pressed: str, *, section: str = "") -> HttpResponse:
    """``pressed``: number of the file, a dot, and the place of its paper (``boxes.button_value``). Leads back to the box; why not is said there."""
    number, _dot, rest = pressed.partition(".")
    place, file_id = pressed_for(rest), whole_number(number)
    if file_id is None:
        raise OutOfReachError(f"file {number} for application {case.application.pk}")
    try:
        material = add_material(
            actor=actor_of(request),
            application_id=case.application.pk,
            file_id=file_id,
            slot=place.slot,
            paper=place.paper,
            year=place.year,
            row=place.row,
        )
    except Refused as refused:
        messages.warning(request, " ".join(str(problem.text) for problem in refused.problems))
    else:
        messages.success(request, _("“{name}”已放入，请核对内容是否仍然适用。").format(name=material.file.name))
    return go(request, link_to(case, place, section=section))
