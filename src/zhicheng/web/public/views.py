"""What a visitor sees."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.listing import current_in
from zhicheng.campaigns.queries import current_version, notice_of, published_campaigns
from zhicheng.campaigns.rules import window_state
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role
from zhicheng.organizations.queries import standing_of
from zhicheng.publicity.audience import listed_for, unit_of
from zhicheng.web.public.notice_parts import drawn_parts
from zhicheng.web.shared import kept
from zhicheng.web.shared.http import OutOfReachError, actor_of
from zhicheng.web.shared.navigation import navigation_for
from zhicheng.web.shared.road import own_road, road_shown
from zhicheng.web.shared.units.round import current_year
from zhicheng.web.shared.windows import shown_window, windows_of

SHOWN_ON_HOME = 5


def home(request: HttpRequest) -> HttpResponse:
    """首页: what is open until when, the two registrations, sign-in, the notices, what is being publicised, help (station 0)."""
    actor = actor_of(request)
    campaigns = published_campaigns()[:SHOWN_ON_HOME]
    mine = current_in(actor, [c.version.campaign_id for c in campaigns]) if actor.role is Role.APPLICANT else {}
    shown = []
    for campaign in campaigns:
        own = mine.get(campaign.version.campaign_id)
        road = own_road(CaseFile(own, newest=campaign.notice)) if own is not None else road_shown(campaign.notice)
        shown.append((campaign, windows_of(campaign), road, own is not None))
    periods = list(listed_for(actor, clock.today())[:SHOWN_ON_HOME])
    context = {"campaigns": shown, "periods": periods, "my_unit": unit_of(actor)}
    return render(request, "public/home.html", context)


def home_signed_in(request: HttpRequest) -> HttpResponse:
    """Where each role starts after signing in: what was kept for them, else the first place of their navigation.

    A unit that may not work yet starts at 我的信息: where it stands is all there is for it (S-09…S-17).
    """
    if kept.SESSION_KEY in request.session:
        return redirect("kept_form")
    actor = actor_of(request)
    if actor.role is Role.UNIT and actor.organization_id and not standing_of(actor.organization_id, year=current_year()).may_work:
        return redirect("unit_information")
    places = navigation_for(actor, "")
    return redirect(places[0].href if places else "home")


def notice(request: HttpRequest, slug: str) -> HttpResponse:
    """The official notice of a campaign, as published: text, annexes, times, contacts."""
    version = current_version(slug)
    if version is None:
        raise OutOfReachError(f"campaign {slug}")
    text = notice_of(version)
    now = clock.now()
    windows = [shown_window(window, window_state(text, window.levels[0], now)) for window in text.windows]
    context = {"version": version, "notice": text, "windows": windows, "parts": drawn_parts(text, version.sha256)}
    return render(request, "public/notice.html", context)


def help_page(request: HttpRequest) -> HttpResponse:
    """帮助: browsers, no Flash, how to read the papers, a lost account (S-32…S-36)."""
    return render(request, "public/help.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a person, why, and who sees it."""
    return render(request, "public/privacy.html", {"library_years": settings.LIBRARY_KEPT_YEARS})
