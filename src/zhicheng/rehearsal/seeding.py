"""Filling an empty database with a rehearsal: what the first pages show first, all or nothing; then the rest, one story after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.db import OperationalError, transaction
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
from zhicheng.foundation.transactions import was_overtaken
from zhicheng.organizations.actors import SYSTEM
from zhicheng.rehearsal.cast import SLUG, find_cast, moment, open_offices
from zhicheng.rehearsal.people import MAILBOXES
from zhicheng.rehearsal.stories import Act, Story, stories, unit_stories

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
AN_ACT = timedelta(minutes=1)  # no two acts of one story lie nearer than that
BREATH_SECONDS = 0.05  # between two stories: whoever works in the rehearsal already gets the database
Say = Callable[[str], object]
Counted = Callable[[str], object]  # hears how far it is, many times a second


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a rehearsal holds."""

    accounts: int
    applications: int
    states: dict[str, int]


def is_ready() -> bool:
    """Whether this database holds a rehearsal already: its mark and its round. An office's own round does not count."""
    return RehearsalMarker.objects.exists() and Campaign.objects.filter(slug=SLUG).exists()


def seed(say: Say, counted: Counted = lambda _words: None) -> Seeded:
    """Fill the database with what the first pages show: everybody's account at the desks, the units, and an application in every state.

    Says what was made, and while it is made how much of it is there. Raises ``Refused`` (code ``not_rehearsal``) on any other instance, and as
    ``mark_rehearsal`` on a database in use. Nothing is left behind when it fails.
    """
    if not (settings.REHEARSAL or settings.MODE == "test"):
        raise Refused.one(_("只有演练环境可以放入演练数据（ZHICHENG_MODE=rehearsal）。"), code="not_rehearsal")
    mark_rehearsal()
    with securitylog.only_what_failed(), _one_hash(), transaction.atomic():
        with clock.travel(OPENED), _timed(say, _("职称办、州局、主管单位和工作人员账号")):
            version = publish_campaign(text=BORTALA_2023.read_text("utf-8"), actor=SYSTEM)
            cast = open_offices(version)
        with _timed(say, _("六家单位的注册和审核")):
            _carry_out_together(unit_stories(cast))
        with _timed(say, _("申报人和申请书，按时间先后逐步办理")):
            _carry_out_together(
                [story.acts() for story in stories(cast) if story.first],
                lambda done, of: counted(_("    已办理 %(done)d / %(all)d 步") % {"done": done, "all": of}),
            )
        move_clock(to=BEGINS, actor="system")
    return held()


def still_to_come() -> list[Story]:
    """The stories nobody has told yet, in the order in which they begin. Each is there whole or not at all: it is one transaction."""
    there = set(User.objects.values_list("username", flat=True))
    missing = [story for story in stories(find_cast()) if there.isdisjoint(story.usernames)]
    return sorted(missing, key=lambda story: story.acts()[0].at)


def tell_the_rest(counted: Counted = lambda _words: None) -> list[str]:
    """Tell what is still to come while others work in the rehearsal already, each story in a transaction of its own.

    May be ended at any time and called again: what is there is not told again. Gives what could not be told, in words; what guests
    have changed meanwhile can be in its way.
    """
    missing, failed = still_to_come(), []
    with securitylog.only_what_failed(), _one_hash():
        for number, story in enumerate(missing, start=1):
            if why := tell_alone(story):
                failed.append(f"{'、'.join(story.usernames)}：{why}")
            counted(_("    其余演练数据 %(done)d / %(all)d") % {"done": number, "all": len(missing)})
            time.sleep(BREATH_SECONDS)
    return failed


def tell_alone(story: Story) -> str:
    """Tell one story, whole or not at all; gives why it could not be told, else nothing.

    One that stood in the way of somebody at work, so that the database ended it, is told once more.
    """
    try:
        return _attempt(story)
    except OperationalError as error:
        if not was_overtaken(error):
            raise
    time.sleep(BREATH_SECONDS)
    return _attempt(story)


def _attempt(story: Story) -> str:
    try:
        with transaction.atomic():
            for act in story.acts():
                _carry_out(act)
    except Refused as refused:
        return " ".join(str(problem.text) for problem in refused.problems)
    return ""


def _carry_out_together(told: list[list[Act]], went: Callable[[int, int], object] = lambda _done, _of: None) -> None:
    """Let stories happen side by side, always the one whose next act comes first, so that the ledger reads like a real fortnight.

    ``went`` hears how many acts are done, and of how many.
    """
    acts = sorted((act for acts in told for act in acts), key=lambda act: act.at)
    for number, act in enumerate(acts, start=1):
        _carry_out(act)
        went(number, len(acts))


def _carry_out(act: Act) -> None:
    with clock.travel(act.at):
        act.step.take(act.who)
        _follow_up(act.at)


def _follow_up(at: datetime) -> None:
    """What the worker would have done at that time: mails carry the hour of their cause. Papers are left to the worker."""
    waiting = OutboxMessage.objects.filter(kind__in=FOLLOWED_UP, state=OutboxState.PENDING, created_at__range=(at, at + AN_ACT))
    for message_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        process_message(message_id)


@contextmanager
def _one_hash() -> Iterator[None]:
    """Everybody's password is the same here and stands on the first page: it is hashed once, as costly as any, and not eighty times."""
    hasher, known = get_hasher(), dict[str, str]()
    encode = hasher.encode

    def once(password: str, salt: str) -> str:
        if password not in known:
            known[password] = encode(password, salt)
        return known[password]

    hasher.encode = once  # type: ignore[method-assign]
    try:
        yield
    finally:
        del hasher.encode


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
    """(role, name, place, login name) of everybody the rehearsal has made, who all have its password, offices first; the applicants last."""
    order = {AccountKind.OFFICER: 0, AccountKind.UNIT: 1, AccountKind.APPLICANT: 2} | dict.fromkeys(SYSTEM_KINDS, 3)
    everybody = User.objects.prefetch_related("memberships__organization").order_by("id")
    people = [user for user in everybody if user.email.endswith(MAILBOXES)]
    rows = []
    for user in sorted(
        people, key=lambda u: (order[AccountKind(u.kind)], u.username if u.kind == AccountKind.APPLICANT else "", u.pk)
    ):
        now = next((m for m in user.memberships.all() if m.until is None), None)
        rows.append((str(AccountKind(user.kind).label), user.name, now.organization.name if now else "", user.username))
    return rows
