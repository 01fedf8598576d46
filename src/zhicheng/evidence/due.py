"""Which files wait for an examiner or a reader, and in which order. Takes no lock; the actions that claim one do.

A process without work asks whether there is any several times a second: those questions are prepared.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from zhicheng.evidence.models import FileReading, Intake, IntakeState, Lane, PageCheck
from zhicheng.foundation import clock
from zhicheng.foundation.prepared import prepared

RECENT = timedelta(hours=2)
_FEW_PAGES = 20
_WHO = {Lane.PEOPLE: "brought_by", Lane.VISITORS: "network"}
_OPEN = (IntakeState.WAITING.value, IntakeState.EXAMINING.value)

Intakes = QuerySet[Intake]


def due_intakes(lane: str) -> Intakes:
    """What an examiner of ``lane`` may take in hand, in the order it should: abandoned ones, first rounds before second ones, those
    whose account or network used least for what it brought in the last two hours, the oldest. Nobody of whom one is being examined.
    """
    now = clock.machine_now()
    same = _of_the_same(lane)
    used = same.filter(arrived_at__gte=now - RECENT).values(_WHO[Lane(lane)]).annotate(all=Sum("cpu_seconds")).values("all")
    return (
        _intakes_at(now, lane)
        .annotate(used=Coalesce(Subquery(used), Value(0.0), output_field=FloatField()))
        .order_by("state", "round", "used", "arrived_at", "pk")
    )


def _of_the_same(lane: str) -> Intakes:
    return Intake.objects.filter(lane=lane, **{_WHO[Lane(lane)]: OuterRef(_WHO[Lane(lane)])}).order_by()


def _intakes_at(now: datetime, lane: str) -> Intakes:
    busy = _of_the_same(lane).filter(state=IntakeState.EXAMINING).exclude(pk=OuterRef("pk"))
    return Intake.objects.filter(~Exists(busy), lane=lane, state__in=_OPEN, due_at__lte=now)


def is_intake_due(lane: str) -> bool:
    """Whether there is any of :func:`due_intakes`: an examiner without work asks several times a second."""
    return bool(_first_intake(clock.machine_now(), lane=lane))


@prepared
def _first_intake(now: datetime, *, lane: str) -> QuerySet[Intake, tuple[int]]:
    return _intakes_at(now, lane).order_by().values_list("pk")[:1]


def due_checks(lane: str) -> QuerySet[PageCheck]:
    """The kept files whose pages an examiner of ``lane`` may look at now, in the order it should: those with few pages left, the oldest."""
    due = _checks_at(clock.machine_now(), lane)
    left = ExpressionWrapper(F("file__pages") - F("next_page"), output_field=IntegerField())
    return due.annotate(long=Case(When(GreaterThan(left, _FEW_PAGES), then=1), default=0)).order_by("long", "file_id")


def _checks_at(now: datetime, lane: str) -> QuerySet[PageCheck]:
    return PageCheck.objects.filter(lane=lane, due_at__lte=now)


def is_check_due(lane: str) -> bool:
    """Whether there is any of :func:`due_checks`."""
    return bool(_first_check(clock.machine_now(), lane=lane))


@prepared
def _first_check(now: datetime, *, lane: str) -> QuerySet[PageCheck, tuple[int]]:
    return _checks_at(now, lane).order_by().values_list("pk")[:1]


def due_readings() -> QuerySet[FileReading]:
    """The kept files that a reader may read now: short ones first, then the oldest."""
    return (
        _readings_at(clock.machine_now())
        .annotate(long=Case(When(file__pages__gt=_FEW_PAGES, then=1), default=0))
        .order_by("long", "file_id")
    )


def _readings_at(now: datetime) -> QuerySet[FileReading]:
    return FileReading.objects.filter(due_at__lte=now)


def is_reading_due() -> bool:
    """Whether there is any of :func:`due_readings`."""
    return bool(_first_reading(clock.machine_now()))


@prepared
def _first_reading(now: datetime) -> QuerySet[FileReading, tuple[int]]:
    return _readings_at(now).order_by().values_list("pk")[:1]
