"""Keeping a file: examined first, stored before it is acknowledged, then a row. Recording what the file is *for* belongs
to the room that attaches it.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from zhicheng.evidence import queries
from zhicheng.evidence.checks import Examined, Unacceptable, examine, examine_confined, limits_in_force
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.names import clean_name
from zhicheng.evidence.previews import forget_previews
from zhicheng.evidence.sentences import refusal_sentence
from zhicheng.foundation import blobs, clock, ledger, leftovers
from zhicheng.foundation.errors import Refused

logger = logging.getLogger(__name__)


class Upload(Protocol):
    """What is needed of an uploaded file; Django's ``UploadedFile`` and ``ContentFile`` are such."""

    name: str | None

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]:
        """The content from its beginning."""


def keep_file(*, upload: Upload, actor_id: int | None, where: str = "") -> EvidenceFile:
    """Examine ``upload``, store its bytes durably, and write the row.

    ``actor_id`` is the primary key of the user who brought it, None for a visitor who is registering; ``where`` goes into
    the problem (field or material slot). Raises ``Refused`` with one problem: the codes of ``checks.Unacceptable``, or
    ``storage`` when the disk refused the write. Then nothing was stored and no row exists. The same bytes twice are stored
    once and give two rows.
    Source: S-23…S-25, G-05, house decision 7.
    """
    declared_name = upload.name or ""
    limits = limits_in_force()
    with _on_disk(upload, declared_name, limits, where) as path:
        verdict = examine_confined(path, declared_name=declared_name, limits=limits)
        if isinstance(verdict, Unacceptable):
            raise Refused.one(verdict.text, where=where, code=verdict.code)
        with _named(where), path.open("rb") as file:
            blob = blobs.store(file)
            safe_sha256 = _store_safe_copy(verdict)
    return EvidenceFile.objects.create(
        sha256=blob.sha256,
        safe_sha256=safe_sha256,
        size=blob.size,
        name=clean_name(declared_name, media_type=verdict.media_type),
        media_type=verdict.media_type,
        pages=verdict.pages,
        uploaded_by_id=actor_id,
        uploaded_at=clock.now(),
        warnings=verdict.warnings,
    )


def keep_sample(*, content: bytes, name: str, actor_id: int | None) -> EvidenceFile:
    """Keep a file of our own making for a rehearsal: examined here, each content once, stored and written down like any other.

    Raises ``Refused`` with the codes of :func:`keep_file`, and with ``production`` where the people are real: nothing gets in
    there without being examined in a process of its own.
    """
    if settings.MODE == "production":
        raise Refused.one(_("正式运行的系统不能放入演练材料。"), code="production")
    known = EvidenceFile.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
    if known is not None and blobs.exists(known.sha256):
        blob = blobs.Blob(known.sha256, known.size)
        media_type, pages, warnings = known.media_type, known.pages, known.warnings
        safe_sha256 = known.safe_sha256
    else:
        verdict = examine(BytesIO(content), declared_name=name, limits=limits_in_force())
        if isinstance(verdict, Unacceptable):
            raise Refused.one(verdict.text, code=verdict.code)
        blob = blobs.store(content)
        media_type, pages, warnings = verdict.media_type, verdict.pages, verdict.warnings
        safe_sha256 = _store_safe_copy(verdict)
    return EvidenceFile.objects.create(
        sha256=blob.sha256,
        safe_sha256=safe_sha256,
        size=blob.size,
        name=clean_name(name, media_type=media_type),
        media_type=media_type,
        pages=pages,
        uploaded_by_id=actor_id,
        uploaded_at=clock.now(),
        warnings=warnings,
    )


def _store_safe_copy(verdict: Examined) -> str | None:
    return blobs.store(verdict.safe_copy).sha256 if verdict.safe_copy is not None else None


def remove_leftovers() -> tuple[int, int]:
    """Remove the rows of unused files, then the bytes nothing names any more (``foundation.leftovers``) and their previews;
    return how many of each. A file that is taken into use meanwhile stays: the database refuses to remove it.
    """
    rows = 0
    for file_id in list(queries.unused_files().values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                rows += EvidenceFile.objects.filter(pk=file_id).delete()[0]
        except (ProtectedError, IntegrityError):
            logger.info("evidence file %s was taken into use", file_id)
    hashes = leftovers.remove_unreferenced()
    forget_previews(hashes)
    if rows or hashes:
        with transaction.atomic():
            ledger.record(
                event="evidence.leftovers_removed", subject="evidence", actor="system", data={"rows": rows, "files": len(hashes)}
            )
    return rows, len(hashes)


@contextmanager
def _on_disk(upload: Upload, declared_name: str, limits: Bounds, where: str) -> Iterator[Path]:
    """The upload as a file that stays as it is while it is examined and stored; never more of it than may be kept."""
    with _disk_errors_as_refusal(where):
        copy: IO[bytes] = tempfile.NamedTemporaryFile(prefix="zhicheng-upload-")  # noqa: SIM115
    with copy:
        with _disk_errors_as_refusal(where):
            written = 0
            for chunk in upload.chunks():
                written += len(chunk)
                if written > limits.max_bytes:
                    size = max(written, getattr(upload, "size", None) or 0)
                    refusal = Rejected("too_large", size=size)
                    raise Refused.one(
                        refusal_sentence(refusal, declared_name=declared_name, limits=limits), where=where, code=refusal.code
                    )
                copy.write(chunk)
            copy.flush()
        yield Path(copy.name)


@contextmanager
def _named(where: str) -> Iterator[None]:
    """What the room below refuses, said at the place the person is looking at."""
    try:
        yield
    except Refused as refusal:
        raise Refused(replace(problem, where=where) for problem in refusal.problems) from refusal


@contextmanager
def _disk_errors_as_refusal(where: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        logger.exception("An upload could not be written to the temporary folder.")
        raise Refused.one(
            _("服务器暂时无法保存文件，请稍后再上传一次。您填写的内容没有丢失。"), where=where, code="storage"
        ) from error
