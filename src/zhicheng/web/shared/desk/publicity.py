"""What the desks above see of the publicity: its days, the unit's uploads and its own papers, what came in and what was found (S-40, S-51)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import what_is_said
from zhicheng.organizations.actors import Actor
from zhicheng.publicity.queries import all_periods, objections_told, period_of, uploads_of
from zhicheng.publicity.uploads import uploads_asked
from zhicheng.standards.tables import OBJECTION_CHANNELS

PLACE = "publicity"
OWN_PLACE = "unit-papers"


def _words(case: CaseFile, which: str) -> str:
    """What the notice calls an upload; of one it does not ask for (a file of before), that it is the publicity's."""
    asked = (one.label for one in uploads_asked(case.notice) if one.which == which)
    return next(asked, _("公示"))


def _of_unit(file: EvidenceFile) -> dict[str, Any]:
    """A file the unit brought, and what is to be said of it: no applicant has confirmed that."""
    told = {"said": what_is_said(file), "is_units": True}
    return {"file_id": file.pk, "name": file.name, "pages": file.pages, "anchor": "", **told}


def publicity_of(case: CaseFile, actor: Actor) -> dict[str, Any] | None:
    """The current period with its uploads and objections; who objected stays with the unit, and whom they concern reads none.
    ``None`` before there was one."""
    period = period_of(case)
    if period is None:
        return None
    uploads = [{**_of_unit(f), "words": _words(case, which), "place": PLACE} for which, f in uploads_of(period)]
    language = get_language() or "zh"
    objections = [{"said": o, "channel": OBJECTION_CHANNELS.name(o.channel, language)} for o in objections_told(case, actor)]
    return {"period": period, "files": uploads, "asked": bool(uploads_asked(case.notice)), "objections": objections}


def own_papers_of(case: CaseFile) -> list[dict[str, Any]]:
    """The unit's own papers as the desks above see them, under the notice's words."""
    words = {box.key_of(paper.key): f"{box.mark}{box.caption}：{paper.label}" for box in case.unit_boxes for paper in box.papers}
    return [
        {**_of_unit(material.file), "words": words[key_of(material)], "place": OWN_PLACE}
        for material in case.unit_materials
        if key_of(material) in words
    ]


def publicity_shown(case: CaseFile, file_id: str) -> dict[str, Any] | None:
    """A file of the publicity, or one of the unit's own, as the viewer takes it; ``None`` when it is none of this application's."""
    own = next((paper for paper in own_papers_of(case) if str(paper["file_id"]) == file_id), None)
    if own is not None:
        return own
    uploads = [upload for period in reversed(case.part(all_periods)) for upload in uploads_of(period)]
    which, file = next(((which, file) for which, file in uploads if str(file.pk) == file_id), ("", None))
    if file is None:
        return None
    return {**_of_unit(file), "words": _words(case, which), "place": PLACE}
