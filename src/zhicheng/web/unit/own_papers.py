"""The unit's own papers on the page of its publicity: every box the notice gives to the unit, with what lies in it."""

from __future__ import annotations

from typing import Any

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.models import Application
from zhicheng.applications.queries import unit_intake_subject
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.queries import Examined, Said, intakes_at, said_against, what_is_said
from zhicheng.web.applicant.boxes import accepted, format_words
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import waiting_url
from zhicheng.web.shared.problems import anchor_id


def boxes_of(case: CaseFile, *, errors: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The unit's boxes as the page shows them, each with its papers; ``errors`` by place. Empty, and one query, where the notice has none."""
    boxes, application = case.unit_boxes, case.application
    if not boxes:
        return []
    held = case.unit_materials
    arriving = {row.where: row for row in intakes_at(unit_intake_subject(application.pk))}
    return [
        {
            "box": box,
            "formats": format_words(box),
            "papers": [_paper(application, box, option, held, arriving, errors) for option in box.papers],
        }
        for box in boxes
    ]


def _paper(application: Application, box: SlotRequirement, option: Any, held: Any, arriving: Any, errors: Any) -> dict[str, Any]:
    place = str(Where.of_box(box, option.key))
    files = [material for material in held if key_of(material) == box.key_of(option.key)]
    row = arriving.get(place)
    said = (errors or {}).get(place, "")
    return {
        "label": str(option.label),
        "files": [{"material": material, **file_told(material)} for material in files],
        "is_full": len(files) >= box.max_files,
        "add": reverse("unit_material_add", args=[application.pk, box.key, option.key]),
        "uid": anchor_id(place),
        "accept": accepted(box),
        "checking": row if row is not None and row.is_open else None,
        "checking_url": waiting_url([row], page_of(application, place), say=True) if row is not None and row.is_open else "",
        "error": said or (said_against(row) if row is not None and not row.is_open else ""),
    }


def file_told(file: Examined | None) -> dict[str, Any]:
    """What the unit is told of a file it has brought: what the examination found, and the state it is shown in."""
    said = what_is_said(file) if file is not None else Said()
    return {"said": said, "state": "warning" if said.warnings else "ok"}


def page_of(application: Application, place: str) -> str:
    return reverse("unit_publicity", args=[application.pk]) + f"#{anchor_id(place)}"
