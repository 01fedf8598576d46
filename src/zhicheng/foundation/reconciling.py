"""Comparing both places of the stored files, by name: once a day, and as soon as a second place was set."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from zhicheng.foundation import clock, jobs, leftovers, originals
from zhicheng.foundation.instance import FOLDER_MARK
from zhicheng.foundation.models import RegularRun
from zhicheng.foundation.patience import within
from zhicheng.foundation.second_copy import (
    PLACE,
    SECONDS,
    bring_back,
    copy_file,
    first_root,
    is_away,
    name_of,
    names_in,
    owe,
    second_root,
)

logger = logging.getLogger(__name__)
T = TypeVar("T")

JOB = "files.second_reconcile"
COMPARED = "compared"  # in the second folder: an empty file, as new as the last comparison that came to its end
REACHED = "comparing"  # in the second folder, while a comparison goes on: when, and the name it has come to
LEAVING = "leaving"  # below the second folder: what the first no longer has and no row names, by the day it was missed
SLICE_SECONDS = 60.0  # the nightly checks of the same lane wait as long for it, and for one byte's names or one file more
GOES_ON_WITHIN = timedelta(days=1)  # what was looked at before a longer pause says nothing about today
UNFINISHED_SECONDS = 24 * 60 * 60
LOOK_SECONDS = 2.0  # a page waits for it
_BATCH = 500
_BYTES = [f"{number:02x}" for number in range(256)]
_ALL = name_of("ffff~")  # after every name


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many files were copied to the second place, brought back from it, and put aside there."""

    copied: int = 0
    back: int = 0
    aside: int = 0

    def __add__(self, other: Reconciled) -> Reconciled:
        return Reconciled(self.copied + other.copied, self.back + other.back, self.aside + other.aside)


@jobs.regular(JOB, minutes=24 * 60)
def reconcile() -> Reconciled:
    """Copy what the second place lacks; bring back what the first has lost; put aside what nothing names any more, and drop what was put
    aside longer than ``BACKUP_KEPT_DAYS`` ago. Goes on for ``SLICE_SECONDS``, in the order of the hashes, whether anything differs or not, and
    is due again at once when there is more: what has become due meanwhile comes first. One that paused for longer than a day begins anew.
    Return what this slice did. Nobody waits longer than ``SECONDS`` for one answer of the second place.

    A file that cannot be evened out keeps no other waiting: what the second place has not got is owed to it then, and ``OSError`` is raised at the end of
    the slice. Where the place as a whole is away (``second_copy.is_away``) the slice ends there.

    Two folders that are not both this instance's are compared with nothing: a first one without its mark (a disk that was not mounted,
    a folder that was emptied), a second one with another instance's mark. Raises ``OSError``, and the second place stays as it is: it
    is the last copy then, or somebody else's. A restored copy, which nobody has declared the original, touches neither.
    """
    second, first = second_root(), first_root()
    if second is None or not originals.is_original():
        return Reconciled()
    _are_both_ours(first, second)
    troubled: list[str] = []
    done = _compare(first, second, time.monotonic() + SLICE_SECONDS, troubled)
    if troubled:
        raise OSError(f"{len(troubled)} files could not be evened out, {troubled[0]} among them (see the log)")
    return done


def _compare(first: Path, second: Path, until: float, troubled: list[str]) -> Reconciled:
    """One slice, ``until`` then (``time.monotonic``); ``troubled`` takes the names of what could not be evened out."""
    after, done = _place_reached(second), Reconciled()
    for byte in _BYTES:
        end = name_of(f"{byte}ff~")
        if end <= after:  # everything of this byte comes before
            continue
        for names in _lopsided(first, second, byte, after=after):
            named = leftovers.referenced({Path(name).name for name in names})
            for name in names:
                is_named = Path(name).name in named
                done += _attempt(partial(_even_out, first, second, name, is_named=is_named), Reconciled(), name, troubled)
                if time.monotonic() >= until:
                    _go_on_after(second, name)
                    return done
        if time.monotonic() >= until:
            _go_on_after(second, end)
            return done
    if not _drop_what_left_long_ago(second, until, troubled):
        _go_on_after(second, _ALL)
        return done

    def has_ended() -> None:
        (second / REACHED).unlink(missing_ok=True)
        (second / COMPARED).touch(mode=0o600)

    within(SECONDS, PLACE, has_ended)
    return done


def _attempt(even_out: Callable[[], T], otherwise: T, name: str, troubled: list[str]) -> T:
    """What ``even_out`` gives, or ``otherwise`` where the file has a trouble of its own. Raises ``OSError`` where the second place is away."""
    try:
        return even_out()
    except OSError as error:
        if is_away(error):
            raise
        logger.error("%s could not be evened out between the two places", name, exc_info=error)
        troubled.append(name)
        return otherwise


def _lopsided(first: Path, second: Path, byte: str, *, after: str) -> Iterator[list[str]]:
    """What only one of the two has, of the names that begin with ``byte`` and come after ``after``, a batch at a time."""

    def there() -> set[str]:
        _tidy_unfinished(second, byte)
        return set(names_in(second, byte))

    here = set(names_in(first, byte))
    names = iter(sorted(name for name in here ^ within(SECONDS, PLACE, there) if name > after))
    while batch := list(islice(names, _BATCH)):
        yield batch


