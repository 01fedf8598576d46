"""When applications are looked at for reminders: noted with each move, and again when a newer notice is there."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from zhicheng.applications.models import Application, ReminderWatch
from zhicheng.campaigns.queries import current_versions
from zhicheng.messages.reading import Reader


def look_again(application: Application, at: datetime) -> None:
    """Let the application be looked at now; a part of what follows a move, in its transaction."""
    ReminderWatch.objects.update_or_create(
        application=application,
        defaults={"look_at": at},
        create_defaults={
            "look_at": at,
            "campaign_id": application.campaign_id,
            "seen_version_id": application.campaign_version_id,
        },
    )


def to_look_at(at: datetime, *, most: int) -> list[int]:
    """The applications whose time has come, or that have not been looked at under the newest notice; the longest due first. Two queries."""
    due = ReminderWatch.objects.filter(look_at__lte=at).order_by("look_at", "pk").values_list("pk", flat=True)[:most]
    stale = Q()
    for campaign, version in current_versions().values_list("campaign_id", "pk"):
        stale |= Q(campaign=campaign, seen_version__lt=version)
    moved = ReminderWatch.objects.filter(stale).order_by("pk").values_list("pk", flat=True)[:most] if stale else []
    return list(dict.fromkeys([*due, *moved]))[:most]


def due_for(reader: Reader, before: datetime) -> list[int]:
    """The reader's applications, as applicant or as employer, that are to be looked at before a moment. One query."""
    theirs = Q(application__applicant=reader.user_id) if reader.user_id else Q(application__employer=reader.organization_id)
    return list(ReminderWatch.objects.filter(theirs, look_at__lt=before).order_by("look_at", "pk").values_list("pk", flat=True))
