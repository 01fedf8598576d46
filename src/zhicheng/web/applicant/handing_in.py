"""What an applicant should know before sending: whether the unit may take it, and which paper goes to the unit beside it (S-14, S-37)."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import requirements_of
from zhicheng.applications.employer_change import EmployerChange
from zhicheng.applications.rules import unit_hindrances
from zhicheng.applications.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class HandingIn:
    """``hindrances``: why the unit may not take applications of the year, in words; ``papers``: what is handed to it on paper."""

    unit: str
    year: int
    hindrances: tuple[str, ...]
    papers: list[str]


def handing_in(case: CaseFile, sent: Snapshot | None = None, *, moved: EmployerChange | None = None) -> HandingIn:
    """Of the form as it stands (``moved``: to the new employer), or of a submission (``sent``). What the system prints itself, and what is printed on it, is not among the papers."""
    employer = moved.employer if moved is not None else case.application.employer
    year = case.application.year
    boxes = case.requirements if sent is None else requirements_of(case.application, sent.sections)
    slots = {m.slot for m in (case.materials if sent is None else sent.materials)}
    made_here = {box.number for box in boxes if not box.upload}
    papers = [f"{box.mark}{box.label}" for box in boxes if box.slot in slots and box.number not in made_here]
    return HandingIn(employer.name, year, unit_hindrances(employer, year), list(dict.fromkeys(papers)))
