"""What only the prefecture bureau does: annul an arrival that was its own mistake, and act on proven fraud."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle, queries
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.counting import is_counted_in
from zhicheng.applications.models import CommitteeArrival
from zhicheng.applications.papers import void_all_papers
from zhicheng.applications.states import State
from zhicheng.applications.years import counted
from zhicheng.foundation import outbox
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction
from zhicheng.integrity.actions import record_fraud, source_in
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import is_self_review
from zhicheng.review.annulling import Annulled, annul, lock_with_all_of_the_person


@one_transaction
def annul_arrival(*, actor: Actor, arrival_id: int, reason: str) -> CommitteeArrival:
    """撤销计次: an arrival does not count, because of an error of the office; with a reason, recorded (S-28, S-29).

    When it had closed the person's year, the year opens again and the application goes back to the applicant. Raises
    :class:`Refused` (``not_found``, ``reason_missing``, ``already_annulled``, ``still_here`` while that arrival is being reviewed).
    """
    found = CommitteeArrival.objects.filter(pk=arrival_id).values_list("application_id", flat=True).first()
    if actor.role is not Role.PREFECTURE or found is None:
        raise Refused.one(_("没有找到这次提交，或者它不归本部门办理。"), code="not_found")
    case = lock_with_all_of_the_person(found, actor)
    application = case.application
    arrival = CommitteeArrival.objects.select_for_update(no_key=True).get(pk=arrival_id)
    problems = []
    if is_self_review(actor, application.person_index):
        problems.append(Problem(_("这是您本人的申请书，须由本部门另一位经办人办理。"), code="self_review"))
    problems += reason_problems(reason, least=10, said=_("请写明撤销的理由，不少于10个字。"))
    if arrival.annulled_at is not None:
        problems.append(Problem(_("这次提交的计次已经撤销。"), code="already_annulled"))
    elif arrival.submission_id == application.current_submission_id and _is_with_who_counts(case):
        problems.append(Problem(_("这次提交正在审核或已经受理，不能撤销计次；请先作出退回决定。"), code="still_here"))
    if problems:
        raise Refused(problems)
    _tell(case, annul(case, arrival, actor, reason.strip()), arrival, actor)
    return arrival


def _is_with_who_counts(case: CaseFile) -> bool:
    """Whether the desk whose arrivals count by this notice has it before it, or has accepted it."""
    state = State(case.application.state)
    return state is State.ACCEPTED or is_counted_in(case.notice, state)


def _tell(case: CaseFile, annulled: Annulled, arrival: CommitteeArrival, actor: Actor) -> None:
    """Where the year opens again the application that closed it goes back to the applicant; else the person is told of the count alone."""
    closed = queries.closed_application_beside(case.application) if annulled.reopened is not None else None
    if annulled.reopened is not None and closed is not None:
        other = case if closed.pk == case.application.pk else lifecycle.lock(closed.pk, actor)
        other.application.arrivals = counted(annulled.reopened, annulled.year.together)
        lifecycle.make_move(other, "reopen", actor=actor, note=arrival.annulment_reason)
        return
    # No move, so no mail of a move.
    counts = {"before": annulled.before, "after": annulled.year.count.arrivals}
    outbox.queue(kind="arrival.annulled", payload={"arrival_id": arrival.pk, **counts}, key=f"arrival.annulled:{arrival.pk}")


@one_transaction
def reject_for_fraud(*, actor: Actor, application_id: int, reason: str) -> IntegrityRecord:
    """弄虚作假: end the application and bar the person in the years after its campaign's (S-80, S-81). Both or neither.

    Every paper of the application becomes void. The campaign's year is closed for the person too; what else is open in it or in the barred years
    is ended by the job that follows.
    """
    case = lifecycle.lock(application_id, actor)
    application = case.application
    problems = lifecycle.objections_to(case, lifecycle.BY_NAME["reject_fraud"], actor)
    problems += reason_problems(reason, least=10, said=_("请写明查实的情况，不少于10个字。"))
    if problems:
        raise Refused(problems)
    lifecycle.make_move(case, "reject_fraud", actor=actor, note=reason.strip())
    void_all_papers(application_id=application.pk, reason="弄虚作假，不予受理", actor=actor)
    return record_fraud(
        actor=actor,
        person_index=application.person_index,
        name=application.applicant_name,
        application_year=application.year,
        ban_years=case.notice.limits.ban_years,
        source=source_in(application.pk),
        reason=reason,
    )
