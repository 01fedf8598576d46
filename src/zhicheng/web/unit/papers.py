"""The unit's own papers: bringing one, and taking one out again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.applications.actions import remove_unit_material
from zhicheng.applications.queries import unit_intake_subject
from zhicheng.applications.where import Where
from zhicheng.evidence.models import Intake
from zhicheng.foundation.errors import Refused
from zhicheng.web.shared.checking import bring, refuse_crowd, refuse_if_refused, says_kept, waiting_url
from zhicheng.web.shared.desk.views import get_case_or_404
from zhicheng.web.shared.http import actor_of, go
from zhicheng.web.unit.own_papers import boxes_of, page_of
from zhicheng.web.unit.publicity import period_or_404, refused_page


@says_kept("unit_material")
def kept_words(row: Intake) -> str:
    """That a paper of the unit was taken."""
    return _("“{name}”已上传。").format(name=row.file.name if row.file else row.shown_name)


@require_POST
def add(request: HttpRequest, application_id: int, box: str, paper: str) -> HttpResponse:
    """Upload one of the unit's own papers; with ``replaces`` in the place of one that lies there."""
    case = get_case_or_404(request, application_id)
    period_or_404(request, case)
    wanted = next((one for one in case.unit_boxes if one.key == box), None)
    place = str(Where.of_key(box, paper))
    try:
        if wanted is None or paper not in {option.key for option in wanted.papers}:
            raise Refused.one(_("这项材料已不在清单中。请刷新页面查看最新的材料清单。"), code="no_such_slot")
        upload = request.FILES.get("file")
        if upload is None:
            raise Refused.one(_("请选择要上传的文件。"), where=place, code="field")
        refuse_crowd(request.FILES.values(), where=place)
        replaces = request.POST.get("replaces", "")
        row = bring(
            request,
            upload,
            actor_id=actor_of(request).user_id,
            where=place,
            purpose="unit_material",
            subject=unit_intake_subject(application_id),
            payload={
                "application": application_id,
                "box": box,
                "paper": paper,
                "replaces": int(replaces) if replaces.isdecimal() and len(replaces) < 18 else 0,
            },
            most_bytes=wanted.max_bytes,
        )
        refuse_if_refused(row)
    except Refused as refused:
        return _refused(request, application_id, refused)
    if row.is_open:
        return go(request, waiting_url([row], page_of(case.application, place), say=True))
    messages.success(request, kept_words(row))
    return go(request, page_of(case.application, place))


@require_POST
def remove(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """Take one of the unit's own papers out again."""
    case = get_case_or_404(request, application_id)
    period_or_404(request, case)
    try:
        material = remove_unit_material(actor=actor_of(request), application_id=application_id, material_id=material_id)
    except Refused as refused:
        return _refused(request, application_id, refused)
    messages.success(request, _("“{name}”已移除。").format(name=material.file.name))
    return go(request, page_of(case.application, str(Where.of_file(material.slot, material.paper, material.year, material.row))))


def _refused(request: HttpRequest, application_id: int, refused: Refused) -> HttpResponse:
    errors = {str(problem.where): str(problem.text) for problem in refused.problems if problem.where}
    return refused_page(
        request, application_id, refused, own_papers=boxes_of(get_case_or_404(request, application_id), errors=errors)
    )
