"""The times of a round as a file that calendars take in (RFC 5545): when it opens, and each end with two reminders before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Alarm, Calendar, Event

from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.notice import Window
from zhicheng.campaigns.queries import current_version, notice_of
from zhicheng.web.shared.http import OutOfReachError
from zhicheng.web.shared.windows import levels_of

REMINDERS = (timedelta(days=7), timedelta(days=1))


@require_safe
def notice_times(request: HttpRequest, slug: str) -> HttpResponse:
    """The times of every window of a notice; the same event keeps its identity from one version of the notice to the next."""
    version = current_version(slug)
    if version is None:
        raise OutOfReachError(f"campaign {slug}")
    answer = HttpResponse(calendar_of(version).to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return answer


def calendar_of(version: CampaignVersion) -> Calendar:
    """The calendar of one version of a notice, in the language of the request."""
    notice = notice_of(version)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_ADDRESS}//zhicheng//{(get_language() or 'zh').upper()}")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", str(notice.title))
    for window in notice.windows:
        for what, at, words, reminded in _moments(window):
            event = _event(version, f"{what}-{'-'.join(window.levels)}", at, words)
            for before in REMINDERS if reminded else ():
                event.add_component(_alarm(words, before))
            calendar.add_component(event)
    return calendar


def _moments(window: Window) -> Iterator[tuple[str, datetime, str, bool]]:
    """What happens when, in words, and whether one is reminded of it."""
    levels = levels_of(window)
    yield "opens", window.apply_from, _("{levels}职称开始申报").format(levels=levels), False
    yield "apply-until", window.apply_until, _("{levels}职称首次上报截止").format(levels=levels), True
    if window.correct_until != window.apply_until:
        yield "correct-until", window.correct_until, _("{levels}职称退回后重新上报截止").format(levels=levels), True


def _event(version: CampaignVersion, what: str, at: datetime, words: str) -> Event:
    notice = notice_of(version)
    event = Event()
    event.add("uid", f"{notice.slug}-{what}@{settings.SITE_ADDRESS.partition('//')[2]}")
    event.add("sequence", version.number)
    event.add("dtstamp", version.published_at.astimezone(UTC))
    event.add("dtstart", at.astimezone(UTC))
    event.add("duration", timedelta())
    event.add("transp", "TRANSPARENT")
    event.add("summary", words)
    event.add("description", str(notice.title))
    event.add("url", settings.SITE_ADDRESS + reverse("notice", args=[notice.slug]))
    return event


def _alarm(words: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", -before)
    return alarm
