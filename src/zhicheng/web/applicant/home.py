"""我的职称 and 我的申请书: where an applicant starts, and the list of everything they ever began (S-19)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import DESKS, counting_words
from zhicheng.applications.listing import counts_first
from zhicheng.applications.models import Application, PersonYear
from zhicheng.applications.queries import VERSION_TEXTS, person_years, visible_to
from zhicheng.applications.rules import barred_problem, closed_problem, sent_already_problem
from zhicheng.applications.states import OVER
from zhicheng.applications.years import YearCount, in_year_of, same_year, year_count
from zhicheng.campaigns.models import Campaign
from zhicheng.campaigns.notice import LEVEL_NAMES
from zhicheng.campaigns.queries import CampaignNow, newest_notices, published_campaigns
from zhicheng.foundation.errors import Problem
from zhicheng.integrity.queries import ban_for
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.invitations import invited_units
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import unit_may_work
from zhicheng.web.applicant.base import actor_of, chosen_words, count_words, head_of, information_url
from zhicheng.web.applicant.following import advice
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.road import corrected_until, own_road, road_shown
from zhicheng.web.shared.windows import statuses_of

SHOWN_CAMPAIGNS = 3


@require_safe
def my_titles(request: HttpRequest) -> HttpResponse:
    """我的职称: what is open until when, my application and what to do next, the year's count, what else I must know."""
    actor = actor_of(request)
    campaigns = published_campaigns()[:SHOWN_CAMPAIGNS]
    mine = _applications_in(actor, campaigns)
    employer = Organization.objects.filter(pk=actor.organization_id).first() if actor.organization_id else None
    years = person_years(actor.history_index)
    rounds = [_round(campaign, mine, actor, employer, years) for campaign in campaigns]
    context = {
        "rounds": rounds,
        "employer": employer,
        "invited": [] if employer is not None else list(invited_units(actor)),
        "information_url": information_url(),
        "any_open": any(r["may_start"] for r in rounds),
    }
    return render(request, "applicant/my_titles.html", context)


def _applications_in(actor: Actor, campaigns: list[CampaignNow]) -> list[Application]:
    """The person's applications of these campaigns' years, the one that counts first: live ones, of these the sent, then the newest."""
    found = list(
        visible_to(actor)
        .filter(year__in={c.notice.year for c in campaigns})
        .select_related("applicant", "campaign", "campaign_version", *(desk.column for desk in DESKS))
        .defer(*VERSION_TEXTS)
    )
    return sorted(found, key=counts_first)


def _count(years: list[PersonYear], campaign: Campaign) -> YearCount:
    return year_count(in_year_of(campaign, years), campaign.pk)


def _sent_in_year_of(campaign: Campaign, applications: list[Application]) -> Application | None:
    """The one application of the campaign's year and prefecture that was sent and is not over (S-19)."""
    sent = (a for a in applications if a.current_submission_id is not None and a.state not in OVER)
    return next((a for a in sent if same_year(a.campaign, campaign)), None)


def _is_draft(application: Application) -> bool:
    return application.state not in OVER and application.current_submission_id is None


def _round(
    campaign: CampaignNow,
    applications: list[Application],
    actor: Actor,
    employer: Organization | None,
    years: list[PersonYear],
) -> dict[str, Any]:
    """One campaign as the page shows it."""
    notice = campaign.notice
    ban = ban_for(actor.history_index, notice.year)
    notes: list[Problem] = [barred_problem(notice.year, ban)] if ban else []
    unit_notes = unit_may_work(employer, notice.year) if employer is not None and campaign.may_correct else []
    year = _count(years, campaign.version.campaign)
    closed = year.closed_at is not None
    if closed:
        notes.append(closed_problem(notice.year))
    here = [a for a in applications if a.campaign_id == campaign.version.campaign_id]
    application = here[0] if here else None
    sent = _sent_in_year_of(campaign.version.campaign, applications)
    if sent is not None and sent not in here and not closed:
        notes.append(sent_already_problem(sent.number, notice.year, link=str(sent.pk)))
    case = CaseFile(application, year=year, newest=notice) if application is not None else None
    head = head_of(case) if case is not None else None
    live = application is not None and application.state not in OVER
    return {
        "notice": notice,
        "windows": [{"level": str(LEVEL_NAMES[level]), "state": state} for level, state in campaign.windows.items()],
        "statuses": statuses_of(campaign),
        "application": application,
        "head": head,
        "advice": advice(application, may_send=head["window_open"]) if application is not None and head is not None else "",
        "live": live,
        "road": own_road(case) if case is not None and live else road_shown(notice),
        "corrected": corrected_until(notice),
        "more_drafts": [{"pk": a.pk, "number": a.number, "words": chosen_words(CaseFile(a))} for a in here[1:] if _is_draft(a)],
        "may_start": campaign.may_submit_first and sent is None and not ban and not closed,
        "notes": notes,
        "unit_notes": unit_notes,
        "count_words": count_words(year.arrivals, notice.limits.committee_submissions),
        "allowed": notice.limits.committee_submissions,
        "counting": counting_words(notice),
    }


@require_safe
def my_applications(request: HttpRequest) -> HttpResponse:
    """我的申请书: all of them, newest first. The same queries for one and for thirty."""
    rows = (
        visible_to(actor_of(request))
        .select_related("applicant", "campaign", "campaign_version", "employer")
        .defer(*VERSION_TEXTS)
        .order_by("-created_at", "-id")
    )
    page = page_of(request, rows, order=("-created_at", "-id"))
    actor = actor_of(request)
    years = person_years(actor.history_index)
    newest = newest_notices(row.campaign_id for row in page)
    for row in page:
        case = CaseFile(row, year=_count(years, row.campaign), newest=newest[row.campaign_id])
        row.chosen, row.head = chosen_words(case), head_of(case)
    return render(request, "applicant/my_applications.html", {"page": page, "closed": _closed(actor, years)})


def _closed(actor: Actor, years: list[PersonYear]) -> Problem | None:
    """Why nothing can be begun, where the year of every notice that is open (of the newest, where none is) is closed or barred for the person."""
    campaigns = published_campaigns()[:SHOWN_CAMPAIGNS]
    now = [c for c in campaigns if c.may_submit_first] or campaigns[:1]
    bans = {year: ban_for(actor.history_index, year) for year in {c.notice.year for c in now}}
    found = []
    for campaign in now:
        ban, year = bans[campaign.notice.year], campaign.notice.year
        if ban is None and _count(years, campaign.version.campaign).closed_at is None:
            return None
        found.append(barred_problem(year, ban) if ban else closed_problem(year))
    return found[0] if found else None
