"""Reads about kept files. Who may see a file is decided by the room that refers to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.sentences import warning_sentence
from zhicheng.foundation import clock

# A form may hold a file for a day by its token, and the token is renewed with every answer.
UNUSED_KEPT = timedelta(days=2)


def describe_warnings(evidence_file: EvidenceFile) -> list[str]:
    """The findings about legibility as sentences in the active language, in page order; empty when nothing was found."""
    return [sentence for warning in evidence_file.warnings if (sentence := warning_sentence(warning))]


def unused_files() -> QuerySet[EvidenceFile]:
    """The files older than ``UNUSED_KEPT`` that no row of any room refers to, oldest first: a licence of a registration that
    was not finished, a file that no form took.
    """
    unused = EvidenceFile.objects.filter(uploaded_at__lt=clock.now() - UNUSED_KEPT)
    for relation in _relations():
        rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        unused = unused.exclude(Exists(rows))
    return unused.order_by("id")


def _relations() -> Iterable[Any]:
    """Every foreign key of every room that points to a file."""
    fields = EvidenceFile._meta.get_fields(include_hidden=True)
    return [field for field in fields if field.auto_created and not field.concrete and field.is_relation]
