"""Reading decisions and paper dossiers."""

from __future__ import annotations

import unicodedata

from django.db.models import QuerySet

from zhicheng.applications.models import Application
from zhicheng.applications.papers import subject_of
from zhicheng.documents.queries import papers_of
from zhicheng.review.models import Decision, PaperDossier
from zhicheng.review.rules import DossierFacts


def decisions_of(application: Application) -> QuerySet[Decision]:
    """Every decision, oldest first."""
    return application.decisions.select_related("desk", "decided_by", "submission").order_by("id")


def dossiers_of(application: Application) -> QuerySet[PaperDossier]:
    """Every reception of the paper dossier, newest first."""
    return application.dossiers.select_related("desk", "recorded_by", "submission").order_by("-id")


def last_dossier(application: Application, desk_id: int | None) -> PaperDossier | None:
    """The newest reception at one desk for the current submission, or ``None``."""
    if desk_id is None or application.current_submission_id is None:
        return None
    return (
        PaperDossier.objects.filter(application=application, desk_id=desk_id, submission_id=application.current_submission_id)
        .order_by("-id")
        .first()
    )


def facts_of(dossier: PaperDossier | None) -> DossierFacts | None:
    """The plain value the rules judge."""
    if dossier is None:
        return None
    return DossierFacts(
        received_on=dossier.received_on,
        copies=dossier.copies,
        duplex_with_watermark=dossier.duplex_with_watermark,
        handwritten_opinion=dossier.handwritten_opinion,
        signed=dossier.signed,
        sealed=dossier.sealed,
        mark_state=dossier.mark_state,
    )


def mark_state(application: Application, mark: str) -> str:
    """What a printed serial, verification code or hash (at least 8 of its digits) names: ``current``, ``void`` or ``unknown`` (S-79)."""
    wanted = unicodedata.normalize("NFKC", mark).upper().replace(" ", "")
    if len(wanted) < 6:
        return "unknown"
    for paper in papers_of(subject_of(application.pk)).filter(kind="review_form").order_by("-id"):
        names = {paper.serial.upper(), paper.verification_code.upper()}
        by_hash = len(wanted) >= 8 and paper.snapshot_sha256.upper().startswith(wanted)
        if wanted in names or by_hash:
            submission = application.current_submission
            is_current = paper.voided_at is None and submission is not None and paper.snapshot_sha256 == submission.sha256
            return "current" if is_current else "void"
    return "unknown"
