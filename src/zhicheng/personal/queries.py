"""Reading the copy, always through its owner."""

from __future__ import annotations

from zhicheng.applications.models import Application
from zhicheng.applications.states import OVER
from zhicheng.organizations.actors import Actor
from zhicheng.personal.models import DataCopy


def copy_of(actor: Actor) -> DataCopy | None:
    """The actor's copy, made or being made. One query."""
    return DataCopy.objects.filter(pk=actor.account_id).first()


def unsent_of(actor: Actor) -> list[Application]:
    """The actor's applications of every year that were never sent and are not over, the newest first."""
    never_sent = Application.objects.filter(applicant_id=actor.account_id, current_submission__isnull=True)
    return list(never_sent.exclude(state__in=OVER).only("number", "year").order_by("-id"))
