"""The floor under each list: a view that reads just the shown columns of one page of rows and writes them into cells, nothing else.

It stands behind the same middleware (session, sign-in, access), so what is left of the ratio is the page's own: words, frame, marks,
links, what is computed. The URL configuration of ``page_visits.py``, for a measurement alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils.functional import cached_property

from zhicheng.applications import queries
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessRefusal, LedgerEntry, OutboxMessage, OutboxState
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Membership, UnitVerification, VerificationState
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.urls import urlpatterns as pages_of_the_site
from zhicheng.web.access import ACCESS, EVERYBODY

ROWS = 30
_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>-</title></head><body><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</table></body></html>"""

Rows = Callable[[Actor], QuerySet[Any, Any]]


def _queue(actor: Actor) -> QuerySet[Any, Any]:
    columns = ("employer__name", "title", "number", "current_submission__submitted_at", "arrivals", "entered_state_at")
    return queries.queue(actor).values_list("id", "applicant_name", *columns)


def _registrations(actor: Actor) -> QuerySet[Any, Any]:
    rows = UnitVerification.objects.filter(office_id=actor.organization_id, state=VerificationState.PENDING)
    return rows.values_list("id", "organization__name", "organization__uscc", "kind", "year", "submitted_at").order_by("id")


def _people(actor: Actor) -> QuerySet[Any, Any]:
    rows = Membership.objects.filter(organization_id=actor.organization_id, until__isnull=True)
    return rows.values_list("user_id", "user__name", "user__username", "user__mobile", "since").order_by("id")


def _stuck(_actor: Actor) -> QuerySet[Any, Any]:
    rows = OutboxMessage.objects.filter(state=OutboxState.FAILED)
    return rows.values_list("id", "kind", "key", "last_error", "created_at").order_by("-id")


def _publicised(_actor: Actor) -> QuerySet[Any, Any]:
    today = clock.today()
    running = PublicityPeriod.objects.filter(cancelled_at__isnull=True, starts_on__lte=today, ends_on__gte=today)
    columns = ("application__applicant_name", "unit__name", "application__title", "starts_on", "ends_on")
    return running.values_list("id", *columns).order_by("ends_on", "id")


# (address, who opens it) → the rows with their columns.
BARE: dict[tuple[str, str], Rows] = {
    **{("desk_queue", who): _queue for who in ("unit", "county", "prefecture")},
    ("publicity_list", "unit"): _publicised,
    ("office_registrations", "county"): _registrations,
    ("unit_people", "unit"): _people,
    ("office_integrity", "prefecture"): lambda _actor: IntegrityRecord.objects.values_list(
        "id", "name", "application_year", "first_barred_year", "last_barred_year", "recorded_at", "reason"
    ).order_by("-id"),
    ("system_stuck", "operator"): _stuck,
    ("system_ledger", "auditor"): lambda _actor: LedgerEntry.objects.values_list(
        "number", "at", "event", "subject", "actor"
    ).order_by("-number"),
    ("system_refusals", "auditor"): lambda _actor: AccessRefusal.objects.values_list(
        "id", "at", "actor", "path", "reason"
    ).order_by("-id"),
}


class _Bare:
    """One such view."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    @cached_property
    def template(self) -> Any:
        return engines["django"].from_string(_PAGE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(self.template.render({"rows": self.rows(request.actor)[:ROWS]}, request))  # type: ignore[attr-defined]


urlpatterns = [
    *(path(f"bare/{name}/{who}/", _Bare(rows), name=f"bare_{name}_{who}") for (name, who), rows in BARE.items()),
    *pages_of_the_site,
]


def install() -> None:
    """Put them beside the pages of the site, in this process."""
    ACCESS.update({f"bare_{name}_{who}": EVERYBODY for name, who in BARE})
    settings.ROOT_URLCONF = __name__
