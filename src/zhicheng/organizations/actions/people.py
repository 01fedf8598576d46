"""Accounts of people who belong to an organization."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import brakes, duties, particulars
from zhicheng.accounts import queries as account_queries
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.notices import queue_notice
from zhicheng.accounts.rules import AcceptedText, Particulars
from zhicheng.foundation import clock, ledger, mail
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.foundation.transactions import once_more_when_taken, one_transaction
from zhicheng.organizations import queries
from zhicheng.organizations.actions.registering import check_acceptance, end_memberships, join_organization
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.invitations import invited_units
from zhicheng.organizations.models import Membership, MembershipRole, Organization, OrganizationKind


def register_applicant(
    *,
    name: str,
    id_number: str,
    mobile: str,
    email: str,
    username: str,
    password: str,
    employer_id: int | None,
    acceptance: AcceptedText | None,
    invites: bool = False,
    unreadable: Sequence[Problem] = (),
) -> User | None:
    """个人注册 (S-18, S-35): the account, where the person works, what was accepted, and a mail to confirm the mailbox.

    ``employer_id`` is an employer from :func:`queries.search_employers`; with ``invites`` there may be none: the person belongs to no unit
    until the invited one is there (``organizations.invitations``); ``acceptance`` the 注册须知 that was read,
    ``unreadable`` what the page could not even read, so that everything is told at once. Whoever else has
    the number, the answer is the same. Returns None when the mailbox belongs to another account, or is the one the employer's people
    share (S-35): who reads it gets a mail, the new account can never be used, and **the page must show the same as for a success**. Raises ``Refused`` with everything wrong; ``where`` is the parameter's name.
    """
    person = Particulars(name=name, id_number=id_number, mobile=mobile, email=email, username=username).tidied()
    employer = queries.listed_employer(employer_id)
    problems = [*unreadable, *_problems_of_applicant(person, password, employer)]
    problems += [*_check_chosen(employer, needed=employer_id is not None or not invites), *check_acceptance(acceptance)]

    def attempt() -> User | None:
        now = clock.now()
        reuse = account_queries.account_to_reuse(person, kind=AccountKind.APPLICANT, password=password)
        everything = problems + account_queries.conflicts_with_others(person, reuse=reuse, now=now)
        if everything:
            raise Refused(everything)
        holder = account_queries.mailbox_holder(person.email, reuse=reuse, now=now)
        shared = employer is not None and bool(employer.email) and employer.email.lower() == person.email.lower()
        user = accounts.open_account(
            kind=AccountKind.APPLICANT,
            person=person,
            password=password,
            acceptance=acceptance,
            reuse=reuse,
            mailbox_is_anothers=shared or holder is not None,
        )
        _place(user, employer)
        if employer is not None and shared and holder is None:
            _tell_shared_mailbox(employer)
            return None
        accounts.send_confirmation(user=user)
        return user if holder is None and not shared else None

    return once_more_when_taken(attempt)


def _place(user: User, employer: Organization | None) -> None:
    """Where somebody who has just registered works; nowhere, whatever an earlier registration of the same account said."""
    if employer is not None:
        join_organization(user=user, organization=employer, role=MembershipRole.EMPLOYEE, actor=f"user:{user.pk}")
    else:
        end_memberships(Membership.objects.filter(user=user), actor=f"user:{user.pk}")


def _check_chosen(employer: Organization | None, *, needed: bool) -> list[Problem]:
    if employer is not None or not needed:
        return []
    text = _("请查找并选择您的工作单位。找不到时，请选中“我的单位还没有注册”，注册后邀请单位。")
    return [Problem(text, where="employer_id", code="employer_missing")]


def _problems_of_applicant(person: Particulars, password: str, employer: Organization | None) -> list[Problem]:
    """Everything wrong with what was typed, whoever else is registered."""
    units = (employer.name, employer.uscc) if employer else ()
    return particulars.check_registration(person=person, password=password, units=units)


@one_transaction
def create_officer(
    *,
    organization_id: int,
    name: str,
    email: str,
    username: str,
    actor: str,
    id_number: str,
    password: str | None = None,
    mobile: str = "",
    position: str = "",
) -> User:
    """An account for somebody who works at an office or supervising body.

    ``actor`` is the ledger's name of who makes it (``user:1``, ``system``). Without a ``password`` the officer sets one through
    “找回账号”. By the identity number it is seen that somebody would review himself (S-08, S-45), or runs the system as well. Raises ``Refused``.
    """
    organization = Organization.objects.exclude(kind=OrganizationKind.UNIT).get(pk=organization_id)
    person = Particulars(
        name=name, id_number=id_number, mobile=mobile, email=email, username=username, position=position
    ).tidied()
    user = _open_made_account(
        kind=AccountKind.OFFICER,
        person=person,
        password=password,
        with_mobile=False,
        units=(organization.name,),
    )
    join_organization(user=user, organization=organization, role=MembershipRole.STAFF, actor=actor)
    accounts.confirm_mailbox(user_id=user.pk, actor=actor)
    ledger.record(event="office.officer_added", subject=f"organization:{organization.pk}", actor=actor, data={"user": user.pk})
    return user


@one_transaction
def add_unit_staff(*, actor: Actor, name: str, id_number: str, mobile: str, email: str, username: str, position: str) -> User:
    """A second administrator for one's own unit, so that nobody has to review themself (S-08).

    The new account has no password: its owner gets a mail, confirms the mailbox and sets a password through “找回账号”.
    Raises ``Refused`` with everything wrong, or when ``actor`` does not act for a unit.
    """
    approved = Organization.objects.filter(kind=OrganizationKind.UNIT, verified_year__isnull=False)
    unit = approved.filter(pk=actor.organization_id).first() if actor.organization_id is not None else None
    if actor.role is not Role.UNIT or unit is None:
        raise Refused.one(_("单位注册审核通过后，单位管理员才能为本单位增加经办人。"), code="not_approved_unit")
    person = Particulars(
        name=name, id_number=id_number, mobile=mobile, email=email, username=username, position=position
    ).tidied()
    user = _open_made_account(
        kind=AccountKind.UNIT,
        person=person,
        password=None,
        with_mobile=True,
        reuse=queries.unconfirmed_colleague(unit.pk, username=person.username),
    )
    join_organization(user=user, organization=unit, role=MembershipRole.STAFF, actor=actor.ref)
    ledger.record(event="unit.staff_added", subject=f"organization:{unit.pk}", actor=actor.ref, data={"user": user.pk})
    if user.email:
        _tell_new_staff(user, unit, actor)
    else:
        accounts.send_confirmation(user=user)
    return user


@one_transaction
def change_employer(*, user_id: int, employer_id: int | None) -> Membership:
    """A person now works elsewhere: the old membership ends, the new one begins now. Raises ``Refused``.

    Applications under way keep the employer they were submitted through; that is the application's to know.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id, kind=AccountKind.APPLICANT)
    employer = queries.listed_employer(employer_id)
    if employer is None:
        raise Refused.one(_("请查找并选择您现在的工作单位。"), where="employer_id", code="employer_missing")
    before = queries.employer_of(user.pk)
    if before is not None and before.pk == employer.pk:
        raise Refused.one(_("您选择的就是现在登记的单位，无需变更。"), where="employer_id", code="employer_same")
    actor = f"user:{user.pk}"
    membership = join_organization(user=user, organization=employer, role=MembershipRole.EMPLOYEE, actor=actor)
    ledger.record(
        event="account.employer_changed",
        subject=f"user:{user.pk}",
        actor=actor,
        data={"from": before.pk if before else None, "to": employer.pk},
    )
    return membership


