"""The same file in another person's application: told to a desk of what it may see itself, to nobody else. It proves nothing: a paper of several
people (a joint project, one certificate for a team) is handed in by each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Material, Submission
from zhicheng.applications.queries import visible_to
from zhicheng.applications.snapshot import FrozenFile
from zhicheng.evidence.models import EvidenceFile
from zhicheng.organizations.actors import Actor

MOST = 3
"""Of the other applications with the same file those that are named, the latest first."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One other person's application that was sent with the same file, or with what was made of it here."""

    application_id: int
    number: str
    name: str


def same_elsewhere(case: CaseFile, actor: Actor, file: FrozenFile) -> list[Elsewhere]:
    """The applications of others that ``actor`` may see and that were sent with a file of this application. One query by the indexes of
    the hashes and of what was made of a file, however many files there are.
    """
    hashes = [file.sha256, *([file.original.sha256] if file.original is not None else [])]
    brought = EvidenceFile.objects.filter(sha256__in=hashes).values("pk")
    made = EvidenceFile.objects.filter(original__sha256__in=hashes).values("pk")
    # One condition over a file and its original would be served by no index: every material would be read.
    others = Material.objects.filter(
        file__in=brought.union(made), application__in=visible_to(actor).exclude(person_index=case.application.person_index)
    )
    sent = Submission.objects.filter(application_id=OuterRef("application_id"), submitted_at__gte=OuterRef("added_at"))
    kept = Q(removed_at__isnull=True) & Exists(sent) | Exists(sent.filter(submitted_at__lt=OuterRef("removed_at")))
    rows = others.filter(kept, added_by_id=F("application__applicant_id")).order_by("-application_id")
    found = rows.values_list("application_id", "application__number", "application__applicant_name").distinct()[:MOST]
    return [Elsewhere(*row) for row in found]
