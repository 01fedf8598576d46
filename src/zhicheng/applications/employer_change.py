"""A draft whose applicant has changed employer: at 上报 it goes to the new one. What that changes is told before. Pure but for what is read."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.applications.actions.start import route_problems
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import facts_for
from zhicheng.campaigns.rules import SlotRequirement, slot_requirements
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class EmployerChange:
    """The new employer, which papers it asks for that the old one did not and the other way round, and why it cannot take the draft."""

    employer: Organization
    wanted: list[str]
    not_wanted: list[str]
    problems: list[Problem]


def employer_change(case: CaseFile, employer_id: int | None) -> EmployerChange | None:
    """What becomes of an open application with the employer its applicant has now; ``None`` while it is the same. One query where it is not."""
    application = case.application
    if employer_id is None or employer_id == application.employer_id:
        return None
    employer = Organization.objects.select_related("receiving_office__superior_office", "supervising_body").get(pk=employer_id)
    contents = dict(case.contents)
    contents["basic"] = {**contents["basic"], "employer_nature": employer.nature, "employer_name": employer.name}
    now, then = _asked(case.requirements), _asked(slot_requirements(case.notice, facts_for(application, contents)))
    return EmployerChange(
        employer,
        [box.caption for key, box in then.items() if key not in now],
        [box.caption for key, box in now.items() if key not in then],
        route_problems(employer, case.notice, application.series),
    )


def _asked(boxes: list[SlotRequirement]) -> dict[str, SlotRequirement]:
    return {box.key: box for box in boxes if box.required and box.upload and box.owner == "applicant"}
