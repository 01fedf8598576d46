"""Reads about employers and offices, each with its jurisdiction built in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from zhicheng.accounts import claims, second_factor
from zhicheng.accounts.models import AccountKind, IdentityConfirmation, User
from zhicheng.accounts.queries import mailbox_confirmed
from zhicheng.accounts.rules import mailbox_is_released
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.deciders import where_decided
from zhicheng.organizations.models import (
    AccountRequest,
    AccountRequestState,
    Membership,
    MembershipRole,
    Organization,
    OrganizationKind,
    UnitVerification,
    VerificationState,
)
from zhicheng.organizations.rules import unit_may_work
from zhicheng.standards.text import compact

SEARCH_LIMIT = 20
#: Characters a search for an employer needs.
SEARCH_LEAST = 2


@dataclass(frozen=True, slots=True)
class EmployerFound:
    """What anybody may know of an employer when looking for their own; nothing about its people."""

    id: int
    name: str
    uscc: str
    nature: str
    region_code: str
    approved: bool


def confirmed_staff() -> QuerySet[Membership]:
    """Current desk members of the outer organization whose mailbox is confirmed; for use inside ``Exists``."""
    return Membership.objects.filter(
        organization=OuterRef("pk"), until__isnull=True, role=MembershipRole.STAFF, user__emailaddress__verified=True
    )


def listed_employers() -> QuerySet[Organization]:
    """Employers that can be chosen: approved once, or registered by somebody whose mailbox is confirmed.

    One that still waits for its county is listed too: people may register first (S-07), and are told who is waited for (S-08).
    """
    return Organization.objects.filter(Q(verified_year__isnull=False) | Exists(confirmed_staff()), kind=OrganizationKind.UNIT)


def search_employers(text: str, *, limit: int = SEARCH_LIMIT) -> list[EmployerFound]:
    """Employers by part of the name or the beginning of the credit code, at most ``limit``, in the order of names.

    Fewer than :data:`SEARCH_LEAST` characters find nothing: a list of everybody helps nobody.
    """
    words = " ".join(text.split())
    if len(words) < SEARCH_LEAST:
        return []
    matching = Q(name__icontains=words)
    code = compact(words)
    if len(code) >= 6 and code.isascii() and code.isalnum():
        matching |= Q(uscc__startswith=code)
    rows = listed_employers().filter(matching).order_by("name", "id")[:limit]
    return [employer_found(row) for row in rows]


def employer_found(row: Organization) -> EmployerFound:
    """The public facts of one employer."""
    return EmployerFound(row.pk, row.name, row.uscc, row.nature, row.region_code, row.verified_year is not None)


def listed_employer(employer_id: int | None) -> Organization | None:
    """The employer with this id if it can be chosen."""
    return listed_employers().filter(pk=employer_id).first() if employer_id is not None else None


def receiving_office(office_id: int | None) -> Organization | None:
    """The county title office with this id, if it is one."""
    return receiving_offices().filter(pk=office_id).first() if office_id is not None else None


def receiving_offices() -> QuerySet[Organization]:
    """材料接收部门: the county title offices a unit may choose from (S-12), by region code."""
    return Organization.objects.filter(kind=OrganizationKind.COUNTY).order_by("region_code", "id")


def supervising_bodies() -> QuerySet[Organization]:
    """主管单位 a unit may name."""
    return Organization.objects.filter(kind=OrganizationKind.SUPERVISING).order_by("name", "id")


def office_of_region(region_code: str) -> Organization | None:
    """The county office of a region: what is suggested to a unit there, or under a credit code of there (S-12), never decided."""
    return receiving_offices().filter(region_code=region_code).first() if region_code else None


def unit_holding_code(uscc: str) -> Organization | None:
    """The unit registered under this credit code."""
    return Organization.objects.filter(kind=OrganizationKind.UNIT, uscc=uscc).first()


def registration_makes_room(organization: Organization, *, for_user: User | None, now: datetime) -> bool:
    """Whether registering again may take the place of a registration that nobody confirmed and no office ever decided on.

    At once for the same administrator (``for_user``, known by log-in name and password), for anybody when the link that
    would have confirmed it has run out: a credit code is held against nobody for ever.
    """
    if organization.verified_year is not None or organization.verifications.filter(decided_at__isnull=False).exists():
        return False
    if Organization.objects.filter(Exists(confirmed_staff()), pk=organization.pk).exists():
        return False
    latest = organization.verifications.select_related("submitted_by").order_by("-submitted_at", "-id").first()
    if latest is None or latest.submitted_by == for_user:
        return True
    return mailbox_is_released(confirmed=False, opened_at=latest.submitted_at, now=now)


def unconfirmed_colleague(organization_id: int, *, username: str) -> User | None:
    """The member of this desk with this log-in name who has not confirmed the mailbox: added once more when it was mistyped."""
    colleague = staff_of(organization_id).filter(username__iexact=username).first()
    return colleague if colleague is not None and not mailbox_confirmed(colleague) else None


def staff_of(organization_id: int) -> QuerySet[User]:
    """The current desk members of an organization, in the order they came."""
    return User.objects.filter(
        memberships__organization_id=organization_id, memberships__until__isnull=True, memberships__role=MembershipRole.STAFF
    ).order_by("memberships__since", "id")


def colleagues_of(organization_id: int) -> QuerySet[User]:
    """The desk members as a list shows them, each with the ``mailbox`` that was typed, confirmed or not, usable or not (S-36)."""
    typed = EmailAddress.objects.filter(user=OuterRef("pk"), primary=True).values("email")[:1]
    return staff_of(organization_id).annotate(mailbox=Subquery(typed))


def mailboxes_of(organization: Organization) -> list[tuple[str, str]]:
    """Where mail to an organization goes: its own mailbox or, without one, those of its current staff that are confirmed.

    Each with a name for the key of a mail that tells nobody's address: ``organization:5``, ``user:12``. At most one query.
    """
    if organization.email:
        return [(f"organization:{organization.pk}", organization.email)]
    return [(f"user:{user.pk}", user.email) for user in confirmed_staff_of(organization.pk)]


def confirmed_staff_of(organization_id: int) -> QuerySet[User]:
    """The current desk members who read the mail that is sent to them: their mailbox is confirmed and their account in use."""
    return staff_of(organization_id).filter(is_active=True, emailaddress__primary=True, emailaddress__verified=True)


def employer_of(user_id: int) -> Organization | None:
    """Where a person works now."""
    current = Membership.objects.select_related("organization").filter(user_id=user_id, until__isnull=True).first()
    return current.organization if current else None


def employers_of(user_ids: Sequence[int]) -> dict[int, str]:
    """The names of the organizations these people belong to now, by their ids; one query."""
    current = Membership.objects.filter(user_id__in=user_ids, until__isnull=True)
    return dict(current.values_list("user_id", "organization__name"))


# --- The county's queue ---


def verifications_for(actor: Actor) -> QuerySet[UnitVerification]:
    """Requests this actor may see: a county office its own, the prefecture all below it (G-03), a unit its own. A registration
    whose mailbox is not confirmed is nobody's work yet."""
    everything = UnitVerification.objects.annotate(decided_at_office=where_decided())
    if actor.organization_id is None:
        return everything.none()
    if actor.role is Role.COUNTY:
        return everything.filter(_mailbox_of(OuterRef("submitted_by")), office_id=actor.organization_id)
    if actor.role is Role.PREFECTURE:
        return everything.filter(_mailbox_of(OuterRef("submitted_by")), office__superior_office_id=actor.organization_id)
    if actor.role is Role.UNIT:
        return everything.filter(organization_id=actor.organization_id)
    return everything.none()


