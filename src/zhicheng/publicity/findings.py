"""What the unit's papers of the publicity tell by their dates (S-51, S-72)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications.findings import Finding
from zhicheng.applications.where import Where
from zhicheng.evidence.queries import day_photographed
from zhicheng.publicity.models import PublicityPeriod


def dated_papers(period: PublicityPeriod | None) -> list[Finding]:
    """A photograph of the posting taken outside of the period, a result photographed before its end, as far as a camera wrote it."""
    if period is None:
        return []
    days = {"start": period.starts_on, "end": period.ends_on}
    found = []
    taken = day_photographed(period.photo_file) if period.photo_file is not None else None
    if taken is not None and not period.starts_on <= taken <= period.ends_on:
        text = _("公示照片中记录的拍摄日期是{day}，不在公示期（{start}至{end}）之内，请核实。").format(day=taken, **days)
        found.append(_finding("publicity.photo_date", "publicity_photo", text))
    result = day_photographed(period.result_file) if period.result_file is not None else None
    if result is not None and result <= period.ends_on:
        text = _("公示结果的图片中记录的拍摄日期是{day}，早于公示期满（{end}），请核实。").format(day=result, end=period.ends_on)
        found.append(_finding("publicity.result_date", "publicity_result", text))
    return found


def _finding(code: str, paper: str, text: str) -> Finding:
    return Finding(code, Where(slot="publicity", paper=paper), text, "S-51")
