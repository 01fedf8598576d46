"""Pictures of pages, made in a confined process and kept in a folder that may be emptied at any time.

Whoever examined a file draws its first pages ahead. What is not there yet is drawn for the request that asks, but only by one thread
of a web process, with one more that waits a moment: pictures must never take all the threads of the pages. Others get
:func:`pending_png`, and ask again.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from PIL import Image, ImageDraw

from zhicheng.documents import photos
from zhicheng.evidence.confinement.asking import render_confined
from zhicheng.evidence.examination import limits_in_force
from zhicheng.evidence.inspection.verdicts import PREVIEW_SECONDS, Rejected
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs

logger = logging.getLogger(__name__)

WIDTHS = (160, 480, 960, 1600)
"""Pixel widths that exist; any other is rounded up to the next, so that nobody can fill the folder with sizes."""
PENDING_WIDTH = 333
"""The width of :func:`pending_png`, which no page has: the site's script knows it by that, and asks again."""
PORTRAIT_WIDTH = 480
"""Of a photograph on paper: 25 mm at nearly 500 dpi."""
_PATIENCE = 3.0

_drawing = threading.BoundedSemaphore(1)
_next = threading.BoundedSemaphore(1)


def preview_png(evidence_file: EvidenceFile, page: int, width: int) -> bytes:
    """Page ``page`` (from 1) as a PNG at most ``width`` pixels wide, rounded up to one of ``WIDTHS``.

    Drawn are the bytes a reader gets, which are the ones the examination looked at: the copy, where there is one.

    Nothing in the file is executed. Never raises for a bad file, page or width: then it is a neutral empty page; and
    :func:`pending_png` when too many pictures are being drawn at once. The permission check is the caller's.
    """
    width = next((step for step in WIDTHS if step >= width), WIDTHS[-1])
    if not 1 <= page <= evidence_file.pages:
        return neutral_png(width)
    with suppress(OSError):
        return _kept_at(evidence_file, page, width).read_bytes()
    if not _my_turn():
        return pending_png()
    try:
        return _drawn(evidence_file, page, width)
    finally:
        _drawing.release()


@photos.drawer
def portrait_png(sha256: str, media_type: str) -> bytes:
    """The picture of a stored photograph at most ``PORTRAIT_WIDTH`` pixels wide; empty when nothing can be shown of it.

    Drawn in a confined process like every preview. Raises ``PhotoBusy`` when none is free: the worker tries again.
    """
    try:
        with blob_on_disk(sha256) as path:
            bounds = limits_in_force()
            return render_confined(
                path, media_type=media_type, page=1, width=PORTRAIT_WIDTH, bounds=bounds, seconds=PREVIEW_SECONDS
            )
    except Rejected as refusal:
        if refusal.code == "busy":
            raise photos.PhotoBusy from refusal
        logger.warning("no picture of the photograph %s: %s", sha256[:12], refusal.code)
    except blobs.BlobMissing:
        logger.exception("the photograph %s is not in the store", sha256[:12])
    return b""


def draw_ahead(evidence_file: EvidenceFile, page: int, width: int) -> None:
    """Draw and keep a picture before anybody asks for it; nothing happens when it is there. For the examiner, which draws one
    at a time anyway.
    """
    width = next((step for step in WIDTHS if step >= width), WIDTHS[-1])
    if not _kept_at(evidence_file, page, width).exists():
        _drawn(evidence_file, page, width)


def _my_turn() -> bool:
    """Whether this thread may draw now; it holds ``_drawing`` then. One thread may wait for it."""
    if _drawing.acquire(blocking=False):
        return True
    if not _next.acquire(blocking=False):
        return False
    try:
        return _drawing.acquire(timeout=_PATIENCE)
    finally:
        _next.release()


def _kept_at(evidence_file: EvidenceFile, page: int, width: int) -> Path:
    shown = evidence_file.served_sha256
    return _folder() / shown[:2] / f"{shown}-{page}-{width}.png"


def _drawn(evidence_file: EvidenceFile, page: int, width: int) -> bytes:
    kept = _kept_at(evidence_file, page, width)
    with suppress(OSError):  # whoever drew before may have drawn this one
        return kept.read_bytes()
    try:
        with blob_on_disk(evidence_file.served_sha256) as path:
            bounds = limits_in_force()
            picture = render_confined(
                path, media_type=evidence_file.served_media_type, page=page, width=width, bounds=bounds, seconds=PREVIEW_SECONDS
            )
    except Rejected as refusal:
        logger.warning("No preview of evidence file %s page %s: %s", evidence_file.pk, page, refusal.code)
        picture = neutral_png(width)
        if refusal.code == "busy":
            return picture
    except (OSError, blobs.BlobMissing):
        logger.exception("The content of evidence file %s could not be read for a preview.", evidence_file.pk)
        return neutral_png(width)
    _keep(kept, picture)
    return picture


def neutral_png(width: int) -> bytes:
    """A light page with a folded corner: there is a page, and it cannot be shown."""
    height = round(width * 1.414)
    fold = width // 5
    picture = Image.new("RGB", (width, height), "#f3f4f6")
    pen = ImageDraw.Draw(picture)
    pen.polygon([(width - fold, 0), (width, fold), (width - fold, fold)], fill="#d1d5db")
    pen.line(
        [(0, 0), (width - fold, 0), (width - 1, fold), (width - 1, height - 1), (0, height - 1), (0, 0)], fill="#9ca3af", width=2
    )
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def pending_png() -> bytes:
    """A light page with three dots: the picture is still to come."""
    width, height = PENDING_WIDTH, round(PENDING_WIDTH * 1.414)
    picture = Image.new("RGB", (width, height), "#f3f4f6")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width - 1, height - 1), outline="#9ca3af", width=2)
    for place in (-1, 0, 1):
        x, y = width // 2 + place * 30, height // 2
        pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill="#6b7280")
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def forget_previews(hashes: Iterable[str]) -> None:
    """Remove the pictures of files that are gone."""
    for sha256 in hashes:
        for picture in (_folder() / sha256[:2]).glob(f"{sha256}-*.png"):
            picture.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "previews"


@contextmanager
def blob_on_disk(sha256: str) -> Iterator[Path]:
    """A path to the content: the stored file itself when the storage is a local disk, else a copy for the moment."""
    with blobs.open_whole(sha256) as stored:
        name = getattr(stored, "name", None)
        if isinstance(name, str) and Path(name).is_absolute() and Path(name).is_file():
            yield Path(name)
            return
        copy: IO[bytes]
        with tempfile.NamedTemporaryFile(prefix="zhicheng-preview-") as copy:
            shutil.copyfileobj(stored, copy)
            copy.flush()
            yield Path(copy.name)


def _keep(path: Path, picture: bytes) -> None:
    """Into the folder under its name in one step; when the disk refuses, the next request draws again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(picture)
        Path(temporary).replace(path)
    except OSError:
        logger.warning("A preview could not be kept in %s.", path.parent, exc_info=True)