def pending_verifications(actor: Actor) -> QuerySet[UnitVerification]:
    """The queue: what waits, for a list ordered by ``submitted_at``, ``id`` (longest waiting first)."""
    return (
        verifications_for(actor)
        .filter(state=VerificationState.PENDING)
        .select_related("organization", "office", "submitted_by")
        .order_by("submitted_at", "id")
    )


def decided_verifications(actor: Actor) -> QuerySet[UnitVerification]:
    """What was decided, for a list ordered by ``decided_at``, ``id``, newest first."""
    return (
        verifications_for(actor)
        .filter(state__in=[VerificationState.APPROVED, VerificationState.RETURNED])
        .select_related("organization", "office", "decided_by")
        .order_by("-decided_at", "-id")
    )


def verification_for(actor: Actor, verification_id: int) -> UnitVerification | None:
    """One request with everything its page shows, or None when it is not this actor's to see."""
    return (
        verifications_for(actor)
        .select_related("organization", "office", "licence", "submitted_by", "decided_by")
        .filter(pk=verification_id)
        .first()
    )


def verification_handed_over(actor: Actor, verification_id: int) -> UnitVerification | None:
    """A request that is not this actor's to see any more because their office handed it over (转交); ``None`` for any other.

    For the one sentence that says where it went; its licence and particulars are the new office's alone.
    """
    if actor.role is not Role.COUNTY:
        return None
    row = UnitVerification.objects.select_related("office").filter(pk=verification_id).exclude(transfers=[]).first()
    if row is None or all(move["from"] != actor.organization_id for move in row.transfers):
        return None
    return row


