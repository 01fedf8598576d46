"""The mail of a day: every reminder that waits for a reader in one mail, at most one a day, never in the quiet hours.

The room that reminds of something says with :func:`remind_of` how its reminders are known (the beginning of their keys), which of them still
hold, and how those that fall due later on the same day are brought forward, because there will be no second mail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.foundation import clock
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.quiet import quiet_hours
from zhicheng.foundation.transactions import lock_rows, one_transaction, take_turns
from zhicheng.messages.models import Digest, Message
from zhicheng.messages.queries import messages_of
from zhicheng.messages.readers import whole
from zhicheng.messages.reading import Reader, told
from zhicheng.messages.sms import queue_sms

MOST = 50  # in one mail; how many more there are is said
A_ROUND = 200  # readers in one run of the job


class Holding(Protocol):
    """Which of these reminders, by their keys, still hold: nobody has done meanwhile what they remind of."""

    def __call__(self, keys: Collection[str]) -> set[str]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A room that reminds of something."""

    holding: Holding
    bring_forward: Callable[[Reader, datetime], object]


_sources: dict[str, Source] = {}


def remind_of(prefix: str, *, holding: Holding, bring_forward: Callable[[Reader, datetime], object]) -> None:
    """Register who reminds with keys that begin with ``prefix``. ``bring_forward(reader, until)`` queues what falls due for the reader before
    ``until``, today."""
    _sources[prefix] = Source(holding, bring_forward)


def send_digests() -> int:
    """Send the mail of the day to every reader for whom a reminder waits and who had none today; return to how many."""
    at, quiet = clock.now(), quiet_hours()
    if quiet.holds(at):
        return 0
    sent = 0
    for reader in _readers_waiting(at):
        for source in _sources.values():
            source.bring_forward(reader, quiet.begins_after(at))
        sent += send_digest(to=whole(reader))
    return sent


@one_transaction
@platform_language()
def send_digest(*, to: Reader) -> bool:
    """Queue the mail of the day with every reminder of the reader's that waits and still holds; return whether there was one to send.

    What does not hold any more stays in the inbox and is mailed no more. Whatever is killed, and whoever does the same at the same moment:
    the rows, the note of the day and the mails are written together or not at all.
    """
    take_turns(f"digest {to.user_id} {to.organization_id}")
    at = clock.now()
    if quiet_hours().holds(at) or Digest.objects.filter(**to.row, day=at.date()).exists():
        return False
    waiting = lock_rows(messages_of(to).filter(waits=True))
    rows = list(Message.objects.filter(pk__in=waiting).order_by("id"))
    holding = {
        key for prefix, source in _sources.items() for key in source.holding([k for k in _keys(rows) if k.startswith(prefix)])
    }
    kept = [row for row in rows if row.key in holding]
    Message.objects.filter(pk__in=waiting).update(waits=False)
    if not kept:
        return False
    digest = Digest.objects.create(**to.row, day=at.date(), at=at)
    Message.objects.filter(pk__in=[row.pk for row in kept]).update(digest=digest)
    subject, body = _mail(kept)
    for name, address in to.mailboxes:
        ending = f":{name}" if name else ""
        queue_mail(to=address, subject=subject, body=body, key=f"digest:{digest.pk}{ending}", by_day=True)
    queue_sms(to=to, digest=digest, count=len(kept))
    return True


def _keys(rows: list[Message]) -> list[str]:
    return [row.key for row in rows]


def _mail(rows: list[Message]) -> tuple[str, str]:
    said = [told(row) for row in rows]
    subject = said[0].subject
    if len(said) > 1:
        subject = _("{n}件事请留意：{first}").format(n=len(said), first=subject)
    parts = [f"{one.text}\n{settings.SITE_ADDRESS}{one.path}" for one in said[:MOST]]
    if len(said) > 1:
        parts = [f"{number}. {one.subject}\n\n{part}" for number, (one, part) in enumerate(zip(said, parts, strict=False), 1)]
    if len(said) > MOST:
        parts.append(
            _("……还有{n}件，见“消息”：{address}").format(n=len(said) - MOST, address=settings.SITE_ADDRESS + reverse("inbox"))
        )
    parts.append(_how_often())
    return subject, "\n\n".join(parts)


def _how_often() -> str:
    quiet = quiet_hours()
    if not quiet:
        return _("这样的提醒一天最多发一封；已经办理的，不必理会。")
    return _("这样的提醒一天最多发一封，{begin}至{end}不发；已经办理的，不必理会。").format(
        begin=f"{quiet.begin:%H:%M}", end=f"{quiet.end:%H:%M}"
    )


def _readers_waiting(at: datetime) -> list[Reader]:
    """For whom a reminder waits, but for those who had today's mail: they wait for tomorrow's."""
    had = Digest.objects.filter(day=at.date())
    waiting = Message.objects.filter(waits=True)
    people = waiting.filter(user__isnull=False).exclude(user__in=had.filter(user__isnull=False).values("user"))
    desks = waiting.filter(organization__isnull=False).exclude(
        organization__in=had.filter(organization__isnull=False).values("organization")
    )
    users = people.order_by("user").values_list("user", flat=True).distinct()[:A_ROUND]
    organizations = desks.order_by("organization").values_list("organization", flat=True).distinct()[:A_ROUND]
    return [*(Reader(user_id=pk) for pk in users), *(Reader(organization_id=pk) for pk in organizations)]
