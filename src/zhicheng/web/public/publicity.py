"""What people of a unit read of a publicity period while it runs: facts without any number, dates, and how to object (S-38, S-65…S-70).

The open internet finds name, unit, days and where to turn in the list, where the notice says so (``publicity/audience.py``). Of what is
not shown any more, whoever could read it finds that it is over and where to turn.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhicheng.applications.papers import title_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.words import zh_office
from zhicheng.foundation import clock
from zhicheng.foundation.checkpoints import head_in_words
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import Role
from zhicheng.publicity.actions import Said, raise_objection
from zhicheng.publicity.audience import listed_for, opened_to, unit_of
from zhicheng.publicity.links import key_of, period_of_link, period_of_sheet
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.papers import opening_of
from zhicheng.publicity.queries import broken_off, running_periods
from zhicheng.web.public.forms import ObjectionForm
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.http import OutOfReachError, actor_of, go, object_or_404, render_refused
from zhicheng.web.shared.limits import too_many
from zhicheng.web.shared.paging import page_of
from zhicheng.web.shared.public_facts import facts_of, with_notices

_KEPT_FROM_UNIT = gettext_lazy("您的姓名和联系方式只有县（市）能看到。")


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
    context = {"page": page, "rows": rows, "of_unit": unit is not None, "open_to_all": any(one.unit_id != unit for one in page)}
    context["of_others_alone"] = context["open_to_all"] and not opened_to(actor, today).exists()
    context["unconfirmed"] = unit is None and actor.role is Role.APPLICANT
    return _unlisted(render(request, "public/publicity_list.html", context))


def _row(period: PublicityPeriod, address: str, *, own: bool = True) -> tuple[PublicityPeriod, dict[str, Any] | None, str]:
    """A period with its facts and the address of its notice; of another unit's neither."""
    return (period, facts_of(period), address) if own else (period, None, "")


def show_notice(request: HttpRequest, period_id: int) -> HttpResponse:
    """One notice, for people of its unit; gone as soon as its period is over, and for everybody else (404)."""
    actor, today = actor_of(request), clock.today()
    if not opened_to(actor, today).filter(pk=period_id).exists():
        return _not_shown(request, object_or_404(PublicityPeriod.objects.filter(unit_id=unit_of(actor)), pk=period_id))
    if request.method == "POST":
        return _object(request, object_or_404(opened_to(actor, today), pk=period_id))
    return _page(request, object_or_404(with_notices(opened_to(actor, today), always=True), pk=period_id))


def show_list_by_link(request: HttpRequest, period_id: int, key: str) -> HttpResponse:
    """What else the unit shows just now, for whoever came by a posted paper; each with a link of its own."""
    period = period_of_link(period_id, key, clock.today())
    if period is None:
        return _sheet_only(request, period_id, key)
    shown = running_periods(clock.today()).filter(unit_id=period.unit_id)
    page = page_of(request, with_notices(shown), order=("ends_on", "id"))
    rows = [_row(one, reverse("publicity_link", args=[one.pk, key_of(one.pk)])) for one in page]
    return _unlisted(render(request, "public/publicity_list.html", {"page": page, "rows": rows, "of_unit": True}))


def show_notice_by_link(request: HttpRequest, period_id: int, key: str) -> HttpResponse:
    """One notice, for whoever scanned the code on the posted paper (S-38). A wrong key and a period that never was are one 404."""
    period = period_of_link(period_id, key, clock.today())
    if period is None:
        return _sheet_only(request, period_id, key)
    return _object(request, period, key) if request.method == "POST" else _page(request, _whole(period), key)


def _whole(period: PublicityPeriod) -> PublicityPeriod:
    return with_notices(running_periods(clock.today()), always=True).get(pk=period.pk)


def _sheet_only(request: HttpRequest, period_id: int, key: str) -> HttpResponse:
    """The paper still hangs, what it leads to is taken down."""
    period = period_of_sheet(period_id, key)
    if period is None:
        raise OutOfReachError(f"link of publicity {period_id}")
    return _not_shown(request, period)


def _not_shown(request: HttpRequest, period: PublicityPeriod) -> HttpResponse:
    """That it is over and where to turn; nothing of the person. An objection that came too late is given back as it was written."""
    context = {
        "why": _why_not_shown(period),
        "period": period,
        "places": (period.unit, period.application.county_office),
        "unsaid": request.POST.get("content", ""),
    }
    return _unlisted(render(request, "public/publicity_over.html", context, status=422 if request.method == "POST" else 200))


def _why_not_shown(period: PublicityPeriod) -> str:
    """``ahead`` of it, ``over`` after its last day, else broken off ``early``."""
    if clock.today() < period.starts_on:
        return "ahead"
    return "over" if clock.today() > period.ends_on and not broken_off(period) else "early"


def _object(request: HttpRequest, period: PublicityPeriod, key: str = "") -> HttpResponse:
    """What somebody of the unit objects (S-70): said to nobody but the unit and, where they ask, the county."""
    if too_many(request, what="objection"):
        return braked(request)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return _page(request, _whole(period), key, form=form)
    said = Said(**form.cleaned_data)
    try:
        raise_objection(actor=actor_of(request), period_id=period.pk, said=said, key=key)
    except Refused as refused:
        return _page(request, _whole(period), key, form=form, refused=refused)
    messages.success(request, _("已收到您反映的情况，单位会核实处理。") + (str(_KEPT_FROM_UNIT) if said.county_only else ""))
    return go(request, request.path)


def _page(
    request: HttpRequest,
    period: PublicityPeriod,
    key: str = "",
    *,
    form: ObjectionForm | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    """The notice with the form below it; ``key``: for whoever came by the posted paper."""
    notice = notice_of(period.application.campaign_version)
    context = {
        "period": period,
        "facts": facts_of(period),
        "title": title_of(notice, "publicity_notice"),
        "opening": "" if (get_language() or "").startswith("en") else opening_of(period, notice),
        "ledger_head": head_in_words(),
        "office": zh_office(period.office),
        "list_address": reverse("publicity_link_list", args=[period.pk, key]) if key else reverse("publicity_list"),
        "form": form or ObjectionForm(),
    }
    if form is not None:
        return _unlisted(render_refused(request, "public/publicity_notice.html", context, refused))
    return _unlisted(render(request, "public/publicity_notice.html", context))
