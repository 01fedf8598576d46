"""Reading a library, always through its owner (house, decision 5)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation.prepared import prepared
from zhicheng.library.models import Library, LibraryFile, LibraryItem
from zhicheng.organizations.actors import Actor, Role


def library_of(actor: Actor) -> Library | None:
    """The actor's own library; ``None`` while nothing is kept. One query."""
    return Library.objects.filter(pk=actor.user_id).first() if _may_have_one(actor) else None


def items_of(actor: Actor, *, kinds: Iterable[str] | None = None) -> QuerySet[LibraryItem]:
    """What the actor keeps, of these kinds or of all, the oldest first."""
    if not _may_have_one(actor):
        return LibraryItem.objects.none()
    mine = LibraryItem.objects.filter(library_id=actor.user_id)
    return (mine if kinds is None else mine.filter(kind__in=list(kinds))).order_by("id")


def items_of_kind(actor: Actor, kind: str) -> list[LibraryItem]:
    """What the actor keeps of one kind, the oldest first: :func:`items_of`, for a page that is opened often. One query."""
    return _items_of_kind(actor.user_id, kind) if actor.user_id is not None and _may_have_one(actor) else []


@prepared
def _items_of_kind(owner: int, kind: str) -> QuerySet[LibraryItem]:
    return LibraryItem.objects.filter(library_id=owner, kind=kind).order_by("id")


def items_with_files(actor: Actor, *, kinds: Iterable[str] | None = None) -> QuerySet[LibraryItem]:
    """The same with their files: two queries."""
    files = LibraryFile.objects.select_related("file").order_by("id")
    return items_of(actor, kinds=kinds).prefetch_related(Prefetch("files", queryset=files))


def get_item(actor: Actor, item_id: int) -> LibraryItem | None:
    """One item of the actor's own with its files, or ``None``."""
    return items_with_files(actor).filter(pk=item_id).first()


def kind_of(actor: Actor, item_id: int) -> str:
    """Of which kind an item of the actor's own is; empty where there is none."""
    return items_of(actor).filter(pk=item_id).values_list("kind", flat=True).first() or ""


def get_file(actor: Actor, item_id: int, file_id: int) -> EvidenceFile | None:
    """A file that stands with this item of the actor's own, or ``None``."""
    own = items_of(actor).filter(pk=item_id).order_by()
    kept = LibraryFile.objects.filter(item__in=own, file_id=file_id, file__uploaded_by_id=actor.user_id)
    found = kept.select_related("file").first()
    return found.file if found is not None else None


def content_of(item: LibraryItem) -> dict[str, Any]:
    """What an item tells, by field of the form."""
    content: dict[str, Any] = json.loads(item.content)
    return content


def intake_subject(item_id: int) -> str:
    """How a file on its way in (``evidence.models.Intake``) names the item it was brought to."""
    return f"library:{item_id}"


def _may_have_one(actor: Actor) -> bool:
    return actor.role is Role.APPLICANT and actor.user_id is not None