@one_transaction
def join_invited_employer(*, actor: Actor, employer_id: int | None) -> Membership:
    """The person who invited a unit belongs to it from now on, once its county has confirmed it (S-18). Raises ``Refused``, also for a unit
    that registered without this person's invitation: others are looked for under 变更工作单位.
    """
    there = (
        invited_units(actor).filter(verified_year__isnull=False) if actor.role is Role.APPLICANT else Organization.objects.none()
    )
    if employer_id is None or not there.filter(pk=employer_id).exists():
        raise Refused.one(_("这个单位现在不能加入。请刷新页面查看。"), code="not_invited")
    return change_employer(user_id=actor.account_id, employer_id=employer_id)


@platform_language()
def _tell_new_staff(user: User, unit: Organization, actor: Actor) -> None:
    queue_notice(
        kind="staff",
        about="added",
        whose="",
        to=user.email,
        words=lambda: (
            _("您已成为本单位的经办人"),
            _(
                "%(name)s：\n\n%(by)s已为您开通%(site)s的单位管理员账号（%(unit)s），登录名为 %(username)s。\n\n"
                "第一步，打开下面的链接确认这个邮箱（24 小时内有效）：\n%(confirm)s\n\n"
                "第二步，打开下面的地址，填写本邮箱，按随后收到的邮件设置密码，即可登录：\n%(link)s\n"
            )
            % {
                "name": user.name,
                "by": actor.name,
                "site": site_name(),
                "unit": unit.name,
                "username": user.username,
                "confirm": accounts.confirmation_link(user=user),
                "link": settings.SITE_ADDRESS + reverse("account_reset_password"),
            },
        ),
        key=f"unit-staff-added:{user.pk}:{user.created_at.isoformat()}",
    )


