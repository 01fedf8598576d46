"""What proves what is filled in: the slots of a section, the boxes of a row, and what it means when nothing lies in them (S-63)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import Notice, Slot
from zhicheng.campaigns.rules.materials import MaterialKey, SlotRequirement


def evidence_slots(notice: Notice, section: str) -> list[Slot]:
    """The slots that prove what is filled in ``section`` (S-63); empty if the notice asks for none."""
    keys = dict.fromkeys(key for rule in notice.evidence_rules if rule.section == section for key in rule.slots)
    return [slot for key in keys if (slot := notice.slot(key)) is not None]


def row_evidence(
    notice: Notice, requirements: Iterable[SlotRequirement], section: str, row_id: str, year: int | None = None
) -> list[SlotRequirement]:
    """The boxes that prove one filled row: by the row itself, or by its ``year`` in a slot per year (S-63)."""
    keys = {slot.key for slot in evidence_slots(notice, section)}
    return [r for r in requirements if r.slot in keys and (r.row_id == row_id or (r.row_id is None and r.year == year))]


def section_evidence(notice: Notice, requirements: Iterable[SlotRequirement], section: str) -> list[SlotRequirement]:
    """The boxes that prove a section as a whole: those of neither a row nor a year."""
    keys = {slot.key for slot in evidence_slots(notice, section)}
    return [r for r in requirements if r.slot in keys and r.row_id is None and r.year is None]


@dataclass(frozen=True, slots=True)
class Unproved:
    """Something filled in beside which no paper lies: whether the notice allows it (``is_allowed``), and why or why not."""

    is_allowed: bool
    reason: str

    @property
    def text(self) -> str:
        """未附材料, with the reason, in the language of the request."""
        return _("未附材料（{reason}）").format(reason=self.reason.rstrip("。."))


def unproved(boxes: Iterable[SlotRequirement], present: Iterable[MaterialKey]) -> Unproved | None:
    """What to say of a row (or a form) whose evidence belongs into ``boxes``; ``None`` where a paper lies in one of them."""
    boxes = list(boxes)
    if not boxes:
        return Unproved(True, _("通知不要求上传这个年度的材料"))
    there = {(slot, year, row) for slot, _paper, year, row in present}
    if any((box.slot, box.year, box.row_id) in there for box in boxes):
        return None
    wanted = next((box for box in boxes if box.required), None)
    if wanted is not None:
        joined = (_("或") if wanted.mode == "one_of" else _("、")).join(
            str(paper.label) for paper in wanted.papers if paper.stands_for is None
        )
        return Unproved(False, _("通知要求上传{papers}").format(papers=joined))
    reason = next((str(box.exempt_reason) for box in boxes if box.exempt_reason), "")
    return Unproved(True, reason or _("通知允许不传"))
