"""Reading publicity periods: the unit's own, those an application's people may see, and those that run."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.snapshot import publicised
from zhicheng.applications.states import State
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.clock import BEIJING
from zhicheng.foundation.prepared import prepared
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import is_self_review
from zhicheng.publicity.models import Objection, ObjectionState, PublicityPeriod
from zhicheng.publicity.rules import Objections

UPLOADS = ("notice_file", "photo_file", "result_file")


def all_periods(application: Application) -> list[PublicityPeriod]:
    """Every period the application has had, cancelled ones too, oldest first, with the unit's uploads. One query."""
    return _periods(application.pk)


@prepared
def _periods(application_id: int) -> QuerySet[PublicityPeriod]:
    return PublicityPeriod.objects.filter(application_id=application_id).select_related(*UPLOADS).order_by("id")


def period_of(case: CaseFile) -> PublicityPeriod | None:
    """The period that was not cancelled, running or over, as the case file tells it (:func:`all_periods`)."""
    return next((period for period in case.part(all_periods) if period.cancelled_at is None), None)


def running_periods(today: date) -> QuerySet[PublicityPeriod]:
    """What is shown today, to whomever (:mod:`.audience`); taken down by itself when over (PIPL 第二十五条). Order ``ends_on, id``."""
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
    """What the unit has uploaded of this period (S-51), in the notice's order: (``notice_file``, file), …"""
    found = ((name, getattr(period, name)) for name in UPLOADS)
    return [(name, file) for name, file in found if file is not None]


def publicity_file(application: Application, file_id: int) -> EvidenceFile | None:
    """The file, if the unit uploaded it in a period of this application, cancelled ones included."""
    listed = PublicityPeriod.objects.filter(application=application).filter(
        Q(notice_file=file_id) | Q(photo_file=file_id) | Q(result_file=file_id)
    )
    return EvidenceFile.objects.filter(pk=file_id).first() if listed.exists() else None


def objections_in_period(application: Application) -> list[Objection]:
    """Every objection of the application's current period, oldest first; none where there is no period. One query."""
    return _objections(application.pk)


def objections_counted(case: CaseFile) -> Objections:
    """How many of the current period's objections are open and how many stand."""
    found = case.part(objections_in_period)
    return Objections(open=sum(o.state == ObjectionState.OPEN for o in found), stand=sum(o.stands for o in found))


def objections_told(case: CaseFile, actor: Actor) -> list[Objection]:
    """The current period's objections as ``actor`` may read them: whom they concern reads none, at whichever account (S-70)."""
    return [] if is_self_review(actor, case.application.person_index) else case.part(objections_in_period)


@prepared
def _objections(application_id: int) -> QuerySet[Objection]:
    current = PublicityPeriod.objects.filter(application_id=application_id, cancelled_at__isnull=True)
    return Objection.objects.filter(period__in=current).select_related("registered_by", "decided_by").order_by("id")


def objections_for_county(actor: Actor) -> QuerySet[Objection]:
    """The objections whose name and contact this county alone may read, and those its units have upheld, lifted ones too, whether or not it has
    had the application; newest first, none about the officer's own publicity (S-40, S-70).
    """
    if actor.role is not Role.COUNTY:
        return Objection.objects.none()
    told = Q(county_only=True) | Q(state=ObjectionState.UPHELD)
    kept = Objection.objects.filter(told, period__application__county_office=actor.desk_id)
    if actor.person_index:
        kept = kept.exclude(period__application__person_index=actor.person_index)
    notice = "period__application__campaign_version"
    kept = kept.select_related("period__unit", notice, "decided_by", "lifted_by")
    return kept.defer(f"{notice}__notice", f"{notice}__source_text").order_by("-id")


def shown_facts_sha256(case: CaseFile) -> str:
    """The hash of what the current submission would show on a notice."""
    return digest(publicised(case.snapshot)) if case.submission is not None else ""


def publicised_again_needed(case: CaseFile) -> bool:
    """Whether the present submission must be shown (again): no period yet, or a publicised fact changed (G-08)."""
    period = period_of(case)
    if period is None:
        return True
    if period.submission_id == case.application.current_submission_id:
        return _was_stopped_since(case) and case.part(_broken_off, period)
    always = case.notice.policies.repeat_publicity == "always"
    return always or case.part(_broken_off, period) or period.facts_sha256 != shown_facts_sha256(case)


def _was_stopped_since(case: CaseFile) -> bool:
    """Whether the same submission came back after its publicity was opened: it was stopped, and the objection was lifted."""
    for change in reversed(case.history):
        if change.move in ("lift", "open_publicity"):
            return change.move == "lift"
    return False


def _broken_off(_application: Application, period: PublicityPeriod) -> bool:
    return broken_off(period)


def broken_off(period: PublicityPeriod) -> bool:
    """Whether the application was returned or ended while the period was running: fewer days than the law asks were shown (S-39)."""
    moves = StatusChange.objects.filter(application_id=period.application_id, at__gte=period.opened_at)
    breaks = moves.filter(move__in=["unit_return", "stop", "reject_fraud", "bar"])
    broke = breaks.order_by("id").first()
    return broke is not None and broke.at.astimezone(BEIJING).date() <= period.ends_on
