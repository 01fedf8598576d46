"""Reading decisions and paper dossiers."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import Desk
from zhicheng.applications.lifecycle import TAKES_BACK
from zhicheng.applications.models import Application, StatusChange, Submission
from zhicheng.applications.papers import subject_of
from zhicheng.applications.shown import show_of_each_desk
from zhicheng.documents.models import Paper
from zhicheng.documents.queries import Mark, bare_mark, papers_of
from zhicheng.foundation.prepared import prepared
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.actors import Role
from zhicheng.review.models import Decision, MarkState, PaperDossier, Verdict
from zhicheng.review.rules import DossierFacts


def standing_decisions(case: CaseFile) -> list[Decision]:
    """Every decision but the passes that were taken back, oldest first. One query, for :func:`passes_elsewhere` as well."""
    return [decision for decision in case.part(_standing) if decision.application_id == case.application.pk]


def passes_elsewhere(case: CaseFile) -> list[Decision]:
    """The standing passes of offices above the unit in the person's other applications (of this account and number), the newest first; none
    of before a record that proves false what the person handed in.
    """
    number = case.application.person_index
    return [
        decision
        for decision in reversed(case.part(_standing))
        if decision.application_id != case.application.pk
        and (decision.verdict, decision.whose) == (Verdict.PASSED, number)  # type: ignore[attr-defined]
        and decision.role != Role.UNIT
        and not decision.proved_false  # type: ignore[attr-defined]
    ]


def _standing(application: Application) -> list[Decision]:
    return [decision for decision in _decisions(application.applicant_id) if decision.next_move not in TAKES_BACK]  # type: ignore[attr-defined]


@prepared
def _decisions(applicant_id: int) -> QuerySet[Decision]:
    mine = Application.objects.filter(applicant_id=applicant_id).values("pk")
    decisions = Decision.objects.filter(application_id__in=mine).select_related("desk", "decided_by", "submission")
    later = StatusChange.objects.filter(application_id=OuterRef("application_id"), pk__gt=OuterRef("change_id")).order_by("id")
    false = IntegrityRecord.objects.filter(
        person_index=OuterRef("application__person_index"), annulled_at__isnull=True, recorded_at__gte=OuterRef("decided_at")
    )
    then = decisions.annotate(
        next_move=Subquery(later.values("move")[:1]), whose=F("application__person_index"), proved_false=Exists(false)
    )
    return then.defer("submission__content").order_by("id")


def last_decided(case: CaseFile, desk_id: int | None) -> Decision | None:
    """What a desk decided last of a submission before the current one; ``None`` where it had none before it."""
    submission = case.submission
    if submission is None:
        return None
    mine = (d for d in reversed(standing_decisions(case)) if d.desk_id == desk_id and d.submission_id != submission.pk)
    return next(mine, None)


def all_dossiers(application: Application) -> list[PaperDossier]:
    """Every reception of the paper dossier, newest first. One query."""
    return _dossiers(application.pk)


@prepared
def _dossiers(application_id: int) -> QuerySet[PaperDossier]:
    dossiers = PaperDossier.objects.filter(application_id=application_id).select_related("desk", "recorded_by", "submission")
    return dossiers.defer("submission__content").order_by("-id")


def last_dossier(case: CaseFile, desk_id: int | None) -> PaperDossier | None:
    """The newest reception at one desk for the current submission, or ``None``."""
    current = case.application.current_submission_id
    if desk_id is None or current is None:
        return None
    here = (d for d in case.part(all_dossiers) if (d.desk_id, d.submission_id) == (desk_id, current))
    return next(here, None)


PAPER_HERE = "paper_here"
"""Whether a desk has received the paper dossier of what is submitted now; read with an application that is shown."""


def _paper_here(desk: Desk) -> Exists:
    return Exists(
        PaperDossier.objects.filter(
            application=OuterRef("pk"), submission=OuterRef("current_submission"), desk=OuterRef(desk.column)
        )
    )


show_of_each_desk(PAPER_HERE, _paper_here)


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


def forms_with_mark(application: Application, mark: Mark) -> list[Paper]:
    """The review forms of this application that a printed serial, verification code or hash (at least 8 of its digits) names, the newest
    first: by a hash all that were printed of one content.
    """
    wanted = bare_mark(mark.text)
    if len(wanted) < 6:
        return []
    forms = list(papers_of(subject_of(application.pk)).filter(kind="review_form").order_by("-id"))
    named = [paper for paper in forms if wanted in {bare_mark(paper.serial), paper.verification_code}]
    return named or [paper for paper in forms if len(wanted) >= 8 and paper.snapshot_sha256.upper().startswith(wanted)]


def tells_no_print(forms: list[Paper]) -> str:
    """What is asked for where a hash names a print that holds and a void one of the same content (S-48, S-79); empty where it tells."""
    if len({paper.is_void for paper in forms}) < 2:
        return ""
    return _("已作废的打印件上也是这个数据校验码，凭它不能判断是哪一份。请扫描二维码，或者填写页脚的编号。")


def mark_state(submission: Submission, paper: Paper | None, mark: Mark) -> MarkState:
    """What a printed mark names (:func:`forms_with_mark`): the ``current`` form of the submission, one that is ``void``, ``unknown`` for
    none of ours, or ``wrong_code`` where the QR code names one of ours with another verification code than its own (S-79).
    """
    if paper is None:
        return MarkState.UNKNOWN
    if not mark.fits(paper):
        return MarkState.WRONG_CODE
    is_current = paper.voided_at is None and paper.snapshot_sha256 == submission.sha256
    return MarkState.CURRENT if is_current else MarkState.VOID
