"""Who is asking: the plain value every query and action takes instead of a request or a user."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case, F, FilteredRelation, OuterRef, Q, QuerySet, When

from zhicheng.accounts.backends import read_accounts_by
from zhicheng.accounts.models import SYSTEM_KINDS, User
from zhicheng.foundation.prepared import prepared
from zhicheng.messages.queries import unread_of
from zhicheng.messages.reading import Reader
from zhicheng.organizations.models import Membership


class Role(StrEnum):
    """The audiences of the house. A page or a move names the roles it is for."""

    ANONYMOUS = "anonymous"
    APPLICANT = "applicant"
    UNIT = "unit"
    SUPERVISING = "supervising"
    INDUSTRY = "industry"
    COUNTY = "county"
    PREFECTURE = "prefecture"
    OPERATOR = "operator"
    SECURITY = "security"
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) in the role they act in.

    ``organization_id`` is the desk they act for, or, for an applicant, the employer. ``person_index`` is the blind index
    of their identity number, by which self-review is recognised (S-08) whatever account they use.
    """

    role: Role
    user_id: int | None = None
    name: str = ""
    organization_id: int | None = None
    organization_name: str = ""
    person_index: str = ""
    # Whether this account holds its number (``accounts.claims``): somebody who only claims one is told nothing that hangs on it.
    holds_number: bool = False

    @property
    def history_index(self) -> str:
        """The person index under which the number's own history (count, closed year, bans) may be told to this actor; else empty."""
        return self.person_index if self.holds_number else ""

    @property
    def account_id(self) -> int:
        """The account's id; ``ValueError`` for somebody who is not signed in."""
        if self.user_id is None:
            raise ValueError("this actor has no account")
        return self.user_id

    @property
    def desk_id(self) -> int:
        """The id of the organization acted for; ``ValueError`` for somebody who acts for none."""
        if self.organization_id is None:
            raise ValueError("this actor acts for no organization")
        return self.organization_id

    @property
    def ref(self) -> str:
        """How the ledger names this actor: ``user:12``, ``system`` or ``anonymous``."""
        return f"user:{self.user_id}" if self.user_id else self.role.value


ANONYMOUS = Actor(role=Role.ANONYMOUS)
SYSTEM = Actor(role=Role.SYSTEM, name="系统")


def actor_for(user: Any) -> Actor:
    """The actor a signed-in ``user`` is; :data:`ANONYMOUS` for anybody else. One query, none for the account of a request."""
    if not getattr(user, "is_authenticated", False):
        return ANONYMOUS
    if user.kind in SYSTEM_KINDS:  # the role bears the account's name: they act for no organization and see no case
        return Actor(role=Role(user.kind), user_id=user.pk, name=user.name, person_index=user.id_number_index)
    membership = user.membership_read if hasattr(user, _READ) else next(iter(_memberships(user.pk)), None)
    organization = membership.organization if membership else None
    if user.kind == "applicant":
        role = Role.APPLICANT
    elif organization is not None and membership is not None and membership.role == "staff":
        role = Role(organization.kind)
    else:
        return ANONYMOUS
    return Actor(
        role=role,
        user_id=user.pk,
        name=user.name,
        organization_id=organization.pk if organization else None,
        organization_name=organization.name if organization else "",
        person_index=user.id_number_index,
        holds_number=user.number_held_at is not None,
    )


@prepared
def _memberships(user_id: int) -> QuerySet[Membership]:
    return Membership.objects.select_related("organization").filter(user_id=user_id, until__isnull=True).order_by("pk")[:1]


_READ = "membership_read"
_UNREAD = "messages_unread"


def memberships_ever(user_ids: Collection[int]) -> list[Membership]:
    """Where these accounts were and are at work, each with its organization, the oldest first. One query."""
    return list(Membership.objects.filter(user_id__in=user_ids).select_related("organization").order_by("since", "pk"))


def office_at(held: Iterable[Membership], at: datetime) -> str:
    """The organization an account was at work for at a moment, of all it ever was (:func:`memberships_ever`); empty for none."""
    names = [each.organization.name for each in held if each.since <= at and (each.until is None or at < each.until)]
    return names[-1] if names else ""


def unread_by(user: Any) -> int:
    """How many messages wait for the account of a request: its own, and those of the desk it works for. No query."""
    return int(getattr(user, _UNREAD, 0))


def inboxes_of(actor: Actor) -> list[Reader]:
    """Whose messages an actor reads: their own, and those of the desk they act for."""
    mine = [Reader(user_id=actor.account_id)]
    return (
        mine
        if actor.role is Role.APPLICANT or actor.organization_id is None
        else [*mine, Reader(organization_id=actor.organization_id)]
    )


def accounts_of_session(user_id: int) -> list[User]:
    """The account of a session with the membership it acts by, and with how many messages wait for it (:func:`unread_by`). One query: every
    request of somebody signed in sends it."""
    found = _accounts(user_id)
    for user in found:
        setattr(user, _READ, getattr(user, _READ, None))  # an account without one: nothing to ask again
    return found


@prepared
def _accounts(user_id: int) -> QuerySet[User]:
    present = FilteredRelation("memberships", condition=Q(memberships__until__isnull=True))
    desk = Case(When(**{f"{_READ}__role": "staff", "then": F(f"{_READ}__organization_id")}))
    accounts = User.objects.filter(pk=user_id).annotate(**{_READ: present}).annotate(works_for=desk)
    unread = unread_of("user", OuterRef("pk")) + unread_of("organization", OuterRef("works_for"))
    accounts = accounts.annotate(**{_UNREAD: unread})
    return accounts.select_related(f"{_READ}__organization").order_by(f"{_READ}__pk")[:1]


read_accounts_by(accounts_of_session)
