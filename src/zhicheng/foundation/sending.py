"""One sending of a form: what of it was committed, and that the same sending is never carried out twice.

While a request that may write is answered, :class:`Sending` watches the statements that go to the database. The first one of a
transaction that writes to, or locks, what the system is about is preceded by a row of :class:`SentForm`, in that very transaction:
whatever the action does stands or falls together with the note that this form was sent. A second press waits at the row's key until
the first has been decided, and is then turned away with :class:`SentBefore`, before it has done or locked anything. No action has to
know of it.

The same watch knows what was committed, so that a page made after a mishap can tell the truth (:attr:`Sending.outcome`).
"""

from __future__ import annotations

import enum
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhicheng.foundation import clock, jobs
from zhicheng.foundation.errors import chain_of
from zhicheng.foundation.fields import sealed_for
from zhicheng.foundation.models import SentForm

logger = logging.getLogger(__name__)

KEPT = timedelta(days=8)  # a day longer than a form may lie open (web/shared/once.py)
SWEEP_LIMIT = 10_000

_WRITES = re.compile(
    r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?)\s+[\"`]?(\w+)", re.I
)
_LOCKS = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b", re.I)
# What stands beside the matter itself: sessions, counts of tries, notes of who was turned away and this table.
BESIDE = re.compile(r"django_session|usersessions_usersession|foundation_cache|foundation_accessrefusal|foundation_sentform")


class SentBefore(Exception):
    """This very form, with these very contents, was carried out by an earlier request. Nothing was done this time."""


class Outcome(enum.Enum):
    """What can be said for certain about the work of a request after something went wrong."""

    NOT_DONE = "not_done"
    DONE = "done"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Form:
    """Which form was sent. ``key`` names form, place and contents; ``form`` names form and place only (64 hex digits each).

    ``address`` is the name of the address, never its path: a path may hold a one-time link.
    """

    key: str
    form: str
    sender: str
    address: str