@platform_language()
def _tell_shared_mailbox(employer: Organization) -> None:
    """To a unit's own mailbox: somebody took it for theirs. On the page a stranger would learn that it is the unit's.

    Not sent where strangers had too many sent there already.
    """
    if not brakes.may_mail(kind="taken", mailbox=employer.email):
        return
    mail.queue_mail(
        to=employer.email,
        subject=_("有人用本单位的公用邮箱注册个人账号"),
        body=_(
            "%(unit)s：\n\n刚才有人用这个邮箱在%(site)s注册个人账号，工作单位选择了贵单位。这是单位的公用邮箱，别人也能收到找回密码的邮件，所以那个新账号不能使用，填写的身份证号和手机号码也没有保存。\n\n"
            "如果是本单位的人员：请本人打开 %(register)s，用原来的登录名和密码，换成本人的常用邮箱，重新注册一次。\n"
            "如果不是，不必处理本邮件。\n"
        )
        % {
            "unit": employer.name,
            "site": site_name(),
            "register": settings.SITE_ADDRESS + reverse("register_person"),
        },
        key=f"mailbox-shared:{employer.pk}:{clock.now().isoformat()}",
    )


def shared_mailbox() -> Problem:
    """A mailbox many people read is no way back for one of them (S-35). Told to the unit alone, which knows its own."""
    text = _("这是单位的公用邮箱，别人也能收到找回密码的邮件。请填写您本人的常用邮箱。")
    return Problem(text, where="email", code="email_shared")


def _open_made_account(
    *,
    kind: AccountKind,
    person: Particulars,
    password: str | None,
    with_mobile: bool,
    reuse: User | None = None,
    units: tuple[str, ...] = (),
) -> User:
    """An account made for somebody by a colleague or an operator. What a unit is told depends on no other account but its own."""
    wrong = particulars.check_registration(person=person, password=password, with_mobile=with_mobile, units=units)

    def attempt() -> User:
        now = clock.now()
        problems = wrong + account_queries.conflicts_with_others(person, reuse=reuse, now=now)
        taken = account_queries.mailbox_holder(person.email, reuse=reuse, now=now) is not None
        if kind is AccountKind.OFFICER:
            problems += duties.number_taken_at_work(person, kind=kind) + duties.conflicts_of_duties(person, kind=kind)
            if taken:
                problems.append(Problem(_("这个邮箱已用于另一个账号，请换一个。"), where="email", code="email_taken"))
        if problems:
            raise Refused(problems)
        return accounts.open_account(
            kind=kind, person=person, password=password, acceptance=None, reuse=reuse, mailbox_is_anothers=taken
        )

    return once_more_when_taken(attempt)
