"""The desk rules of the lifecycle table. Loaded on start-up."""

from __future__ import annotations

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import organization_at
from zhicheng.applications.lifecycle import guard
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor
from zhicheng.review.queries import facts_of, last_dossier
from zhicheng.review.rules import dossier_problems


@guard("dossier_in_order")
def dossier_in_order(case: CaseFile, actor: Actor) -> list[Problem]:
    """This desk has the paper dossier of the current submission, and it is in order (S-37, S-41…S-47, S-79)."""
    dossier = last_dossier(case, organization_at(case.application, actor.role))
    return dossier_problems(facts_of(dossier), copies_wanted=case.notice.limits.review_form_copies)
