"""What an office has in hand, and whether it ever had anything. What the rooms above keep of it they register here; nothing is imported
upward.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zhicheng.organizations import officers
from zhicheng.organizations.models import AccountRequest, Membership, MembershipRole, Organization, UnitVerification


@dataclass(frozen=True, slots=True)
class Cases:
    """How a room tells of the cases it keeps: how many wait at an office's desk, and whether any ever named the office."""

    waiting: Callable[[Organization], int]
    ever: Callable[[Organization], bool]


_KEPT: list[Cases] = []


def keeps_cases(cases: Cases) -> None:
    """Register, once, on start-up."""
    _KEPT.append(cases)


def waits_at(office: Organization) -> int:
    """How many applications, registrations of units and requests about accounts wait for this office."""
    return officers.requests_in_hand(office.pk) + sum(cases.waiting(office) for cases in _KEPT)


def was_ever_used(office: Organization) -> bool:
    """Whether anybody ever worked in this office, or any case, registration or request was ever its own."""
    return (
        Membership.objects.filter(organization=office, role=MembershipRole.STAFF).exists()
        or UnitVerification.objects.filter(office=office).exists()
        or AccountRequest.objects.filter(office=office).exists()
        or any(cases.ever(office) for cases in _KEPT)
    )
