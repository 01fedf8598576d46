"""Bytes kept under their own hash: written, checked and forced to the disk before anybody is told that they were received.

A blob is never changed. Storing the same bytes twice keeps one copy. Which person brought them, and who may see them, is the
business of the rooms above.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.utils.translation import gettext as _

from zhicheng.foundation import jobs
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.second_copy import bring_back, keep_second, name_of

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
INCOMING = "incoming"  # half-written files, in the same file system as the finished ones
LEFTOVER_SECONDS = 24 * 60 * 60
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Readable(Protocol):
    """A file that gives bytes: an uploaded one, an open one."""

    def read(self, size: int = ..., /) -> bytes: ...
    def seekable(self) -> bool: ...
    def seek(self, position: int, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Blob:
    """What was stored: SHA-256 in 64 hex digits, and the size in bytes."""

    sha256: str
    size: int


class BlobMissing(LookupError):
    """No bytes are stored under that hash."""


class BlobDamaged(BlobMissing):
    """What is stored under that hash is something else."""


def store(content: bytes | Readable) -> Blob:
    """Store bytes, or a file (a whole one: it is rewound first where it can be), and return what was stored.

    When this returns, the bytes are on the disk, and in the second place where there is one. When the storage refuses (full, read-only, unreachable), raises ``Refused``
    with code ``storage`` and a sentence for the person; nothing half-written stays behind.
    """
    source: Readable = BytesIO(content) if isinstance(content, bytes) else content
    storage = storages["default"]
    try:
        if source.seekable():
            source.seek(0)
        if isinstance(storage, FileSystemStorage):
            return _store_locally(Path(storage.location), source)
        return _store_remotely(storage, source)
    except OSError as error:
        raise refused_by_storage(error) from error


def refused_by_storage(error: OSError) -> Refused:
    """The refusal, code ``storage``, that a person reads when bytes could not be kept; the log has ``error`` under the same id."""
    error_id = new_error_id()
    logger.error("a file could not be stored [%s]", error_id, exc_info=error)
    return Refused.one(
        _(
            "服务器暂时无法保存文件，这个文件没有收下。您填写的内容没有丢失，请稍后重新上传；"
            "如果一直这样，请把错误编号 %(id)s 告诉管理员。"
        )
        % {"id": error_id},
        code="storage",
    )


def open_blob(sha256: str) -> IO[bytes]:
    """The stored bytes, open for reading (close it). Raises :class:`BlobMissing`."""
    try:
        return storages["default"].open(_name(sha256), "rb")
    except FileNotFoundError as error:
        raise BlobMissing(sha256) from error


def open_whole(sha256: str) -> IO[bytes]:
    """:func:`open_blob`, once the bytes were read and are what their name says: a disk forgets, and people change files. Damaged or lost
    bytes are taken from the second place, where it has them whole. Raises :class:`BlobMissing`, :class:`BlobDamaged`."""
    for again in (False, True):
        damaged = False
        with suppress(BlobMissing):
            file = open_blob(sha256)
            if _read_hash(file) == sha256:
                file.seek(0)
                return file
            file.close()
            damaged = True
        if again or not bring_back(sha256, anew=damaged):
            break
    logger.error("the stored file %s is %s", sha256, "changed" if damaged else "missing")
    raise BlobDamaged(sha256) if damaged else BlobMissing(sha256)


def exists(sha256: str) -> bool:
    """Whether bytes are stored under ``sha256``. Anything that is not a SHA-256 is not stored."""
    return bool(_SHA256.fullmatch(sha256)) and storages["default"].exists(_name(sha256))


def blob_size(sha256: str) -> int:
    """The size of the stored bytes. Raises :class:`BlobMissing`."""
    try:
        return storages["default"].size(_name(sha256))
    except FileNotFoundError as error:
        raise BlobMissing(sha256) from error


def verify_blob(sha256: str) -> bool:
    """Read the stored bytes and say whether they still have that hash. Raises :class:`BlobMissing`."""
    with open_blob(sha256) as file:
        return _read_hash(file) == sha256


def _name(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BlobMissing(sha256)
    return name_of(sha256)


@jobs.regular("blobs.tidy", minutes=24 * 60)
def tidy() -> int:
    """Remove what uploads left half-written when their process was killed, once it is a day old; return how many files."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return 0
    removed = 0
    for file in (Path(storage.location) / INCOMING).glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > LEFTOVER_SECONDS:
                file.unlink()
                removed += 1
    return removed


def _chunks(source: Readable) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _read_hash(source: Readable) -> str:
    seen = hashlib.sha256()
    for chunk in _chunks(source):
        seen.update(chunk)
    return seen.hexdigest()


def _copy(source: Readable, target: IO[bytes]) -> Blob:
    seen, size = hashlib.sha256(), 0
    for chunk in _chunks(source):
        target.write(chunk)
        seen.update(chunk)
        size += len(chunk)
    target.flush()
    return Blob(sha256=seen.hexdigest(), size=size)


def _store_locally(root: Path, source: Readable) -> Blob:
    incoming = root / INCOMING
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(handle, "wb") as target:
            blob = _copy(source, target)
            os.fsync(target.fileno())
        if Path(temporary).stat().st_size != blob.size:
            raise OSError(f"{blob.size} bytes were written, {Path(temporary).stat().st_size} arrived")
        final = root / _name(blob.sha256)
        _make_folders(root, final.parent)
        # Also over an existing copy: they are the same bytes, and a damaged copy is healed.
        Path(temporary).replace(final)
        sync_folder(final.parent)
        keep_second(_name(blob.sha256))
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        raise
    return blob


def _make_folders(root: Path, folder: Path) -> None:
    """Make ``folder`` below ``root``, each new entry forced to the disk: a name that is lost in a power cut is a lost file."""
    missing = []
    while folder != root and not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(mode=0o700, exist_ok=True)
        sync_folder(new.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in ``folder`` to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _store_remotely(storage: Any, source: Readable) -> Blob:
    with tempfile.TemporaryFile() as spool:
        blob = _copy(source, spool)
        name = _name(blob.sha256)
        if storage.exists(name) and storage.size(name) == blob.size:
            return blob
        spool.seek(0)
        kept = storage.save(name, File(spool, name=blob.sha256))
        if kept != name and not storage.exists(name):
            storage.delete(kept)
            raise OSError(f"the storage renamed {name} to {kept}")
        if storage.size(name) != blob.size:
            storage.delete(name)
            raise OSError(f"{name}: {blob.size} bytes were sent, another number arrived")
    return blob
