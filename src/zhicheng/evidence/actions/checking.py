"""Looking at the pages of files that are kept: how legible they are. A second stage after the examination, which decides alone whether a file
is taken in. Nothing waits for it; what it finds is put to the file, and a look that did not come about says so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from zhicheng.evidence import due, rules
from zhicheng.evidence.confinement.asking import Looked, look_confined
from zhicheng.evidence.examination import limits_in_force
from zhicheng.evidence.inspection.verdicts import UNCHECKED, Rejected
from zhicheng.evidence.leases import Lease, lock_mine, lock_next, take, try_later
from zhicheng.evidence.models import EvidenceFile, PageCheck
from zhicheng.evidence.previews import blob_on_disk
from zhicheng.foundation import clock
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)

AFTER_FAILURE = timedelta(seconds=10)
PAGES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class CheckTurn(Lease[PageCheck]):
    """A few pages of a kept file in the hands of one examiner."""

    def work(self) -> Looked:
        """What the confined process sees on the next pages. Asks no database; raises ``Rejected`` and ``OSError``."""
        row, file = self.row, self.row.file
        with blob_on_disk(file.served_sha256) as path:
            return look_confined(
                path, media_type=file.served_media_type, first=row.next_page, most=PAGES_AT_ONCE, bounds=limits_in_force()
            )


def begin_check(*, file: EvidenceFile, lane: str) -> None:
    """Let the pages of a file that is being kept wait to be looked at. Part of the transaction that keeps it."""
    PageCheck.objects.create(file=file, lane=lane, due_at=clock.machine_now())


def claim_check(*, lane: str) -> CheckTurn | None:
    """Take the next pages in hand; ``None`` when none are due. A file that was abandoned too often is given up here."""
    if not due.is_check_due(lane):
        return None
    return _claim(lane)


@one_transaction
def _claim(lane: str) -> CheckTurn | None:
    row = lock_next(due.due_checks(lane))
    if row is None:
        return None
    if row.attempts >= rules.MOST_ATTEMPTS:
        _end(row, [*row.found, _unchecked(row.next_page)])
        return None
    take(row)
    return CheckTurn(row)


@one_transaction
def end_check_turn(*, turn: CheckTurn, outcome: Looked | Exception) -> None:
    """Write down what was seen; the pages after it wait for another turn, and after the last one the file is done.

    Pages that could not be looked at are tried again; after the last attempt the file says from which page on nobody looked.
    """
    row = lock_mine(turn)
    if row is None:
        return
    if isinstance(outcome, Exception):
        _not_seen(row, outcome)
        return
    row.found = [*row.found, *outcome.warnings]
    row.next_page, row.attempts, row.claim, row.due_at = outcome.up_to + 1, 0, "", clock.machine_now()
    if row.next_page > row.file.pages:
        _end(row, row.found)
    elif row.next_page > rules.most_pages_checked(row.lane):
        _end(row, [*row.found, _unchecked(row.next_page)])
    else:
        row.save(update_fields=["found", "next_page", "attempts", "claim", "due_at"])


def _not_seen(row: PageCheck, error: Exception) -> None:
    if isinstance(error, Rejected):
        logger.warning("The pages of evidence file %s could not be looked at: %s", row.file_id, error.code)
    else:
        logger.error("the pages of a file could not be looked at [%s]", new_error_id(), exc_info=error)
    if row.attempts >= rules.MOST_ATTEMPTS:
        _end(row, [*row.found, _unchecked(row.next_page)])
        return
    try_later(row, AFTER_FAILURE)


def _unchecked(page: int) -> dict[str, int | str]:
    return {"code": UNCHECKED, "page": page}


def _end(row: PageCheck, found: list[dict[str, Any]]) -> None:
    file = EvidenceFile.objects.select_for_update(no_key=True).get(pk=row.file_id)
    file.warnings, file.checking = [*file.warnings, *found], False
    file.save(update_fields=["warnings", "checking"])
    row.delete()
