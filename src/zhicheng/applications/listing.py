"""What a desk opens most often: the first rows of its lists, read with statements that are made once (``foundation.prepared``)."""

from __future__ import annotations

from django.db.models import QuerySet

from zhicheng.applications.desks import Tab
from zhicheng.applications.models import Application
from zhicheng.applications.queries import queue
from zhicheng.foundation.prepared import prepared
from zhicheng.organizations.actors import Actor, Role


def first_in_queue(actor: Actor, *, tab: Tab, order: tuple[str, ...], most: int) -> list[Application]:
    """The first rows of :func:`~zhicheng.applications.queries.queue` in this order: what a desk opens most often. One query."""
    return _queue(actor.desk_id, role=actor.role, tab=tab, order=order, most=most)


def lists_something(actor: Actor, tab: Tab) -> bool:
    """Whether :func:`~zhicheng.applications.queries.queue` lists anything in ``tab``. One query."""
    return bool(_queue(actor.desk_id, role=actor.role, tab=tab, order=(), most=1))


@prepared
def _queue(desk_id: int, *, role: Role, tab: Tab, order: tuple[str, ...], most: int) -> QuerySet[Application]:
    rows = queue(Actor(role, organization_id=desk_id), tab=tab).order_by(*order)
    return (rows if order else rows.select_related(None).only("pk"))[:most]
