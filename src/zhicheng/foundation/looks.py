"""Who looked at other people's files and whole identity numbers: an append-only log of its own (PIPL 第五十一条, S-66).

A look is one row, written by the page that answers it: the one thing a GET request writes into the database (on the disk it may put back
a damaged file, ``blobs.open_whole``, and keep a preview). It never waits for the ledger's head; the
worker seals what has come in with one entry an hour, whose hash covers every row since the seal before.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation import clock, jobs, ledger
from zhicheng.foundation.canonical import canonical_json
from zhicheng.foundation.invariants import Violation, invariant
from zhicheng.foundation.models import AccessLook, LedgerEntry
from zhicheng.foundation.text import fit_text
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)

FILE, PREVIEW, ORIGINAL, NUMBER, PAPER = "file", "preview", "original", "number", "paper"
CASE = "case"  # an application was opened at the desk it waits at; ``thing`` names the move that brought it there: ``move:12``
THUMBNAIL = "thumbnail"  # a picture, small, in a list: shown by the page, chosen by nobody
# A page shows the same pictures each time it is opened, and once more when it refuses what was typed into it: nobody looked anew.
THUMBNAIL_AGAIN_AFTER = timedelta(hours=1)
PREVIEW_AGAIN_AFTER = timedelta(minutes=10)
SEALED = "access.sealed"
# A row that was begun before another may be committed after it: what is this old is complete.
SETTLED_AFTER = timedelta(minutes=2)


def note_look(*, actor: str, what: str, subject: str, thing: str = "") -> None:
    """Write down that ``actor`` (``user:5``) looked at ``what`` of ``subject`` (``application:12``); ``thing`` says which. One query.

    Raises ``DatabaseError`` when it cannot be written: the caller shows nothing then, unless it has a reason to go on.
    """
    AccessLook.objects.create(
        at=clock.now(),
        seen_at=clock.machine_now(),
        actor=fit_text(actor, 60),
        what=what,
        subject=fit_text(subject, 80),
        thing=fit_text(thing, 80),
    )


def note_look_or_log(*, actor: str, what: str, subject: str, thing: str = "") -> None:
    """:func:`note_look` for files: a database that cannot take the row (a full disk) hinders nobody's work, and the log has it."""
    try:
        note_look(actor=actor, what=what, subject=subject, thing=thing)
    except DatabaseError:
        logger.exception("a look could not be written down: %s %s %s %s", actor, what, subject, thing)


def note_picture_or_log(*, actor: str, what: str, subject: str, thing: str) -> None:
    """:func:`note_look_or_log` of a picture that a page shows by itself: a ``THUMBNAIL`` once in :data:`THUMBNAIL_AGAIN_AFTER`, a
    ``PREVIEW`` once in :data:`PREVIEW_AGAIN_AFTER`, for each person and thing."""
    now, pause = clock.now(), THUMBNAIL_AGAIN_AFTER if what == THUMBNAIL else PREVIEW_AGAIN_AFTER
    shown = AccessLook.objects.filter(actor=actor, at__gt=now - pause, at__lte=now)
    try:
        is_noted = shown.filter(what=what, subject=subject, thing=thing).exists()
    except DatabaseError:
        is_noted = False
    if not is_noted:
        note_look_or_log(actor=actor, what=what, subject=subject, thing=thing)


@jobs.regular("looks.seal", minutes=60)
@one_transaction
def seal() -> int:
    """Seal the looks since the last seal with one entry of the ledger; return how many there were to seal.

    A process that hung and one that took its place may both come to it: the slower one finds the seal of the faster, and adds none.
    """
    after = sealed_up_to()
    found = _sealed(_settled(after).order_by("pk").iterator(chunk_size=2000))
    if found.count:
        data = {"first": found.first, "last": found.last, "count": found.count, "sha256": found.sha256}
        ledger.record(event=SEALED, subject="access_log", actor="system", data=data, while_true=lambda: sealed_up_to() == after)
    return found.count


def _settled(after: int) -> QuerySet[AccessLook]:
    """The rows after ``after`` up to the first that may still have a neighbour on its way: a seal leaves no hole, also when the
    machine's clock was put back and a later row carries an earlier time. What is far in the future is of before the clock was put back.
    """
    at = clock.machine_now()
    rows = AccessLook.objects.filter(pk__gt=after)
    young = rows.filter(seen_at__gt=at - SETTLED_AFTER, seen_at__lte=at + SETTLED_AFTER).order_by("pk").first()
    return rows.filter(pk__lt=young.pk) if young is not None else rows


def sealed_up_to() -> int:
    """The number of the last row that is sealed into the ledger; 0 before the first seal."""
    last = _last_seal()
    return int(last.data["last"]) if last is not None else 0


@dataclass(slots=True)
class _Seal:
    first: int = 0
    last: int = 0
    count: int = 0
    sha256: str = ""


def _sealed(rows: Iterable[AccessLook]) -> _Seal:
    found, seen = _Seal(), hashlib.sha256()
    for row in rows:
        seen.update(canonical_json(_fields(row)) + b"\n")
        found.first, found.last, found.count = found.first or row.pk, row.pk, found.count + 1
    found.sha256 = seen.hexdigest()
    return found


def _fields(row: AccessLook) -> dict[str, Any]:
    times = {"at": ledger.time_text(row.at), "seen_at": ledger.time_text(row.seen_at)}
    return {"id": row.pk, **times, "actor": row.actor, "what": row.what, "subject": row.subject, "thing": row.thing}


def _last_seal() -> LedgerEntry | None:
    return LedgerEntry.objects.filter(event=SEALED).order_by("-number").first()


@invariant("foundation.access_log", gettext_lazy("查看记录与台账中的封存一致"))
def looks_are_sealed() -> Iterator[Violation]:
    """Every sealed row is as it was sealed, none is missing, and none has come in between."""
    last = 0
    for entry in LedgerEntry.objects.filter(event=SEALED).order_by("number").iterator(chunk_size=500):
        told = entry.data
        rows = AccessLook.objects.filter(pk__gt=last, pk__lte=told["last"]).order_by("pk")
        found = _sealed(rows.iterator(chunk_size=2000))
        if (found.first, found.count, found.sha256) != (told["first"], told["count"], told["sha256"]):
            words = {"first": told["first"], "last": told["last"]}
            yield Violation(f"ledger:{entry.number}", _("第 %(first)s 至 %(last)s 条查看记录与封存时不同。") % words)
        last = told["last"]
