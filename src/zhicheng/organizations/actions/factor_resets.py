"""A lost second factor is reset by two people: one asks, having made sure of the person, another one consents."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import second_factor
from zhicheng.accounts.models import User
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations import officers
from zhicheng.organizations.actions.account_requests import no_factor
from zhicheng.organizations.actions.officer_mails import tell_change, tell_reset_asked
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import FactorReset, FactorResetState, OfficerChange, OfficerChangeKind
from zhicheng.organizations.rules import reset_is_void

NEW_FOR = timedelta(days=30)  # so long an account does not count as a second person beside who opened it


@one_transaction
def request_factor_reset(*, actor: Actor, user_id: int, statement: str) -> FactorReset:
    """Ask that an account's second factor be removed; nothing changes yet, and the person is told at once.

    ``statement`` says how the person was made sure of. Raises ``Refused``: not the actor's to ask for, their own, no second factor set up,
    asked for already.
    """
    user = _locked_user(actor, user_id)
    problems = []
    text = _("请写明怎样核实了本人，不少于10个字。")
    problems += reason_problems(statement, least=10, said=text, where="statement", code="statement_missing")
    if not user.is_active:
        problems.append(Problem(_("账号已经停用，请先重新启用。"), code="closed"))
    if not second_factor.those_of(user.pk):
        problems.append(no_factor())
    waiting = officers.pending_reset(user.pk)
    if waiting is not None and not reset_is_void(waiting, clock.now()):
        problems.append(Problem(_("已有人提出过，等待另一人同意。"), code="asked_already"))
    if problems:
        raise Refused(problems)
    if waiting is not None:
        _decide(waiting, FactorResetState.REFUSED, actor)
    row = FactorReset.objects.create(
        user=user, statement=" ".join(statement.split())[:500], asked_by_id=actor.user_id, asked_at=clock.now()
    )
    tell_reset_asked(row, by=actor)
    data = {"request": row.pk, "statement": ledger.private(row.statement), "at": ledger.time_text(row.asked_at)}
    ledger.record(event="officer.factor_reset_asked", subject=f"user:{user.pk}", actor=actor.ref, data=data)
    return row


@one_transaction
def decide_factor_reset(*, actor: Actor, request_id: int, consent: bool) -> FactorReset:
    """The second person consents, and the factor is gone and every session ended; or does not.

    Raises ``Refused``: one's own request or account, void, over, or not the actor's to decide.
    """
    found = FactorReset.objects.filter(pk=request_id).first()
    if found is None:
        raise _not_yours()
    user = _locked_user(actor, found.user_id)
    row = FactorReset.objects.select_for_update(no_key=True).get(pk=found.pk)
    if row.state != FactorResetState.PENDING:
        raise Refused.one(_("这份申请已经办完（%(state)s）。") % {"state": row.get_state_display()}, code="over")
    if consent and _may_be_one_person(row, actor):
        said = _("提出的人不能自己同意，也不能由其 30 天内开通的账号同意，须由另一人核实后同意。")
        raise Refused.one(said, code="same_person")
    if consent and reset_is_void(row, clock.now()):
        raise Refused.one(_("提出已超过7天，请重新核实、重新提出。"), code="void")
    _decide(row, FactorResetState.DONE if consent else FactorResetState.REFUSED, actor)
    if not consent:
        ledger.record(event="officer.factor_reset_refused", subject=f"user:{user.pk}", actor=actor.ref, data={"request": row.pk})
        return row
    accounts.reset_second_factor(user=user, actor=actor.ref)
    change = OfficerChange.objects.create(
        user=user,
        kind=OfficerChangeKind.FACTOR_RESET,
        office=officers.office_of(user.pk),
        reason=row.statement,
        by_id=actor.user_id,
        at=row.decided_at or clock.now(),
    )
    tell_change(change, by=actor, reset=row)
    at = ledger.time_text(change.at)
    data = {
        "request": row.pk,
        "change": change.pk,
        "asked_by": row.asked_by_id,
        "reason": ledger.private(change.reason),
        "at": at,
    }
    ledger.record(event="officer.factor_reset", subject=f"user:{user.pk}", actor=actor.ref, data=data)
    return row


def _may_be_one_person(row: FactorReset, actor: Actor) -> bool:
    """Whether who consents may be who asked: the same account, the same identity number, or an account that one of them has opened
    for the other a moment ago, which nobody else has come to know yet.
    """
    if row.asked_by is None or actor.user_id is None:
        return row.asked_by is None and actor.user_id is None
    asker, other = row.asked_by, User.objects.get(pk=actor.user_id)
    if asker.pk == other.pk:
        return True
    if asker.id_number and asker.id_number_index == other.id_number_index:
        return True
    made = OfficerChange.objects.filter(
        kind__in=[OfficerChangeKind.OPENED, OfficerChangeKind.REOPENED], at__gt=clock.now() - NEW_FOR
    )
    return made.filter(Q(user=asker, by=other) | Q(user=other, by=asker)).exists()


def _decide(row: FactorReset, state: FactorResetState, actor: Actor) -> None:
    row.state, row.decided_by_id, row.decided_at = state, actor.user_id, clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])


def _locked_user(actor: Actor, user_id: int) -> User:
    """The account, locked; ``Refused`` for one that is not this actor's to reset. A person never resets their own."""
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None or not officers.accounts_for(actor).filter(pk=user_id).exists():
        raise _not_yours()
    if actor.role is not Role.SYSTEM and user.pk == actor.user_id:
        raise Refused.one(_("自己的两步验证由两位同事办理。"), code="own_account")
    return user


def _not_yours() -> Refused:
    return Refused.one(_("没有这个账号，或者不归您管理。"), code="not_yours")
