"""Files that visitors brought and that nobody answers for yet: they fill the room kept for visitors, in a form or out of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, QuerySet

from zhicheng.evidence.models import EvidenceFile

Vouching = Callable[[], QuerySet[Any]]
_vouching: list[Vouching] = []


def vouches(rows: Vouching) -> Vouching:
    """Register what gives the rows of a room by which somebody known answers for the file ``OuterRef("pk")``."""
    _vouching.append(rows)
    return rows


def unclaimed_files() -> QuerySet[EvidenceFile]:
    """What visitors brought and nobody answers for, used or not."""
    files = EvidenceFile.objects.filter(uploaded_by__isnull=True)
    for rows in _vouching:
        files = files.exclude(Exists(rows()))
    return files
