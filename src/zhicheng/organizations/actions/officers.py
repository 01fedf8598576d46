"""Officers come and go: an account is opened, moved, closed, opened again. All of it is told to the person and to the office."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import duties, particulars, sessions
from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, User
from zhicheng.accounts.rules import Particulars
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import once_more_when_taken, one_transaction
from zhicheng.organizations import officers
from zhicheng.organizations.actions.alone import not_left_empty, only_the_first
from zhicheng.organizations.actions.officer_mails import tell_change, tell_session_ended, tell_sessions_ended
from zhicheng.organizations.actions.people import create_officer
from zhicheng.organizations.actions.registering import end_memberships, join_organization
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import (
    FactorReset,
    FactorResetState,
    Membership,
    MembershipRole,
    OfficerChange,
    OfficerChangeKind,
    Organization,
)


@one_transaction
def open_officer(
    *,
    actor: Actor,
    office_id: int | None,
    name: str,
    email: str,
    username: str,
    id_number: str,
    position: str = "",
    mobile: str = "",
) -> User:
    """An account for somebody in an office; they set their password through “找回账号”.

    The security administrator opens the first account of an office that was never used: who comes after is the prefecture's to know.
    Raises ``Refused``.
    """
    office = officers.office_for(actor, office_id)
    problems = only_the_first(
        actor, office, where="office_id", command=f"zhicheng office officer {office.name if office else ''}"
    )
    if office is None:
        problems.append(Problem(_("请选择部门。"), where="office_id", code="office_missing"))
    if problems or office is None:
        person = Particulars(name, id_number, mobile, email, username, position).tidied()
        raise Refused(problems + particulars.check_registration(person=person, password=None, with_mobile=False))
    user = create_officer(
        organization_id=office.pk,
        name=name,
        email=email,
        username=username,
        actor=actor.ref,
        position=position,
        mobile=mobile,
        id_number=id_number,
    )
    _note(OfficerChangeKind.OPENED, user=user, office=office, actor=actor)
    return user


@one_transaction
def move_officer(
    *,
    actor: Actor,
    user_id: int,
    to_office_id: int | None,
    reason: str,
    colleague_id: int | None = None,
    nobody_left: bool = False,
) -> User:
    """From now on this officer works in another office. Who takes over in the old one is named as at :func:`close_officer`.

    The security administrator moves nobody into an office that was ever used, nor the last one out of one with something in hand.
    Raises ``Refused``.
    """
    user, office = _locked(actor, user_id, colleague_id)
    to_office = officers.office_for(actor, to_office_id)
    problems = _check_reason(reason)
    if to_office is None:
        problems.append(Problem(_("请选择要调入的部门。"), where="to_office_id", code="office_missing"))
    elif office is not None and to_office.pk == office.pk:
        problems.append(Problem(_("这就是现在所在的部门。"), where="to_office_id", code="office_same"))
    if not user.is_active:
        problems.append(Problem(_("账号已经停用，请先重新启用。"), code="closed"))
    problems += _check_successor(user, office, colleague_id, nobody_left)
    command = f"zhicheng office move {user.username} --office {to_office.name if to_office else ''}"
    problems += not_left_empty(actor, user, office, command=command)
    problems += only_the_first(actor, to_office, where="to_office_id", command=command)
    problems += _conflicts_of_duties(user)
    if problems or to_office is None:
        raise Refused(problems)
    join_organization(user=user, organization=to_office, role=MembershipRole.STAFF, actor=actor.ref)
    accounts.end_sessions(user=user)
    _note(
        OfficerChangeKind.MOVED,
        user=user,
        office=office,
        actor=actor,
        to_office=to_office,
        handed_to_id=colleague_id,
        reason=reason,
    )
    return user


@one_transaction
def close_officer(*, actor: Actor, user_id: int, reason: str, colleague_id: int | None = None, nobody_left: bool = False) -> User:
    """Close an account: its sessions end, its links die, it cannot be signed in to; its history stays.

    What waits belongs to the office, not to the person: a colleague is named who knows of it, or it is confirmed that nobody is
    left; the last one of an office with something in hand is not the security administrator's to close. On the server the accounts of
    the three who run the system are closed in the same way. Raises ``Refused``.
    """
    user, office = _locked(actor, user_id, colleague_id)
    problems = _check_reason(reason)
    if not user.is_active:
        problems.append(Problem(_("这个账号已经停用。"), code="closed"))
    problems += _check_successor(user, office, colleague_id, nobody_left)
    problems += not_left_empty(actor, user, office, command=f"zhicheng office close {user.username} --nobody-left")
    if problems:
        raise Refused(problems)
    accounts.close_account(user=user, actor=actor.ref)
    end_memberships(Membership.objects.filter(user=user), actor=actor.ref)
    FactorReset.objects.filter(user=user, state=FactorResetState.PENDING).update(
        state=FactorResetState.REFUSED, decided_by_id=actor.user_id, decided_at=clock.now()
    )
    _note(OfficerChangeKind.CLOSED, user=user, office=office, actor=actor, handed_to_id=colleague_id, reason=reason)
    return user


@one_transaction
def reopen_officer(*, actor: Actor, user_id: int, office_id: int | None, reason: str) -> User:
    """Open a closed account again, in an office of the actor's; its owner sets a new password through “找回账号”. Raises ``Refused``."""
    user, before = _locked(actor, user_id, None)
    problems = _check_reason(reason)
    office = before
    if user.kind == AccountKind.OFFICER:
        office = officers.office_for(actor, office_id)
        if office is None:
            problems.append(Problem(_("请选择部门。"), where="office_id", code="office_missing"))
        command = f"zhicheng office reopen {user.username} --office {office.name if office else ''}"
        problems += only_the_first(actor, office, where="office_id", command=command)
    if user.is_active:
        problems.append(Problem(_("这个账号正在使用，不需要重新启用。"), code="open"))
    problems += _conflicts_of_duties(user) if user.id_number_index else [duties.number_missing()]
    if problems:
        raise Refused(problems)
    accounts.reopen_account(user=user, actor=actor.ref)
    if office is not None:
        join_organization(user=user, organization=office, role=MembershipRole.STAFF, actor=actor.ref)
    _note(OfficerChangeKind.REOPENED, user=user, office=office, actor=actor, reason=reason)
    return user


