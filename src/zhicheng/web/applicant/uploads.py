"""Files that arrive from a page: one for a box, or those chosen inside a section's form and sent together with it (S-63)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhicheng.applications.actions import add_material
from zhicheng.applications.completeness import requirements_of
from zhicheng.applications.lifecycle import why_closed
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import draft_of
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.actions import keep_file
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import Actor
from zhicheng.web.applicant.base import actor_of

_CONTROL = "file-"


def keep_material(
    actor: Actor, application: Application, box: SlotRequirement, paper: str, sent: Any, *, replaces: int = 0
) -> Material:
    """Keep the file ``sent`` for ``paper`` of ``box``; raises :class:`Refused` with the reason, nothing kept."""
    where = f"material:{box.key}"
    if closed := why_closed(application):
        raise Refused.one(closed, where=where, code="not_open")
    if sent is None:
        raise Refused.one(_("请先选择要上传的文件。"), where=where, code="no_file")
    file = keep_file(upload=sent, actor_id=actor.user_id, where=where)
    return add_material(
        actor=actor,
        application_id=application.pk,
        file_id=file.pk,
        slot=box.slot,
        paper=paper,
        year=box.year,
        row=box.row_id or "",
        replaces=replaces,
    )


def keep_chosen(request: HttpRequest, application: Application) -> dict[tuple[str, str], str]:
    """Keep every file chosen inside a section's form; what was refused, by (box, paper).

    A press of 上传 beside an empty control is told there as well.
    """
    sent: dict[str, Any] = {
        name.removeprefix(_CONTROL): file for name, file in request.FILES.items() if name.startswith(_CONTROL)
    }
    if (pressed := request.POST.get("upload", "")) and pressed not in sent:
        sent[pressed] = None
    if not sent:
        return {}
    boxes = {box.key: box for box in requirements_of(application, draft_of(application).contents)}
    refusals = {}
    for place, file in sent.items():
        key, _dot, paper = place.partition(".")
        box = boxes.get(key)
        try:
            if box is None:
                raise Refused.one(_("这项材料已不在清单中。请刷新页面查看最新的材料清单。"), code="no_such_slot")
            material = keep_material(actor_of(request), application, box, paper, file)
        except Refused as refused:
            refusals[key, paper] = " ".join(str(p.text) for p in refused.problems)
        else:
            messages.success(request, _("“{name}”已上传到“{box}”。").format(name=material.file.name, box=box.caption))
    return refusals
