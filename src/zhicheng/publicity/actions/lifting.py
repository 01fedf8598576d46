"""解除异议: the county lifts an objection that a unit upheld in error, and what it had stopped goes back to the unit's desk (S-40)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle
from zhicheng.applications.counting import lock_person_year
from zhicheng.applications.states import State
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import is_self_review
from zhicheng.publicity import papers, queries
from zhicheng.publicity.models import Objection, ObjectionState, PublicityPeriod


@one_transaction
def lift_objection(*, actor: Actor, objection_id: int, reason: str) -> Objection:
    """Lift an upheld objection about an application of the county's units. Upholding and lifting both stay on record.

    Where it was the last that stood against a stopped application, that goes back to the unit's desk with the submission it had; a
    publicity that had fully passed counts, and its T1 is made anew. Raises :class:`Refused` (``not_found``, ``self_review``, ``stale``,
    ``reason_missing``, ``another_application``, …).
    """
    mine = Objection.objects.filter(pk=objection_id, state=ObjectionState.UPHELD)
    mine = mine.filter(period__application__county_office_id=actor.organization_id)
    found = mine.values_list("period_id", "period__application_id").first()
    if actor.role is not Role.COUNTY or found is None:
        raise Refused.one(_("没有找到这件异议，或者它不归本部门办理。"), code="not_found")
    period_id, application_id = found
    case = lifecycle.lock(application_id, actor)
    lock_person_year(case)  # the applicant may be sending another one just now
    lock_rows(PublicityPeriod.objects.filter(pk=period_id))
    lock_rows(Objection.objects.filter(pk=objection_id))
    objection = Objection.objects.select_related("period").get(pk=objection_id)
    problems = []
    if is_self_review(actor, case.application.person_index):
        problems.append(Problem(_("这是您本人的申请书，须由本部门另一位经办人办理。"), code="self_review"))
    if objection.lifted_at is not None:
        problems.append(Problem(_("这件异议已经解除，请刷新页面查看。"), code="stale"))
    problems += reason_problems(reason, least=10, said=_("请写明解除的理由，不少于10个字。"))
    if problems:
        raise Refused(problems)
    _write(objection, actor, reason.strip())
    others = queries.objections_counted(case).stand > 0
    goes_on = case.application.state == State.STOPPED and not others
    if goes_on:
        lifecycle.make_move(case, "lift", actor=actor, note=objection.lift_reason)
        if not queries.broken_off(objection.period):
            papers.issue_publicity_notice(
                period=objection.period, notice=case.notice, actor=actor, because="异议已解除，重新生成"
            )
    payload = {"objection_id": objection.pk, "goes_on": goes_on}
    outbox.queue(kind="publicity.objection_lifted", payload=payload, key=f"publicity.objection_lifted:{objection.pk}")
    return objection


def _write(objection: Objection, actor: Actor, reason: str) -> None:
    decided = objection.decided_at or clock.now()  # an upheld one was decided
    objection.lifted_at = max(clock.now(), decided)  # the clock may have been put back since
    objection.lifted_by_id = actor.user_id
    objection.lift_reason = reason
    objection.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    ledger.record(
        event="publicity.objection_lifted",
        subject=f"publicity:{objection.period_id}",
        actor=actor.ref,
        data={
            "objection": objection.pk,
            "reason": ledger.private(reason),
            "at": ledger.time_text(objection.lifted_at),
        },
    )
