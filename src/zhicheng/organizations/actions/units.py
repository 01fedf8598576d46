"""A unit registers (S-09…S-13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import particulars
from zhicheng.accounts import queries as account_queries
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import AcceptedText, Particulars
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import lock_rows, once_more_when_taken
from zhicheng.organizations import queries, rules
from zhicheng.organizations.actions.registering import (
    check_acceptance,
    end_memberships,
    join_organization,
)
from zhicheng.organizations.actions.unit_parts import (
    check_licence_owner,
    check_names_print,
    check_offices,
    code_taken,
    put_in_queue,
    put_particulars,
)
from zhicheng.organizations.invitations import inviter
from zhicheng.organizations.models import (
    MembershipRole,
    Organization,
    OrganizationKind,
    UnitVerification,
    VerificationKind,
    VerificationState,
)
from zhicheng.organizations.rules import Licence, UnitParticulars


def register_unit(
    *,
    administrator: Particulars,
    password: str,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    acceptance: AcceptedText | None,
    invitation: str = "",
    unreadable: Sequence[Problem] = (),
) -> UnitVerification | None:
    """单位注册: the administrator's account, the unit, its licence, waiting at the chosen county office for ``year``.

    ``licence.evidence_id`` is a file that was kept for a visitor; ``invitation`` the code a person of the unit handed over, empty without
    one; ``unreadable`` is what the page could not even read. Returns
    None when the mailbox belongs to another account: its owner gets a mail, the new account can never be used, and so no office
    ever sees the registration; **the page must show the same as for a success**.
    Raises ``Refused`` with everything wrong: ``where`` is a field of :class:`Particulars`, ``password``, ``unit_name`` or ``unit_email``, another field of :class:`UnitParticulars`
    (offices without ``_id``), ``invitation``, ``licence``, ``licence_kind``, ``licence_issued_on`` or ``licence_valid_until``.
    """
    administrator, unit = administrator.tidied(), unit.tidied()
    invited_by = inviter(invitation)
    problems = [*unreadable, *_problems_of_form(administrator, password, unit, licence, acceptance)]
    if invitation.strip() and invited_by is None:
        problems.append(_invitation_unknown())

    def attempt() -> UnitVerification | None:
        at = clock.now()
        reuse = account_queries.account_to_reuse(administrator, kind=AccountKind.UNIT, password=password)
        held = _locked_with_its_people(queries.unit_holding_code(unit.uscc))
        conflicts = account_queries.conflicts_with_others(administrator, reuse=reuse, now=at)
        if held is not None and not queries.registration_makes_room(held, for_user=reuse, now=at):
            conflicts.append(code_taken(held))
        conflicts += check_licence_owner(licence, user=reuse, organization=held)
        if problems or conflicts:
            raise Refused([*problems, *conflicts])
        holder = account_queries.mailbox_holder(administrator.email, reuse=reuse, now=at)
        user = accounts.open_account(
            kind=AccountKind.UNIT,
            person=administrator,
            password=password,
            acceptance=acceptance,
            reuse=reuse,
            mailbox_is_anothers=holder is not None,
        )
        verification = _found_unit(held, unit, licence, year, user=user, at=at, invited_by=invited_by)
        accounts.send_confirmation(user=user)
        return verification if holder is None else None

    return once_more_when_taken(attempt)


def _invitation_unknown() -> Problem:
    text = _("邀请码不对或者已经失效。请向给您邀请码的人核对；没有邀请码的，请留空，不影响注册。")
    return Problem(text, where="invitation", code="invitation_unknown")


def _problems_of_form(
    administrator: Particulars, password: str, unit: UnitParticulars, licence: Licence, acceptance: AcceptedText | None
) -> list[Problem]:
    """Everything wrong with what was typed, whoever else is registered."""
    problems = check_acceptance(acceptance)
    problems += particulars.check_registration(person=administrator, password=password, units=(unit.name, unit.uscc))
    if not administrator.position:
        problems.append(Problem(_("请填写您在本单位的职务。"), where="position", code="position_missing"))
    problems += rules.check_unit(unit) + check_names_print(unit) + check_offices(unit)
    return problems + rules.check_licence(licence, today=clock.today())


def _found_unit(
    held: Organization | None,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    *,
    user: User,
    at: datetime,
    invited_by: User | None,
) -> UnitVerification:
    """The unit with its administrator, waiting at its county office. ``held``: the unconfirmed one whose place it takes."""
    organization = held or Organization(kind=OrganizationKind.UNIT, created_at=at)
    put_particulars(organization, unit)
    organization.save()
    if held is not None:
        _step_back(held, actor=f"user:{user.pk}")
    join_organization(user=user, organization=organization, role=MembershipRole.STAFF, actor=f"user:{user.pk}")
    return put_in_queue(
        organization=organization,
        kind=VerificationKind.REGISTRATION,
        year=year,
        proposed=unit,
        previous=None,
        licence=licence,
        user=user,
        invited_by=invited_by,
    )


def _locked_with_its_people(held: Organization | None) -> Organization | None:
    """The unit as it is now; nobody confirms its administrator's mailbox, and no office decides on it, before this registration ends.

    Accounts are locked before anything else (docs/structure.md).
    """
    if held is None:
        return None
    people = User.objects.filter(memberships__organization_id=held.pk, memberships__until__isnull=True).values("pk")
    lock_rows(User.objects.filter(pk__in=people, kind=AccountKind.UNIT))
    return (
        Organization.objects.select_for_update(no_key=True).filter(pk=held.pk).first()
    )  # gone if it was overdue (unconfirmed.py)


def _step_back(organization: Organization, *, actor: str) -> None:
    """What was registered under this code and never confirmed makes room: its people leave, its request is replaced."""
    end_memberships(organization.memberships.all(), actor=actor)
    organization.verifications.filter(state=VerificationState.PENDING).update(state=VerificationState.REPLACED)
