"""What is to be said of the files of materials, read for whoever looks at a submission."""

from __future__ import annotations

from collections.abc import Collection

from zhicheng.applications.models import Material
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import Said, what_is_said

_SAID_OF = ("file__warnings", "file__safe_sha256", "file__checking")


def said_of_materials(material_ids: Collection[int]) -> dict[int, Said]:
    """What is to be said of the files of those of these materials of which something is, by the material's number. One query, none of none."""
    if not material_ids:
        return {}
    rows = Material.objects.filter(pk__in=material_ids).select_related("file").only("reading", "noticed", *_SAID_OF)
    return {row.pk: said for row in rows if (said := what_is_said(row))}


def material_shown(material_id: int, file_id: int) -> Material | EvidenceFile:
    """All that is to be said of this file as this material; of one that never lay there (an original), what is to be said of it alone."""
    there = Material.objects.filter(pk=material_id, file_id=file_id).select_related("file").only("reading", "noticed", *_SAID_OF)
    return there.first() or EvidenceFile.objects.only("warnings", "safe_sha256", "checking").get(pk=file_id)
