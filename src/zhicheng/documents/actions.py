"""Issuing papers, making their PDFs after the commit, and voiding them. The only code of this room that writes."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhicheng.documents.base import SIGNED, Kind, PaperBase
from zhicheng.documents.models import MissingCharacter, Paper, PaperState, SerialCounter
from zhicheng.documents.papers import paper_of
from zhicheng.documents.photos import PhotoBusy, photo_of
from zhicheng.documents.queries import verification_url
from zhicheng.documents.rendering import Marks, check_printable, render_pdf, written_in
from zhicheng.documents.sheets import page_count
from zhicheng.documents.signatures import SignedPdf, sign_pdf, signer
from zhicheng.foundation import blobs, clock, ledger, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.ids import ALPHABET
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.transactions import one_transaction, require_transaction

logger = logging.getLogger(__name__)

PREFIXES = {
    Kind.REVIEW_FORM: "PS",
    Kind.PUBLICITY_NOTICE: "GS",
    Kind.PUBLICITY_RESULT: "GJ",
    Kind.SUPERVISING_OPINION: "ZG",
    Kind.COMMITMENT: "CN",
    Kind.RECEIPT: "HZ",
}
RENDER = "paper.render"
CODE_LENGTH = 28  # of 29 letters: 136 bits (ASVS 11.5.1), in seven groups; papers of before have ten


def issue_paper(
    *,
    kind: str,
    subject: str,
    title: str,
    data: dict[str, Any] | PaperBase,
    snapshot_sha256: str,
    actor: str,
    draft: bool = False,
    version_label: str = "",
) -> Paper:
    """Give a paper its number inside the caller's transaction; the PDF is made after the commit (house, decision 6).

    ``data`` is what ``papers.paper_of(kind, …)`` takes, or its result; ``snapshot_sha256`` (64 hex digits) is that of the frozen
    submission it was built from (S-79); ``title`` must name no person, an empty one becomes the kind's own. Earlier papers
    are not voided here: see :func:`void_papers`. Raises :class:`Refused` with everything that cannot be printed.
    """
    require_transaction("issue_paper()")
    paper = data if isinstance(data, PaperBase) else paper_of(kind, data)
    if paper.kind != kind:
        raise ValueError(f"data for {paper.kind} given for a paper of kind {kind}")
    check_printable(paper)
    with platform_language():
        title = title or str(Kind(kind).label)
    issued = Paper(
        kind=kind,
        serial=_next_serial(paper.kind, paper.year),
        verification_code="".join(secrets.choice(ALPHABET) for _digit in range(CODE_LENGTH)),
        subject=subject,
        title=title,
        data=paper.model_dump_json(),
        snapshot_sha256=snapshot_sha256,
        version_label=version_label,
        draft=draft,
        created_at=clock.now(),
    )
    issued.save(force_insert=True)
    _note_issued(issued, actor)
    outbox.queue(kind=RENDER, payload={"paper_id": issued.pk}, key=f"paper:{issued.pk}")
    return issued


def _note_issued(issued: Paper, actor: str) -> None:
    """The paper in the ledger: what it says and what it is verified by as salted hashes."""
    ledger.record(
        event="paper.issued",
        subject=issued.subject,
        actor=actor,
        data={
            "kind": str(issued.kind),
            "serial": issued.serial,
            "snapshot_sha256": issued.snapshot_sha256,
            "draft": issued.draft,
            "title": ledger.private(issued.title),
            "version_label": issued.version_label,
            "at": ledger.time_text(issued.created_at),
            "data": ledger.private(issued.data),
            "code": ledger.private(issued.verification_code),
        },
    )


def render_paper(*, paper_id: int) -> Paper:
    """Make and store the PDF of an issued paper. Idempotent: a paper that is ready, or that failed for good, is left as it is.

    A paper holding a character no font has fails for good, with the reason on it. Anything else that goes wrong (no disk space, a
    fault in a template) is raised, so that the outbox tries again and shows that it is stuck.
    """
    issued = Paper.objects.get(pk=paper_id)
    if issued.state != PaperState.QUEUED:
        return issued
    # The work is done before the row is locked. Two workers at once make the same bytes, or, of a paper that is signed, two files that differ in
    # their signature; the second finds the paper ready and its own file goes as one that no row names (``foundation.leftovers``).
    try:
        paper = paper_of(issued.kind, json.loads(issued.data))
        made = _signed(issued, paper) if issued.kind in SIGNED else SignedPdf(_print(issued, paper), "")
    except PhotoBusy:
        raise
    except Refused as refused:
        return _fail(paper_id, reason=" ".join(str(problem.text) for problem in refused.problems))
    return _keep(paper_id, blobs.store(made.pdf).sha256, made, missing=written_in(paper))


def _print(issued: Paper, paper: PaperBase, **marks: Any) -> bytes:
    return render_pdf(paper, marks=replace(marks_of(issued), **marks), photo=photo_of(paper))


def _signed(issued: Paper, paper: PaperBase) -> SignedPdf:
    """A paper that is signed, where this instance has something to sign with; the paper itself says whether it has."""
    by = signer()
    pdf = _print(issued, paper, signed=by is not None)
    return sign_pdf(pdf, at=clock.now(), by=by) if by is not None else SignedPdf(pdf, "")


def pdf_of(issued: Paper) -> bytes:
    """The bytes of a paper's PDF: the stored ones, or, while it waits for the worker, the same bytes made on the spot. Reads only.

    Raises :class:`Refused` for a paper that cannot be printed, and for one that is signed, by the worker alone, and waits for that.
    """
    if issued.is_ready:
        with blobs.open_whole(issued.pdf_sha256) as stored:
            return stored.read()
    if issued.kind in SIGNED:
        raise Refused.one(_("文件正在生成，请稍候再打开。"), code="paper.being_made")
    paper = paper_of(issued.kind, json.loads(issued.data))
    return render_pdf(paper, marks=marks_of(issued), photo=photo_of(paper))


@one_transaction
def _fail(paper_id: int, *, reason: str) -> Paper:
    issued = Paper.objects.select_for_update(no_key=True).get(pk=paper_id)
    if issued.state == PaperState.QUEUED:
        issued.state, issued.failure = PaperState.FAILED, reason
        issued.save(update_fields=["state", "failure"])
        logger.error("paper %s cannot be printed", issued.serial)
    return issued


@one_transaction
def _keep(paper_id: int, pdf_sha256: str, made: SignedPdf, *, missing: list[str]) -> Paper:
    issued = Paper.objects.select_for_update(no_key=True).get(pk=paper_id)
    if issued.state == PaperState.QUEUED:
        issued.pdf_sha256, issued.pages = pdf_sha256, page_count(made.pdf)
        issued.certificate_sha256 = made.certificate_sha256
        issued.state, issued.ready_at = PaperState.READY, clock.now()
        issued.save(update_fields=["pdf_sha256", "certificate_sha256", "pages", "state", "ready_at"])
        signed = {"certificate_sha256": made.certificate_sha256} if made.certificate_sha256 else {}
        ledger.record(
            event="paper.made",
            subject=issued.subject,
            actor="system",
            data={
                "serial": issued.serial,
                "pdf_sha256": pdf_sha256,
                "pages": issued.pages,
                "at": ledger.time_text(issued.ready_at),
                **signed,
            },
        )
        _note_missing(missing, issued)
    return issued


def _note_missing(missing: list[str], issued: Paper) -> None:
    """Tell the operator, on 系统状态 and in the log, which characters this paper has a frame for (:func:`queries.missing_characters`)."""
    for character in sorted(missing):
        newest = {"serial": issued.serial, "at": issued.ready_at}
        MissingCharacter.objects.update_or_create(character=character, defaults=newest)
        logger.warning("no font has %s (U+%04X): paper %s has a frame in its place", character, ord(character), issued.serial)


def void_papers(*, subject: str, kinds: Iterable[str], reason: str, actor: str) -> list[Paper]:
    """Void every paper of these kinds about ``subject`` that still holds, and return them (S-48: data changed after printing).

    Inside the caller's transaction. ``reason`` is a sentence for the office, not shown to the public. Raises :class:`Refused`
    when it is empty, ``NotInTransaction``.
    """
    require_transaction("void_papers()")
    reason = reason.strip()
    if not reason:
        raise Refused.one(_("请写明作废原因。"), where="reason", code="paper.no_reason")
    found = Paper.objects.select_for_update(no_key=True).filter(subject=subject, kind__in=list(kinds), voided_at__isnull=True)
    voided = list(found.order_by("pk"))
    now = clock.now()
    for paper in voided:
        paper.voided_at, paper.void_reason = now, reason[:200]
        paper.save(update_fields=["voided_at", "void_reason"])
    if voided:
        serials = [paper.serial for paper in voided]
        ledger.record(
            event="paper.voided",
            subject=subject,
            actor=actor,
            data={"serials": serials, "reason": ledger.private(reason[:200]), "at": ledger.time_text(now)},
        )
    return voided


def marks_of(issued: Paper) -> Marks:
    """What identifies a print of ``issued``; all of it stored, so that a second print has the same bytes."""
    return Marks(
        serial=issued.serial,
        verification_url=verification_url(issued),
        snapshot_sha256=issued.snapshot_sha256,
        version_label=issued.version_label,
        draft=issued.draft,
        created_at=issued.created_at,
    )


def _next_serial(kind: Kind, year: int) -> str:
    """The next number of its series, whose row stays locked until the transaction ends. One statement, whether it is the first or not."""
    prefix, connection = PREFIXES[kind], transaction.get_connection()
    table = connection.ops.quote_name(SerialCounter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} ("prefix", "year", "last") VALUES (%s, %s, 1)'  # noqa: S608 - a name of our own
            f' ON CONFLICT ("prefix", "year") DO UPDATE SET "last" = {table}."last" + 1 RETURNING "last"',
            [prefix, year],
        )
        last = cursor.fetchall()[0][0]
    return f"{prefix}{year}-{last:06d}"
