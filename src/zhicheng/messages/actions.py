"""Telling somebody something: the row of the inbox and the mail beside it, in the transaction of what they are told of."""

from __future__ import annotations

from django.conf import settings

from zhicheng.foundation import clock
from zhicheng.foundation.fields import number_rows
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.transactions import one_transaction, require_transaction
from zhicheng.messages.models import Message
from zhicheng.messages.queries import messages_of
from zhicheng.messages.reading import Reader, Words, where_to_look, written


@one_transaction
def send_message(*, to: Reader, words: Words, key: str, path: str = "", sequence: str = "") -> None:
    """Put it into the reader's inbox, in every language, and queue the mail in the platform's. ``key`` names what is told and to whom: once,
    ever. ``path``: the page to look at, whose address ends the mail. ``sequence`` as in ``outbox.queue``. In the caller's transaction."""
    row, said = written(words, path)
    if not _keep(Message(**to.row, key=key, words=row, at=clock.now())):
        return
    subject, text = said[settings.LANGUAGE_CODE]
    body = f"{text}\n\n{where_to_look(path)}" if path else text
    for name, address in to.mailboxes:
        ending = f":{name}" if name else ""
        queue_mail(to=address, subject=subject, body=body, key=f"{key}{ending}", sequence=sequence and f"{sequence}{ending}")


@one_transaction
def send_reminder(*, to: Reader, words: Words, key: str, path: str) -> bool:
    """Put it into the reader's inbox; the mail of the day tells of it (``messages.digests``). Returns whether it is new. In the caller's transaction."""
    row = written(words, path)[0]
    return _keep(Message(**to.row, key=key, words=row, at=clock.now(), is_reminder=True, waits=True))


@one_transaction
def mark_read(*, reader: Reader, by_user_id: int, message_id: int | None = None) -> int:
    """Note that ``by_user_id`` has read one message of the reader's, or all of them; return how many were unread."""
    unread = messages_of(reader).filter(read_at__isnull=True)
    if message_id is not None:
        unread = unread.filter(pk=message_id)
    return unread.update(read_at=clock.now(), read_by_id=by_user_id)


def _keep(message: Message) -> bool:
    require_transaction("a message")
    number_rows([message])
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.filter(pk=message.pk, key=message.key).exists()
