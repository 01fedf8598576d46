"""What is read in one query with an application that somebody opens: small facts of each desk of its road, under names of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import OuterRef, Subquery

from zhicheng.applications.desks import DESKS, Desk
from zhicheng.applications.models import DeskDurations

_of_desks: dict[str, Callable[[Desk], Any]] = {}


def show_of_each_desk(name: str, make: Callable[[Desk], Any]) -> None:
    """Read ``make(desk)``, an expression about the application's row, with it for every desk: :func:`of_desk` finds it. For rooms below, on start-up."""
    _of_desks[name] = make


def shown_beside() -> dict[str, Any]:
    """The expressions by the names they get on the row."""
    return {_named(name, desk): make(desk) for name, make in sorted(_of_desks.items()) for desk in DESKS}


def of_desk(application: Any, name: str, desk: Desk) -> Any:
    """What was read with the row of an application about one of its desks; ``None`` where there is nothing, or it was read for something else."""
    return getattr(application, _named(name, desk), None)


def _named(name: str, desk: Desk) -> str:
    return f"{name}_{desk.role.value}"


def _durations(desk: Desk) -> Subquery:
    return Subquery(DeskDurations.objects.filter(organization=OuterRef(desk.column), year=OuterRef("year")).values("steps")[:1])


DURATIONS = "durations"
"""``DeskDurations.steps`` of a desk in the application's year."""
show_of_each_desk(DURATIONS, _durations)
