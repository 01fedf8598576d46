"""What the worker does for libraries by itself, and a file brought for one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from zhicheng.evidence import intake
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.foundation import jobs
from zhicheng.library.actions import add_file, remove_unused, tell_of_ends, tell_unused
from zhicheng.library.models import LibraryFile
from zhicheng.organizations.actors import actor_for


@jobs.regular("library.forget", minutes=24 * 60)
def forget() -> int:
    """Tell of libraries that are unused, and remove those whose owners were told and did nothing; return how many went."""
    tell_unused()
    return remove_unused()


@jobs.regular("library.ends", minutes=24 * 60)
def tell_ends() -> int:
    """Tell of papers that end soon; return how many owners were told."""
    return tell_of_ends()


def _beside(row: Intake) -> QuerySet[EvidenceFile]:
    return EvidenceFile.objects.filter(pk__in=LibraryFile.objects.filter(item_id=row.payload["item"]).values("file_id"))


@intake.handler("library", beside=_beside)
def attach_file(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """Put a file that has been examined with the item it was brought for. Raises ``Refused`` like ``add_file``."""
    item = add_file(
        actor=actor_for(row.brought_by),
        item_id=row.payload["item"],
        file_id=file.pk,
        slot=row.payload["slot"],
        paper=row.payload["paper"],
    )
    return {"item": item.pk}
