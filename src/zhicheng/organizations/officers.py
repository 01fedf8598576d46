"""Reads about the people who work in offices: whose accounts somebody may open and close, and what they would leave behind."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left

from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, User
from zhicheng.organizations.actors import SYSTEM, Actor, Role
from zhicheng.organizations.models import (
    AccountRequest,
    AccountRequestState,
    FactorReset,
    FactorResetState,
    Membership,
    MembershipRole,
    OfficerChange,
    OfficerChangeKind,
    Organization,
    OrganizationKind,
    UnitVerification,
    VerificationState,
)


def offices_for(actor: Actor) -> QuerySet[Organization]:
    """The offices whose people are this actor's to open, move and close, by kind and region.

    The prefecture: its own, its counties' and those of the supervising bodies and departments of its region. The security administrator and the server: every
    office there is. Nobody for any other role.
    """
    offices = Organization.objects.exclude(kind=OrganizationKind.UNIT).order_by("kind", "region_code", "name", "id")
    if actor.role in {Role.SECURITY, Role.SYSTEM}:
        return offices
    if actor.role is not Role.PREFECTURE or actor.organization_id is None:
        return offices.none()
    own = Organization.objects.filter(pk=actor.organization_id)
    region = Left(Subquery(own.values("region_code")), 4)
    bodies = ~Q(kind__in=[OrganizationKind.PREFECTURE, OrganizationKind.COUNTY]) & Q(region_code__startswith=region)
    return offices.filter(Q(pk=actor.organization_id) | Q(superior_office_id=actor.organization_id) | bodies)


def office_for(actor: Actor, office_id: int | None) -> Organization | None:
    """The office with this id if its people are the actor's to keep."""
    return offices_for(actor).filter(pk=office_id).first() if office_id is not None else None


def bureau_over(office: Organization) -> Organization | None:
    """The prefecture's bureau that keeps the people of this office, itself for the bureau; ``None`` where its region has none."""
    if office.kind == OrganizationKind.PREFECTURE:
        return office
    if office.superior_office_id is not None:
        return office.superior_office
    bureaus = Organization.objects.filter(kind=OrganizationKind.PREFECTURE, region_code__startswith=office.region_code[:4])
    return bureaus.order_by("pk").first()


def officers_in(office: Organization) -> QuerySet[User]:
    """Everybody who works, or worked last, in this office, for the server: by login name."""
    return officers_for(SYSTEM).filter(office_id=office.pk).order_by("username")  # type: ignore[misc]


def officers_for(actor: Actor) -> QuerySet[User]:
    """The officers of these offices, those who left among them, for a list ordered by ``name``, ``id``.

    Each carries ``office_id`` and ``office_name``: where they work, or worked last.
    """
    last = Membership.objects.filter(user=OuterRef("pk"), role=MembershipRole.STAFF).order_by("-id")
    people = User.objects.filter(kind=AccountKind.OFFICER).annotate(
        office_id=Subquery(last.values("organization_id")[:1]), office_name=Subquery(last.values("organization__name")[:1])
    )
    return people.filter(office_id__in=offices_for(actor).order_by().values("pk")).order_by("name", "id")


def accounts_for(actor: Actor) -> QuerySet[User]:
    """Whose second factor is this actor's to reset: the officers, and for the security administrator the three who run the system."""
    mine = officers_for(actor).order_by().values("pk")
    running = Q(kind__in=SYSTEM_KINDS) if actor.role in {Role.SECURITY, Role.SYSTEM} else Q(pk__in=[])
    return User.objects.filter(Q(pk__in=mine) | running)


def system_accounts() -> QuerySet[User]:
    """The three who run the system, in use, by kind."""
    return User.objects.filter(kind__in=SYSTEM_KINDS, is_active=True).order_by("kind", "id")


def others_in(user_id: int, office_id: int) -> QuerySet[User]:
    """Who else works in the office now and could take over."""
    here = Membership.objects.filter(organization_id=office_id, until__isnull=True, role=MembershipRole.STAFF)
    return User.objects.filter(pk__in=here.values("user_id"), is_active=True).exclude(pk=user_id).order_by("name", "id")


def office_of(user_id: int) -> Organization | None:
    """Where an officer works, or worked last."""
    last = (
        Membership.objects.filter(user_id=user_id, role=MembershipRole.STAFF)
        .select_related("organization")
        .order_by("-id")
        .first()
    )
    return last.organization if last is not None else None


def requests_in_hand(office_id: int) -> int:
    """How many registrations of units and requests about accounts wait for this office."""
    units = UnitVerification.objects.filter(office_id=office_id, state=VerificationState.PENDING).count()
    return units + AccountRequest.objects.filter(office_id=office_id, state=AccountRequestState.PENDING).count()


def changes_of(user_id: int) -> list[tuple[OfficerChange, FactorReset | None]]:
    """What became of the account, newest first; with a factor that was reset the request for it: who asked, when, and in which words.
    Three queries.
    """
    changes = (
        OfficerChange.objects.filter(user_id=user_id).select_related("office", "to_office", "handed_to", "by").order_by("-id")
    )
    done = FactorReset.objects.filter(user_id=user_id, state=FactorResetState.DONE).select_related("asked_by")
    # Each consent makes one of either, in one transaction: they stand in the same order.
    resets = iter(done.order_by("-decided_at", "-id"))
    return [(one, next(resets, None) if one.kind == OfficerChangeKind.FACTOR_RESET else None) for one in changes]


def pending_reset(user_id: int) -> FactorReset | None:
    """The request to reset this account's second factor that waits for a second person."""
    return FactorReset.objects.filter(user_id=user_id, state=FactorResetState.PENDING).select_related("asked_by").first()


def consent_is_on_the_server(person: User, asked_by_id: int | None) -> bool:
    """Whether nobody on the site but who asks could consent to the reset of this account: one of the three who run the system, and
    no other security administrator. Then it is done on the server (``zhicheng office consent-reset``)."""
    others = User.objects.filter(kind=AccountKind.SECURITY, is_active=True).exclude(pk__in=[person.pk, asked_by_id or 0])
    return person.kind in SYSTEM_KINDS and not others.exists()


def resets_for(actor: Actor) -> QuerySet[FactorReset]:
    """Every request to reset a second factor about an account that is this actor's to reset, decided ones among them."""
    return FactorReset.objects.filter(user_id__in=accounts_for(actor).values("pk"))


def pending_resets(actor: Actor) -> QuerySet[FactorReset]:
    """Every such request this actor may decide, longest waiting first."""
    waiting = resets_for(actor).filter(state=FactorResetState.PENDING)
    return waiting.exclude(user_id=actor.user_id or 0).select_related("user", "asked_by").order_by("asked_at", "id")


def names_of_organizations(ids: Iterable[int]) -> dict[int, str]:
    """The names of units and offices by id, as they are called today; without a query for none."""
    wanted = set(ids)
    return dict(Organization.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
