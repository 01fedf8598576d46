"""The door of every action: its transaction, what has to come last in it, and a second try when two of them stood in each other's way.

What must stand or fall together has to be in one transaction; :func:`require_transaction` says so loudly when it is not.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Model, QuerySet

logger = logging.getLogger(__name__)

BREATH_SECONDS = 0.05  # before the second time: who won has to get what it waited for, or the two meet again

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
# What PostgreSQL says of two transactions that wait for each other, or saw each other's rows change: nothing of this one was done.
_OVERTAKEN = {"40P01", "40001"}
_NOT_AVAILABLE = "55P03"
_PATIENCE = (
    "SELECT set_config('lock_timeout', %s, true), before FROM (SELECT current_setting('lock_timeout') AS before OFFSET 0) AS it"
)
# In one: whoever has the turn is waited for, and each further question would make all of them wait for one more answer.
_TURN = "SELECT set_config('lock_timeout', %s, true) FROM (SELECT pg_advisory_xact_lock(%s) OFFSET 0) AS turn"


class NotInTransaction(RuntimeError):
    """Code that must share its cause's transaction was called outside of one: a mistake of the programmer."""


def require_transaction(what: str) -> None:
    """Raise :class:`NotInTransaction`, naming ``what``, unless the default database is inside ``transaction.atomic()``."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{what} must be called inside transaction.atomic(), in the same transaction as its cause.")


def lock_rows(rows: QuerySet[Model]) -> list[int]:
    """Lock these rows until the transaction ends, in the order of their ids, and return the ids: the caller reads the rows afterwards.

    In a query of its own: one that waited for a lock gets the row as it is now beside joined ones as they were before, and would tell of
    a decision by nobody, or of the submission before. Raises ``NotInTransaction``.
    """
    require_transaction("lock_rows()")
    return list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


class StillTheirTurn(RuntimeError):
    """Others had theirs for longer than whoever asked waits: nothing was done."""


def take_turns(name: str, *, seconds: float = 0) -> None:
    """Let one transaction at a time go on from here for ``name``, until it ends: for a limit that is counted over rows, of which none can
    be locked. What was committed by the one before is seen by the next question. Does nothing on SQLite, where one writes at a time.

    Nothing that others wait for may be locked before. Raises ``NotInTransaction``, and :class:`StillTheirTurn` when it has not come within
    ``seconds`` (0: it is waited for as long as for anything); the transaction can only be rolled back then. What the instance's role or
    address says of waiting for locks holds again afterwards.
    """
    require_transaction("take_turns()")
    connection = transaction.get_connection()
    if connection.vendor == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            if not seconds:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
                return
            cursor.execute(_PATIENCE, [f"{seconds * 1000:.0f}ms"])  # until the transaction ends
            before = cursor.fetchone()[1]
            try:
                cursor.execute(_TURN, [before, key])
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) == _NOT_AVAILABLE:
                    raise StillTheirTurn(name) from error
                raise


def one_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Carry the decorated function out in one transaction, of which what was kept for the end (:func:`at_the_end`) is the last.

    When the database ends it because it and another one waited for each other (deadlock, serialization), nothing of it was done, and
    it is carried out once more; the second time the error is raised. Effects wait for the commit, so nothing is doubled; what the
    function does outside of the database must bear being done twice. Called inside a transaction it is a part of that one, which
    alone can be tried again. A function that may be tried again takes no iterator: ``TypeError``.
    """

    @wraps(function)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic(), _with_an_end():
                return function(*args, **kwargs)
        if any(isinstance(given, Iterator) for given in (*args, *kwargs.values())):
            raise TypeError(f"{_name(function)} may be carried out a second time and was given an iterator")
        try:
            with transaction.atomic(), _with_an_end():
                return function(*args, **kwargs)
        except OperationalError as error:
            if not was_overtaken(error):
                raise
            logger.warning("%s is tried again: it and another transaction waited for each other", _name(function))
        time.sleep(BREATH_SECONDS)
        with transaction.atomic(), _with_an_end():
            return function(*args, **kwargs)

    return carried_out


def _name(function: Callable[..., object]) -> str:
    """What the log calls it; a ``partial`` has no name of its own."""
    named = function.func if isinstance(function, partial) else function
    return f"{named.__module__}.{getattr(named, '__qualname__', type(named).__name__)}"


def once_more_when_taken(attempt: Callable[[], R]) -> R:
    """Carry ``attempt`` out in a transaction (or as a part of one); when the database says that something is taken already, look again.

    Two registrations of one log-in name, mailbox or credit code at the same moment both find it free; the second to write breaks a
    unique constraint. Its next look finds the first one's rows and gives the same sentence as if it had come a minute later. The error
    is raised the third time.
    """
    for _look in range(2):
        try:
            return one_transaction(attempt)()
        except IntegrityError:
            continue
    return one_transaction(attempt)()


def was_overtaken(error: OperationalError) -> bool:
    """Whether the database ended the transaction because of another one (SQLSTATE 40P01, 40001): it may be tried again."""
    return getattr(error.__cause__, "sqlstate", None) in _OVERTAKEN


class _Last:
    """Something that is done at the end of an action, together with whatever else is done by the same function."""

    def __init__(self, run: Callable[[list[Any]], object], item: object, *, last: bool) -> None:
        self.run = run
        self.item = item
        self.last = last

    def __call__(self) -> None:
        """What Django keeps for the commit: it drops this when the savepoint it was noted in is rolled back. Does nothing."""


_lasts: ContextVar[list[_Last] | None] = ContextVar("lasts", default=None)


def at_the_end(run: Callable[[list[T]], object], item: T, *, last: bool = False) -> bool:
    """Call ``run`` as one of the last things of the action that is under way, in its transaction, with every ``item`` that was kept for it;
    False, and nothing is kept, outside of an action.

    What was asked for inside a part that is rolled back is not done. In the order of asking; ``last``: after all the others.
    """
    lasts = _lasts.get()
    if lasts is None:
        return False
    one = _Last(run, item, last=last)
    transaction.on_commit(one)
    lasts.append(one)
    return True


@contextmanager
def _with_an_end() -> Iterator[None]:
    """The outermost of these does what was kept for the end, just before its transaction is committed."""
    if _lasts.get() is not None:
        yield
        return
    lasts: list[_Last] = []
    under_way = _lasts.set(lasts)
    try:
        yield
    finally:
        _lasts.reset(under_way)
    if not lasts:
        return  # what waits for the commit is not looked through: inside one great transaction that is much
    standing = {id(entry[1]) for entry in transaction.get_connection().run_on_commit}
    kept: dict[tuple[bool, Callable[[list[Any]], object]], list[Any]] = {}
    for one in lasts:
        if id(one) in standing:
            kept.setdefault((one.last, one.run), []).append(one.item)
    for last, run in sorted(kept, key=lambda kind: kind[0]):
        run(kept[last, run])
