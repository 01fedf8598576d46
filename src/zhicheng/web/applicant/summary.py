"""The materials as 再次核对 and the application's page list them: each box with what lies in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from zhicheng.applications.models import Application, Material
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.web.applicant.places import place_url


def materials_summary(
    application: Application, boxes: Iterable[SlotRequirement], materials: Iterable[Material]
) -> list[dict[str, Any]]:
    """One entry a box of the applicant's: caption, address, exemption, and its files with the paper each one is."""
    held: dict[tuple[str, int | None, str], list[Material]] = {}
    for material in materials:
        held.setdefault((material.slot, material.year, material.row), []).append(material)
    found = []
    for box in boxes:
        if box.owner != "applicant" or not box.upload:
            continue
        labels = {p.key: str(p.label) for p in box.papers}
        found.append(
            {
                "number": box.number,
                "caption": box.caption,
                "url": place_url(application, f"material:{box.key}"),
                "required": box.required,
                "exempt_reason": str(box.exempt_reason) if box.exempt_reason else "",
                "files": [
                    {
                        "name": m.file.name,
                        "paper": labels.get(m.paper, ""),
                        "pages": m.file.pages,
                        "url": reverse("application_material", args=[application.pk, m.pk]),
                    }
                    for m in held.get((box.slot, box.year, box.row_id or ""), [])
                ],
            }
        )
    return found
