"""The conditions of the title beside the form: held against what is saved, each with the place where it is filled in (S-21)."""

from __future__ import annotations

from functools import partial

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.sections import Section
from zhicheng.web.applicant.base import is_open
from zhicheng.web.applicant.links import link_to
from zhicheng.web.shared.conditions import ASKED_IN, ShownConditions, shown_conditions


def conditions_of(case: CaseFile) -> ShownConditions:
    """How the form as it stands meets the conditions of its title."""
    may_write = is_open(case.application)
    return shown_conditions(case.notice, case.conditions, partial(link_to, case) if may_write else None)


def conditions_beside(case: CaseFile, section: Section) -> ShownConditions | None:
    """The same for the page of a section; ``None`` where nothing of it is asked about, and then nothing is worked out."""
    return conditions_of(case) if section.key in ASKED_IN else None
