"""工作台: what waits for a desk, longest first, and what it has already dealt with, newest first."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from zhicheng.applications import queries
from zhicheng.applications.desks import BY_ROLE, TABS, Desk, Tab, Tabs, words_of
from zhicheng.applications.listing import first_in_queue, lists_something
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of, published_campaigns, versions_of
from zhicheng.campaigns.rules import deadline_in_force
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import unit_may_work
from zhicheng.review.models import PaperDossier
from zhicheng.web.shared.desk.waiting import due_of, waited_days
from zhicheng.web.shared.http import actor_of
from zhicheng.web.shared.paging import KeysetPage, page_of

_WORDS: dict[str, Any] = {
    "to_publish": gettext_lazy("待公示"),
    "publicity": gettext_lazy("公示中"),
    "reported": gettext_lazy("已报出"),
    "accepted": gettext_lazy("已受理"),
    "returned": gettext_lazy("已退回"),
    "over": gettext_lazy("已终止"),
    "closed": gettext_lazy("不再受理或终止"),
    "other": gettext_lazy("其他"),
}


def queue(request: HttpRequest) -> HttpResponse:
    """工作台: what waits for this desk, longest first; what it has dealt with, newest first."""
    actor = actor_of(request)
    tabs, desk = TABS[actor.role], BY_ROLE[actor.role]
    words = {**_WORDS, "waiting": _waiting_words(desk), "passed": desk.words.passed}
    chosen = request.GET.get("show", "")
    current = chosen if chosen in tabs else next(iter(tabs))
    tab = tabs[current]
    rows = queries.queue(actor, tab=tab)
    unit = request.GET.get("unit", "").strip() if actor.role is not Role.UNIT else ""
    if unit:
        rows = rows.filter(employer__name__icontains=unit)
    waits = bool(tab.states) and set(tab.states) <= set(BY_ROLE[actor.role].holds)
    order = ("entered_state_at", "id") if waits else ("-entered_state_at", "-id")
    first = partial(_first, actor, tab, order)
    page = page_of(request, rows, order=order, first=None if unit else first)
    _add_dossiers(page, actor)
    context = {
        "page": page,
        "filters": [{"key": k, "words": words[k], "current": k == current} for k in _shown(actor, tabs, current)],
        "current": current,
        "unit": unit,
        "is_unit": actor.role is Role.UNIT,
        "is_first": current == next(iter(tabs)),
        "waits": waits,
        "one_state": len(tab.states) == 1 and current != "other",
        "any_due": _add_waiting(page, actor),
        "gate": gate_of(actor),
    }
    return render(request, "shared/desk/queue.html", context)


def _first(actor: Actor, tab: Tab, order: tuple[str, ...], most: int) -> list[Application]:
    return first_in_queue(actor, tab=tab, order=order, most=most)


def _waiting_words(desk: Desk) -> str:
    """What waits is called 待终审 where every published notice gives this desk the last word."""
    said = {str(words_of(desk, campaign.notice).waiting) for campaign in published_campaigns()} if desk.reached else set()
    return said.pop() if len(said) == 1 else gettext("待审核")


def _shown(actor: Actor, tabs: Tabs, current: str) -> list[str]:
    """The tabs that are offered: those that stand always, and of the others those that list something. One query for each of these."""
    return [key for key, tab in tabs.items() if tab.standing or key == current or lists_something(actor, tab)]


def gate_of(actor: Actor) -> list[Problem]:
    """Why the unit may not work yet in the newest campaign (S-14); empty for offices and verified units."""
    if actor.role is not Role.UNIT:
        return []
    campaigns = published_campaigns()
    if not campaigns:
        return []
    return unit_may_work(Organization.objects.get(pk=actor.desk_id), campaigns[0].notice.year)


def _add_dossiers(page: Any, actor: Actor) -> None:
    """One query for the page: what each application's paper dossier looks like at this desk."""
    rows = list(page)
    newest: dict[int, PaperDossier] = {}
    for dossier in PaperDossier.objects.filter(application__in=[r.pk for r in rows], desk_id=actor.organization_id).order_by(
        "id"
    ):
        newest[dossier.application_id] = dossier
    for row in rows:
        found = newest.get(row.pk)
        row.dossier = found if found and found.submission_id == row.current_submission_id else None


def _add_waiting(page: KeysetPage, actor: Actor) -> bool:
    """How long each row has waited, until when it may, and what is applied for; one query. Whether any row has a deadline."""
    rows: list[Any] = list(page)
    notices, newest = {}, {}
    for version in versions_of({r.campaign_id for r in rows}):
        notices[version.pk] = newest[version.campaign_id] = notice_of(version)
    now = clock.now()
    for row in rows:
        notice = notices[row.campaign_version_id]
        row.waited_days = waited_days(row, now)
        corrected = row.current_submission.number > 1
        desk = actor.role.value
        until = deadline_in_force(notice, newest[row.campaign_id], row.level, desk, corrected=corrected)
        row.due = due_of(row, until, actor.role, now)
        row.state_words = state_words(State(row.state), notice).staff
        row.title_words = _title_words(row, notice)
        row.arrivals_allowed = notice.limits.committee_submissions
        row.is_last_arrival = row.arrivals >= row.arrivals_allowed
    return any(row.due for row in rows)


def _title_words(row: Application, notice: Notice) -> str:
    """工程师 · 水利, in the language of the request."""
    chosen = notice.chosen(row.series, row.specialty, row.title)
    return " · ".join(str(part) for part in (chosen.title, chosen.specialty) if part is not None)
