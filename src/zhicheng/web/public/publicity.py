"""What anybody may read of a publicity period while it runs: masked facts, dates, and how to object (S-65…S-70)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from zhicheng.applications.papers import title_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.checkpoints import head_in_words
from zhicheng.publicity.papers import opening_of
from zhicheng.publicity.queries import public_periods
from zhicheng.web.shared.http import object_or_404
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.public_facts import facts_of, with_facts, with_notices


def _unlisted(response: HttpResponse) -> HttpResponse:
    # Taken down when the period is over: no search engine keeps a copy (PIPL 第二十五条).
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response


def show_list(request: HttpRequest) -> HttpResponse:
    """正在公示: ending soonest first."""
    page = page_of(request, with_notices(public_periods(clock.today())), order=("ends_on", "id"))
    return _unlisted(render(request, "public/publicity_list.html", {"page": page, "rows": with_facts(page)}))


def show_notice(request: HttpRequest, period_id: int) -> HttpResponse:
    """One notice; gone (404) as soon as its period is over."""
    period = object_or_404(with_notices(public_periods(clock.today()), always=True), pk=period_id)
    notice = notice_of(period.application.campaign_version)
    context = {
        "period": period,
        "facts": facts_of(period),
        "title": title_of(notice, "publicity_notice"),
        "opening": "" if (get_language() or "").startswith("en") else opening_of(period, notice),
        "ledger_head": head_in_words(),
    }
    return _unlisted(render(request, "public/publicity_notice.html", context))
