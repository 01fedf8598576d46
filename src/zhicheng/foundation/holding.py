"""Bytes that somebody brought and nobody has looked at yet: on the disk before they are acknowledged, each under a name of its own.

They are not :mod:`foundation.blobs` because most of what a stranger sends is thrown away again: a name of its own goes at once and
takes nothing with it that somebody else has sent as well.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

from zhicheng.foundation.blobs import refused_by_storage, sync_folder
from zhicheng.foundation.clock import machine_now

logger = logging.getLogger(__name__)

FOLDER = "waiting"
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Held:
    """What is held: its name here, the SHA-256 of the bytes in hex, how many there are."""

    name: str
    sha256: str
    size: int


def hold(chunks: Iterable[bytes]) -> Held:
    """Write ``chunks`` durably; when this returns, they are on the disk.

    Raises ``Refused`` (code ``storage``, a sentence for the person) when the storage refuses. Whatever ``chunks`` itself raises goes
    through; nothing half-written stays behind.
    """
    storage, name = storages["default"], uuid4().hex
    try:
        if isinstance(storage, FileSystemStorage):
            return _locally(Path(storage.location) / FOLDER, name, chunks)
        with tempfile.TemporaryFile() as spool:
            held = _write(name, chunks, spool)
            spool.seek(0)
            storage.save(_path(name), File(spool, name=name))
            return held
    except OSError as error:
        raise refused_by_storage(error) from error


@contextmanager
def on_disk(name: str) -> Iterator[Path]:
    """A local path to what is held: the file itself, or a copy for the moment when the storage is elsewhere.

    Raises ``FileNotFoundError`` when nothing is held under ``name``.
    """
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        path = Path(storage.path(_path(name)))
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path
        return
    copy: IO[bytes]
    with storage.open(_path(name), "rb") as stored, tempfile.NamedTemporaryFile(prefix="zhicheng-held-") as copy:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)


def release(name: str) -> None:
    """Throw away what is held under ``name``; nothing happens when it is gone already. What cannot be removed now is tidied later."""
    with suppress(FileNotFoundError):
        try:
            storages["default"].delete(_path(name))
        except OSError:
            logger.exception("a held file could not be removed")


def names_older_than(age: timedelta) -> set[str]:
    """The names of everything held for longer than ``age``: for whoever knows which of them are still wanted."""
    storage = storages["default"]
    try:
        names = storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return set()
    before, old = machine_now() - age, set()
    for name in filter(_NAME.fullmatch, names):
        with suppress(FileNotFoundError):
            written: datetime = storage.get_modified_time(_path(name))
            if written < before:
                old.add(name)
    return old


def _path(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return f"{FOLDER}/{name}"


def _write(name: str, chunks: Iterable[bytes], target: IO[bytes]) -> Held:
    seen, size = hashlib.sha256(), 0
    for chunk in chunks:
        target.write(chunk)
        seen.update(chunk)
        size += len(chunk)
    target.flush()
    return Held(name=name, sha256=seen.hexdigest(), size=size)


def _locally(folder: Path, name: str, chunks: Iterable[bytes]) -> Held:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)
    path = folder / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            held = _write(name, chunks, target)
            os.fsync(target.fileno())
        sync_folder(folder)
    except BaseException:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    return held
