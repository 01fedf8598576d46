"""The copy as a ZIP, piece by piece: no more of it is in the memory than one piece and the JSON of one person."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, cast

from zhicheng.foundation import blobs, clock
from zhicheng.foundation.clock import BEIJING
from zhicheng.personal.gathering import Content, gather
from zhicheng.personal.told import DATA, README, SCHEMA, data_schema, readme

PIECE = 1024 * 1024
_LARGE = 2**31  # bytes, from which on a part needs the longer header


class _Pieces:
    """A file that is only written to, and gives what was written since it was last asked."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        return None

    def taken(self) -> bytes:
        written, self._written = b"".join(self._written), []
        return written


def archive_of(owner_id: int) -> Iterator[bytes]:
    """The ZIP of one account, in pieces. Raises ``blobs.BlobMissing`` never: a file that is lost is named in the data as lost."""
    gathered = gather(owner_id)
    pieces = _Pieces()
    with zipfile.ZipFile(cast("IO[bytes]", pieces), "w", zipfile.ZIP_DEFLATED) as target:
        yield from _put(target, pieces, README, [readme().encode()], deflated=True)
        yield from _put(target, pieces, SCHEMA, [data_schema().encode()], deflated=True)
        yield from _put(target, pieces, DATA, [gathered.data.model_dump_json(indent=2).encode()], deflated=True)
        for path, text in gathered.texts.items():
            yield from _put(target, pieces, path, [text.encode()], deflated=True)
        for content in gathered.contents:
            yield from _put(target, pieces, content.path, _bytes_of(content), size=content.size)
    yield pieces.taken()


def _bytes_of(content: Content) -> Iterator[bytes]:
    with blobs.open_blob(content.sha256) as stored:
        while piece := stored.read(PIECE):
            yield piece


def _put(
    target: zipfile.ZipFile, pieces: _Pieces, path: str, chunks: Iterable[bytes], *, deflated: bool = False, size: int = 0
) -> Iterator[bytes]:
    info = zipfile.ZipInfo(path, date_time=clock.now().astimezone(BEIJING).timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED  # pictures and PDFs are small already
    with target.open(info, "w", force_zip64=size >= _LARGE) as part:
        for chunk in chunks:
            part.write(chunk)
            yield pieces.taken()
