"""What is opened most often: the first rows of a desk's lists, read with statements that are made once (``foundation.prepared``), and which
application of each round an applicant is at.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from zhicheng.applications.desks import Tab
from zhicheng.applications.models import Application
from zhicheng.applications.queries import VERSION_TEXTS, queue, visible_to
from zhicheng.applications.states import OVER
from zhicheng.foundation.prepared import prepared
from zhicheng.organizations.actors import Actor, Role


def first_in_queue(actor: Actor, *, tab: Tab, order: tuple[str, ...], most: int) -> list[Application]:
    """The first rows of :func:`~zhicheng.applications.queries.queue` in this order: what a desk opens most often. One query."""
    return _queue(actor.desk_id, role=actor.role, tab=tab, order=order, most=most)


def lists_something(actor: Actor, tab: Tab) -> bool:
    """Whether :func:`~zhicheng.applications.queries.queue` lists anything in ``tab``. One query."""
    return bool(_queue(actor.desk_id, role=actor.role, tab=tab, order=(), most=1))


def current_in(actor: Actor, campaign_ids: Collection[int]) -> dict[int, Application]:
    """Of each of these campaigns the applicant's application that counts: not over, a sent one before a draft, then the newest. One query."""
    rows = visible_to(actor).filter(campaign_id__in=campaign_ids).exclude(state__in=OVER)
    rows = rows.select_related("campaign_version").defer(*VERSION_TEXTS)
    return {row.campaign_id: row for row in sorted(rows, key=counts_first, reverse=True)}


def counts_first(application: Application) -> tuple[bool, bool, int]:
    """The order in which a person's applications of a round count: live ones, of these the sent, then the newest."""
    return application.state in OVER, application.current_submission_id is None, -application.pk


@prepared
def _queue(desk_id: int, *, role: Role, tab: Tab, order: tuple[str, ...], most: int) -> QuerySet[Application]:
    rows = queue(Actor(role, organization_id=desk_id), tab=tab).order_by(*order)
    return (rows if order else rows.select_related(None).only("pk"))[:most]
