"""Between a form and 我的资料库: filling a section from it, and keeping in it what the form holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.actions.draft import SavedSection, save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.from_library import filled
from zhicheng.applications.models import Material
from zhicheng.applications.putting import put
from zhicheng.applications.queries import get_application
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.to_library import facts_of_case
from zhicheng.campaigns.rules import SlotRequirement, row_evidence, section_evidence
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.library.actions import Kept, keep_facts, note_use
from zhicheng.library.models import LibraryFile
from zhicheng.library.queries import content_of, items_with_files
from zhicheng.library.rules import KINDS
from zhicheng.organizations.actors import Actor


@dataclass(frozen=True, slots=True)
class Taken:
    """A section that was saved with items of the library in it: how many, how many files went to their boxes, and what did not, in words."""

    saved: SavedSection
    items: int
    files: int
    left: list[str]


@one_transaction
def take_from_library(
    *, actor: Actor, application_id: int, key: str, typed: Any, base_version: int, item_ids: Sequence[int]
) -> Taken:
    """Save a section as typed, with these items of the actor's library added and their files put into the boxes that take them.

    What was typed stays, and a paper that has a file already gets no other. An item that was removed meanwhile is told of and left out.
    Raises :class:`Refused` like ``save_section``, and ``nothing_chosen``.
    """
    section = BY_KEY.get(key)
    if section is None or key not in KINDS:
        raise Refused.one(_("没有这个栏目。"), code="not_found")
    if not item_ids:
        raise Refused.one(_("请先勾选要从资料库填入的内容。"), where=key, code="nothing_chosen")
    items = list(items_with_files(actor, kinds=[key]).filter(pk__in=list(item_ids)))
    content, places = filled(section, typed, [content_of(item) for item in items])
    saved = save_section(actor=actor, application_id=application_id, key=key, typed=content, base_version=base_version)
    case, years = saved.case, {row["id"]: row.get("year") for row in saved.content} if section.rows else {}
    left = [] if len(items) == len(set(item_ids)) else [_("有的内容已经从资料库删除，没有填入。")]
    held, count = list(case.materials), 0
    for item, row in zip(items, places, strict=True):
        boxes = (
            row_evidence(case.notice, case.requirements, key, row, years.get(row))
            if section.rows
            else section_evidence(case.notice, case.requirements, key)
        )
        for file in item.files.all():
            material, why = _put(case, boxes, file, held, actor)
            left += [why] if why else []
            if material is not None:
                held.append(material)
                count += 1
    if items:
        note_use(actor)
    return Taken(saved, len(items), count, left)


def _put(
    case: CaseFile, boxes: Sequence[SlotRequirement], kept: LibraryFile, held: list[Material], actor: Actor
) -> tuple[Material | None, str]:
    """A file of the library into its box: the material, or why not (empty where a file lies there already)."""
    box = next((b for b in boxes if b.slot == kept.slot and b.upload and b.owner == "applicant"), None)
    if box is None or kept.paper not in {paper.key for paper in box.papers}:
        text = _("文件“{name}”在本次申报里没有对应的材料，没有放入；需要的可以在材料清单里选用。").format(name=kept.file.name)
        return None, text if kept.paper else ""
    if any(key_of(material) == box.key_of(kept.paper) for material in held):
        return None, ""
    try:
        material, is_new = put(case.application, box, kept.paper, kept.file, held=held, actor=actor)
    except Refused as refused:
        return None, " ".join(str(problem.text) for problem in refused.problems)
    return (material if is_new else None), ""


@one_transaction
def keep_in_library(*, actor: Actor, application_id: int, key: str = "", row: str = "") -> Kept:
    """Keep in the actor's library what their application holds, all of it, one section (``key``) or one ``row`` of it, with its files.

    Whatever state it is in: also what was given up (作废) or is long over may be taken from. Raises :class:`Refused`: ``not_found`` (not the
    actor's), ``nothing_there`` when nothing of it is filled in.
    """
    application = get_application(actor, application_id)
    if application is None or application.applicant_id != actor.user_id or (key and key not in KINDS):
        raise Refused.one(_("没有找到这份申请书。"), code="not_found")
    facts = facts_of_case(CaseFile(application), key=key, row=row)
    if not facts:
        raise Refused.one(_("还没有填写可以存入资料库的内容。"), where=key, code="nothing_there")
    return keep_facts(actor=actor, facts=facts)
