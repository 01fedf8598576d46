"""撤回审核通过: a desk takes back a decision that was a slip, as long as nobody has worked on with it. And the note that somebody has begun to."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.accounts import claims
from zhicheng.accounts.models import User
from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.counting import is_counted_in
from zhicheng.applications.desks import BY_ROLE
from zhicheng.applications.models import CommitteeArrival, StatusChange, Submission
from zhicheng.applications.papers import subject_of
from zhicheng.applications.queries import unit_pass_stands
from zhicheng.applications.states import State
from zhicheng.documents.actions import void_papers
from zhicheng.foundation import looks, outbox
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor, Role
from zhicheng.review.actions.decide import lock_owner
from zhicheng.review.annulling import annul, lock_with_all_of_the_person
from zhicheng.review.opening import is_to_be_noted, name_of


@one_transaction
def take_back_pass(*, actor: Actor, application_id: int, change_id: int, reason: str) -> StatusChange:
    """Take back the pass ``change_id`` of the actor's desk: the application is at the desk again, as it was before.

    The submission stays as it was sent. The paper the pass made becomes void; the arrival at final review that it made is annulled with the
    same reason (S-28). An arrival that an earlier desk's pass made stays. A number that only passes taken back have made the account's own is
    merely claimed again (S-07). Raises :class:`Refused` with every objection (``stale`` when
    ``change_id`` is no longer the last move, ``opened``, ``take_back_over``, ``reason_missing``, …).
    """
    desk = BY_ROLE.get(actor.role)
    if desk is None:
        raise Refused.one(_("没有找到这份申请书，或者它不归您办理。"), code="not_found")
    owner = lock_owner(actor, application_id) if desk.role is Role.UNIT else None
    case = lock_with_all_of_the_person(application_id, actor)
    passed = case.history[-1]
    problems = lifecycle.objections_to(case, lifecycle.BY_NAME[desk.takes_back], actor)
    if not problems and passed.pk != change_id:
        problems.append(
            Problem(_("您看到的审核通过已经由同事撤回，后来又重新审核通过。请刷新页面，核对以后再办理。"), code="stale")
        )
    problems += reason_problems(reason, least=10, said=_("请写明撤回的理由，不少于10个字。"))
    if problems:
        raise Refused(problems)
    change = lifecycle.make_move(case, desk.takes_back, actor=actor, note=reason.strip())
    _annul_arrival(case, passed, actor, change.note)
    if owner is not None:
        _unhold_number(owner)
    if desk.makes:
        void_papers(subject=subject_of(application_id), kinds=[desk.makes], reason="审核通过已撤回", actor=actor.ref)
    outbox.hasten(kind=lifecycle.MOVED, key=f"{lifecycle.MOVED}:{passed.pk}")  # it says nothing, and the next one waits for it
    return change


def _annul_arrival(case: CaseFile, passed: StatusChange, actor: Actor, reason: str) -> None:
    """What the pass counted, if it led to the desk whose arrivals count."""
    if not is_counted_in(case.notice, State(passed.to_state)):
        return
    counting = CommitteeArrival.objects.filter(submission=passed.submission, annulled_at__isnull=True)
    annul(case, counting.select_for_update(no_key=True).get(), actor, reason)


def _unhold_number(owner: User) -> None:
    """What the pass settled about whose number it is, unless another pass of the account's applications says the same."""
    sent = Submission.objects.filter(application__applicant_id=owner.pk).order_by("submitted_at").first()
    if sent is not None and not unit_pass_stands().filter(application__applicant_id=owner.pk).exists():
        claims.unhold_number(user=owner, since=sent.submitted_at)


@one_transaction
def note_opening(*, actor: Actor, application_id: int) -> CaseFile:
    """Note in the access log that somebody of the desk an application waits at has opened it, once for each person and arrival.

    Under the lock of the application, which taking the pass back takes as well: of the two at the same moment one comes first, and the
    other sees it. Where there is nothing to note, because it was taken back meanwhile or was noted, nothing is. Return the case as it is now.
    Raises :class:`Refused` (``not_found``).
    """
    case = lifecycle.lock(application_id, actor)
    if is_to_be_noted(case, actor):
        looks.note_look(actor=actor.ref, what=looks.CASE, subject=subject_of(application_id), thing=name_of(case.history[-1]))
    return case
