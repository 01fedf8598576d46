"""What ``evidence`` is told of a file that is brought for a box of the applicant's: how it is examined, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.lifecycle import why_closed
from zhicheng.applications.queries import intake_subject
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.foundation.errors import Refused


def place_of(case: CaseFile, box: SlotRequirement | None, paper: str, *, replaces: int | list[int] = 0) -> dict[str, Any]:
    """The arguments of ``take_file`` for ``paper`` of ``box``; raises :class:`Refused` (``no_such_slot``, ``not_open``) when none is taken
    there (any more).
    """
    if box is None or not box.upload or box.owner != "applicant" or paper not in {p.key for p in box.papers}:
        raise Refused.one(_("这项材料已不在清单中。请刷新页面查看最新的材料清单。"), code="no_such_slot")
    where = str(Where.of_box(box, paper))
    if closed := why_closed(case.application):
        raise Refused.one(closed, where=where, code="not_open")
    place = {"slot": box.slot, "paper": paper, "year": box.year, "row": box.row_id or "", "replaces": replaces}
    return {
        "purpose": "material",
        "subject": intake_subject(case.application.pk),
        "where": where,
        "payload": {"application": case.application.pk, **place},
        "most_bytes": box.max_bytes,
    }
