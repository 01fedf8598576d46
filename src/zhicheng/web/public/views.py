"""What a visitor sees."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext

from zhicheng.campaigns.notice import LEVEL_NAMES, Window
from zhicheng.campaigns.queries import CampaignNow, current_version, notice_of, published_campaigns
from zhicheng.campaigns.rules import WindowPhase, WindowState, window_state
from zhicheng.documents.queries import verify_paper
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role
from zhicheng.organizations.queries import standing_of
from zhicheng.publicity.queries import public_periods
from zhicheng.web.public.forms import VerifyForm
from zhicheng.web.shared import kept
from zhicheng.web.shared.http import OutOfReachError, actor_of
from zhicheng.web.shared.navigation import navigation_for
from zhicheng.web.shared.units.round import current_year

SHOWN_ON_HOME = 5


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """A row of “what is open until when”: the levels that share it, its status (kind ``campaign``), and its times."""

    levels: str
    status: str
    state: WindowState
    words: str | Promise


_PHASES = {
    WindowPhase.NOT_YET: ("planned", gettext_lazy("尚未开始。")),
    WindowPhase.OPEN: ("open", gettext_lazy("可以申报、上报。")),
    WindowPhase.CORRECTION_ONLY: ("closing", gettext_lazy("不再接受首次上报；被退回的可以修改后重新上报。")),
    WindowPhase.CLOSED: ("closed", gettext_lazy("已经结束。")),
}


def _shown(window: Window, state: WindowState) -> ShownWindow:
    status, words = _PHASES[state.phase]
    levels = pgettext("between items of a list", "、").join(str(LEVEL_NAMES[level]) for level in window.levels)
    return ShownWindow(levels, status, state, words)


def windows_of(campaign: CampaignNow) -> list[ShownWindow]:
    """The windows of a campaign as the notice groups its levels."""
    return [_shown(window, campaign.windows[window.levels[0]]) for window in campaign.notice.windows]


def home(request: HttpRequest) -> HttpResponse:
    """首页: what is open until when, the two registrations, sign-in, the notices, what is being publicised, help (station 0)."""
    shown = [(campaign, windows_of(campaign)) for campaign in published_campaigns()[:SHOWN_ON_HOME]]
    periods = list(public_periods(clock.today())[:SHOWN_ON_HOME])
    return render(request, "public/home.html", {"campaigns": shown, "periods": periods})


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
    windows = [_shown(window, window_state(text, window.levels[0], now)) for window in text.windows]
    return render(request, "public/notice.html", {"version": version, "notice": text, "windows": windows})


def help_page(request: HttpRequest) -> HttpResponse:
    """帮助: browsers, no Flash, how to read the papers, a lost account (S-32…S-36)."""
    return render(request, "public/help.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a person, why, and who sees it."""
    return render(request, "public/privacy.html")


def verify(request: HttpRequest) -> HttpResponse:
    """Whether a printed paper is ours and still holds (S-48, S-50). The QR code brings both values along."""
    form = VerifyForm(request.GET if "serial" in request.GET or "code" in request.GET else None)
    result = None
    status = 200
    if form.is_bound:
        if form.is_valid():
            result = verify_paper(serial=form.cleaned_data["serial"], code=form.cleaned_data["code"])
        else:
            status = 422
    response = render(request, "public/verify.html", {"form": form, "result": result}, status=status)
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response
