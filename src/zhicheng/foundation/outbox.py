"""The outbox: effects that wait for their cause to be committed (house, decision 6), and the queue the worker takes them from.

An action queues a message in its own transaction. Afterwards a process of the message's lane claims it and runs the handler of its
kind, again and again until it succeeds or has failed ``MAX_ATTEMPTS`` times; then the message stays visible as failed. A handler can
be run more than once for one message (the worker may die after the effect and before the note that it is done), so it must be
idempotent.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhicheng.foundation import clock
from zhicheng.foundation.canonical import check_storable
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.logs import describe_error, working_on
from zhicheng.foundation.models import Failure, OutboxMessage, OutboxState
from zhicheng.foundation.prepared import prepared
from zhicheng.foundation.text import fit_text
from zhicheng.foundation.transactions import at_the_end, one_transaction, require_transaction

logger = logging.getLogger(__name__)

# How long to wait after the first, second, … failed attempt. The last attempt comes about a day after the first.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
MAX_ATTEMPTS = len(BACKOFF) + 1
MAX_PAYLOAD_BYTES = 256 * 1024
LONGEST_POSTPONED = timedelta(minutes=10)
AT_ONCE = timedelta()
_WAITS = "queued to wait"  # as after ``Postponed``: not tried, and no sign of anything wrong
USUAL_LIMIT = timedelta(minutes=5)  # how long a handler without a lease may take before its process is ended

Handler = Callable[[OutboxMessage], object]


class PayloadTooLarge(ValueError):
    """A payload over ``MAX_PAYLOAD_BYTES`` of canonical JSON: put the content into ``foundation.blobs`` and queue its hash."""


class Postponed(Exception):
    """Raised by a handler that has tried nothing because what it needs is away: the attempt does not count.

    ``until`` (a time of the machine, at most ``LONGEST_POSTPONED`` ahead): when to look again. The text is for the operator and the
    log, and must name nobody.
    """

    def __init__(self, why: str, *, until: datetime) -> None:
        super().__init__(why)
        self.until = until


class GivenUp(Exception):
    """Raised by a handler that knows that trying again is of no use; ``failure`` says why (:class:`Failure`), the text what was said; it must name
    nobody."""

    def __init__(self, failure: Failure, said: str) -> None:
        super().__init__(said)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Claimer:
    """Who takes messages: a worker's instance and process, or a process that is no worker (a command, a test): ``NO_WORKER``."""

    instance: int
    pid: int = 0


@dataclass(frozen=True, slots=True)
class _Registered:
    run: Handler
    lane: Lane
    lease: timedelta | None


_handlers: dict[str, _Registered] = {}
NO_WORKER = -1
ANYBODY = Claimer(NO_WORKER)


def handler(kind: str, *, lane: Lane = Lane.EFFECTS, lease: timedelta | None = None) -> Callable[[Handler], Handler]:
    """Register the decorated function for messages of ``kind``, done in ``lane``. It is called with the :class:`OutboxMessage`.

    Without ``lease`` the handler runs in one transaction with the note that it is done: if it raises, all it wrote is undone.
    With ``lease`` it runs outside of any transaction, for work that waits for something else (a mail server, a long computation)
    and must not hold a database lock meanwhile; nobody else tries the message until the lease is over, unless its process has died.
    """

    def register(function: Handler) -> Handler:
        known = _handlers.get(kind)
        if known and (known.run.__module__, known.run.__qualname__) != (function.__module__, function.__qualname__):
            raise RuntimeError(f"two handlers for outbox messages of kind {kind!r}")
        _handlers[kind] = _Registered(run=function, lane=lane, lease=lease)
        return function

    return register


def lane_of(kind: str) -> Lane:
    """The lane of a kind; that of effects for one nobody has registered here."""
    registered = _handlers.get(kind)
    return registered.lane if registered else Lane.EFFECTS


def limit_of(kind: str) -> timedelta:
    """How long one attempt at a message of ``kind`` may take before its process is taken to hang."""
    registered = _handlers.get(kind)
    return (registered and registered.lease) or USUAL_LIMIT


def queue(*, kind: str, payload: dict[str, Any], key: str, sequence: str = "", wait: timedelta = AT_ONCE) -> OutboxMessage:
    """Queue an effect in the caller's transaction and return its message.

    ``key`` names the effect (``application:12:submitted:1``): a second message of the same kind and key is not queued. Messages with one
    ``sequence`` (``application:12``) are done in the order they were queued: a later one waits while
    an earlier one is tried again, until that one is done or given up. ``wait``: how long it is left alone first, at most
    ``LONGEST_POSTPONED``; :func:`hasten` ends that. Inside ``transactions.one_transaction`` all that an action queues is written in one
    statement at its end, and what is returned has no number; elsewhere it is written at once, and the row is returned: the first one's,
    when the key was taken. Raises ``NotInTransaction``, ``PayloadTooLarge``, or ``TypeError`` / ``ValueError`` for a payload that is not JSON.
    """
    require_transaction("outbox.queue()")
    if not kind or not key:
        raise ValueError("an outbox message needs a kind and a key")
    if not AT_ONCE <= wait <= LONGEST_POSTPONED:
        raise ValueError(f"a message waits {LONGEST_POSTPONED} at most, not {wait}")
    size = len(check_storable(payload))
    if size > MAX_PAYLOAD_BYTES:
        raise PayloadTooLarge(f"{kind} {key}: {size} bytes, at most {MAX_PAYLOAD_BYTES}")
    message = OutboxMessage(
        kind=kind,
        key=key,
        payload=payload,
        lane=lane_of(kind),
        sequence=sequence,
        last_error=_WAITS if wait else "",
        created_at=clock.now(),
        next_attempt_at=clock.machine_now() + wait,
    )
    if at_the_end(_write, message):
        return message
    _write([message])
    return OutboxMessage.objects.get(kind=kind, key=key)


