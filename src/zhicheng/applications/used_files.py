"""Files that a person has used before, in another application or with a fact of their library: offered in the box of the same paper."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, PositiveSmallIntegerField, QuerySet, Value

from zhicheng.applications.models import Application, Material
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.foundation.prepared import prepared
from zhicheng.library.models import LibraryFile

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file, and where it was used last: the application's year and number, or the library (both empty)."""

    file_id: int
    name: str
    sha256: str
    slot: str
    paper: str
    about: int | None  # the year it proves, in a slot per year
    year: int
    number: str


def files_used_before(application: Application, slots: Collection[str]) -> list[UsedFile]:
    """What the applicant has put into these slots of other applications of theirs, also of given up ones, or has taken out of this one, and
    with facts of the library; the newest first, each content once a paper. One query.
    """
    rows = _rows(application.applicant_id, application.pk, slots=tuple(sorted(slots)))
    found: dict[tuple[str, str, str], UsedFile] = {}
    for row in sorted(rows, key=lambda row: (bool(row[7]), row[8]), reverse=True):
        file = UsedFile(*row[:8])
        found.setdefault((file.slot, file.paper, file.sha256), file)
    return list(found.values())


@prepared
def _rows(owner: int, application_id: int, *, slots: tuple[str, ...]) -> QuerySet[Material, tuple[Any, ...]]:
    shared = ("file_id", "file__name", "file__sha256", "slot", "paper")
    mine = Material.objects.filter(added_by_id=owner, file__uploaded_by_id=owner, application__applicant_id=owner, slot__in=slots)
    elsewhere = mine.exclude(application_id=application_id, removed_at__isnull=True).values_list(
        *shared, "year", "application__year", "application__number", F("added_at")
    )
    library = LibraryFile.objects.filter(item__library_id=owner, file__uploaded_by_id=owner, slot__in=slots)
    kept = library.values_list(
        *shared,
        Value(None, output_field=PositiveSmallIntegerField()),
        Value(0, output_field=PositiveSmallIntegerField()),
        Value("", output_field=CharField()),
        F("added_at"),
    )
    return elsewhere.union(kept, all=True)


def fitting(used: Collection[UsedFile], box: SlotRequirement, paper: str, held: Collection[str]) -> list[UsedFile]:
    """Those that may go into ``box`` as ``paper``: of the same year in a box per year, and not one of ``held`` (hashes) again."""
    return [
        file
        for file in used
        if (file.slot, file.paper) == (box.slot, paper) and file.about == box.year and file.sha256 not in held
    ][:_SHOWN]
