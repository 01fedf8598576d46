"""Reading publicity periods: the unit's own, those an application's people may see, and the public list."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from zhicheng.applications.models import Application
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.snapshot import publicised
from zhicheng.applications.states import State
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.clock import BEIJING
from zhicheng.publicity.models import Objection, PublicityPeriod

UPLOADS = ("notice_file", "photo_file", "result_file")


def current_period(application: Application) -> PublicityPeriod | None:
    """The application's period that was not cancelled, running or over. One query."""
    return PublicityPeriod.objects.filter(application=application, cancelled_at__isnull=True).first()


def periods_of(application: Application) -> QuerySet[PublicityPeriod]:
    """Every period the application has had, cancelled ones too, oldest first. One query."""
    return PublicityPeriod.objects.filter(application=application).order_by("id")


def public_periods(today: date) -> QuerySet[PublicityPeriod]:
    """What the public may read today: running periods only; taken down by itself when over (PIPL 第二十五条). Order ``ends_on, id``."""
    return (
        PublicityPeriod.objects.filter(
            cancelled_at__isnull=True, starts_on__lte=today, ends_on__gte=today, application__state=State.IN_PUBLICITY
        )
        .select_related("unit")
        .order_by("ends_on", "id")
    )


def periods_to_measure(calendar_versions: Collection[str]) -> QuerySet[PublicityPeriod, int]:
    """The ids of the periods not cancelled that were last measured with another calendar than these (SHA-256), oldest first."""
    return (
        PublicityPeriod.objects.filter(cancelled_at__isnull=True)
        .exclude(measured_with__in=calendar_versions)
        .order_by("id")
        .values_list("id", flat=True)
    )


def uploads_of(period: PublicityPeriod) -> list[tuple[str, EvidenceFile]]:
    """What the unit has uploaded of this period (S-51), in the notice's order: (``notice_file``, file), … One query at most each."""
    found = ((name, getattr(period, name)) for name in UPLOADS)
    return [(name, file) for name, file in found if file is not None]


def publicity_file(application: Application, file_id: int) -> EvidenceFile | None:
    """The file, if the unit uploaded it in a period of this application, cancelled ones included."""
    listed = PublicityPeriod.objects.filter(application=application).filter(
        Q(notice_file=file_id) | Q(photo_file=file_id) | Q(result_file=file_id)
    )
    return EvidenceFile.objects.filter(pk=file_id).first() if listed.exists() else None


def objections_of(period: PublicityPeriod) -> QuerySet[Objection]:
    """Every objection of a period, oldest first."""
    return period.objections.select_related("registered_by", "decided_by").order_by("id")


def shown_facts_sha256(application: Application) -> str:
    """The hash of what the current submission would show on a notice."""
    submission = application.current_submission
    if submission is None:
        return ""
    return digest(publicised(snapshot_of(submission)))


def publicised_again_needed(application: Application, period: PublicityPeriod | None, *, always: bool) -> bool:
    """Whether the present submission must be shown (again): no period yet, or a publicised fact changed (G-08)."""
    if period is None:
        return True
    if period.submission_id == application.current_submission_id:
        return False
    return always or broken_off(period) or period.facts_sha256 != shown_facts_sha256(application)


def broken_off(period: PublicityPeriod) -> bool:
    """Whether the application was returned or ended while the period was running: fewer days than the law asks were shown (S-39)."""
    breaks = period.application.history.filter(move__in=["unit_return", "reject_fraud", "bar"], at__gte=period.opened_at)
    broke = breaks.order_by("id").first()
    return broke is not None and broke.at.astimezone(BEIJING).date() <= period.ends_on
