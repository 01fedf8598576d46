"""Reminders by SMS: to who wants them, beside the mail of a day, one a day at most, never at night, and no more in a day than the office pays for.

An SMS tells how many things there are to attend to and names nobody. The number is read from the account when it is sent, so that it lies
nowhere else, and whoever wants none any more gets none that still waits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.foundation import clock, originals, outbox, readiness
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.mail import wait_for_the_day
from zhicheng.foundation.models import OutboxMessage
from zhicheng.foundation.transactions import one_transaction
from zhicheng.messages import gateway
from zhicheng.messages.models import Digest, Sms, SmsChoice
from zhicheng.messages.readers import whole
from zhicheng.messages.reading import Reader

KIND = "sms"
AWAY = timedelta(minutes=10)


def queue_sms(*, to: Reader, digest: Digest, count: int) -> bool:
    """Queue the SMS that belongs to the mail of a day, where the person wants it and today's number is not used up; a part of ``send_digest``."""
    if not (gateway.is_there() and to.user_id and to.mobile and wants_sms(to.user_id)):
        return False
    if Sms.objects.filter(day=digest.day).count() >= settings.SMS_DAY_LIMIT:
        return False
    Sms.objects.create(digest=digest, user_id=to.user_id, day=digest.day)
    outbox.queue(kind=KIND, payload={"user": to.user_id, "count": count}, key=f"sms:{digest.pk}")
    return True


# What nobody waits for: a gateway that is slow holds neither mail nor what the law attaches to a step.
@outbox.handler(KIND, lane=Lane.CHECKS, lease=timedelta(minutes=1))
def deliver_sms(message: OutboxMessage) -> None:
    """Hand one SMS to the gateway; in the quiet hours, and in a restored copy, it waits."""
    originals.require()
    wait_for_the_day()
    user_id = message.payload["user"]
    number = whole(Reader(user_id=user_id)).mobile
    if number and gateway.is_there() and wants_sms(user_id):
        gateway.send(number=number, params={"count": str(message.payload["count"])}, name=message.key)


@one_transaction
def choose_sms(*, user_id: int, wanted: bool) -> None:
    """短信提醒: whether a person wants reminders by SMS from now on."""
    if wanted:
        SmsChoice.objects.get_or_create(user_id=user_id, defaults={"since": clock.now()})
    else:
        SmsChoice.objects.filter(user_id=user_id).delete()


def wants_sms(user_id: int) -> bool:
    """Whether a person has asked for SMS."""
    return SmsChoice.objects.filter(user_id=user_id).exists()


def sms_of(user_id: int) -> int:
    """How many were queued for a person, as long as that is kept."""
    return Sms.objects.filter(user_id=user_id).count()


@dataclass(frozen=True, slots=True)
class Kept:
    """One SMS of a rehearsal, as its reader would have got it."""

    at: datetime
    number: str
    text: str


def kept_in_rehearsal(*, most: int = 100) -> list[Kept]:
    """The newest of what a rehearsal would have sent."""
    found = sorted((json.loads(path.read_text("utf-8")) for path in gateway.folder().glob("*.json")), key=lambda one: one["at"])
    return [Kept(datetime.fromisoformat(one["at"]), one["number"], _text(one["params"])) for one in reversed(found[-most:])]


def _text(params: dict[str, Any]) -> str:
    """What the approved template says."""
    count = int(params["count"])
    said = ngettext(
        "您的职称申报有{n}件事请留意，请登录平台查看“消息”。", "您的职称申报有{n}件事请留意，请登录平台查看“消息”。", count
    ).format(n=count)
    return _("【{sign}】{text}").format(sign=settings.SMS_SIGN, text=said)


@readiness.further("sms")
def look_at_the_gateway(look: readiness.Look) -> readiness.Check:
    """How the gateway answers; well where none is used."""
    row = look.once(gateway.health)
    if row is None or not row.failing_since:
        return readiness.Check("sms", readiness.OK, row.answered_at if row and row.answered_at else "")
    away = clock.machine_now() - row.failing_since > AWAY
    return readiness.Check("sms", readiness.BAD if away else readiness.WARN, row.failing_since)