def _tidy_unfinished(second: Path, byte: str) -> None:
    """Remove the copies of a process that was killed in the middle."""
    for unfinished in second.glob(f"sha256/{byte}/*/.*"):
        with suppress(FileNotFoundError):
            if time.time() - unfinished.stat().st_mtime > UNFINISHED_SECONDS:
                unfinished.unlink()


def _even_out(first: Path, second: Path, name: str, *, is_named: bool) -> Reconciled:
    """Do what is to be done with a file that one of the two had alone a moment ago."""
    if (first / name).exists():
        if within(SECONDS, PLACE, (second / name).exists):
            return Reconciled()
        try:
            within(SECONDS, PLACE, partial(copy_file, first / name, second / name))
        except OSError:
            if not (first / name).exists():  # removed meanwhile
                return Reconciled()
            owe(name)
            raise
        return Reconciled(copied=1)
    if is_named:
        return Reconciled(back=int(bring_back(Path(name).name)))
    today = second / LEAVING / clock.machine_now().date().isoformat()

    def put_aside() -> bool:
        today.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # of the first alone, and removed there meanwhile
            (second / name).replace(today / Path(name).name)
            return True
        return False

    return Reconciled(aside=int(within(SECONDS, PLACE, put_aside)))


def _place_reached(second: Path) -> str:
    """The last name of the slice before; empty when a comparison begins, anew as well when the slice before was not of this day."""

    def noted() -> str:
        with suppress(FileNotFoundError):
            return (second / REACHED).read_text()
        return ""

    at, _space, name = within(SECONDS, PLACE, noted).partition(" ")
    with suppress(ValueError, TypeError):  # of a version that noted no time
        if abs(clock.machine_now() - datetime.fromisoformat(at)) <= GOES_ON_WITHIN:
            return name
    return ""


def _go_on_after(second: Path, name: str) -> None:
    noted = f"{clock.machine_now().isoformat()} {name}"
    within(SECONDS, PLACE, partial((second / REACHED).write_text, noted))
    RegularRun.objects.filter(name=JOB).update(next_at=clock.machine_now())


def _are_both_ours(first: Path, second: Path) -> None:
    mine = (first / FOLDER_MARK).read_bytes() if (first / FOLDER_MARK).exists() else b""
    if not mine:
        raise OSError(
            f"{first} is not the folder of this instance's files (no {FOLDER_MARK}): the second place was left as it is"
        )

    def mark_of_second() -> bytes:
        """What says whose it is; a folder that has files and no mark is of before marks were copied, and is not put aside from."""
        return (second / FOLDER_MARK).read_bytes() if (second / FOLDER_MARK).exists() else b""

    there = within(SECONDS, PLACE, mark_of_second)  # one that hangs holds nobody up until the end of the run's time
    if there and there != mine:
        raise OSError(f"{second} holds the files of another instance ({FOLDER_MARK}): it was left as it is")
    if not there:
        if within(SECONDS, PLACE, partial(next, names_in(second), None)) is not None:
            raise OSError(f"{second} holds files and does not say whose ({FOLDER_MARK}): it was left as it is")
        within(SECONDS, PLACE, partial(copy_file, first / FOLDER_MARK, second / FOLDER_MARK))


@jobs.regular("files.second_begun", minutes=5)
def begin() -> bool:
    """A second place that was never compared is compared at once, not a day later; return whether that was asked for."""
    if compared_all() is not False:
        return False
    idle = RegularRun.objects.filter(name=JOB, claimed_by=0)
    return bool(idle.filter(next_at__gt=clock.machine_now()).update(next_at=clock.machine_now()))


def compared_all() -> bool | None:
    """Whether everything was copied to the second place once; ``None`` when the instance has none, or it does not answer."""
    second = second_root()
    if second is None:
        return None
    try:
        return within(LOOK_SECONDS, PLACE, (second / COMPARED).exists)
    except OSError:
        return None


def _drop_what_left_long_ago(second: Path, until: float, troubled: list[str]) -> bool:
    """Drop what was put aside longer than ``BACKUP_KEPT_DAYS`` ago, one file at least; return whether that came to its end by ``until``
    (``time.monotonic``). What a row names after all (a database that was restored, bytes that were lost) is put back, not dropped."""
    first_kept = (clock.machine_now() - timedelta(days=settings.BACKUP_KEPT_DAYS)).date()
    for folder in within(SECONDS, PLACE, lambda: sorted((second / LEAVING).glob("*"))):
        try:
            if date.fromisoformat(folder.name) >= first_kept:
                continue
        except ValueError:
            continue
        hashes = iter(within(SECONDS, PLACE, partial(_listed, folder)))
        while batch := list(islice(hashes, _BATCH)):
            named = leftovers.referenced(set(batch))
            for sha256 in batch:
                settle = partial(_put_back if sha256 in named else _drop, second, folder / sha256)
                _attempt(partial(within, SECONDS, PLACE, settle), None, sha256, troubled)
                if time.monotonic() >= until:
                    return False
        _attempt(partial(within, SECONDS, PLACE, folder.rmdir), None, f"{LEAVING}/{folder.name}", troubled)
    return True


def _listed(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _drop(_second: Path, path: Path) -> None:
    path.unlink(missing_ok=True)


def _put_back(second: Path, path: Path) -> None:
    target = second / name_of(path.name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(target)
