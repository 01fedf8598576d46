"""工作日历: which days count as working days, with the notice that says so (S-39). For anybody who wants to check an end date."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhicheng.campaigns.actions import MAY_PUBLISH
from zhicheng.campaigns.queries import calendar_named, current_versions, notice_of
from zhicheng.foundation import clock
from zhicheng.standards.calendar import CALENDAR_NAMES, Calendar
from zhicheng.web.shared.http import actor_of

ONE_DAY = timedelta(days=1)
# The days the calendars of the program name; what a calendar loaded later names otherwise stands as it is there.
FESTIVALS = {
    "元旦": gettext_lazy("元旦"),
    "春节": gettext_lazy("春节"),
    "清明节": gettext_lazy("清明节"),
    "劳动节": gettext_lazy("劳动节"),
    "端午节": gettext_lazy("端午节"),
    "中秋节": gettext_lazy("中秋节"),
    "国庆节": gettext_lazy("国庆节"),
    "肉孜节": gettext_lazy("肉孜节"),
    "古尔邦节": gettext_lazy("古尔邦节"),
    "调休上班": gettext_lazy("调休上班"),
}
NAMES = {"national": gettext_lazy("全国"), "xinjiang": gettext_lazy("新疆")}


@require_safe
def show_calendar(request: HttpRequest) -> HttpResponse:
    """One calendar and one year of it: every day that is not what its weekday says, with its source."""
    calendar = calendar_named(_chosen(request))
    years = sorted(calendar.published_years)[-6:]
    asked = request.GET.get("year", "")
    today = clock.today().year
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in years else min(max(today, years[0]), years[-1])
    context = {
        "calendar": calendar,
        "names": [(name, NAMES[name]) for name in CALENDAR_NAMES],
        "years": years,
        "year": year,
        "days": _days_of(calendar, year),
        "unconfirmed": bool(calendar.unconfirmed_of(year)),
        "may_load": actor_of(request).role in MAY_PUBLISH,
    }
    return render(request, "public/calendar.html", context)


def _chosen(request: HttpRequest) -> str:
    """The calendar asked for, or that of the newest published notice."""
    asked = request.GET.get("name", "")
    if asked in CALENDAR_NAMES:
        return asked
    newest = current_versions().first()
    return notice_of(newest).calendar if newest is not None else CALENDAR_NAMES[0]


def _days_of(calendar: Calendar, year: int) -> list[dict[str, Any]]:
    """The days in order; those that follow one another and are the same in everything else are one row: first, last, how many."""
    rows: list[dict[str, Any]] = []
    for day in calendar.special_days_of(year):
        before = rows[-1] if rows else None
        if before and before["last"] + ONE_DAY == day.date and replace(before["day"], date=day.date) == day:
            before["last"], before["count"] = day.date, before["count"] + 1
        else:
            rows.append({"day": day, "name": _named(day.name), "last": day.date, "count": 1})
    return rows


def _named(festivals: str) -> str:
    return _("、").join(str(FESTIVALS.get(one, one)) for one in festivals.split("、"))
