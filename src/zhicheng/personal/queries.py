"""Reading the copy, always through its owner."""

from __future__ import annotations

from django.db.models import Q

from zhicheng.applications.models import Application
from zhicheng.applications.states import OVER
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor
from zhicheng.personal.models import TRIED_FOR, DataCopy


def copy_of(actor: Actor) -> DataCopy | None:
    """The actor's copy, made or being made; none whose time is over, nor one that should have come long ago (``TRIED_FOR``). One query."""
    now = clock.now()
    in_time = Q(goes_at__gt=now) | Q(held="", asked_at__gt=now - TRIED_FOR)
    return DataCopy.objects.filter(in_time, pk=actor.account_id).first()


def unsent_of(actor: Actor) -> list[Application]:
    """The actor's applications of every year that were never sent and are not over, the newest first."""
    never_sent = Application.objects.filter(applicant_id=actor.account_id, current_submission__isnull=True)
    return list(never_sent.exclude(state__in=OVER).only("number", "year").order_by("-id"))
