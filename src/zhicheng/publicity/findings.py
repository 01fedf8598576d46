"""What the unit's papers of the publicity tell by their dates (S-51, S-72)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from zhicheng.applications.findings import Finding
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.evidence.queries import day_photographed
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.uploads import Upload, uploads_asked


def dated_papers(period: PublicityPeriod | None, notice: Notice) -> list[Finding]:
    """A photograph of the posting taken outside of the period, a result photographed before its end, as far as a camera wrote it; each at the
    place the notice has for it."""
    if period is None:
        return []
    days = {"start": period.starts_on, "end": period.ends_on}
    found = []
    for upload in uploads_asked(notice):
        day = _day_of(period, upload)
        if day is None:
            continue
        if upload.which == "photo_file" and not period.starts_on <= day <= period.ends_on:
            text = _("公示照片中记录的拍摄日期是{day}，不在公示期（{start}至{end}）之内，请核实。").format(day=day, **days)
            found.append(_finding("publicity.photo_date", upload, text))
        elif upload.which == "result_file" and day <= period.ends_on:
            text = _("公示结果的图片中记录的拍摄日期是{day}，早于公示期满（{end}），请核实。").format(day=day, end=period.ends_on)
            found.append(_finding("publicity.result_date", upload, text))
    return found


def _day_of(period: PublicityPeriod, upload: Upload) -> date | None:
    file = getattr(period, upload.which)
    return day_photographed(file) if file is not None else None


def _finding(code: str, upload: Upload, text: str) -> Finding:
    return Finding(code, Where(slot=upload.slot.key, paper=upload.paper.key), text, "S-51")
