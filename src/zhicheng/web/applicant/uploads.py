"""Files that arrive from a page: one for a box, or those chosen inside a section's form and sent together with it (S-63).

The box, the paper, the number and the size are looked at before anything is kept: an invented place costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material
from zhicheng.applications.placing import place_of
from zhicheng.applications.queries import get_material, intake_subject
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.actions import take_file
from zhicheng.evidence.models import Intake, IntakeState
from zhicheng.evidence.queries import get_intakes, said_against
from zhicheng.foundation.errors import Refused
from zhicheng.web.applicant.base import actor_of
from zhicheng.web.applicant.boxes import Refusals, controls_in, pressed_for, refused_words
from zhicheng.web.shared.checking import outcome_of, refuse_crowd, says_kept
from zhicheng.web.shared.http import OutOfReachError, whole_number


def take_material(
    request: HttpRequest, case: CaseFile, box: SlotRequirement | None, paper: str, sent: Any, *, replaces: int = 0
) -> Intake:
    """Take the file ``sent`` in for ``paper`` of ``box``; raises :class:`Refused` with the reason, nothing kept then."""
    place = place_of(case, box, paper, replaces=replaces)
    if sent is None:
        raise Refused.one(_("请先选择要上传的文件。"), where=place["where"], code="no_file")
    return take_file(upload=sent, actor_id=actor_of(request).user_id, **place)


def boxes_or_404(case: CaseFile, slot: str) -> list[SlotRequirement]:
    """The applicant's boxes of one slot; out of reach where it has none."""
    boxes = [box for box in case.requirements if box.slot == slot and box.owner == "applicant" and box.upload]
    if not boxes:
        raise OutOfReachError(f"slot {slot} of application {case.application.pk}")
    return boxes


def section_asked(request: HttpRequest) -> str:
    """The section whose page sent the request and waits for the answer; empty for a material's own page."""
    key = request.GET.get("from", "")
    return key if key in BY_KEY else ""


def replaced(request: HttpRequest, case: CaseFile) -> Material | None:
    """The file that the one sent takes the place of."""
    number = whole_number(request.GET.get("replaces", ""))
    material = get_material(actor_of(request), number) if number is not None else None
    here = material is not None and material.application_id == case.application.pk and material.removed_at is None
    return material if here else None


def material_or_404(request: HttpRequest, application_id: int, material_id: int) -> Material:
    """A file of this person's own application."""
    material = get_material(actor_of(request), material_id)
    if material is None or material.application_id != application_id:
        raise OutOfReachError(f"material {material_id} of application {application_id}")
    return material


@says_kept("material")
def kept_words(row: Intake) -> str:
    """That a file lies in its box, in the language of whoever reads it."""
    return kept_in(CaseFile(Application.objects.get(pk=row.payload["application"])), row)


def kept_in(case: CaseFile, row: Intake) -> str:
    """The same where the application is at hand."""
    place = Where.parse(row.where)
    caption = next((box.caption for box in case.requirements if Where.of_box(box).holds(place)), _("申报材料"))
    return _("“{name}”已上传到“{box}”。").format(name=row.file.name if row.file else row.shown_name, box=caption)


@dataclass
class Outcomes:
    """What became of several files: what is said aloud, and what was refused, by paper."""

    spoken: str = ""
    refusals: Refusals = field(default_factory=dict)


def outcomes_of(case: CaseFile, numbers: set[int]) -> Outcomes:
    """What became of the files of this application with these numbers; nothing of one still being examined."""
    rows = [row for row in get_intakes(numbers) if row.subject == intake_subject(case.application.pk)] if numbers else []
    told, said = Outcomes(), []
    for row in rows:
        if row.state == IntakeState.KEPT and row.file is not None:
            said.append(_("“{name}”已上传。").format(name=row.file.name))
        elif row.state == IntakeState.REFUSED:
            said.append(refused_words(row))
            place = Where.parse(row.where)
            told.refusals[place] = " ".join(filter(None, [told.refusals.get(place, ""), said[-1]]))
    told.spoken = " ".join(said)
    return told


@dataclass
class Chosen:
    """What became of the files chosen inside a form: what was refused, by paper, and what is still being examined."""

    refusals: Refusals = field(default_factory=dict)
    waiting: list[Intake] = field(default_factory=list)


def take_chosen(request: HttpRequest, case: CaseFile) -> Chosen:
    """Take in every file chosen inside a section's form and wait a moment for what the examination says.

    A press of 上传 beside an empty control is told there as well.
    """
    sent: dict[Where, Any] = {place: request.FILES[name] for name, place in controls_in(request.FILES).items()}
    if pressed := request.POST.get("upload", ""):
        sent.setdefault(pressed_for(pressed), None)
    chosen = Chosen()
    if not sent:
        return chosen
    boxes = {box.key: box for box in case.requirements}
    taken: list[Intake] = []
    for place, file in sent.items():
        try:
            refuse_crowd(sent.values())
            taken.append(take_material(request, case, boxes.get(place.box), place.paper, file))
        except Refused as refused:
            chosen.refusals[place] = " ".join(str(p.text) for p in refused.problems)
    for row in outcome_of(taken):
        place = Where.parse(row.where)
        if row.state == IntakeState.REFUSED:
            chosen.refusals[place] = said_against(row)
        elif row.file is not None:
            messages.success(request, kept_in(case, row))
        else:
            text = _("“{name}”正在检查，检查完会显示在“{box}”里。").format(name=row.shown_name, box=boxes[place.box].caption)
            messages.info(request, text)
            chosen.waiting.append(row)
    return chosen
