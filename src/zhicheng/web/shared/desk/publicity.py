"""What the desks above see of the publicity: its days, the unit's three uploads, what came in and what was found (S-40, S-51)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy

from zhicheng.applications.casefile import CaseFile
from zhicheng.publicity.queries import all_periods, objections_in_period, period_of, uploads_of
from zhicheng.standards.tables import OBJECTION_CHANNELS

PLACE = "publicity"
UPLOAD_WORDS = {
    "notice_file": gettext_lazy("公示"),
    "photo_file": gettext_lazy("公示照片"),
    "result_file": gettext_lazy("公示结果"),
}


def publicity_of(case: CaseFile) -> dict[str, Any] | None:
    """The current period with its uploads and objections; who objected stays with the unit. ``None`` before there was one."""
    period = period_of(case)
    if period is None:
        return None
    uploads = [
        {"file_id": f.pk, "name": f.name, "pages": f.pages, "words": UPLOAD_WORDS[which], "anchor": "", "place": PLACE}
        for which, f in uploads_of(period)
    ]
    language = get_language() or "zh"
    objections = [{"said": o, "channel": OBJECTION_CHANNELS.name(o.channel, language)} for o in case.part(objections_in_period)]
    return {"period": period, "files": uploads, "objections": objections}


def publicity_shown(case: CaseFile, file_id: str) -> dict[str, Any] | None:
    """A file of the publicity as the viewer takes it; ``None`` when it is none of this application's."""
    uploads = [upload for period in reversed(case.part(all_periods)) for upload in uploads_of(period)]
    which, file = next(((which, file) for which, file in uploads if str(file.pk) == file_id), ("", None))
    if file is None:
        return None
    return {"file_id": file.pk, "name": file.name, "pages": file.pages, "words": UPLOAD_WORDS[which], "place": PLACE}
