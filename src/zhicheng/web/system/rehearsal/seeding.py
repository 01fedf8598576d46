"""Filling an empty database with a rehearsal: offices, units, people and some sixty applications, all or nothing."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, User
from zhicheng.applications.models import Application
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import Campaign
from zhicheng.foundation import clock, securitylog
from zhicheng.foundation.actions import mark_rehearsal, move_clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import OutboxMessage, OutboxState, RehearsalMarker
from zhicheng.foundation.outbox import process_message
from zhicheng.organizations.actors import SYSTEM
from zhicheng.web.system.rehearsal.places import EMPLOYERS, employer_story, moment, open_offices
from zhicheng.web.system.rehearsal.stories import account_stories, application_stories

BEGINS = moment(5, 22, 10)  # a Monday, inside the window
OPENED = moment(3, 1, 9, year=2022)
FOLLOWED_UP = (
    "application.moved",
    "integrity.recorded",
    "integrity.annulled",
    "arrival.annulled",
    "account.number_claimed",
    "account.identity_confirmed",
)
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a rehearsal holds."""

    accounts: int
    applications: int
    states: dict[str, int]


def is_ready() -> bool:
    """Whether this database holds a rehearsal already: its mark and its round. An office's own round does not count."""
    return RehearsalMarker.objects.exists() and Campaign.objects.filter(slug="bortala-2023").exists()


def seed(say: Say) -> Seeded:
    """Fill the database, saying step by step what was made and how long it took.

    Raises ``Refused`` (code ``not_rehearsal``) on any other instance, and as ``mark_rehearsal`` on a database in use. Nothing is
    left behind when it fails.
    """
    if not (settings.REHEARSAL or settings.MODE == "test"):
        raise Refused.one(_("只有演练环境可以放入演练数据（ZHICHENG_MODE=rehearsal）。"), code="not_rehearsal")
    mark_rehearsal()
    say(_("    只有第一次启动要准备这些，一般约一分钟，较忙的机器三至四分钟；以后启动只要几秒。"))
    with securitylog.only_what_failed(), transaction.atomic():
        with clock.travel(OPENED), _timed(say, _("职称办、州局、主管单位和工作人员账号")):
            version = publish_campaign(text=BORTALA_2023.read_text("utf-8"), actor=SYSTEM)
            places = open_offices(version)
        with _timed(say, _("六家单位的注册和审核")):
            play([employer_story(places, number, employer) for number, employer in enumerate(EMPLOYERS)])
        with _timed(say, _("申报人和申请书，按时间先后逐步办理")):
            play([*application_stories(places), *account_stories(places)])
        move_clock(to=BEGINS, actor="system")
    return held()


def play(stories: list[Iterator[datetime]]) -> None:
    """Run stories side by side, always the one whose next act comes first, with the clock at that act's time."""
    due: list[tuple[datetime, int, Iterator[datetime]]] = []
    for number, story in enumerate(stories):
        heapq.heappush(due, (next(story), number, story))
    while due:
        at, number, story = heapq.heappop(due)
        with clock.travel(at):
            following = next(story, None)
            _follow_up()
        if following is not None:
            heapq.heappush(due, (following, number, story))


def _follow_up() -> None:
    """What the worker would have done at that time: mails carry the hour of their cause. Papers are left to the worker."""
    waiting = OutboxMessage.objects.filter(kind__in=FOLLOWED_UP, state=OutboxState.PENDING).order_by("pk")
    for message_id in list(waiting.values_list("pk", flat=True)):
        process_message(message_id)


def held() -> Seeded:
    """What is there now."""
    rows = Application.objects.order_by().values_list("state").annotate(n=Count("id"))
    states = {str(state): int(n) for state, n in rows}
    return Seeded(User.objects.count(), sum(states.values()), states)


@contextmanager
def _timed(say: Say, what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"    {what}（{time.monotonic() - began:.1f} s）")


def account_rows() -> list[tuple[str, str, str, str]]:
    """(role, name, place, login name) of everybody who can sign in, offices first; the applicants last."""
    order = {AccountKind.OFFICER: 0, AccountKind.UNIT: 1, AccountKind.APPLICANT: 2} | dict.fromkeys(SYSTEM_KINDS, 3)
    people = User.objects.prefetch_related("memberships__organization").order_by("id")
    rows = []
    for user in sorted(
        people, key=lambda u: (order[AccountKind(u.kind)], u.username if u.kind == AccountKind.APPLICANT else "", u.pk)
    ):
        now = next((m for m in user.memberships.all() if m.until is None), None)
        rows.append((str(AccountKind(user.kind).label), user.name, now.organization.name if now else "", user.username))
    return rows
