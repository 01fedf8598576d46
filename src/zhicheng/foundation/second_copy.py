"""A second place for stored bytes (``ZHICHENG_SECOND_FILES_DIR``): a folder on another disk or machine.

What is stored goes there too before anybody is told that it was received. When the second place does not answer, the upload is
not refused: a note stays in the first, and the copy is made up for within minutes of its return. A place that hangs (a machine that is
gone) is one that does not answer: nobody waits for it longer than ``SECONDS`` for a file.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from zhicheng.foundation import jobs
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.instance import FOLDER_MARK
from zhicheng.foundation.patience import within

logger = logging.getLogger(__name__)

PLACE = "the second place"
SECONDS = 10.0
DAMAGED = "damaged"  # below the first folder: what was found in the place of bytes that were brought back, until the operator removes it
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
OWED = "owed"  # below the first folder: an empty file for each hash the second place has not got


def second_root() -> Path | None:
    """The second folder; ``None`` when the instance has none, or keeps its files in a storage elsewhere."""
    if not settings.SECOND_FILES_DIR or not isinstance(storages["default"], FileSystemStorage):
        return None
    return Path(settings.SECOND_FILES_DIR)


def first_root() -> Path:
    """The folder the instance serves from."""
    storage = storages["default"]
    assert isinstance(storage, FileSystemStorage)  # noqa: S101 - asked only where there is a second folder
    return Path(storage.location)


def keep_second(name: str) -> None:
    """Copy ``name`` (``sha256/ab/cd/abcd…``), which was just stored in the first place, to the second; never raises for a disk."""
    second = second_root()
    if second is None:
        return
    first = first_root()

    def copy() -> None:
        copy_file(first / name, second / name)
        if not (second / FOLDER_MARK).exists() and (first / FOLDER_MARK).exists():
            copy_file(first / FOLDER_MARK, second / FOLDER_MARK)  # whose files these are goes with them

    try:
        within(SECONDS, PLACE, copy)
    except OSError as error:
        error_id = new_error_id()
        logger.error("a stored file did not reach the second place [%s]", error_id, exc_info=error)
        try:
            owe(name)
        except OSError as full:  # the bytes are in the first place all the same: the nightly comparison finds what lacks
            logger.error("what the second place lacks could not be noted [%s]", error_id, exc_info=full)


@jobs.regular("files.second_copy", minutes=1)
def pay_what_is_owed() -> int:
    """Copy what the second place could not take when it was stored; return how many. Stops where the place as a whole is still away; one file that cannot
    be copied keeps no other waiting."""
    second = second_root()
    if second is None:
        return 0
    paid = 0
    for note in sorted((first_root() / OWED).glob("*")):
        name = name_of(note.name)
        try:
            within(SECONDS, PLACE, partial(copy_file, first_root() / name, second / name))
        except FileNotFoundError:
            if (first_root() / name).exists():
                break  # it is the second place that is not there
        except OSError as error:
            if is_away(error):
                break
            logger.warning("the stored file %s cannot be copied to the second place: %s", note.name, error.strerror)
            continue
        note.unlink(missing_ok=True)
        paid += 1
    return paid


def is_away(error: OSError) -> bool:
    """Whether it was the second place as a whole that refused, and would refuse the next file as well: it hangs, is full or is not there. Else it was
    the file's own trouble: a folder of another owner, a part of a disk that cannot be read."""
    second = second_root()
    if second is None or isinstance(error, TimeoutError) or error.errno in _NO_ROOM:
        return True
    try:
        return not within(SECONDS, PLACE, second.is_dir)
    except OSError:
        return True


def owed() -> int | None:
    """How many stored files the second place has not got, as far as the instance knows; ``None`` when the instance has none."""
    return sum(1 for _ in (first_root() / OWED).glob("*")) if second_root() else None


