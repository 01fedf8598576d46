"""Reading the stored files again, a share an hour: whether each is still what its hash says. Disks forget, and people change files.

The copy in the second place is read with it; whichever of the two has changed or is lost is replaced from the other. When a file was read
stands in a table, which somebody who writes the database may forge: so each file also has an hour of the week in which it is read
whatever that table says, and ``zhicheng verify --files`` reads all of them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest

from django.apps import apps
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation import blobs, clock, jobs, leftovers, reconciling, second_copy  # noqa: F401 - reconciling declares its jobs
from zhicheng.foundation.invariants import Violation, in_batches, invariant
from zhicheng.foundation.models import StoredFileCheck

logger = logging.getLogger(__name__)

GOOD, CHANGED, MISSING, UNREADABLE = "good", "changed", "missing", "unreadable"
LEAST = 200  # files an hour; more where that many would take longer than a week
HOURS = 7 * 24
SECONDS = 120
DAYS = 7  # what was read longer ago counts as compared by its size alone
AHEAD = timedelta(minutes=5)  # so much may the clocks of two machines differ
_BATCH = 50


@dataclass(frozen=True, slots=True)
class FileChecks:
    """How many stored files were read again, since when (the oldest last time), how many are not what they should be, and how many are noted
    as read in the future."""

    checked: int
    oldest: datetime | None
    bad: int
    ahead: int


@dataclass(frozen=True, slots=True)
class BytesRead:
    """Of how many stored files that a row names (``stored``) the bytes were read within the last ``days``, as the rolling check noted it
    (``read``). Of the rest the size alone is compared."""

    stored: int
    read: int
    days: int

    @property
    def rest(self) -> int:
        return max(0, self.stored - self.read)


@jobs.regular("files.check", minutes=60)
def check_share() -> int:
    """Read a share of the stored files again: first what is noted as read in the future, then what was bad (half of the share at most) or never
    read, then what was read longest ago, by turns with what this hour of the week is the hour of. Return how many."""
    share = max(LEAST, StoredFileCheck.objects.count() // HOURS + 1)
    until, checked = time.monotonic() + SECONDS, 0
    noted = dict.fromkeys(chain(_dated_ahead(share // 2), _bad(share // 2), _never_read(share), _longest_ago(share)))
    by_turns = chain.from_iterable(zip_longest(islice(noted, share), islice(_of_the_hour(share), share)))
    due = iter(dict.fromkeys(filter(None, by_turns)))
    while (batch := list(islice(due, _BATCH))) and time.monotonic() < until:
        named = leftovers.referenced(set(batch))
        StoredFileCheck.objects.filter(sha256__in=set(batch) - named).delete()  # nothing refers to it any more
        checked += _read_and_note(sha256 for sha256 in batch if sha256 in named)
    return checked


def read_all() -> None:
    """Read every stored file that a row names, whatever is noted of it, and note what was found. As long as the disk needs: a command's."""
    for reference in leftovers.references():
        rows = apps.get_model(reference.model)._base_manager.filter(**{f"{reference.column}__gt": ""}).only(reference.column)
        for batch in in_batches(rows, _BATCH):
            _read_and_note(dict.fromkeys(getattr(row, reference.column) for row in batch))


def _read_and_note(hashes: Iterable[str]) -> int:
    rows = [_read(sha256) for sha256 in hashes]
    StoredFileCheck.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["sha256"], update_fields=["checked_at", "found"]
    )
    return len(rows)


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


def _ahead() -> QuerySet[StoredFileCheck, tuple[str, datetime]]:
    """What is noted as read in the future: it would never be the longest ago."""
    ahead = StoredFileCheck.objects.filter(checked_at__gt=clock.machine_now() + AHEAD)
    return ahead.order_by("-checked_at").values_list("sha256", "checked_at")


def _dated_ahead(limit: int) -> list[str]:
    """Half of the share at most, as what is bad."""
    found = [sha256 for sha256, _at in _ahead()[:limit]]
    if found:
        logger.error("%d notes of stored files were dated in the future, the first of %s", len(found), found[0])
    return found


def bounds_of(hour: int) -> tuple[str, str]:
    """From which hash on, and before which, the stored files have this hour of the week: hashes are spread evenly."""
    first, end = (f"{number * 16**8 // HOURS:08x}" if number < HOURS else "g" for number in (hour, hour + 1))
    return first, end


def _of_the_hour(limit: int) -> Iterator[str]:
    first, end = bounds_of(int(clock.machine_now().timestamp() // 3600) % HOURS)
    for reference in leftovers.references():
        rows = apps.get_model(reference.model)._base_manager.filter(
            **{f"{reference.column}__gte": first, f"{reference.column}__lt": end}
        )
        yield from rows.order_by(reference.column).values_list(reference.column, flat=True)[:limit]


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
    """The rolling check in numbers, for the operator's page. Few queries, whatever is stored."""
    found = StoredFileCheck.objects.aggregate(oldest=Min("checked_at"))
    bad = StoredFileCheck.objects.exclude(found=GOOD).count()
    return FileChecks(StoredFileCheck.objects.count(), found["oldest"], bad, _ahead().count())


def bytes_read() -> BytesRead:
    """What ``zhicheng verify`` says of the files beside what it found. Two queries that read every name: not for a page."""
    now = clock.machine_now()
    hashes = [
        apps.get_model(one.model)._base_manager.filter(**{f"{one.column}__gt": ""}).order_by().values_list(one.column, flat=True)
        for one in leftovers.references()
    ]
    named = Q()
    for one in leftovers.references():
        named |= Q(Exists(apps.get_model(one.model)._base_manager.filter(**{one.column: OuterRef("sha256")})))
    noted = StoredFileCheck.objects.filter(named, checked_at__gt=now - timedelta(days=DAYS), checked_at__lte=now + AHEAD)
    return BytesRead(hashes[0].union(*hashes[1:]).count(), noted.count(), DAYS)


def in_words(found: BytesRead) -> str:
    """:func:`bytes_read` as a sentence, for the command, the log and the operator's page."""
    words = {"stored": found.stored, "read": found.read, "days": found.days, "rest": found.rest}
    return (
        _("登记的文件 %(stored)d 个：最近 %(days)d 天内逐字节读过 %(read)d 个，其余 %(rest)d 个这次只比对了大小，没有读内容。")
        % words
    )


@invariant("foundation.files_are_whole", gettext_lazy("已复核的存储文件内容与校验值一致"))
def files_are_whole() -> Iterator[Violation]:
    """What the rolling check last found of every file that is still referred to; and no note says that a file was read in the future."""
    bad = dict(StoredFileCheck.objects.exclude(found=GOOD).values_list("sha256", "found"))
    for sha256 in sorted(leftovers.referenced(set(bad))) if bad else ():
        yield Violation(f"file:{sha256[:16]}", _said(bad[sha256]))
    for sha256, at in _ahead():
        said = _("复核时间记为 %(at)s，还没有到，不是平台写入的；后台任务会最先重新读取这个文件。")
        yield Violation(f"file:{sha256[:16]}", said % {"at": at.astimezone(clock.BEIJING).isoformat(sep=" ", timespec="minutes")})


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