def units_with_this_licence(verification: UnitVerification) -> list[str]:
    """The names of other units that handed in the very same file (S-13: a licence that is not that unit's)."""
    same = UnitVerification.objects.filter(licence__sha256=verification.licence.sha256)
    others = same.exclude(organization_id=verification.organization_id).order_by("organization__name")
    return list(others.values_list("organization__name", flat=True).distinct()[:5])


# --- The unit's own view ---


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands for one year: what it may do, why not, what is waiting and what came before (S-14…S-17)."""

    organization: Organization
    year: int
    hindrances: list[Problem]
    pending: UnitVerification | None
    latest: UnitVerification | None
    history: list[UnitVerification]

    @property
    def may_work(self) -> bool:
        """Whether the unit may accept, review and report."""
        return not self.hindrances


def standing_of(organization_id: int, *, year: int) -> Standing:
    """The unit's standing for the campaign of ``year``; two queries. Raises ``Organization.DoesNotExist``."""
    organization = Organization.objects.select_related("receiving_office", "supervising_body").get(
        pk=organization_id, kind=OrganizationKind.UNIT
    )
    history: list[UnitVerification] = [
        *UnitVerification.objects.filter(organization_id=organization_id)
        .select_related("office", "licence", "decided_by", "submitted_by")
        .annotate(decided_at_office=where_decided())
        .order_by("-submitted_at", "-id")
    ]
    return Standing(
        organization=organization,
        year=year,
        hindrances=unit_may_work(organization, year),
        pending=next((v for v in history if v.state == VerificationState.PENDING), None),
        latest=history[0] if history else None,
        history=history,
    )


def last_approved(organization_id: int) -> UnitVerification | None:
    """The request approved last: its licence is what a newer one is compared with (S-16)."""
    return (
        UnitVerification.objects.filter(organization_id=organization_id, state=VerificationState.APPROVED)
        .select_related("licence")
        .order_by("-decided_at", "-id")
        .first()
    )


def returned_before(verification: UnitVerification) -> UnitVerification | None:
    """The unit's request just before this one, if it was returned: what was asked then is what this one has to have mended."""
    before = UnitVerification.objects.filter(organization_id=verification.organization_id, pk__lt=verification.pk)
    last = before.select_related("decided_by").order_by("-id").first()
    return last if last is not None and last.state == VerificationState.RETURNED else None


# --- Lost mailboxes, lost second factors and corrections (S-18, S-36) ---

OPEN_REQUEST = (AccountRequestState.PENDING, AccountRequestState.APPROVED)


def _confirmed_accounts(kind: AccountKind) -> QuerySet[User]:
    """Active accounts whose mailbox was confirmed once: one that never was is simply registered anew (S-35).

    Each with ``has_factor``: whether it asks for a code after the password.
    """
    confirmed = User.objects.filter(_mailbox_of(OuterRef("pk")), kind=kind, is_active=True)
    return confirmed.annotate(has_factor=second_factor.of_this_account())


def _mailbox_of(user: OuterRef) -> Exists:
    return Exists(EmailAddress.objects.filter(user=user, verified=True))


