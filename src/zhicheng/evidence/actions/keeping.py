"""Keeping files of our own making, and throwing away what was never used."""

from __future__ import annotations

import hashlib
import logging
from io import BytesIO

from django.conf import settings
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from zhicheng.evidence import queries
from zhicheng.evidence.examination import Examined, Unacceptable, examine, limits_in_force
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.names import clean_name
from zhicheng.evidence.previews import forget_previews
from zhicheng.foundation import blobs, clock, holding, ledger, leftovers
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)


def keep_sample(*, content: bytes, name: str, actor_id: int | None) -> EvidenceFile:
    """Keep a file of our own making for a rehearsal: examined here, each content once, stored and written down like any other.

    Raises ``Refused`` with the codes of ``checks.Unacceptable``, and with ``production`` where the people are real: nothing gets in
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
        safe_sha256 = store_safe_copy(verdict)
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
        is_sample=True,
    )


def store_safe_copy(verdict: Examined) -> str | None:
    """Store the copy without scripts and attachments that the examination made; its hash, None when the original needs none."""
    return blobs.store(verdict.safe_copy).sha256 if verdict.safe_copy is not None else None


def remove_leftovers() -> tuple[int, int]:
    """Remove what is known of files that came in and were decided about, what is held for nobody, the rows of unused files, then
    the bytes nothing names any more (``foundation.leftovers``) and their previews; return how many rows of files and how many
    stored files. A file that is taken into use meanwhile stays: the database refuses to remove it.
    """
    _forget_intakes()
    rows = 0
    for file_id in list(queries.unused_files().values_list("pk", flat=True)):
        try:
            rows += _remove(file_id)
        except (ProtectedError, IntegrityError):
            logger.info("evidence file %s was taken into use", file_id)
    hashes = leftovers.remove_unreferenced()
    forget_previews(hashes)
    if rows or hashes:
        _note_removed({"rows": rows, "files": len(hashes)})
    return rows, len(hashes)


@one_transaction
def _remove(file_id: int) -> int:
    return EvidenceFile.objects.filter(pk=file_id).delete()[1].get("evidence.EvidenceFile", 0)


@one_transaction
def _note_removed(counts: dict[str, int]) -> None:
    ledger.record(event="evidence.leftovers_removed", subject="evidence", actor="system", data=counts)


def _forget_intakes() -> None:
    """What was decided two days ago, and what is held although no row wants it (its process died before it could write one)."""
    one_transaction(queries.ended_intakes(before=clock.machine_now() - queries.UNUSED_KEPT).delete)()
    old = holding.names_older_than(queries.UNUSED_KEPT)
    for name in old - queries.held_names(old):
        holding.release(name)
