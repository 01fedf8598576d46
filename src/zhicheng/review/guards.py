"""The desk rules of the lifecycle table. Loaded on start-up."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, organization_at
from zhicheng.applications.lifecycle import guard
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor
from zhicheng.review.opening import begun_since
from zhicheng.review.queries import facts_of, last_dossier
from zhicheng.review.rules import dossier_problems


@guard("dossier_in_order")
def dossier_in_order(case: CaseFile, actor: Actor) -> list[Problem]:
    """This desk has the paper dossier of the current submission, and it is in order (S-37, S-41…S-47, S-79)."""
    dossier = last_dossier(case, organization_at(case.application, actor.role))
    return dossier_problems(facts_of(dossier), copies_wanted=case.notice.limits.review_form_copies)


@guard("not_opened_since")
def not_opened_since(case: CaseFile, actor: Actor) -> list[Problem]:
    """The desk that has it now has not begun: nobody there has opened it, and its papers were not recorded."""
    last = case.history[-1]
    begun = begun_since(case, last) if last.move == BY_ROLE[actor.role].passes else None
    if begun is None:
        return []
    words = _("{office}已于{when}登记纸质材料，不能再撤回；需要更正的，请联系该部门退回。")
    if not begun.has_papers:
        words = _("{office}已于{when}打开这份申请书，不能再撤回；需要更正的，请联系该部门退回。")
    return [Problem(words.format(office=begun.office.name, when=clock.written(begun.at)), code="opened")]
