"""未附材料, said of whatever is filled in and has no paper beside it, and whether the notice allows that: the same words in the form, at
再次核对 and on the desk (S-63).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.reading import is_blank
from zhicheng.applications.sections import Section
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import (
    MaterialKey,
    SlotRequirement,
    Unproved,
    evidence_slots,
    row_evidence,
    section_evidence,
    unproved,
)


def _of_applicant(boxes: Iterable[SlotRequirement]) -> list[SlotRequirement]:
    return [box for box in boxes if box.owner == "applicant" and box.upload]


def row_unproved(
    notice: Notice, boxes: Iterable[SlotRequirement], present: Collection[MaterialKey], section: Section, row: Mapping[str, Any]
) -> Unproved | None:
    """What to say of one filled row of a section whose rows have papers of their own; ``None`` where a paper lies there."""
    by_row = any(slot.per in {"row", "year"} for slot in evidence_slots(notice, section.key))
    if not section.rows or not by_row or is_blank(dict(row)):
        return None
    year = row.get("year") if isinstance(row.get("year"), int) else None
    own = [b for b in row_evidence(notice, boxes, section.key, str(row.get("id", "")), year) if b.row_id or b.year is not None]
    return unproved(_of_applicant(own), present)


def form_unproved(
    notice: Notice, boxes: Iterable[SlotRequirement], present: Collection[MaterialKey], section: Section, content: Any
) -> Unproved | None:
    """What to say of a section as a whole: a form, or rows that have no papers of their own; ``None`` where a paper lies there."""
    filled = any(not is_blank(dict(row)) for row in content or []) if section.rows else not is_blank(dict(content or {}))
    slots = evidence_slots(notice, section.key)
    if not filled or any(slot.per in {"row", "year"} for slot in slots):
        return None
    own = _of_applicant(section_evidence(notice, boxes, section.key))
    if not own:
        return Unproved(True, _("通知不要求这一栏附材料")) if section.rows else None
    return unproved(own, present)
