"""Reading decisions and paper dossiers."""

from __future__ import annotations

from django.db.models import QuerySet

from zhicheng.applications.models import Application
from zhicheng.applications.papers import subject_of
from zhicheng.documents.models import Paper
from zhicheng.documents.queries import bare_mark, papers_of
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


def form_with_mark(application: Application, mark: str) -> Paper | None:
    """The review form of this application that a printed serial, verification code or hash (at least 8 of its digits) names."""
    wanted = bare_mark(mark)
    if len(wanted) < 6:
        return None
    for paper in papers_of(subject_of(application.pk)).filter(kind="review_form").order_by("-id"):
        names = {bare_mark(paper.serial), paper.verification_code}
        if wanted in names or (len(wanted) >= 8 and paper.snapshot_sha256.upper().startswith(wanted)):
            return paper
    return None


def mark_state(application: Application, mark: str) -> str:
    """What a printed mark names (:func:`form_with_mark`): ``current``, ``void``, or ``unknown`` for none of ours (S-79)."""
    paper = form_with_mark(application, mark)
    if paper is None:
        return "unknown"
    submission = application.current_submission
    is_current = paper.voided_at is None and submission is not None and paper.snapshot_sha256 == submission.sha256
    return "current" if is_current else "void"