def people_of(actor: Actor) -> QuerySet[User]:
    """The applicants who work at the actor's unit now, for a list ordered by ``name``, ``id``; nobody for any other role.

    ``open_requests`` of each holds what is asked for the account and not yet over.
    """
    people = _confirmed_accounts(AccountKind.APPLICANT)
    if actor.role is not Role.UNIT or actor.organization_id is None:
        return people.none()
    here = Membership.objects.filter(
        user=OuterRef("pk"), organization_id=actor.organization_id, role=MembershipRole.EMPLOYEE, until__isnull=True
    )
    waiting = AccountRequest.objects.filter(state__in=OPEN_REQUEST).select_related("office")
    return (
        people.filter(Exists(here))
        .prefetch_related(Prefetch("account_requests", queryset=waiting, to_attr="open_requests"))
        .order_by("name", "id")
    )


def unit_administrators_for(actor: Actor) -> QuerySet[User]:
    """The administrators of units that report to the actor's county office; nobody for any other role."""
    people = _confirmed_accounts(AccountKind.UNIT)
    if actor.role is not Role.COUNTY or actor.organization_id is None:
        return people.none()
    here = Membership.objects.filter(
        user=OuterRef("pk"),
        organization__receiving_office_id=actor.organization_id,
        role=MembershipRole.STAFF,
        until__isnull=True,
    )
    return people.filter(Exists(here)).order_by("name", "id")


def confirmable_by(actor: Actor) -> QuerySet[User]:
    """Whose card a desk can say it has seen: a unit its people's, a county its units', the prefecture whose number another account holds."""
    if actor.role is Role.UNIT:
        return people_of(actor)
    people = User.objects.filter(
        _mailbox_of(OuterRef("pk")), kind__in=[AccountKind.APPLICANT, AccountKind.UNIT], is_active=True
    ).order_by("name", "id")
    if actor.role not in {Role.COUNTY, Role.PREFECTURE} or actor.organization_id is None:
        return people.none()
    here = Membership.objects.filter(user=OuterRef("pk"), until__isnull=True)
    if actor.role is Role.COUNTY:
        return people.filter(Exists(here.filter(organization__receiving_office_id=actor.organization_id)))
    below = here.filter(organization__receiving_office__superior_office_id=actor.organization_id)
    done = IdentityConfirmation.objects.filter(user=OuterRef("pk"), source=f"organization:{actor.organization_id}")
    return people.filter(Exists(below), Exists(claims.holding_besides()) | Exists(done))


def account_requests_for(actor: Actor) -> QuerySet[AccountRequest]:
    """Requests this actor may see: a unit what it asked for, a county what it decides or asked for, the prefecture all below it."""
    everything = AccountRequest.objects.select_related(
        "user", "unit", "requested_for", "office", "requested_by", "decided_by", "scan"
    ).annotate(decided_at_office=where_decided())
    mine = actor.organization_id
    if mine is None:
        return everything.none()
    if actor.role is Role.UNIT:
        return everything.filter(requested_for_id=mine)
    if actor.role is Role.COUNTY:
        return everything.filter(Q(office_id=mine) | Q(requested_for_id=mine))
    if actor.role is Role.PREFECTURE:
        return everything.filter(Q(office_id=mine) | Q(office__superior_office_id=mine))
    return everything.none()


def pending_account_requests(actor: Actor) -> QuerySet[AccountRequest]:
    """The queue, for a list ordered by ``requested_at``, ``id``: longest waiting first."""
    return account_requests_for(actor).filter(state=AccountRequestState.PENDING).order_by("requested_at", "id")


def past_account_requests(actor: Actor) -> QuerySet[AccountRequest]:
    """Everything that was decided or withdrawn, for a list ordered by ``requested_at``, ``id``, newest first."""
    return account_requests_for(actor).exclude(state=AccountRequestState.PENDING).order_by("-requested_at", "-id")


def may_decide(actor: Actor, request: AccountRequest) -> bool:
    """Whether a request the actor can see is the actor's to decide: the office's own, or the prefecture in its stead (G-03)."""
    return actor.role is Role.PREFECTURE or (actor.role is Role.COUNTY and request.office_id == actor.organization_id)
