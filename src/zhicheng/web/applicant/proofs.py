"""The boxes that prove what is filled in a section, each beside its row: "所填各项栏目应正向清晰上传相应佐证材料" (S-63)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.sections import Section
from zhicheng.applications.used_files import files_used_before
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import SlotRequirement, evidence_slots, row_evidence
from zhicheng.web.applicant.boxes import Boxes, Refusals


def proves_rows(notice: Notice, section: Section) -> bool:
    """Whether every row of the section (or the year it is about) has papers of its own."""
    return section.rows and any(slot.per in {"row", "year"} for slot in evidence_slots(notice, section.key))


@dataclass
class Proofs:
    """The boxes of one section's page, with their files; no box is shown twice."""

    section: Section
    boxes: Boxes
    shown: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, case: CaseFile, section: Section, *, refusals: Refusals | None = None, offering: bool = False) -> Proofs:
        """Those of ``section``; ``refusals``: what was said just now against files chosen on its page. ``offering``: with the files used
        before that may go into its boxes (one query).
        """
        slots = [slot.key for slot in evidence_slots(case.notice, section.key)] if offering else []
        used = case.part(files_used_before, tuple(slots)) if slots else []
        return cls(section, Boxes(case, section.key, errors=refusals or {}, used=used))

    @property
    def notice(self) -> Notice:
        """The notice that says what proves what."""
        return self.boxes.case.notice

    @property
    def requirements(self) -> list[SlotRequirement]:
        """The boxes the applicant fills."""
        return [r for r in self.boxes.case.requirements if r.upload and r.owner == "applicant"]

    def of_row(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The boxes of one row: its own, or those of its year."""
        year = row.get("year") if isinstance(row.get("year"), int) else None
        found = row_evidence(self.notice, self.requirements, self.section.key, str(row.get("id", "")), year)
        return self._entries([r for r in found if r.row_id is not None or r.year is not None])

    def of_section(self) -> list[dict[str, Any]]:
        """The boxes that prove the section as a whole."""
        keys = {slot.key for slot in evidence_slots(self.notice, self.section.key)}
        return self._entries([r for r in self.requirements if r.slot in keys and r.row_id is None and r.year is None])

    def _entries(self, boxes: list[SlotRequirement]) -> list[dict[str, Any]]:
        fresh = [box for box in boxes if box.key not in self.shown]
        self.shown |= {box.key for box in fresh}
        return [self.boxes.entry(box) for box in fresh]
