"""Reading integrity records."""

from __future__ import annotations

from django.db.models import QuerySet

from zhicheng.foundation.prepared import prepared
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.rules import Ban, ban_in_force
from zhicheng.organizations.actors import Actor, Role


def live_records(person_index: str) -> QuerySet[IntegrityRecord]:
    """The person's records that were not annulled."""
    return IntegrityRecord.objects.filter(person_index=person_index, annulled_at__isnull=True)


def ban_for(person_index: str, year: int) -> Ban | None:
    """The ban that closes campaign year ``year`` for the person, or ``None`` (S-80, S-81). One query."""
    if not person_index:
        return None
    bans = [Ban(r.application_year, r.first_barred_year, r.last_barred_year) for r in _live(person_index)]
    return ban_in_force(bans, year)


@prepared
def _live(person_index: str) -> QuerySet[IntegrityRecord]:
    return live_records(person_index)


def records_visible_to(actor: Actor) -> QuerySet[IntegrityRecord]:
    """The prefecture sees the records it made; nobody else sees a list of them."""
    if actor.role is not Role.PREFECTURE:
        return IntegrityRecord.objects.none()
    return IntegrityRecord.objects.filter(recorded_for_id=actor.organization_id).order_by("-recorded_at", "-id")