@one_transaction
def fill_in_number(*, actor: Actor, user_id: int, id_number: str) -> User:
    """The identity number of somebody whose account was opened before one was asked for; on the server also of the three who run the
    system. Raises ``Refused``: not the actor's to keep, there is one, it is no number or somebody else's.
    """
    user, office = _locked(actor, user_id, None)

    def attempt() -> None:
        duties.fill_in_number(user=User.objects.get(pk=user_id), number=id_number)

    once_more_when_taken(attempt)
    _note(OfficerChangeKind.NUMBER, user=user, office=office, actor=actor)
    return user


@one_transaction
def end_officer_sessions(*, actor: Actor, user_id: int) -> User:
    """Sign an officer out everywhere: a computer was left open or lost. The account stays as it is; the person is told. Raises ``Refused``."""
    user, _office = _locked(actor, user_id, None)
    accounts.end_sessions(user=user)
    tell_sessions_ended(user=user, by=actor.name, key=f"{user.pk}:{user.session_epoch}")
    ledger.record(event="officer.sessions_ended", subject=f"user:{user.pk}", actor=actor.ref, data={})
    return user


@one_transaction
def end_officer_session(*, actor: Actor, user_id: int, session_id: int) -> User:
    """Sign an officer out in one place, the others go on; the person is told which. Raises ``Refused``, also for one that is over."""
    user, _office = _locked(actor, user_id, None)
    found = next((one.row for one in sessions.open_sessions_of(user.pk) if one.row.pk == session_id), None)
    if found is None:
        raise Refused.one(_("这个登录已经退出。"), code="over")
    accounts.end_session(user_id=user.pk, session_id=found.pk)
    tell_session_ended(user=user, by=actor.name, since=found.created_at, key=f"{user.pk}:{found.pk}")
    since = ledger.time_text(found.created_at)
    ledger.record(event="officer.session_ended", subject=f"user:{user.pk}", actor=actor.ref, data={"since": since})
    return user


def _locked(actor: Actor, user_id: int, colleague_id: int | None) -> tuple[User, Organization | None]:
    """The account (and that of who takes over, in the order of ids) locked, and its office. Raises ``Refused`` for any not the actor's."""
    wanted = [user_id] if colleague_id is None else [user_id, colleague_id]
    locked = {u.pk: u for u in User.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")}
    user = locked.get(user_id)
    mine = user is not None and (
        officers.officers_for(actor).filter(pk=user_id).exists() or (actor.role is Role.SYSTEM and user.kind in SYSTEM_KINDS)
    )
    if user is None or not mine:
        raise Refused.one(_("没有这个工作人员账号，或者不归您管理。"), code="not_yours")
    if user.pk == actor.user_id:
        raise Refused.one(_("自己的账号由同事办理。"), code="own_account")
    return user, officers.office_of(user.pk)


def _conflicts_of_duties(user: User) -> list[Problem]:
    person = Particulars(user.name, user.id_number, user.mobile, user.email, user.username)
    return duties.conflicts_of_duties(person, kind=AccountKind(user.kind))


def _check_reason(reason: str) -> list[Problem]:
    return reason_problems(reason, least=5, said=_("请写明理由，不少于5个字。"))


def _check_successor(user: User, office: Organization | None, colleague_id: int | None, nobody_left: bool) -> list[Problem]:
    """Whether somebody of the office takes over, or nobody is there to."""
    if office is None:
        return []
    colleagues = officers.others_in(user.pk, office.pk)
    if colleague_id is not None:
        if colleagues.filter(pk=colleague_id).exists():
            return []
        return [Problem(_("接手的人须是本部门在用的账号。"), where="colleague_id", code="not_a_colleague")]
    if colleagues.exists():
        return [Problem(_("请选择由谁接手本部门正在办理的事项。"), where="colleague_id", code="colleague_missing")]
    if nobody_left:
        return []
    said = _("本部门没有其他在用的账号。请确认办理后本部门暂时无人办理，或者先为接手的人开通账号。")
    return [Problem(said, where="nobody_left", code="nobody_left")]


def _note(
    kind: OfficerChangeKind,
    *,
    user: User,
    office: Organization | None,
    actor: Actor,
    to_office: Organization | None = None,
    handed_to_id: int | None = None,
    reason: str = "",
) -> None:
    """Write the change down, tell the person and the office, and put it into the ledger last."""
    change = OfficerChange.objects.create(
        user=user,
        kind=kind,
        office=office,
        to_office=to_office,
        handed_to_id=handed_to_id,
        reason=" ".join(reason.split())[:500],
        by_id=actor.user_id,
        at=clock.now(),
    )
    tell_change(change, by=actor)
    ledger.record(
        event=f"officer.{kind.value}",
        subject=f"user:{user.pk}",
        actor=actor.ref,
        data={
            "office": office.pk if office else None,
            "to_office": to_office.pk if to_office else None,
            "handed_to": handed_to_id,
            "change": change.pk,
            "reason": ledger.private(change.reason),
            "at": ledger.time_text(change.at),
        },
    )
