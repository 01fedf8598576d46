"""我能报什么: what somebody could apply for, before anything is registered or filled (S-21, domain §2.5).

Nothing that is typed here is kept: it stands in the page's address, which holds no name and no number and can be kept as a link.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.campaigns.answers import named
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import current_version, notice_of
from zhicheng.campaigns.rules import (
    Prospect,
    SlotRequirement,
    openings,
    prospects,
    slot_requirements,
    window_for,
    window_state,
)
from zhicheng.campaigns.texts import Contact
from zhicheng.foundation import clock
from zhicheng.web.access import ACCESS
from zhicheng.web.public.self_check_form import SelfCheckForm
from zhicheng.web.shared.carried import MOST, carry
from zhicheng.web.shared.conditions import conditions_for, shown_conditions
from zhicheng.web.shared.http import OutOfReachError, actor_of, go
from zhicheng.web.shared.windows import ShownWindow, shown_window

MAY_APPLY = ACCESS["self_check_carry"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One line of the papers to get ready: a slot of the notice, its years where it wants one for each, who brings it, and whether it
    is wanted of everybody."""

    number: str
    label: str
    wants: str
    said_years: str
    owner: str
    required: bool


@require_safe
def self_check(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions and, once something is answered, every open title with its verdict; with one title chosen, all about that one."""
    version = current_version(slug)
    if version is None:
        raise OutOfReachError(f"campaign {slug}")
    notice = notice_of(version)
    form = SelfCheckForm(notice, request.GET if request.GET else None)
    context: dict[str, Any] = {"notice": notice, "form": form}
    if not form.is_bound:
        return render(request, "public/self_check.html", context)
    if not form.is_valid():
        return render(request, "public/self_check.html", context, status=422)
    found = prospects(notice, form.answers().facts(notice))
    chosen = _chosen(found, request.GET.get("to", ""))
    context["answers"] = form.address()
    if chosen is not None:
        context["may_carry"] = actor_of(request).role in MAY_APPLY
        return render(request, "public/self_check_title.html", context | _about(notice, chosen, form))
    series = form.cleaned_data["series"]
    shown = [each for each in found if not series or each.series.code == series]
    context |= {
        "counted": Counter(each.conditions.verdict for each in shown),
        "groups": [(name, list(each)) for name, each in groupby(shown, key=lambda one: one.series)],
        "closed": [
            (o.series, o.reason) for o in openings(notice) if not o.choosable and o.series.code in {series or o.series.code}
        ],
    }
    return render(request, "public/self_check.html", context)


@require_POST
def carry_answers(request: HttpRequest, slug: str) -> HttpResponse:
    """Let this browser keep the answers for the application that is begun next, and go on: to it, or to the registration before it."""
    version = current_version(slug)
    if version is None:
        raise OutOfReachError(f"campaign {slug}")
    said = QueryDict(request.POST.get("answers", "")[:MOST])
    form = SelfCheckForm(notice_of(version), said)
    if not form.is_valid():
        return go(request, f"{reverse('self_check', args=[slug])}?{said.urlencode()}")
    goes_on = request.user.is_authenticated
    answer = go(request, "application_prompt", slug) if goes_on else go(request, "register_person")
    title = urlencode({"to": said["to"]}) if "to" in said else ""
    carry(answer, "&".join(filter(None, [form.address(), title])))
    return answer


def _chosen(found: Iterable[Prospect], code: str) -> Prospect | None:
    """The title that ``code`` (series.title) names; ``None`` without one, or where the notice does not open it."""
    return next((each for each in found if code == named(each)), None)


def _about(notice: Notice, chosen: Prospect, form: SelfCheckForm) -> dict[str, Any]:
    return {
        "prospect": chosen,
        "conditions": shown_conditions(notice, chosen.conditions),
        "clauses": conditions_for(notice, chosen.series.code, chosen.title),
        "papers": papers_for(notice, chosen),
        "window": _window(notice, chosen.title.level),
        "contact": _contact(notice, form.cleaned_data["county"]),
        "carried": f"{form.address()}&{urlencode({'to': named(chosen)})}",
    }


def _window(notice: Notice, level: str) -> ShownWindow | None:
    window = window_for(notice, level)
    return shown_window(window, window_state(notice, level, clock.now())) if window is not None else None


def _contact(notice: Notice, region: str) -> Contact | None:
    """The office of the county that was named, which takes the papers next."""
    return next((each for each in notice.contacts if region and each.region_code == region), None)


def papers_for(notice: Notice, chosen: Prospect) -> list[Paper]:
    """What has to be brought, in the notice's order; a slot that wants a paper for each year is one line with its years."""
    wanted = [each for each in slot_requirements(notice, chosen.conditions.facts) if each.exempt_reason is None]
    lines = []
    for _slot, boxes in groupby(wanted, key=lambda box: box.slot):
        each: list[SlotRequirement] = list(boxes)
        first = each[0]
        years = _("、").join(str(box.year) for box in each if box.year is not None)
        lines.append(
            Paper(
                first.mark, str(first.label), str(first.wants), _("年度：") + years if years else "", first.owner, first.required
            )
        )
    return lines
