"""What an office has to do with applications, for who opens and closes its accounts. Loaded on start-up."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from zhicheng.applications import lifecycle
from zhicheng.applications.models import Application
from zhicheng.applications.queries import queue
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.in_hand import Cases, keeps_cases
from zhicheng.organizations.models import Organization


def waiting_at(office: Organization) -> int:
    """How many applications wait at the desk of this office."""
    return queue(Actor(role=Role(office.kind), organization_id=office.pk)).order_by().count()


def named_ever(office: Organization) -> bool:
    """Whether any application, a draft among them, ever named the office as a desk of its way."""
    ways = (Q(**{desk.column: office}) for desk in lifecycle.HIGHER)
    return Application.objects.filter(reduce(or_, ways)).exists()


keeps_cases(Cases(waiting=waiting_at, ever=named_ever))