def _write(messages: list[OutboxMessage]) -> None:
    """Those whose keys are taken are left out: what the first of them said stands."""
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)


def hasten(*, kind: str, key: str) -> bool:
    """Make a message that was queued to wait, and that nobody has tried yet, due now; return whether there was one."""
    waiting = OutboxMessage.objects.filter(kind=kind, key=key, state=OutboxState.PENDING, attempts=0, last_error=_WAITS)
    return bool(waiting.update(next_attempt_at=clock.machine_now(), last_error=""))


def has_due(lane: Lane) -> bool:
    """Whether anything waits in ``lane``: a question that takes no lock, asked several times a second."""
    return bool(_first_due(clock.machine_now(), lane=lane))


def claim(lane: Lane, *, by: Claimer = ANYBODY) -> OutboxMessage | None:
    """Take the earliest due message of ``lane`` in hand, an attempt counted; ``None`` when there is none for us."""
    return _claim(_due().filter(lane=lane), by)


def process_message(message_id: int) -> bool:
    """Run one message's handler now, if it is due and nobody else has it; return whether it was done here. Never raises
    for a failing handler: that is counted, logged and tried again later."""
    message = _claim(_due().filter(pk=message_id), ANYBODY)
    return message is not None and run_claimed(message)


def run_claimed(message: OutboxMessage) -> bool:
    """Run the handler of a message that was claimed; return whether it is done. Never raises for a failing handler."""
    with working_on(f"outbox-{message.pk}"):
        try:
            return _run(message)
        except Postponed as postponed:
            _note_postponed(message, postponed)
        except GivenUp as given_up:
            _note_failure(message, given_up, given_up.failure)
        except Exception as error:
            _note_failure(message, error)
        return False


def drain(limit: int = 100) -> int:
    """Handle up to ``limit`` due messages here and now, also those that handlers queue meanwhile; return how many were done."""
    done, tried = 0, set[int]()
    while len(tried) < limit:
        due = _due().exclude(pk__in=tried).order_by("pk").values_list("pk", flat=True)
        batch = list(due[: min(limit - len(tried), 50)])
        if not batch:
            break
        for message_id in batch:
            tried.add(message_id)
            done += process_message(message_id)
    return done


def release(*, instance: int, pid: int | None = None) -> int:
    """Free what a dead instance (or one dead process of a living one) had in hand; return how many messages.

    When everything died it is due at once. A message that has cost one process of a living worker its life before waits as after
    a failure: it may be the cause.
    """
    whose = {"claimed_by": instance} | ({} if pid is None else {"claimed_pid": pid})
    held = OutboxMessage.objects.filter(state=OutboxState.PENDING, **whose)
    at, freed = clock.machine_now(), 0
    for message in held.only("pk", "attempts"):
        again = pid is not None and message.attempts > 1
        due = at + (_backoff(message.attempts - 1) if again else timedelta())
        # Another process may have claimed it since it was read: then it is that one's.
        mine = OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.PENDING, attempts=message.attempts, **whose)
        freed += mine.update(claimed_by=0, claimed_pid=0, next_attempt_at=due)
    return freed


def tidy() -> int:
    """Give a lane to messages without one, and make due what would wait longer than any attempt does: the machine's clock was put back
    since it was written. Return how many."""
    waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING)
    mended = 0
    for kind in waiting.filter(lane="").values_list("kind", flat=True).distinct():
        mended += waiting.filter(lane="", kind=kind).update(lane=lane_of(kind))
    at, slack = clock.machine_now(), timedelta(seconds=5)
    longest = max([BACKOFF[-1], *(one.lease for one in _handlers.values() if one.lease)])
    too_late = Q(claimed_by=NO_WORKER, next_attempt_at__gt=at + longest + slack)
    for attempts, wait in enumerate((LONGEST_POSTPONED, *BACKOFF)):
        too_late |= Q(attempts=attempts, claimed_by=0, next_attempt_at__gt=at + wait + slack)
    return mended + waiting.filter(too_late).update(next_attempt_at=at)


@prepared
def _first_due(at: datetime, *, lane: Lane) -> QuerySet[OutboxMessage, tuple[int]]:
    return _due_at(at).filter(lane=lane).values_list("pk")[:1]


