"""A unit registers (S-09…S-13)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import queries as account_queries
from zhicheng.accounts.models import AccountKind
from zhicheng.accounts.rules import AcceptedText, Particulars
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations import queries, rules
from zhicheng.organizations.actions.registering import check_acceptance, join_organization, once_more_when_overtaken
from zhicheng.organizations.actions.unit_parts import (
    check_licence_owner,
    check_names_print,
    check_offices,
    code_taken,
    put_in_queue,
    put_particulars,
)
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
    unreadable: Sequence[Problem] = (),
) -> UnitVerification | None:
    """单位注册: the administrator's account, the unit, its licence, waiting at the chosen county office for ``year``.

    ``licence.evidence_id`` is a file that was kept for a visitor; ``unreadable`` is what the page could not even read. Returns None when the mailbox belongs to another account: its
    owner gets a mail and **the page must show the same as for a success**. Raises ``Refused`` with everything wrong: ``where``
    is a field of :class:`Particulars`, ``password``, ``unit_name`` or ``unit_email``, another field of :class:`UnitParticulars`
    (offices without ``_id``), ``licence``, ``licence_kind``, ``licence_issued_on`` or ``licence_valid_until``.
    """
    administrator, unit = administrator.tidied(), unit.tidied()
    problems = [*unreadable, *check_acceptance(acceptance)]
    problems += accounts.check_registration(person=administrator, password=password)
    if not administrator.position:
        problems.append(Problem(_("请填写您在本单位的职务。"), where="position", code="position_missing"))
    problems += rules.check_unit(unit) + check_names_print(unit) + check_offices(unit)
    problems += rules.check_licence(licence, today=clock.today())

    def attempt() -> UnitVerification | None:
        at = clock.now()
        reuse = account_queries.account_to_reuse(administrator, kind=AccountKind.UNIT, now=at)
        everything = problems + account_queries.conflicts_with_others(administrator, kind=AccountKind.UNIT, reuse=reuse)
        held = queries.unit_holding_code(unit.uscc)
        index = account_queries.person_index(administrator.id_number)
        if held is not None and not queries.registration_makes_room(held, for_index=index, now=at):
            everything.append(code_taken(held))
        everything += check_licence_owner(licence, user=reuse, organization=held)
        if everything:
            raise Refused(everything)
        holder = account_queries.mailbox_holder(administrator.email, reuse=reuse, now=at)
        if holder is not None:
            accounts.warn_mailbox_owner(holder=holder, tried_kind=AccountKind.UNIT)
            return None
        user = accounts.open_account(
            kind=AccountKind.UNIT, person=administrator, password=password, acceptance=acceptance, reuse=reuse
        )
        organization = held or Organization(kind=OrganizationKind.UNIT, created_at=at)
        put_particulars(organization, unit)
        organization.save()
        if held is not None:
            _step_back(held)
        join_organization(user=user, organization=organization, role=MembershipRole.STAFF)
        verification = put_in_queue(
            organization=organization,
            kind=VerificationKind.REGISTRATION,
            year=year,
            proposed=unit,
            previous=None,
            licence=licence,
            user=user,
        )
        accounts.send_confirmation(user=user)
        return verification

    return once_more_when_overtaken(attempt)


def _step_back(organization: Organization) -> None:
    """What was registered under this code and never confirmed makes room: its people leave, its request is replaced."""
    organization.memberships.filter(until__isnull=True).update(until=clock.now())
    organization.verifications.filter(state=VerificationState.PENDING).update(state=VerificationState.REPLACED)
