"""A form filled in for the hundredth time: what the actions wrote the first time is written again, table by table.

Most tests begin with a whole form, and forty actions a form are a fifth of what all of them take. ``test_filled.py`` holds that a form
filled in here is, row for row, what the actions leave.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from zhicheng.applications.models import Application, DraftSection, Material
from zhicheng.applications.putting import in_box
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.fields import number_rows
from zhicheng.organizations.actors import Actor
from zhicheng.rehearsal import acts

# A file that is stored but not written down yet, for one paper of one box.
Store = Callable[[SlotRequirement, str], EvidenceFile]

_left: dict[str, dict[str, str]] = {}  # the sections as typed → what the actions keep of them


def fill(actor: Actor, application: Application, contents: Mapping[str, Any], store: Store) -> None:
    """Every section of ``contents`` saved, and a stored file in every box that must have one."""
    typed = json.dumps(contents, sort_keys=True, default=str)
    if typed in _left and not application.sections.exists():
        _write_sections(application, _left[typed])
    else:
        fresh = not application.sections.exists()
        acts.fill(actor, application, contents)
        if fresh:
            _left[typed] = {row.key: row.content for row in application.sections.order_by("pk")}
    if application.materials.exists():
        acts.bring_papers(actor, application, lambda box, paper: _kept(store(box, paper)))
    else:
        _write_papers(actor, application, store)


def _kept(file: EvidenceFile) -> EvidenceFile:
    file.save()
    return file


def _write_sections(application: Application, left: Mapping[str, str]) -> None:
    now = clock.now()
    rows = [DraftSection(application=application, key=key, content=_own(text), saved_at=now) for key, text in left.items()]
    number_rows(rows)
    DraftSection.objects.bulk_create(rows)
    first = bool(json.loads(left.get("current_title", "{}")).get("first_title"))
    Application.objects.filter(pk=application.pk).update(checked_at=None, updated_at=now, first_title=first)


def _own(text: str) -> str:
    """The rows of a section under ids of their own."""
    content = json.loads(text)
    if not isinstance(content, list):
        return text
    rows = [row | {"id": secrets.token_hex(4)} for row in content]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _write_papers(actor: Actor, application: Application, store: Store) -> None:
    now, papers = clock.now(), acts.wanted_papers(application)
    files = EvidenceFile.objects.bulk_create([store(box, paper) for box, paper in papers])
    Material.objects.bulk_create(
        in_box(application, box, paper, file, at=now, actor=actor) for (box, paper), file in zip(papers, files, strict=True)
    )
    Application.objects.filter(pk=application.pk).update(checked_at=None, updated_at=now)
