"""Mail waits in the outbox until its cause is committed, then goes to the mail server of ``ZHICHENG_MAIL_URL``.

What a mail says lies sealed: it names people, and its links open accounts for a day. Only address and subject can be read in the database,
and the seal holds for them: words do not open under another key, for another recipient or below another subject.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from zhicheng.foundation import clock, jobs, mail_server, outbox, resealing
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import Failure, OutboxMessage, OutboxState
from zhicheng.foundation.quiet import quiet_hours
from zhicheng.foundation.sealing import seal, unseal

KIND = "mail"
PURPOSE, PLACE = "mail", "foundation_outboxmessage.payload"
SEALED = "bound"  # within the payload, in place of what it says
SEALED_BEFORE = "sealed"  # so by the versions before, for every mail alike: bound by the next ``bind_old``


def queue_mail(*, to: str, subject: str, body: str, key: str, sequence: str = "", by_day: bool = False) -> OutboxMessage:
    """Queue one plain-text mail in the caller's transaction; ``key`` and ``sequence`` as in ``outbox.queue`` (one mail for one key, ever).
    ``by_day``: however long it waits, it does not go out in the quiet hours."""
    payload = {"to": [to], "subject": " ".join(str(subject).split()), "body": str(body), **({"by_day": True} if by_day else {})}
    return outbox.queue(kind=KIND, payload=_sealed(payload, key), key=key, sequence=sequence)


def read_mail(message: OutboxMessage) -> dict[str, Any]:
    """The payload of a mail with its words opened; of one that was forgotten, nothing. Raises ``SealBroken`` for a value of elsewhere."""
    payload: dict[str, Any] = dict(message.payload)
    before = payload.pop(SEALED_BEFORE, "")
    if sealed := payload.pop(SEALED, ""):
        payload.update(json.loads(unseal(sealed, purpose=PURPOSE, place=_place(message.key, payload))))
    elif before:
        payload.update(json.loads(unseal(before, purpose=PURPOSE, place=PLACE)))
    return payload  # queued by a version before: as it was written


class OutboxBackend(BaseEmailBackend):
    """Django's mail backend for everything else that sends mail (allauth): each message becomes an outbox message."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic():
            for message in email_messages:
                key = f"sent:{uuid4().hex}"
                outbox.queue(kind=KIND, payload=_sealed(_payload(message), key), key=key)
        return len(email_messages)


@outbox.handler(KIND, lane=Lane.MAIL, lease=timedelta(minutes=2))
def deliver(message: OutboxMessage) -> None:
    """Hand one mail to the mail server. A second delivery of the same message carries the same Message-ID. Raises ``outbox.GivenUp`` for one
    whose words were forgotten."""
    if not message.payload:
        raise outbox.GivenUp(Failure.REFUSED, "its words were forgotten")
    if message.payload.get("by_day"):
        wait_for_the_day()
    mail_server.send(compose(message))


def wait_for_the_day() -> None:
    """Raise ``outbox.Postponed`` in the quiet hours."""
    at = clock.now()
    if quiet_hours().holds(at):
        over = clock.machine_now() + (quiet_hours().over(at) - at)
        raise outbox.Postponed("it is night: reminders wait for the morning", until=over)


@jobs.regular("mail.forget", minutes=24 * 60)
def forget_bodies() -> int:
    """Empty the mails delivered or given up longer than ``MAIL_KEPT_DAYS`` ago: who got what is personal data. That there was a mail,
    under which key and when, stays; one that was given up cannot be sent any more. Return how many. Measured by the machine's time: a rehearsal that moves its clock keeps its mails.
    """
    before = clock.machine_now() - timedelta(days=settings.MAIL_KEPT_DAYS)
    old = OutboxMessage.objects.filter(kind=KIND, next_attempt_at__lt=before).exclude(state=OutboxState.PENDING)
    return old.exclude(payload={}).update(payload={})


@jobs.regular("mail.bind", minutes=24 * 60)
def bind_old() -> int:
    """Bind the words of mails sealed by the versions before to their recipients; return how many. One that waits is delivered as it is, so
    that a worker of that version can still open it during an update."""
    old = _with_words().exclude(state=OutboxState.PENDING).filter(**{f"payload__{SEALED_BEFORE}__isnull": False})
    bound = 0
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            row = old.select_for_update(no_key=True).filter(pk=pk).first()
            if row is not None:
                row.payload = _sealed(read_mail(row), row.key)
                row.save(update_fields=["payload"])
                bound += 1
    return bound


def compose(message: OutboxMessage) -> EmailMultiAlternatives:
    """The mail an outbox message of kind ``mail`` stands for; the same every time it is asked."""
    data = read_mail(message)
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


def _sealed(payload: dict[str, Any], key: str) -> dict[str, Any]:
    words = {name: payload[name] for name in ("body", "html") if name in payload}
    told = {name: value for name, value in payload.items() if name not in words}
    return {**told, SEALED: seal(json.dumps(words, ensure_ascii=False), purpose=PURPOSE, place=_place(key, told))}


def _place(key: str, told: dict[str, Any]) -> str:
    """Where the words of a mail belong: to this key, and to everything that is told beside them, above all to whom they go."""
    bound = {name: value for name, value in told.items() if name not in (SEALED, SEALED_BEFORE)}
    return f"{PLACE} {digest({'key': key, 'told': bound})}"


def _with_words() -> Any:
    return OutboxMessage.objects.filter(kind=KIND).exclude(payload={})


def _sealed_texts() -> Iterator[tuple[str, str, str]]:
    for key, payload in _with_words().values_list("key", "payload").iterator(chunk_size=500):
        if sealed := payload.get(SEALED):
            yield sealed, _place(key, payload), key
        elif sealed := payload.get(SEALED_BEFORE):
            yield sealed, PLACE, key


def _renew(fresh: Callable[[str, str], str]) -> int:
    changed = 0
    for pk in list(_with_words().values_list("pk", flat=True)):
        with transaction.atomic():
            row = _with_words().select_for_update(no_key=True).filter(pk=pk).first()
            name = SEALED if row is not None and SEALED in row.payload else SEALED_BEFORE
            if row is None or not (sealed := row.payload.get(name)):
                continue
            place = _place(row.key, row.payload) if name == SEALED else PLACE
            if (renewed := fresh(sealed, place)) != sealed:
                row.payload = {**row.payload, name: renewed}
                row.save(update_fields=["payload"])
                changed += 1
    return changed


resealing.also(resealing.Elsewhere(name=PLACE, read=_sealed_texts, renew=_renew, purpose=PURPOSE))
