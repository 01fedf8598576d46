"""Mail waits in the outbox until its cause is committed, then goes to the mail server of ``ZHICHENG_MAIL_URL``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from zhicheng.foundation import clock, jobs, mail_server, outbox
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import OutboxMessage, OutboxState

KIND = "mail"


def queue_mail(*, to: str, subject: str, body: str, key: str, sequence: str = "") -> OutboxMessage:
    """Queue one plain-text mail in the caller's transaction; ``key`` and ``sequence`` as in ``outbox.queue`` (one mail for one key, ever)."""
    payload = {"to": [to], "subject": " ".join(str(subject).split()), "body": str(body)}
    return outbox.queue(kind=KIND, payload=payload, key=key, sequence=sequence)


class OutboxBackend(BaseEmailBackend):
    """Django's mail backend for everything else that sends mail (allauth): each message becomes an outbox message."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic():
            for message in email_messages:
                outbox.queue(kind=KIND, payload=_payload(message), key=f"sent:{uuid4().hex}")
        return len(email_messages)


@outbox.handler(KIND, lane=Lane.MAIL, lease=timedelta(minutes=2))
def deliver(message: OutboxMessage) -> None:
    """Hand one mail to the mail server. A second delivery of the same message carries the same Message-ID."""
    mail_server.send(compose(message))


@jobs.regular("mail.forget", minutes=24 * 60)
def forget_bodies() -> int:
    """Empty the mails delivered longer than ``MAIL_KEPT_DAYS`` ago: who got what is personal data. That there was a mail, under which
    key and when, stays. Return how many. Measured by the machine's time: a rehearsal that moves its clock keeps its mails.
    """
    before = clock.machine_now() - timedelta(days=settings.MAIL_KEPT_DAYS)
    old = OutboxMessage.objects.filter(kind=KIND, state=OutboxState.DONE, next_attempt_at__lt=before)
    return old.exclude(payload={}).update(payload={})


def compose(message: OutboxMessage) -> EmailMultiAlternatives:
    """The mail an outbox message of kind ``mail`` stands for; the same every time it is asked."""
    data: dict[str, Any] = message.payload
    sender = data.get("from") or settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    name = hashlib.sha256(f"{message.pk} {message.kind} {message.key}".encode()).hexdigest()[:32]
    headers = {
        **data.get("headers", {}),
        "Message-ID": f"<{name}@{domain}>",
        "Date": format_datetime(message.created_at.astimezone(clock.BEIJING)),
    }
    mail = EmailMultiAlternatives(
        subject=data["subject"],
        body=data["body"],
        from_email=sender,
        to=data["to"],
        cc=data.get("cc"),
        bcc=data.get("bcc"),
        reply_to=data.get("reply_to"),
        headers=headers,
    )
    if html := data.get("html"):
        mail.attach_alternative(html, "text/html")
    return mail


def _payload(message: EmailMessage) -> dict[str, Any]:
    if message.attachments:
        raise ValueError("mail with attachments is not sent: put the file behind a sign-in and write its address")
    message.message()  # raises for a header with a line break, while the one who wrote it is still there
    payload: dict[str, Any] = {
        "to": [str(a) for a in message.to],
        "subject": str(message.subject),
        "body": str(message.body),
        "from": str(message.from_email),
        "headers": {str(k): str(v) for k, v in message.extra_headers.items()},
    }
    for name in ("cc", "bcc", "reply_to"):
        if addresses := getattr(message, name):
            payload[name] = [str(a) for a in addresses]
    for content, media_type in getattr(message, "alternatives", []):
        if media_type == "text/html":
            payload["html"] = str(content)
    return payload
