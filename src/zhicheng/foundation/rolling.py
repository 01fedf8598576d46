"""Reading the stored files again, a share an hour: whether each is still what its hash says. Disks forget, and people change files.

The copy in the second place is read with it; whichever of the two has changed or is lost is replaced from the other.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from django.apps import apps
from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation import blobs, clock, jobs, leftovers, reconciling, second_copy  # noqa: F401 - reconciling declares its jobs
from zhicheng.foundation.invariants import Violation, invariant
from zhicheng.foundation.models import StoredFileCheck

logger = logging.getLogger(__name__)

GOOD, CHANGED, MISSING, UNREADABLE = "good", "changed", "missing", "unreadable"
LEAST = 200  # files an hour; more where that many would take longer than a week
HOURS = 7 * 24
SECONDS = 120
_BATCH = 50


@dataclass(frozen=True, slots=True)
class FileChecks:
    """How many stored files were read again, since when (the oldest last time), and how many are not what they should be."""

    checked: int
    oldest: datetime | None
    bad: int


@jobs.regular("files.check", minutes=60)
def check_share() -> int:
    """Read a share of the stored files again: first what was bad (half of the share at most) or never read, then what was read longest ago. Return how many."""
    share = max(LEAST, StoredFileCheck.objects.count() // HOURS + 1)
    until, checked = time.monotonic() + SECONDS, 0
    due = islice(dict.fromkeys(chain(_bad(share // 2), _never_read(share), _longest_ago(share))), share)
    while (batch := list(islice(due, _BATCH))) and time.monotonic() < until:
        named = leftovers.referenced(set(batch))
        StoredFileCheck.objects.filter(sha256__in=set(batch) - named).delete()  # nothing refers to it any more
        rows = [_read(sha256) for sha256 in batch if sha256 in named]
        StoredFileCheck.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["sha256"], update_fields=["checked_at", "found"]
        )
        checked += len(rows)
    return checked


def _read(sha256: str) -> StoredFileCheck:
    try:
        found = GOOD if blobs.verify_blob(sha256) else CHANGED
    except blobs.BlobMissing:
        found = MISSING
    except OSError as error:  # the disk: the damage that this is looking for
        found = UNREADABLE
        logger.error("a stored file cannot be read", exc_info=error)
    if found == GOOD:
        second_copy.heal(sha256)
    else:
        logger.error("the stored file %s is %s", sha256, found)
        if second_copy.bring_back(sha256, anew=True):
            found = GOOD
    return StoredFileCheck(sha256=sha256, checked_at=clock.machine_now(), found=found)


def _bad(limit: int) -> list[str]:
    """By turns, and never the whole share: a lost disk must not keep everything else from being read."""
    return list(StoredFileCheck.objects.exclude(found=GOOD).order_by("checked_at").values_list("sha256", flat=True)[:limit])


def _never_read(limit: int) -> Iterator[str]:
    known = StoredFileCheck.objects.values("sha256")
    for reference in leftovers.references():
        rows = apps.get_model(reference.model)._base_manager.filter(**{f"{reference.column}__gt": ""})
        new = rows.exclude(**{f"{reference.column}__in": known}).order_by("pk")
        yield from new.values_list(reference.column, flat=True)[:limit]


def _longest_ago(limit: int) -> list[str]:
    return list(StoredFileCheck.objects.order_by("checked_at").values_list("sha256", flat=True)[:limit])


def file_checks() -> FileChecks:
    """The rolling check in numbers, for the operator's page. Two queries."""
    found = StoredFileCheck.objects.aggregate(oldest=Min("checked_at"))
    bad = StoredFileCheck.objects.exclude(found=GOOD).count()
    return FileChecks(StoredFileCheck.objects.count(), found["oldest"], bad)


@invariant("foundation.files_are_whole", gettext_lazy("已复核的存储文件内容与校验值一致"))
def files_are_whole() -> Iterator[Violation]:
    """What the rolling check last found of every file that is still referred to, and what was brought back from the second place: it is
    whole again, and somebody has to find out why it was not."""
    bad = dict(StoredFileCheck.objects.exclude(found=GOOD).values_list("sha256", "found"))
    for sha256 in sorted(leftovers.referenced(set(bad))) if bad else ():
        yield Violation(f"file:{sha256[:16]}", _said(bad[sha256]))


@invariant("foundation.files_brought_back", gettext_lazy("没有从第二处取回、尚未查明原因的文件"))
def files_brought_back() -> Iterator[Violation]:
    """Each file whose bytes were damaged or lost, until the operator has removed what was kept aside."""
    for name in second_copy.set_aside():
        said = _("曾经损坏或不见，已从第二处取回。原来的内容留在文件目录的 %(place)s 中，查明原因后请删除。")
        yield Violation(f"file:{name[:16]}", said % {"place": f"{second_copy.DAMAGED}/{name}"})


def _said(found: str) -> str:
    if found == CHANGED:
        return _("内容与校验值不一致，请从备份恢复。")
    if found == UNREADABLE:
        return _("文件读不出来，请检查磁盘，并从备份恢复。")
    return _("文件不见了，请从备份恢复。")
