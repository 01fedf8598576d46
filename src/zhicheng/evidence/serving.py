"""Handing a kept file to a browser.

**The permission check is the caller's.** These functions serve whatever they are given: fetch the file through a query
that is filtered by the actor, and answer 404 when it is not there.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from zhicheng.evidence.models import EvidenceFile, MediaType
from zhicheng.evidence.previews import preview_png
from zhicheng.foundation import blobs

READ_AGAIN_AFTER = 300.0
"""Seconds."""
_REMEMBERED = 1000
_Mark = tuple[int, ...]
_found_whole: dict[str, tuple[_Mark, float]] = {}  # of this process: the mark of a file that was read to its end, and when
_CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)  # no file is longer; of more digits Python makes no number
_PICTURE_POLICY = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
# No sandbox: Chromium 156 shows a PDF in one, the older ones still found in offices do not. A PDF never runs in our origin
# (and of one with scripts readers get a copy without them); what is left forbids it to load anything.
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def file_response(
    evidence_file: EvidenceFile, *, request: HttpRequest | None = None, as_download: bool = False, in_parts: bool = True
) -> HttpResponseBase:
    """What a reader gets of the file (its copy without scripts and attachments, where it has one), with the type *we* found (never
    one read from a name), as 200, or 206 / 304 / 416 when ``request`` asks so.

    One byte range is honoured (``Range``, ``If-Range``); several at once get the whole file, as RFC 9110 allows. The ETag is
    the content hash. ``in_parts=False``: the whole file and nothing less, where each time it is given out counts. ``as_download``
    sends it as an attachment under its display name (RFC 5987). Raises ``blobs.BlobMissing`` when the content is gone or not what
    it was. The permission check is the caller's.
    """
    sha256 = evidence_file.served_sha256
    size = evidence_file.size if sha256 == evidence_file.sha256 else blobs.blob_size(sha256)
    etag = f'"{sha256}"'
    headers = request.headers if request is not None else {}
    if "If-None-Match" in headers and _matches(headers["If-None-Match"], etag):
        return _dressed(HttpResponse(status=304), evidence_file, etag, as_download, in_parts)
    span = _wanted_span(headers, size, etag) if in_parts else None
    if span == "unsatisfiable":
        refused = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _dressed(refused, evidence_file, etag, as_download, in_parts)
    first, last = span if isinstance(span, tuple) else (0, size - 1)
    stored = _open_for_a_part(sha256) if isinstance(span, tuple) else blobs.open_whole(sha256)
    response = StreamingHttpResponse(_Span(stored, first, last), status=206 if isinstance(span, tuple) else 200)
    response.headers["Content-Length"] = str(last - first + 1)
    if isinstance(span, tuple):
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _dressed(response, evidence_file, etag, as_download, in_parts)


def _open_for_a_part(sha256: str) -> IO[bytes]:
    """:func:`blobs.open_whole`, which reads everything, once in :data:`READ_AGAIN_AFTER` for a file that lies there unchanged: a viewer asks
    for some hundred parts of it.
    """
    began, before = time.monotonic(), None
    with suppress(blobs.BlobMissing):
        stored = blobs.open_blob(sha256)
        before = _mark_of(stored)
        mark, read_at = _found_whole.get(sha256, (None, 0.0))
        if mark == before and began - read_at < READ_AGAIN_AFTER:
            return stored
        stored.close()
    stored = blobs.open_whole(sha256)
    if before == _mark_of(stored):  # nobody wrote while it was read
        if len(_found_whole) >= _REMEMBERED:
            _found_whole.clear()
        _found_whole[sha256] = (before, began)
    return stored


def _mark_of(stored: IO[bytes]) -> _Mark:
    """What changes with every write to a file; its time of change cannot be set back as that of its content can."""
    facts = os.fstat(stored.fileno())
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


def original_response(evidence_file: EvidenceFile) -> HttpResponseBase:
    """The original bytes, whole, as a download no browser opens. For a file whose readers get a copy; the permission check, the
    warning and the note in the log are the caller's. Raises ``blobs.BlobMissing``.
    """
    stored = blobs.open_whole(evidence_file.sha256)
    response = StreamingHttpResponse(_Span(stored, 0, evidence_file.size - 1), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(evidence_file.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, evidence_file.name) or "attachment"
    _make_safe(response, _PICTURE_POLICY)
    return response


def preview_response(evidence_file: EvidenceFile, *, page: int, width: int) -> HttpResponse:
    """``previews.preview_png`` with safe headers. The permission check is the caller's."""
    response = HttpResponse(preview_png(evidence_file, page, width), content_type="image/png")
    _make_safe(response, _PICTURE_POLICY)
    return response


def _dressed(response: Any, evidence_file: EvidenceFile, etag: str, as_download: bool, in_parts: bool) -> Any:
    media_type = evidence_file.served_media_type
    if media_type not in MediaType.values:
        media_type = "application/octet-stream"
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = content_disposition_header(as_download, evidence_file.served_name) or "attachment"
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes" if in_parts else "none"
    _make_safe(response, _PDF_POLICY if media_type == MediaType.PDF else _PICTURE_POLICY)
    return response


def _make_safe(response: HttpResponseBase, policy: str) -> None:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"


def _matches(header: str, etag: str) -> bool:
    wanted = parse_etags(header)
    return wanted == ["*"] or any(tag.removeprefix("W/") == etag for tag in wanted)


def _wanted_span(headers: Any, size: int, etag: str) -> tuple[int, int] | str | None:
    """First and last byte, ``"unsatisfiable"``, or None for the whole file."""
    match = _RANGE.fullmatch(headers.get("Range", "").strip())
    if match is None or match.group() == "bytes=-" or headers.get("If-Range", etag) != etag:
        return None
    start, end = match.groups()
    if not start:
        length = min(int(end), size)
        return (size - length, size - 1) if length else "unsatisfiable"
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if end and int(end) < first:
        return None
    return (first, last) if first < size else "unsatisfiable"


class _Span:
    """The bytes ``first`` … ``last`` of an open file. A class, not a generator: a generator nobody began (HEAD, a browser that
    hung up) would never close the file.
    """

    def __init__(self, stored: IO[bytes], first: int, last: int) -> None:
        self._stored = stored
        self._left = last - first + 1
        stored.seek(first)

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (chunk := self._stored.read(min(_CHUNK, self._left))):
            self._left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self._stored.close()