def owed_since() -> datetime | None:
    """Since when the second place has lacked a stored file; ``None`` when it lacks none, or there is none. By this machine's clock."""
    if second_root() is None:
        return None
    noted = []
    for path in (first_root() / OWED).glob("*"):
        with suppress(FileNotFoundError):  # paid meanwhile
            noted.append(path.stat().st_mtime)
    return datetime.fromtimestamp(min(noted), UTC) if noted else None


def heal(sha256: str) -> bool:
    """Read the second place's bytes of a file that is whole in the first, and replace them when they are not what their name says; return
    whether they had to be. What the second place has not got is not looked at (``reconciling`` does). Never raises for a disk."""
    second = second_root()
    if second is None:
        return False
    path, source = second / name_of(sha256), first_root() / name_of(sha256)

    def look() -> bool:
        try:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                    return False
        except FileNotFoundError:
            return False
        except OSError as error:  # a disk that cannot read it may still take it anew
            logger.error("a copy in the second place cannot be read", exc_info=error)
        copy_file(source, path, anew=True)
        return True

    try:
        healed = within(SECONDS, PLACE, look)
    except OSError as error:
        logger.error("a copy in the second place could not be looked at", exc_info=error)
        return False
    if healed:
        logger.error("the copy of %s in the second place was damaged and has been replaced", sha256)
    return healed


def bring_back(sha256: str, *, anew: bool = False) -> bool:
    """Take a file that the first place has lost (``anew``: or holds damaged) from the second, if it is whole there; return whether it
    was. What was found in its place is kept aside and named every night until somebody has looked at it: it may be the trace of an
    intrusion. Never raises for a disk."""
    second = second_root()
    if second is None:
        return False
    source, target = second / name_of(sha256), first_root() / name_of(sha256)

    def take() -> bool:
        try:
            with source.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    return False
        except FileNotFoundError:
            return False
        _set_aside(target)
        copy_file(source, target, anew=anew)
        return True

    try:
        brought = within(SECONDS, PLACE, take)
    except OSError as error:
        logger.error("a lost file could not be brought back from the second place", exc_info=error)
        return False
    if brought:
        logger.error("the stored file %s was lost or damaged and has been brought back from the second place", sha256)
    return brought


def set_aside() -> list[str]:
    """What :func:`bring_back` kept aside: file names that begin with the hash of what was brought back."""
    if not isinstance(storages["default"], FileSystemStorage):
        return []
    return sorted(path.name for path in (first_root() / DAMAGED).glob("*"))


def _set_aside(target: Path) -> None:
    folder = first_root() / DAMAGED
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = folder / f"{target.name}-{int(time.time())}"
    try:
        target.replace(kept)
    except FileNotFoundError:
        kept.with_name(f"{kept.name}-missing").touch(mode=0o600)


def name_of(sha256: str) -> str:
    """Where the bytes with this hash lie below either folder."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def names_in(root: Path, first_byte: str = "*") -> Iterator[str]:
    """What lies below ``root``; of the hashes that begin with ``first_byte`` (two digits) alone, when one is given."""
    for path in (root / "sha256").glob(f"{first_byte}/*/*"):
        if not path.name.startswith("."):  # a copy that is being made, or was broken off
            yield str(path.relative_to(root))


def owe(name: str) -> None:
    """Note that the second place has not got ``name``. Raises ``OSError`` where the first takes no note."""
    folder = first_root() / OWED
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / Path(name).name).touch(mode=0o600)


def copy_file(source: Path, target: Path, *, anew: bool = False) -> None:
    """Copy and force to the disk; whoever looks at ``target`` sees the whole file or none. What is there with the same size is left as it
    is, unless it shall be made ``anew``."""
    if not anew and target.exists() and target.stat().st_size == source.stat().st_size:
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        with source.open("rb") as given, unfinished.open("xb") as taken:
            shutil.copyfileobj(given, taken, 1 << 20)
            taken.flush()
            os.fsync(taken.fileno())
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
