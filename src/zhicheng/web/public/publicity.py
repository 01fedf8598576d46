"""What people of a unit read of a publicity period while it runs: facts without any number, dates, and how to object (S-38, S-65…S-70).

The open internet finds name, unit and days in the list, where the notice says so (``publicity/audience.py``).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from zhicheng.applications.papers import title_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.checkpoints import head_in_words
from zhicheng.organizations.actors import Role
from zhicheng.publicity.audience import listed_for, opened_to, unit_of
from zhicheng.publicity.links import key_of, period_of_link
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.papers import opening_of
from zhicheng.publicity.queries import running_periods
from zhicheng.web.shared.http import OutOfReachError, actor_of, object_or_404
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.public_facts import facts_of, with_notices


def _unlisted(response: HttpResponse) -> HttpResponse:
    # Taken down when the period is over: no search engine keeps a copy (PIPL 第二十五条).
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response


def show_list(request: HttpRequest) -> HttpResponse:
    """正在公示: ending soonest first."""
    actor, today = actor_of(request), clock.today()
    unit = unit_of(actor)
    page = page_of(request, with_notices(listed_for(actor, today)), order=("ends_on", "id"))
    rows = [_row(period, reverse("publicity_notice", args=[period.pk]), own=period.unit_id == unit) for period in page]
    context = {"page": page, "rows": rows, "of_unit": unit is not None}
    context["unconfirmed"] = unit is None and actor.role is Role.APPLICANT
    return _unlisted(render(request, "public/publicity_list.html", context))


def _row(period: PublicityPeriod, address: str, *, own: bool = True) -> tuple[PublicityPeriod, dict[str, Any] | None, str]:
    """A period with its facts and the address of its notice; of another unit's neither."""
    return (period, facts_of(period), address) if own else (period, None, "")


def show_notice(request: HttpRequest, period_id: int) -> HttpResponse:
    """One notice, for people of its unit; gone (404) as soon as its period is over, and for everybody else."""
    periods = opened_to(actor_of(request), clock.today())
    period = object_or_404(with_notices(periods, always=True), pk=period_id)
    return _unlisted(render(request, "public/publicity_notice.html", _shown(period)))


def show_list_by_link(request: HttpRequest, period_id: int, key: str) -> HttpResponse:
    """What else the unit shows just now, for whoever came by a posted paper; each with a link of its own."""
    period = _period_of_link(request, period_id, key)
    shown = running_periods(clock.today()).filter(unit_id=period.unit_id)
    page = page_of(request, with_notices(shown), order=("ends_on", "id"))
    rows = [_row(one, reverse("publicity_link", args=[one.pk, key_of(one.pk)])) for one in page]
    return _unlisted(render(request, "public/publicity_list.html", {"page": page, "rows": rows, "of_unit": True}))


def show_notice_by_link(request: HttpRequest, period_id: int, key: str) -> HttpResponse:
    """One notice, for whoever scanned the code on the posted paper (S-38). A wrong key and a period that is over are one 404."""
    period = _period_of_link(request, period_id, key)
    whole = object_or_404(with_notices(running_periods(clock.today()), always=True), pk=period.pk)
    context = _shown(whole) | {"list_address": reverse("publicity_link_list", args=[period.pk, key])}
    return _unlisted(render(request, "public/publicity_notice.html", context))


def _period_of_link(request: HttpRequest, period_id: int, key: str) -> PublicityPeriod:
    period = period_of_link(period_id, key, clock.today())
    if period is None:
        raise OutOfReachError(f"link of publicity {period_id}")
    return period


def _shown(period: PublicityPeriod) -> dict[str, Any]:
    notice = notice_of(period.application.campaign_version)
    return {
        "period": period,
        "list_address": reverse("publicity_list"),
        "facts": facts_of(period),
        "title": title_of(notice, "publicity_notice"),
        "opening": "" if (get_language() or "").startswith("en") else opening_of(period, notice),
        "ledger_head": head_in_words(),
    }
