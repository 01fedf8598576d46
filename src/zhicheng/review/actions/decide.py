"""审核通过 and 退回 at every desk (S-30, S-31, S-45, S-46), and the count of arrivals at final review (S-28, S-29)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from zhicheng.accounts import claims
from zhicheng.accounts.models import User
from zhicheng.applications import lifecycle, queries
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.counting import count_arrival, lock_person_year
from zhicheng.applications.desks import BY_ROLE
from zhicheng.applications.models import Application, StatusChange, Submission
from zhicheng.applications.papers import issue_review_form, void_review_forms
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor, Role
from zhicheng.review.models import Decision, Verdict
from zhicheng.review.papers import issue_supervising_opinion
from zhicheng.review.rules import ReturnReason, Sanction, return_problems

# What a pass makes, by the kind of paper the desk's row names.
_MAKES = {"review_form": issue_review_form, "supervising_opinion": issue_supervising_opinion}


@one_transaction
def pass_application(
    *, actor: Actor, application_id: int, submission_id: int, opinion: str = "", sanction: Sanction | None = None
) -> Decision:
    """Pass the current submission at the actor's desk.

    The unit's pass makes the review form; the supervising body's makes T3; the pass that brings it to final review counts
    an arrival under the person's locked counter. ``submission_id`` is the one the officer looked at; ``sanction`` what the unit states of
    one (人社部令40号 第十三条), which every desk then sees. Raises
    :class:`Refused` with every objection (``stale``, ``self_review``, ``unit_not_verified``, ``dossier``, ``barred``, …).
    """
    desk = BY_ROLE.get(actor.role)
    if desk is None:
        raise Refused.one(_("没有找到这份申请书，或者它不归您办理。"), code="not_found")
    if len(opinion) > 500:
        raise Refused.one(_("意见最多500个字。"), where="opinion", code="field")
    if sanction is not None and (problems := sanction.problems if desk.role is Role.UNIT else [_not_the_units()]):
        raise Refused(problems)
    owner = lock_owner(actor, application_id) if desk.role is Role.UNIT else None
    case, submission = lock_submission(actor, application_id, submission_id)
    year = lock_person_year(case)
    if owner is not None and claims.hold_free_number(user=owner):
        case.application.applicant.number_held_at = owner.number_held_at  # the same row, read before
    change = lifecycle.make_move(case, desk.passes, actor=actor, note=opinion.strip())
    count_arrival(case, year, actor=actor)
    if desk.makes:
        _MAKES[desk.makes](case=case, submission=submission, actor=actor)
    decision = _decide(case.application, submission, change, actor, Verdict.PASSED, opinion, (), sanction=sanction)
    if sanction is not None:
        ledger.record(
            event="sanction.stated",
            subject=f"application:{application_id}",
            actor=actor.ref,
            data={"decision": decision.pk, "sanction": ledger.private(decision.sanction), "submission": submission.sha256},
        )
    return decision


def _not_the_units() -> Problem:
    return Problem(_("处分情况由申报单位在审核通过时说明。"), where="sanction_kind", code="field")


@one_transaction
def return_application(
    *,
    actor: Actor,
    application_id: int,
    submission_id: int,
    reasons: Sequence[ReturnReason],
    opinion: str = "",
    seen_state: str = "",
    closing_meant: bool = True,
) -> Decision:
    """Return the current submission with the complete list of what to correct.

    From final review, a return at the last allowed arrival closes the person's year (S-29); before that, and at every other
    desk, the form opens again for the applicant. ``seen_state``: where the application stood when the officer opened it; a unit
    may return what a colleague has passed since, but not without knowing. ``closing_meant``: the officer said that the year is meant to
    be closed, where this return closes it. Raises :class:`Refused` (``reasons_missing``,
    ``stale``, ``moved``, …).
    """
    desk = BY_ROLE.get(actor.role)
    if desk is None:
        raise Refused.one(_("没有找到这份申请书，或者它不归您办理。"), code="not_found")
    problems = return_problems(reasons)
    if len(opinion) > 500:
        problems.append(Problem(_("意见最多500个字。"), where="opinion", code="field"))
    case, submission = lock_submission(actor, application_id, submission_id)
    application, year = case.application, lock_person_year(case)
    closes = "" if year.count.has_arrival_left else desk.closes
    move = closes or desk.returns
    if closes and not closing_meant:
        problems.append(Problem(_("请勾选确认：退回后申报人本年度不再受理。"), where="understood", code="field"))
    problems += lifecycle.objections_to(case, lifecycle.BY_NAME[move], actor)
    if not problems and seen_state and application.state != seen_state:
        problems.append(_moved_since(application))
    if problems:
        raise Refused(problems)
    listed = [r.as_json() for r in reasons]
    change = lifecycle.make_move(case, move, actor=actor, note=opinion.strip(), reasons=listed)
    if closes:
        year.row.closed_at = change.at
        year.row.save(update_fields=["closed_at"])
        told = {"application": application.pk}
        ledger.record(event="year.closed", subject=f"person_year:{year.row.pk}", actor=actor.ref, data=told)
    void_review_forms(application_id=application.pk, reason="申请书已退回", actor=actor)
    return _decide(application, submission, change, actor, Verdict.RETURNED, opinion, listed)


def lock_owner(actor: Actor, application_id: int) -> User | None:
    """The applicant's account, locked before the application (docs/structure.md): the unit's pass settles whose number it is."""
    mine = queries.visible_to(actor).filter(pk=application_id).values("applicant_id")
    return User.objects.select_for_update(no_key=True).filter(pk__in=mine).first()


def lock_submission(actor: Actor, application_id: int, submission_id: int) -> tuple[CaseFile, Submission]:
    """Lock the application and make sure the officer looked at what is submitted now; ``stale`` otherwise."""
    case = lifecycle.lock(application_id, actor)
    submission = case.submission
    if submission is None or submission.pk != submission_id:
        raise Refused([Problem(_("您看到的是较早的一次上报，申报人已经重新上报。请刷新页面，按最新内容审核。"), code="stale")])
    return case, submission


def _moved_since(application: Application) -> Problem:
    last = application.history.select_related("by").order_by("-id")[0]
    words = _(
        "您打开这一页以后，这份申请书已由{who}于{at}办理，现在是“{state}”，退回没有生效。您写的内容都还在；核对现在的情况以后仍要退回的，请再次确认退回。"
    )
    who = last.by.name if last.by is not None else _("系统")
    state = state_words(State(application.state), notice_of(application.campaign_version)).staff
    return Problem(words.format(who=who, at=clock.written(last.at), state=state), code="moved")


def _decide(
    application: Application,
    submission: Submission,
    change: StatusChange,
    actor: Actor,
    verdict: Verdict,
    opinion: str,
    reasons: Sequence[dict[str, str]],
    *,
    sanction: Sanction | None = None,
) -> Decision:
    return Decision.objects.create(
        application=application,
        submission=submission,
        change=change,
        desk_id=actor.desk_id,
        role=actor.role.value,
        verdict=verdict,
        opinion=opinion.strip(),
        reasons=list(reasons),
        sanction=sanction.as_json() if sanction is not None else {},
        decided_by_id=actor.account_id,
        decided_at=change.at,
    )