def _due() -> QuerySet[OutboxMessage]:
    """What may be tried now: also what was never tried, whatever the clock said when it was queued."""
    return _due_at(clock.machine_now())


def _due_at(at: datetime) -> QuerySet[OutboxMessage]:
    waiting = OutboxMessage.objects.filter(Q(next_attempt_at__lte=at) | Q(attempts=0, last_error=""), state=OutboxState.PENDING)
    earlier = OutboxMessage.objects.filter(state=OutboxState.PENDING, sequence=OuterRef("sequence"), pk__lt=OuterRef("pk"))
    return waiting.filter(Q(sequence="") | ~Exists(earlier))


@one_transaction
def _claim(due: Any, by: Claimer) -> OutboxMessage | None:
    """Count an attempt before it is made, so that a message which kills its worker is not tried for ever."""
    message: OutboxMessage | None
    message = due.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("pk").first()
    if message is None:
        return None
    if message.attempts >= MAX_ATTEMPTS:
        _note_died(message)
        return None
    # If nothing more is heard from this attempt, this is when the next one may start.
    message.attempts += 1
    wait = max(_backoff(message.attempts), limit_of(message.kind) if _is_leased(message.kind) else timedelta())
    message.next_attempt_at = clock.machine_now() + wait
    message.claimed_by, message.claimed_pid = by.instance, by.pid
    message.save(update_fields=["attempts", "next_attempt_at", "claimed_by", "claimed_pid"])
    return message


def _is_leased(kind: str) -> bool:
    registered = _handlers.get(kind)
    return registered is not None and registered.lease is not None


def _run(message: OutboxMessage) -> bool:
    registered = _handlers.get(message.kind)
    if registered is None:
        raise LookupError(f"no handler for outbox messages of kind {message.kind!r}")
    waiting = OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.PENDING)
    if registered.lease is not None:
        registered.run(message)
        return _note_done(waiting)  # even when another attempt has begun meanwhile: the work is done
    return _run_with_its_note(registered, message, waiting)


@one_transaction
def _run_with_its_note(registered: _Registered, message: OutboxMessage, waiting: Any) -> bool:
    if not _hold(waiting):
        return False
    registered.run(message)
    return _note_done(waiting)


def _hold(waiting: Any) -> bool:
    """Lock the message, unless another attempt is at it. Somebody who looks for work may hold it for an instant: PostgreSQL locks a row
    before it sees that another worker has claimed it meanwhile, and lets go when that transaction ends."""
    for wait in (0, 0.02, 0.2, 1):
        time.sleep(wait)
        if waiting.select_for_update(no_key=True, skip_locked=True).first() is not None:
            return True
    return False


def _note_done(waiting: Any) -> bool:
    return bool(waiting.update(state=OutboxState.DONE, done_at=clock.now(), last_error="", claimed_by=0, claimed_pid=0))


def _note_died(message: OutboxMessage) -> None:
    error_id = new_error_id()
    message.state, message.failure, message.claimed_by, message.claimed_pid = OutboxState.FAILED, Failure.DIED, 0, 0
    message.last_error = f"{error_id} the worker died in the last attempt. {message.last_error}".strip()
    message.save(update_fields=["state", "failure", "last_error", "claimed_by", "claimed_pid"])
    logger.error("outbox %s %s gave up [%s]: the worker died in the last attempt", message.kind, message.key, error_id)


def _of_this_attempt(message: OutboxMessage) -> Any:
    """The failure of an attempt that was given up long ago says nothing about the one that is running now."""
    return OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.PENDING, attempts=message.attempts)


def _note_failure(message: OutboxMessage, error: Exception, failure: str = "") -> None:
    error_id = new_error_id()
    if not failure and message.attempts >= MAX_ATTEMPTS:
        failure = Failure.TRIED
    log = logger.error if failure else logger.warning
    log("outbox %s %s failed, attempt %d [%s]", message.kind, message.key, message.attempts, error_id, exc_info=error)
    said = str(error) if isinstance(error, GivenUp) else describe_error(error)
    if isinstance(error, Refused):  # its words may name a person, its codes do not
        said = f"{said}: {', '.join(problem.code for problem in error.problems)}"
    _of_this_attempt(message).update(
        state=OutboxState.FAILED if failure else OutboxState.PENDING,
        failure=failure,
        last_error=fit_text(f"{error_id} {said}", 2000),
        next_attempt_at=clock.machine_now() + _backoff(message.attempts),
        claimed_by=0,
        claimed_pid=0,
    )


def _note_postponed(message: OutboxMessage, postponed: Postponed) -> None:
    logger.info("outbox %s %s postponed: %s", message.kind, message.key, postponed)
    _of_this_attempt(message).update(
        attempts=message.attempts - 1,
        last_error=fit_text(str(postponed), 2000),
        next_attempt_at=min(postponed.until, clock.machine_now() + LONGEST_POSTPONED),
        claimed_by=0,
        claimed_pid=0,
    )


def _backoff(attempt: int) -> timedelta:
    return BACKOFF[min(attempt, len(BACKOFF)) - 1]
