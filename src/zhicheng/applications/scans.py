"""Scans of signed sheets as they are read: the rows of one upload, those of an application, and what may be put into a box by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from zhicheng.applications.scan_rules import Fate
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.evidence.queries import UNUSED_KEPT
from zhicheng.foundation import clock
from zhicheng.foundation.ids import new_error_id

SCAN = "signed_scan"
"""The purpose of a file that brings signed sheets back (``evidence.intake``)."""
PLACED_BY_HAND = frozenset({Fate.NO_CODE, Fate.TWICE, Fate.OLDER, Fate.INCOMPLETE, Fate.HELD, Fate.REFUSED})
"""Whose pages the applicant may put into a box: not those of somebody else's application, nor where nothing may be changed."""
GATHERED_WITHIN = timedelta(minutes=1)
"""So long the files of one upload are waited for: a request that broke off brought fewer."""


def subject_of_scans(application_id: int) -> str:
    """How a scan names the application it was brought to; not as files for a box do: 上报 waits for none."""
    return f"scans:{application_id}"


def scan_place(application_id: int, *, batch: str, files: int) -> dict[str, Any]:
    """What ``evidence`` is told of a scan that is one of the ``files`` of an upload."""
    return {
        "purpose": SCAN,
        "subject": subject_of_scans(application_id),
        "where": "scans",
        "payload": {"application": application_id, "batch": batch, "files": files},
    }


def new_batch() -> str:
    """A name for the files of one upload."""
    return new_error_id() + new_error_id()


def scans_of_batch(application_id: int, batch: str) -> QuerySet[Intake]:
    """The scans of one upload, in the order they were chosen."""
    rows = Intake.objects.filter(subject=subject_of_scans(application_id), purpose=SCAN, payload__batch=batch)
    return rows.order_by("pk")


def scans_of(application_id: int, user_id: int | None) -> list[Intake]:
    """What this account brought to the application in the last two days, the newest upload first. One query."""
    rows = Intake.objects.filter(subject=subject_of_scans(application_id), brought_by_id=user_id, purpose=SCAN)
    return list(rows.select_related("file").order_by("-pk"))


def is_gathered(rows: list[Intake]) -> bool:
    """Whether all files of an upload are there and decided, or those that are not will not come."""
    if any(row.is_open for row in rows):
        return False
    wanted, last = rows[0].payload["files"], max(row.arrived_at for row in rows)
    return len(rows) >= wanted or clock.machine_now() - last > GATHERED_WITHIN


def is_read(row: Intake) -> bool:
    """Whether nothing is awaited of a scan any more: it was refused, or what became of its pages is known."""
    return not row.is_open and (row.file is None or "entries" in row.result)


def file_of_scan(application_id: int, user_id: int | None, scan_id: int) -> EvidenceFile | None:
    """The file of a scan of this account; ``None`` for anybody else's."""
    rows = Intake.objects.filter(subject=subject_of_scans(application_id), brought_by_id=user_id, pk=scan_id, purpose=SCAN)
    row = rows.select_related("file").first()
    return row.file if row is not None else None


KEPT_FOR = UNUSED_KEPT
"""How long a scan stays that nobody put anywhere."""
