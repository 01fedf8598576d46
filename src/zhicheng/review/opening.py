"""Whether the desk that an application has come to has begun with it: from then on the desk before cannot take its pass back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER
from zhicheng.applications.models import StatusChange
from zhicheng.applications.papers import subject_of
from zhicheng.applications.states import State
from zhicheng.foundation import looks, queries
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Organization
from zhicheng.organizations.queries import staff_of
from zhicheng.review.queries import all_dossiers


@dataclass(frozen=True, slots=True)
class Begun:
    """The desk's ``office`` has begun, and when: it opened the application, or has its papers (``has_papers``)."""

    office: Organization
    at: datetime
    has_papers: bool


def begun_since(case: CaseFile, change: StatusChange) -> Begun | None:
    """What the desk above the unit that ``change`` brought the application to has done with it since: the first look at it, its files or its
    number, else the papers it has recorded. At most two queries.
    """
    desk = HOLDER.get(State(change.to_state))
    if desk is None or not desk.reached:
        return None
    office: Organization = getattr(case.application, desk.column)
    staff = [f"user:{pk}" for pk in staff_of(office.pk).values_list("pk", flat=True)]
    opened = Q(what=looks.CASE, thing=name_of(change)) | Q(actor__in=staff, at__gte=change.at)
    first = queries.looks(subject=subject_of(case.application.pk)).filter(opened).order_by("id").first()
    if first is not None:
        return Begun(office, first.at, has_papers=False)
    current = case.application.current_submission_id
    papers = [d for d in case.part(all_dossiers) if (d.desk_id, d.submission_id) == (office.pk, current)]
    since = [dossier.recorded_at for dossier in papers if dossier.recorded_at >= change.at]
    return Begun(office, since[-1], has_papers=True) if since else None


def is_to_be_noted(case: CaseFile, actor: Actor) -> bool:
    """Whether ``actor`` opens the application at the desk it waits at, above the unit, and this has not been noted yet. Two queries, none
    where the row was read ``with_opening`` (``applications.queries.get_application``) or waits elsewhere.
    """
    desk = HOLDER.get(State(case.application.state))
    if desk is None or not desk.reached or desk.role is not actor.role:
        return False
    known: bool | None = getattr(case.application, "opened_here", None)
    if known is not None:
        return not known
    seen = queries.looks(actor=actor.ref, subject=subject_of(case.application.pk))
    return not seen.filter(what=looks.CASE, thing=name_of(case.history[-1])).exists()


def name_of(change: StatusChange) -> str:
    """How the access log names the move that brought an application to a desk."""
    return f"move:{change.pk}"
