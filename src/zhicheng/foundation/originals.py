"""Whether this is the original. A restored copy holds the mails that were waiting when it was taken: it sends nothing before a person
has said that it is the original from now on.

The database remembers where it lay when that was last said. A copy lies somewhere else: in another cluster, on another timeline of
one (a restore to a point in time begins a new one), under another name, in another file, or on another machine. A copy that was laid
exactly where the original lay is behind the pulse: a number that the original counts up every minute and then writes into a file beside
the database, which no copy of a database brings along.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import socket
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

from zhicheng.foundation import clock, jobs, ledger, outbox
from zhicheng.foundation.models import OriginalPlace
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 30.0
_seen: dict[str, tuple[float, bool]] = {}


def place() -> str:
    """The SHA-256 of where this database lies, as seen from this machine."""
    return hashlib.sha256("\n".join(_facts()).encode()).hexdigest()


def is_original() -> bool:
    """Whether somebody has said so of the place this is. A database that has never been asked is: it becomes it here and now.

    Where nobody real is written to (rehearsals, tests) every place is. Looked up again every half minute.
    """
    if settings.MODE != "production":
        return True
    here = place()
    at, answer = _seen.get(here, (0.0, False))
    if not at or time.monotonic() - at > _LOOK_AGAIN_SECONDS:
        answer = _lies(here)
        if not answer and not OriginalPlace.objects.exists():
            declare(by="first start")
            answer = True
        if not answer:
            logger.warning("this is a restored copy, or the database was moved: nothing is sent until zhicheng original confirm")
        _seen[here] = (time.monotonic(), answer)
    return answer


def require() -> None:
    """For handlers whose effect leaves the database. Raises ``outbox.Postponed`` in a restored copy: it waits for what a person says."""
    if not is_original():
        raise outbox.Postponed("this is a restored copy", until=clock.machine_now() + outbox.LONGEST_POSTPONED)


def is_known_copy() -> bool:
    """Whether this is surely a copy that keeps silent. Only looks; for the operator's page."""
    if settings.MODE != "production":
        return False
    return OriginalPlace.objects.exists() and not _lies(place())


def _lies(here: str) -> bool:
    """Whether the original lies ``here``: somebody said so, and the database is not older than what was written down beside it."""
    written = _written_pulse(here)  # before the row: it is counted up meanwhile
    row = OriginalPlace.objects.filter(place=here).first()
    return row is not None and not _is_behind(row, written)


def _is_behind(row: OriginalPlace, written: tuple[str, int]) -> bool:
    """Whether more was written down of the same count than the row holds."""
    name, pulse = written
    return name == row.pulse_name and pulse > row.pulse


@jobs.regular("instance.pulse", minutes=1)
def count_up() -> None:
    """Count the original's pulse up, first in the database, then in the file: the file is never ahead of the original."""
    here = place()
    if (counted := _count_up(here)) is not None:
        _write_pulse(here, counted)


@one_transaction
def _count_up(here: str) -> tuple[str, int] | None:
    written = _written_pulse(here)
    row = OriginalPlace.objects.select_for_update(no_key=True).filter(place=here).first()
    if row is None or _is_behind(row, written):
        return None  # a copy
    row.pulse += 1
    row.pulse_name = row.pulse_name or secrets.token_hex(16)
    row.save(update_fields=["pulse", "pulse_name"])
    return row.pulse_name, row.pulse


def _pulse_file(here: str) -> Path:
    return Path(settings.DATA_DIR) / f"original-{here[:16]}.pulse"


def _written_pulse(here: str) -> tuple[str, int]:
    """The count's name and how far it was written down; no name where nothing was."""
    try:
        name, pulse = _pulse_file(here).read_text("ascii").split()
        return name, int(pulse)
    except (OSError, ValueError):
        return "nothing", 0


def _write_pulse(here: str, counted: tuple[str, int]) -> None:
    path = _pulse_file(here)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_text("{} {}".format(*counted), "ascii")
    made.replace(path)


def declare(*, by: str, also: bool = False) -> bool:
    """Say that the place this is holds the original from now on. With ``also`` the places named before remain (one more machine with a
    worker); without, no other does. Return whether that is new."""
    new = _declare(by, also)
    _seen.clear()
    return new


@one_transaction
def _declare(by: str, also: bool) -> bool:
    here = place()
    if _lies(here):
        return False
    before = OriginalPlace.objects.count()
    (OriginalPlace.objects.filter(place=here) if also else OriginalPlace.objects.all()).delete()
    OriginalPlace.objects.create(place=here, since=clock.machine_now(), said_by=by)
    ledger.record(
        event="instance.original",
        subject="instance",
        actor="system",
        data={"place": here, "by": ledger.private(by), "places_before": before},
    )
    return True


def _facts() -> list[str]:
    facts = [socket.gethostname()]
    with suppress(OSError):
        facts.append(Path("/etc/machine-id").read_text(encoding="ascii").strip())
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"])).resolve()
        facts.append(str(file))
        with suppress(OSError):
            facts.append(str(file.stat().st_ino))
        return facts
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (pg_control_system()).system_identifier, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), oid, datname "
            "FROM pg_database WHERE datname = current_database()"
        )
        facts += [str(value) for value in cursor.fetchone()]
    return facts
