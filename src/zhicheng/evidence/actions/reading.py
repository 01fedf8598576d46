"""Reading what stands on the pages of files that are kept, by a process of its own. Nothing waits for it. The text is handed to the room that
asked for it and then gone; a reading that did not come about is told as such.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from zhicheng.evidence import due, rules
from zhicheng.evidence.confinement.asking import read_confined
from zhicheng.evidence.examination import limits_in_force
from zhicheng.evidence.inspection.verdicts import FAILED, Rejected
from zhicheng.evidence.leases import Lease, lock_mine, lock_next, take, try_later
from zhicheng.evidence.models import EvidenceFile, FileReading
from zhicheng.evidence.previews import blob_on_disk
from zhicheng.evidence.reading import Read, Unread, tell, why_not
from zhicheng.foundation import clock
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)

AFTER_FAILURE = timedelta(seconds=10)
MOST_PAGES = 8
"""So many pages of a file are read, its first ones: what a paper is, whose, and until when stands there."""


@dataclass(frozen=True, slots=True)
class ReadingTurn(Lease[FileReading]):
    """A kept file in the hands of one reader."""

    def work(self) -> Read | Unread:
        """What the confined process reads, page by page. Asks no database; raises ``Rejected`` and ``OSError``."""
        if why := why_not():
            return Unread(why)
        file, last = self.row.file, min(self.row.file.pages, MOST_PAGES)
        with blob_on_disk(file.served_sha256) as path:
            pages = [
                read_confined(path, media_type=file.served_media_type, number=number, bounds=limits_in_force())[0]
                for number in range(1, last + 1)
            ]
        return Read(tuple(pages), whole=last == file.pages)


def begin_reading(*, file: EvidenceFile) -> None:
    """Let a kept file wait to be read; one that waits or is being read already is read anew. Part of the caller's transaction."""
    now = clock.machine_now()
    FileReading.objects.update_or_create(file=file, defaults={"attempts": 0, "claim": "", "due_at": now})


def claim_reading() -> ReadingTurn | None:
    """Take the next file in hand; ``None`` when none is due. One that was abandoned too often is given up here."""
    if not due.is_reading_due():
        return None
    return _claim()


@one_transaction
def _claim() -> ReadingTurn | None:
    row = lock_next(due.due_readings())
    if row is None:
        return None
    if row.attempts >= rules.MOST_ATTEMPTS:
        _end(row, Unread(FAILED))
        return None
    take(row)
    return ReadingTurn(row)


@one_transaction
def end_reading_turn(*, turn: ReadingTurn, outcome: Read | Unread | Exception) -> None:
    """Hand on what was read. What could not be read is tried again; after the last attempt it is told that nobody read it."""
    row = lock_mine(turn)
    if row is None:
        return
    if not isinstance(outcome, Exception):
        _end(row, outcome)
        return
    if isinstance(outcome, Rejected):
        logger.warning("Evidence file %s could not be read: %s", row.file_id, outcome.code)
    else:
        logger.error("a file could not be read [%s]", new_error_id(), exc_info=outcome)
    if row.attempts >= rules.MOST_ATTEMPTS:
        _end(row, Unread(FAILED))
        return
    try_later(row, AFTER_FAILURE)


def _end(row: FileReading, outcome: Read | Unread) -> None:
    tell(row.file, outcome)
    row.delete()
