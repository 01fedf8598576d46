"""Files about which something is to be said (pale, blank, turned, converted …), and that the applicant looked at each: 我已查看，内容清晰完整. Pure.

A confirmation names the hash of the file it was given for: another file in its stead wants one of its own. What was noticed of what stands
on the file is noticed at its place (a booklet may lie in several years): a confirmation of that names the place too. It is kept with the
draft and frozen with the submission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.models import Material
from zhicheng.applications.where import Where
from zhicheng.evidence.inspection.verdicts import NOTES
from zhicheng.evidence.queries import describe_warnings
from zhicheng.foundation.errors import Problem

#: The key under which the draft keeps the confirmations, beside its sections.
LOOKED_AT_KEPT_AS = "looked_at"


def looked_at_in(contents: Mapping[str, Any]) -> dict[str, str]:
    """:func:`key_of_look` → when it was confirmed (Beijing time in ISO form with seconds), as a draft keeps it."""
    kept = contents.get(LOOKED_AT_KEPT_AS)
    return dict(kept) if isinstance(kept, Mapping) else {}


def key_of_look(material: Material) -> str:
    """What a confirmation is kept under: the hash of the file, with the place of the material where something has to be looked at that was
    noticed there; of a file that says the same wherever it lies, the hash alone.
    """
    return _at_its_place(material) if _noticed_here(material) else material.file.sha256


def look_kept(material: Material, looked_at: Mapping[str, str]) -> str | None:
    """When the file was confirmed at this place, as it is kept; ``None`` where it never was, or only before more was noticed about it."""
    at = looked_at.get(_at_its_place(material))
    if not _noticed_here(material):
        return looked_at.get(material.file.sha256) or at
    noticed_at = material.noticed_at.replace(microsecond=0) if material.noticed_at else None
    return None if at and noticed_at and datetime.fromisoformat(at) < noticed_at else at


def when_looked_at(material: Material, looked_at: Mapping[str, str]) -> datetime | None:
    """:func:`look_kept` as a time."""
    at = look_kept(material, looked_at)
    return datetime.fromisoformat(at) if at else None


def _noticed_here(material: Material) -> bool:
    """Whether something was noticed at this place that is more than a note."""
    return any(warning.get("code") not in NOTES for warning in material.noticed)


def _at_its_place(material: Material) -> str:
    return f"{material.file.sha256} {Where.of_file(material.slot, material.paper, material.year, material.row)}"


def to_look_at(materials: Iterable[Material], looked_at: Mapping[str, str]) -> list[Material]:
    """The files that carry a warning nobody has confirmed to have seen."""
    return [m for m in materials if when_looked_at(m, looked_at) is None and describe_warnings(m)]


def not_looked_at(materials: Iterable[Material], looked_at: Mapping[str, str]) -> list[Problem]:
    """What stands against 上报: warned files that the applicant has not confirmed. ``where``: the box."""
    text = _("文件“{name}”有提示，请打开查看，并确认“我已查看，内容清晰完整”，或更换文件。")
    return [
        Problem(
            text.format(name=m.file.name),
            where=str(Where.of_file(m.slot, "", m.year, m.row)),
            code="not_looked_at",
        )
        for m in to_look_at(materials, looked_at)
    ]
