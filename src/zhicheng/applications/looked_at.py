"""Files about which something is to be said (pale, blank, turned, converted …), and that the applicant looked at each: 我已查看，内容清晰完整. Pure.

A confirmation names the hash of the file it was given for: another file in its stead wants one of its own. It is kept with the draft
and frozen with the submission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.models import Material
from zhicheng.applications.where import Where
from zhicheng.evidence.queries import describe_warnings
from zhicheng.foundation.errors import Problem

#: The key under which the draft keeps the confirmations, beside its sections.
LOOKED_AT_KEPT_AS = "looked_at"


def looked_at_in(contents: Mapping[str, Any]) -> dict[str, str]:
    """Hash of a file → when it was confirmed (Beijing time in ISO form with seconds), as a draft keeps it."""
    kept = contents.get(LOOKED_AT_KEPT_AS)
    return dict(kept) if isinstance(kept, Mapping) else {}


def when_looked_at(material: Material, looked_at: Mapping[str, str]) -> datetime | None:
    """When the file was confirmed at this place; ``None`` where it never was, or only before something more was noticed about it."""
    at = looked_at.get(material.file.sha256)
    confirmed = datetime.fromisoformat(at) if at else None
    noticed_at = material.noticed_at.replace(microsecond=0) if material.noticed_at and material.noticed else None
    return None if confirmed and noticed_at and confirmed < noticed_at else confirmed


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
