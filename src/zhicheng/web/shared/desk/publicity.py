"""What the desks above see of the publicity: its days, the unit's three uploads, what came in and what was found (S-40, S-51)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy

from zhicheng.applications.models import Application
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import objections_of, publicity_file, uploads_of
from zhicheng.standards.tables import OBJECTION_CHANNELS
from zhicheng.web.shared.http import whole_number

PLACE = "publicity"
UPLOAD_WORDS = {
    "notice_file": gettext_lazy("公示"),
    "photo_file": gettext_lazy("公示照片"),
    "result_file": gettext_lazy("公示结果"),
}


def publicity_of(period: PublicityPeriod | None) -> dict[str, Any] | None:
    """A period with its uploads and objections; who objected stays with the unit. ``None`` before there was one."""
    if period is None:
        return None
    uploads = [
        {"file_id": f.pk, "name": f.name, "pages": f.pages, "words": UPLOAD_WORDS[which], "anchor": "", "place": PLACE}
        for which, f in uploads_of(period)
    ]
    language = get_language() or "zh"
    objections = [{"said": o, "channel": OBJECTION_CHANNELS.name(o.channel, language)} for o in objections_of(period)]
    return {"period": period, "files": uploads, "objections": objections}


def publicity_shown(application: Application, file_id: str) -> dict[str, Any] | None:
    """A file of the publicity as the viewer takes it; ``None`` when it is none of this application's."""
    number = whole_number(file_id)
    file = publicity_file(application, number) if number is not None else None
    if file is None:
        return None
    period = PublicityPeriod.objects.filter(application=application).order_by("-id")
    which = next((name for one in period for name, upload in uploads_of(one) if upload.pk == file.pk), "notice_file")
    return {"file_id": file.pk, "name": file.name, "pages": file.pages, "words": UPLOAD_WORDS[which], "place": PLACE}