class Sending:
    """What becomes of one request. Without ``form`` nothing is noted, but what was committed is known all the same.

    ``answered`` is set once the page has come to its good end: from then on ``location`` and ``said`` are its answer. ``row``: the id of the
    note, 0 before there is one.
    """

    def __init__(self) -> None:
        self.form: Form | None = None
        self.answered = False
        self.said: list[str] = []
        self.location = ""
        self.row = 0
        self._told = False
        self._wrote = False
        self._busy = False
        self._depth: dict[str, int] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch every database connection of this thread."""
        with ExitStack() as stack:
            for connection in connections.all():
                self._depth[connection.alias] = len(connection.savepoint_ids) if connection.in_atomic_block else -1
                stack.enter_context(connection.execute_wrapper(self._watch))
            yield

    @property
    def committed(self) -> bool:
        """Whether anything this request wrote has been committed.

        Under a transaction that had begun before the request (a test's own), what was written stands as soon as the request's
        own blocks have ended well.
        """
        return self._told or any(
            connection.in_atomic_block
            and len(connection.savepoint_ids) == self._depth.get(connection.alias)
            and self._is_noted(connection)
            for connection in connections.all(initialized_only=True)
        )

    def outcome(self, error: BaseException | None) -> Outcome:
        """What may be said after ``error``: a commit whose answer was lost, or one of several, is neither done nor not done."""
        if self.committed:
            return Outcome.DONE if self.answered else Outcome.UNSURE
        if self._wrote and any(_answer_was_lost(e) for e in chain_of(error)):
            return Outcome.UNSURE
        return Outcome.NOT_DONE

    def _watch(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """A database execute wrapper (Django)."""
        if self._busy or not _concerns_the_matter(str(sql)):
            return execute(sql, params, many, context)
        connection: BaseDatabaseWrapper = context["connection"]
        self._wrote = True
        if connection.in_atomic_block:
            self._note(connection)
            return execute(sql, params, many, context)
        if connection.vendor == "sqlite":
            return self._alone(connection, lambda: execute(sql, params, many, context))
        with transaction.atomic(using=connection.alias):
            self._note(connection)
            return execute(sql, params, many, context)

    def _alone(self, connection: BaseDatabaseWrapper, run: Callable[[], Any]) -> Any:
        """A single statement outside of any transaction, on SQLite: it may still be giving out its rows (``RETURNING``) when a
        transaction around it would have to end, so the note stands before it, and is taken back when it fails."""
        self._busy = True
        try:
            if self.form is not None and not self._told and not self._put(connection, self.form):
                raise SentBefore(self.form.address)
            try:
                result = run()
            except BaseException:
                if self.form is not None and not self._told:
                    SentForm.objects.filter(key=self.form.key).delete()
                raise
        finally:
            self._busy = False
        self._told = True
        return result

    def _is_noted(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether the note of this transaction still stands: Django drops it here when its savepoint is rolled back."""
        return any(entry[1] == self._tell for entry in connection.run_on_commit)

    def _note(self, connection: BaseDatabaseWrapper) -> None:
        if self._is_noted(connection):
            return
        self._busy = True
        try:
            if self.form is not None and not self._put(connection, self.form) and not self.committed:
                raise SentBefore(self.form.address)
        finally:
            self._busy = False
        transaction.on_commit(self._tell, using=connection.alias)

    def _put(self, connection: BaseDatabaseWrapper, form: Form) -> bool:
        """Write the note; False when its key is taken."""
        row = _insert(connection, form)
        self.row = row or self.row
        return bool(row)

    def _tell(self) -> None:
        self._told = True


def _concerns_the_matter(sql: str) -> bool:
    written = _WRITES.match(sql)
    if written is not None:
        return BESIDE.fullmatch(written[1]) is None
    return _LOCKS.search(sql) is not None


def _insert(connection: BaseDatabaseWrapper, form: Form) -> int:
    """Write the row and return its id; 0 when its key is taken. Waits for another transaction that is just writing the same key."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in ("key", "form", "sender", "address", "at", "location", "said"))
    at = connection.ops.adapt_datetimefield_value(clock.machine_now())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(SentForm._meta.db_table)} ({columns})"  # noqa: S608 - names of our own
            f" VALUES (%s, %s, %s, %s, %s, '', '') ON CONFLICT DO NOTHING RETURNING {quote('id')}",
            [form.key, form.form, form.sender, form.address, at],
        )
        return int(next(iter(cursor.fetchall()), (0,))[0])


def _answer_was_lost(error: BaseException) -> bool:
    """Whether the database went away rather than answered: then a commit may have happened all the same.

    An answer has a code (PostgreSQL: five characters, of which class 08 is a lost connection and 57P… a server that ends;
    SQLite: a name, of which SQLITE_IOERR… leaves it open what reached the disk).
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return str(state).startswith(("08", "57P"))
    name = getattr(cause, "sqlite_errorname", None)
    return name is None or str(name).startswith("SQLITE_IOERR")


# --- what was kept of it ------------------------------------------------------------------------------------------------------


def sent_before(form: Form) -> SentForm | None:
    """The row of an earlier sending of the same form with the same contents by the same sender."""
    return SentForm.objects.filter(key=form.key, sender=form.sender).first()


def sendings_of(form: Form) -> tuple[SentForm | None, bool]:
    """:func:`sent_before`, and whether the same form was carried out before with other contents (somebody went back, changed a word, and
    sent it again). One query."""
    rows = list(SentForm.objects.filter(form=form.form, sender=form.sender))
    first = next((row for row in rows if row.key == form.key), None)
    return first, len(rows) > (first is not None)


def keep_answer(form: Form, *, row: int, location: str, said: str) -> None:
    """Keep where the first sending led and what it said, for a second press, in its ``row``. A database that cannot take it is logged only:
    the work itself is committed."""
    sealed = sealed_for(SentForm._meta.get_field("said"), row, said)
    try:
        with transaction.atomic():
            SentForm.objects.filter(pk=row, key=form.key).update(location=location[:500], said=sealed)
    except DatabaseError:
        logger.exception("the answer to %s could not be kept", form.address)


def forget_sending(form: Form) -> None:
    """The page said that it was not done (422): the same form may be sent again, even if something beside it was written."""
    with transaction.atomic():
        SentForm.objects.filter(key=form.key, sender=form.sender).delete()


@jobs.regular("sending.sweep", minutes=60)
def sweep_sendings() -> int:
    """Forget sendings older than :data:`KEPT`; return how many. At most 10,000 at once."""
    with transaction.atomic():
        old = list(
            SentForm.objects.filter(at__lt=clock.machine_now() - KEPT).order_by("at").values_list("pk", flat=True)[:SWEEP_LIMIT]
        )
        return SentForm.objects.filter(pk__in=old).delete()[0]
