"""The outbox: effects that wait for their cause to be committed (house, decision 6).

An action queues a message in its own transaction. Afterwards a worker runs the handler of that kind, again and again until it
succeeds or has failed ``MAX_ATTEMPTS`` times; then the message stays visible as failed. A handler can be run more than once for
one message (the worker may die after the effect and before the note that it is done), so it must be idempotent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhicheng.foundation import clock, jobs
from zhicheng.foundation.canonical import check_storable
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.logs import describe_error, working_on
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.foundation.text import fit_text
from zhicheng.foundation.transactions import require_transaction

logger = logging.getLogger(__name__)

# How long to wait after the first, second, … failed attempt. The last attempt comes about a day after the first.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
MAX_ATTEMPTS = len(BACKOFF) + 1
MAX_PAYLOAD_BYTES = 256 * 1024
SWEEP_AFTER = timedelta(minutes=1)
SWEEP_LIMIT = 500

Handler = Callable[[OutboxMessage], object]


class PayloadTooLarge(ValueError):
    """A payload over ``MAX_PAYLOAD_BYTES`` of canonical JSON: put the content into ``foundation.blobs`` and queue its hash."""


@dataclass(frozen=True, slots=True)
class _Registered:
    run: Handler
    lease: timedelta | None


_handlers: dict[str, _Registered] = {}


def handler(kind: str, *, lease: timedelta | None = None) -> Callable[[Handler], Handler]:
    """Register the decorated function for messages of ``kind``. It is called with the :class:`OutboxMessage`.

    Without ``lease`` the handler runs in one transaction with the note that it is done: if it raises, all it wrote is undone.
    With ``lease`` it runs outside of any transaction, for work that waits for something else (a mail server, a long computation)
    and must not hold a database lock meanwhile; nobody else tries the message until the lease is over.
    """

    def register(function: Handler) -> Handler:
        known = _handlers.get(kind)
        if known and (known.run.__module__, known.run.__qualname__) != (function.__module__, function.__qualname__):
            raise RuntimeError(f"two handlers for outbox messages of kind {kind!r}")
        _handlers[kind] = _Registered(run=function, lease=lease)
        return function

    return register


def queue(*, kind: str, payload: dict[str, Any], key: str) -> OutboxMessage:
    """Queue an effect in the caller's transaction and return its message.

    ``key`` names the effect (``application:12:submitted:1``): a second message of the same kind and key is not queued, the first
    one is returned. Raises ``NotInTransaction``, ``PayloadTooLarge``, or ``TypeError`` / ``ValueError`` for a payload that is
    not JSON.
    """
    require_transaction("outbox.queue()")
    if not kind or not key:
        raise ValueError("an outbox message needs a kind and a key")
    size = len(check_storable(payload))
    if size > MAX_PAYLOAD_BYTES:
        raise PayloadTooLarge(f"{kind} {key}: {size} bytes, at most {MAX_PAYLOAD_BYTES}")
    at = clock.machine_now()
    message, created = OutboxMessage.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={"payload": payload, "created_at": clock.now(), "next_attempt_at": at, "woken_at": at},
    )
    if created:
        jobs.wake_outbox(message.pk)
    return message


def process_message(message_id: int) -> bool:
    """Run one message's handler now, if it is due and nobody else has it; return whether it was done here. Never raises
    for a failing handler: that is counted, logged and tried again later."""
    message = _begin(message_id)
    if message is None:
        return False
    with working_on(f"outbox-{message_id}"):
        try:
            return _run(message)
        except Exception as error:
            _note_failure(message, error)
            return False


def drain(limit: int = 100) -> int:
    """Handle up to ``limit`` due messages here and now, also those that handlers queue meanwhile; return how many were done."""
    done, tried = 0, set[int]()
    while len(tried) < limit:
        due = _due().exclude(pk__in=tried).order_by("next_attempt_at", "pk").values_list("pk", flat=True)
        batch = list(due[: min(limit - len(tried), 50)])
        if not batch:
            break
        for message_id in batch:
            tried.add(message_id)
            done += process_message(message_id)
    return done


@jobs.regular("outbox.sweep", minutes=1)
def sweep() -> int:
    """Queue again every due message that the worker has not been told of for a minute; return how many. At most 500 at once."""
    at = clock.machine_now()
    with transaction.atomic():
        forgotten = (
            _due()
            .filter(Q(woken_at__isnull=True) | Q(woken_at__lt=at - SWEEP_AFTER))
            .select_for_update(no_key=True, skip_locked=True)
            .order_by("next_attempt_at", "pk")
        )
        found = list(forgotten.values_list("pk", flat=True)[:SWEEP_LIMIT])
        OutboxMessage.objects.filter(pk__in=found).update(woken_at=at)
        for message_id in found:
            jobs.wake_outbox(message_id)
    return len(found)


def _due() -> Any:
    return OutboxMessage.objects.filter(state=OutboxState.PENDING, next_attempt_at__lte=clock.machine_now())


def _begin(message_id: int) -> OutboxMessage | None:
    """Count an attempt before it is made, so that a message which kills its worker is not tried for ever."""
    with transaction.atomic():
        message: OutboxMessage | None = _due().select_for_update(no_key=True, skip_locked=True).filter(pk=message_id).first()
        if message is None:
            return None
        if message.attempts >= MAX_ATTEMPTS:
            error_id = new_error_id()
            OutboxMessage.objects.filter(pk=message.pk).update(
                state=OutboxState.FAILED,
                last_error=f"{error_id} the worker died in the last attempt. {message.last_error}".strip(),
            )
            logger.error("outbox %s %s gave up [%s]: the worker died in the last attempt", message.kind, message.key, error_id)
            return None
        # If nothing more is heard from this attempt, this is when the next one may start.
        registered = _handlers.get(message.kind)
        wait = max(_backoff(message.attempts + 1), (registered.lease if registered else None) or timedelta())
        message.attempts += 1
        message.next_attempt_at = clock.machine_now() + wait
        message.save(update_fields=["attempts", "next_attempt_at"])
        return message


def _run(message: OutboxMessage) -> bool:
    registered = _handlers.get(message.kind)
    if registered is None:
        raise LookupError(f"no handler for outbox messages of kind {message.kind!r}")
    waiting = OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.PENDING)
    if registered.lease is not None:
        registered.run(message)
        return _note_done(waiting)  # even when another attempt has begun meanwhile: the work is done
    with transaction.atomic():
        if waiting.select_for_update(no_key=True, skip_locked=True).first() is None:
            return False
        registered.run(message)
        return _note_done(waiting)


def _note_done(waiting: Any) -> bool:
    return bool(waiting.update(state=OutboxState.DONE, done_at=clock.now(), last_error=""))


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    error_id = new_error_id()
    over = message.attempts >= MAX_ATTEMPTS
    log = logger.error if over else logger.warning
    log("outbox %s %s failed, attempt %d [%s]", message.kind, message.key, message.attempts, error_id, exc_info=error)
    # The failure of an attempt that was given up long ago says nothing about the one that is running now.
    OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.PENDING, attempts=message.attempts).update(
        state=OutboxState.FAILED if over else OutboxState.PENDING,
        last_error=fit_text(f"{error_id} {describe_error(error)}", 2000),
        next_attempt_at=clock.machine_now() + _backoff(message.attempts),
    )


def _backoff(attempt: int) -> timedelta:
    return BACKOFF[min(attempt, len(BACKOFF)) - 1]
