"""Turning, straightening and cropping a file with one press, and having its original back (恢复原件)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.applications.actions import restore_original
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Material
from zhicheng.applications.placing import place_of
from zhicheng.campaigns.rules import box_for
from zhicheng.evidence.actions import take_mended
from zhicheng.evidence.models import Intake
from zhicheng.evidence.rules import Repair
from zhicheng.foundation.errors import Refused
from zhicheng.web.applicant.base import actor_of, case_or_404
from zhicheng.web.applicant.materials import show_refused
from zhicheng.web.applicant.mends import repairs_of
from zhicheng.web.applicant.uploads import material_or_404
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import outcome_of, refuse_if_refused, waiting_url
from zhicheng.web.shared.http import OutOfReachError, go


@require_POST
def mend(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """Make the file again as the button says; it takes the place of this one, which is kept. Then the page of the new one."""
    case = case_or_404(request, application_id)
    material = material_or_404(request, application_id, material_id)
    if material.removed_at is not None:
        # Pressed twice, or in two windows: where it lay is what lies there now.
        messages.info(request, _("这个文件已经移除或者更换，没有再处理一次。"))
        return go(request, reverse("application_slot", args=[case.application.pk, material.slot]))
    repairs = repairs_of(request.POST.get("how", ""), material.file)
    try:
        row = _mended(request, case, material, repairs)
    except Refused as refused:
        return show_refused(request, case, material, refused)
    if row.file is None:
        back = reverse("application_slot", args=[case.application.pk, material.slot])
        return go(request, waiting_url([row], back, say=True))
    messages.success(request, _("“{name}”已处理好，原件另行保存。请核对下面的预览。").format(name=row.file.name))
    return go(request, _page(request, case, row.result["material"]))


def _mended(request: HttpRequest, case: CaseFile, material: Material, repairs: Sequence[Repair]) -> Intake:
    box = box_for(case.requirements, material.slot, material.year, material.row or None)
    place = place_of(case, box, material.paper, replaces=material.pk)
    user_id = actor_of(request).user_id
    if user_id is None:
        raise OutOfReachError("a file of nobody")
    row = outcome_of([take_mended(actor_id=user_id, file=material.file, repairs=repairs, **place)])[0]
    refuse_if_refused(row)
    return row


@require_POST
def restore(request: HttpRequest, application_id: int, material_id: int) -> HttpResponse:
    """恢复原件."""
    case = case_or_404(request, application_id)
    material = material_or_404(request, application_id, material_id)
    try:
        back = restore_original(actor=actor_of(request), application_id=application_id, material_id=material_id)
    except Refused as refused:
        return show_refused(request, case, material, refused)
    messages.success(request, _("已恢复原件“{name}”。").format(name=back.file.name))
    return go(request, _page(request, case, back.pk))


def _page(request: HttpRequest, case: CaseFile, material_id: int) -> str:
    """The page of a file, reached from where this one was."""
    came = request.GET.get("from", "")
    return reverse("application_material", args=[case.application.pk, material_id]) + (f"?from={came}" if came else "")
