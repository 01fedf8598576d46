"""Alarms: what has been wrong for a while is told once, by mail and webhook, and once more when it is over.

The worker looks once a minute. When the worker itself is dead nobody looks: that is what a monitor outside (``/readyz``, ``/metrics``) is for.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from urllib.request import Request

from django.conf import settings
from django.utils.translation import gettext as _

from zhicheng.foundation import clock, jobs, originals, outbox, outgoing, readiness
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.models import Incident, OutboxMessage
from zhicheng.foundation.transactions import one_transaction
from zhicheng.foundation.wording import alarm_words

logger = logging.getLogger(__name__)
KIND = "alert.webhook"
WEBHOOK_SECONDS = 10


@jobs.regular("alerts.watch", minutes=1)
def watch() -> list[str]:
    """Look at every check; open, tell and close incidents. Return the names that were told now, ended ones with a ``-`` before them."""
    bad = {check.name for check in readiness.conditions() if check.level == readiness.BAD}  # before: one may fail on the database
    return _keep(bad)


@one_transaction
def _keep(bad: set[str]) -> list[str]:
    """Open, tell and end incidents: of ``bad`` there is one each, and no other is going on."""
    told = []
    going_on = {row.name: row for row in Incident.objects.select_for_update(no_key=True).filter(ended_at__isnull=True)}
    at = clock.machine_now()
    for name in sorted(bad - going_on.keys()):
        going_on[name] = Incident.objects.create(name=name, began_at=at)
    for name, row in sorted(going_on.items()):
        if name not in bad:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
            if row.told_at:
                _tell(row, over=True)
                told.append(f"-{name}")
        elif row.told_at is None and _has_lasted(row):
            row.told_at = at
            row.save(update_fields=["told_at"])
            _tell(row, over=False)
            told.append(name)
    return told


def _has_lasted(row: Incident) -> bool:
    lasted = clock.machine_now() - row.began_at
    return lasted >= timedelta(minutes=settings.ALERT_AFTER_MINUTES) or lasted < timedelta()  # the clock was put back


@platform_language()
def _tell(row: Incident, *, over: bool) -> None:
    words = alarm_words(row.name)
    logger.error("alarm %s: %s", "over" if over else "begun", row.name)
    subject = (_("已恢复：{what}") if over else _("告警：{what}")).format(what=words)
    since = _("自 {at} 起。").format(at=clock.written(row.began_at))
    until = _("已于 {at} 恢复。").format(at=clock.written(row.ended_at)) if over and row.ended_at else ""
    body = "\n".join(
        filter(None, [words, since, until, _("查看详情：{address}").format(address=f"{settings.SITE_ADDRESS}/system/")])
    )
    key = f"alert:{row.pk}:{'over' if over else 'begun'}"
    for number, mailbox in enumerate(settings.ALERT_MAIL):
        queue_mail(to=mailbox, subject=subject, body=body, key=f"{key}:{number}")
    if settings.ALERT_WEBHOOK:
        payload = {
            "site": settings.SITE_ADDRESS,
            "incident": row.pk,
            "name": row.name,
            "state": "over" if over else "begun",
            "began_at": row.began_at.isoformat(),
            "text": subject,
        }
        outbox.queue(kind=KIND, payload=payload, key=key, sequence=f"alert:{row.name}")


# Beside the short rounds: an alarm must not wait for the nightly verification.
@outbox.handler(KIND, lane=Lane.ROUNDS, lease=timedelta(minutes=1))
def call_webhook(message: OutboxMessage) -> None:
    """POST the incident as JSON. An answer other than 2xx raises, and is tried again. A restored copy keeps silent."""
    originals.require()
    request = Request(  # noqa: S310 - the address is the operator's own setting, checked to be http(s) at start
        settings.ALERT_WEBHOOK,
        data=json.dumps(message.payload, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "zhicheng"},
        method="POST",
    )
    outgoing.ask(request, seconds=WEBHOOK_SECONDS, longest=1024)
