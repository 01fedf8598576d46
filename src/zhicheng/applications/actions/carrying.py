"""A draft moves with its person: what was filled in and uploaded for one title goes into the application for another, or of the next year."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.actions.draft import lock_open, touch
from zhicheng.applications.carrying import Left, moving
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import DraftSection
from zhicheng.applications.putting import put
from zhicheng.applications.queries import get_application
from zhicheng.applications.read_papers import read_again_for_names
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import number_rows
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor


@dataclass(frozen=True, slots=True)
class Carried:
    """How many sections and files went along, and what did not."""

    sections: int
    files: int
    left: list[Left]


@one_transaction
def carry_application(*, actor: Actor, application_id: int, from_id: int) -> Carried:
    """Fill an open application from another one of the actor's, in whatever state that is: what fits goes along with its files, by
    reference; what does not is told. A section in which something is filled in, and a paper that has a file, stay as they are, so pressed
    twice is done once. The other application is not changed.

    Raises :class:`Refused`: ``not_found`` (one of them is not the actor's), ``not_open``.
    """
    case = lock_open(application_id, actor)
    other = get_application(actor, from_id)
    if other is None or other.pk == application_id or other.applicant_id != actor.user_id:
        raise Refused.one(_("没有找到要带入的申请书。"), code="not_found")
    found = moving(CaseFile(other), case)
    at, left, files = clock.now(), list(found.left), 0
    _keep_sections(case, found.contents, at)
    if (found.contents.get("basic") or {}).get("former_name"):
        read_again_for_names(case)
    held = list(case.materials)
    for material, box in found.files:
        try:
            added, is_new = put(
                case.application, box, material.paper, material.file, held=held, actor=actor, label=material.label
            )
        except Refused as refused:
            left.append(Left(material.file.name, " ".join(str(problem.text) for problem in refused.problems)))
            continue
        held.append(added)
        files += is_new
    if found.contents or files:
        if "current_title" in found.contents:
            case.application.first_title = bool(found.contents["current_title"].get("first_title"))
        touch(case.application, at)
    return Carried(len(found.contents), files, left)


def _keep_sections(case: CaseFile, contents: dict[str, Any], at: Any) -> None:
    """Write the sections; one that was saved blank becomes its next version."""
    fresh = []
    for key, content in contents.items():
        row = case.draft_rows.get(key)
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        if row is None:
            fresh.append(DraftSection(application=case.application, key=key, version=1, content=text, saved_at=at))
            continue
        row.version, row.content, row.saved_at = row.version + 1, text, at
        row.save(update_fields=["version", "content", "saved_at"])
    number_rows(fresh)
    DraftSection.objects.bulk_create(fresh)
