"""Who may read a running publicity: the people of its unit everything it says; everybody else who is shown,
by which unit, when and where to object, where the notice says so.

“在本单位范围内” (S-38) is the default. The desks it has reached see it at their desk, as every part of the case.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from zhicheng.campaigns.queries import versions_named_to_all
from zhicheng.organizations.actors import Actor, Role
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import running_periods


def unit_of(actor: Actor) -> int | None:
    """The unit whose publicities ``actor`` may read: its administrators', and that of employees whose identity it or an office has seen.

    Whoever registers names an employer as they like: until somebody has seen the card they read nothing of colleagues here (page 10 of
    the decisions); the posted paper and its link are open to them like to everybody who stands before it.
    """
    if actor.role is Role.UNIT or (actor.role is Role.APPLICANT and actor.holds_number):
        return actor.organization_id
    return None


def opened_to(actor: Actor, today: date) -> QuerySet[PublicityPeriod]:
    """The running periods that ``actor`` reads as one of the unit. Order ``ends_on, id``."""
    unit = unit_of(actor)
    return running_periods(today).filter(unit_id=unit) if unit is not None else running_periods(today).none()


def listed_for(actor: Actor, today: date) -> QuerySet[PublicityPeriod]:
    """The running periods that stand in ``actor``'s list: those of the unit, and those whose notice lets everybody read who is shown."""
    return running_periods(today).filter(Q(unit_id=unit_of(actor)) | Q(application__campaign_version__in=versions_named_to_all()))
