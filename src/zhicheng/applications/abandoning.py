"""Which returned applications the clock gives up (视为放弃, G-02), and which it takes up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from zhicheng.applications.models import Application
from zhicheng.applications.states import OVER, State
from zhicheng.campaigns.queries import windows_in_force
from zhicheng.campaigns.rules import WindowState


def to_abandon(at: datetime, *, most: int) -> list[int]:
    """At most so many returned applications whose last moment for corrections is over at ``at`` (G-02), oldest first. Two queries."""
    return _to_be_corrected(State.RETURNED, at, lambda window: window.is_over, most)


def to_take_up(at: datetime, *, most: int) -> list[int]:
    """At most so many abandoned applications that can be corrected again at ``at``: the notice gave more time. Two queries.

    Those whose person has sent another one since, or whose year was closed by another one, cannot come back: left out, they keep
    none waiting.
    """
    same_year = Application.objects.filter(
        prefecture_office=OuterRef("prefecture_office"), year=OuterRef("year"), person_index=OuterRef("person_index")
    )
    another = same_year.filter(applicant=OuterRef("applicant"), current_submission__isnull=False).exclude(state__in=OVER)
    closed = same_year.filter(state=State.CLOSED_FOR_YEAR)
    return _to_be_corrected(State.ABANDONED, at, lambda window: window.may_correct, most, ~Exists(another), ~Exists(closed))


def _to_be_corrected(state: State, at: datetime, is_meant: Callable[[WindowState], bool], most: int, *also: Any) -> list[int]:
    meant = Q()
    for version, windows in windows_in_force(at).items():
        if levels := [level for level, window in windows.items() if is_meant(window)]:
            meant |= Q(campaign_version_id=version, level__in=levels)
    rows = Application.objects.filter(meant, *also, state=state) if meant else Application.objects.none()
    return list(rows.order_by("id").values_list("id", flat=True)[:most])
