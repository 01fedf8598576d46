"""What of one application fits another of the same person: another title or specialty, another employer, the next year's notice. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import facts_for, key_of
from zhicheng.applications.from_library import label_of, why_row_does_not_fit
from zhicheng.applications.models import Material
from zhicheng.applications.reading import is_blank
from zhicheng.applications.sections import BY_KEY, SECTIONS, Kind, Section
from zhicheng.campaigns.rules import Facts, SlotRequirement, box_for, slot_requirements


@dataclass(frozen=True, slots=True)
class Left:
    """Something that stays behind: ``what`` it is and ``why``, in words."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Moving:
    """What goes along (contents by section, files with their boxes), and what does not."""

    contents: dict[str, Any]
    files: list[tuple[Material, SlotRequirement]]
    left: list[Left]


def moving(source: CaseFile, target: CaseFile) -> Moving:
    """What of ``source`` goes into ``target``. A section of the target in which something is filled in stays as it is."""
    here = target.contents
    versions = target.draft.versions  # of a section that was never saved something may be offered from the account
    empty = [section for section in SECTIONS if not versions[section.key] or is_empty(section, here[section.key])]
    coming = {section.key: _typed(section, source.contents[section.key]) for section in empty}
    coming = {key: content for key, content in coming.items() if not is_empty(BY_KEY[key], content)}
    facts = facts_for(target.application, _together(target, coming))
    left: list[Left] = []
    for key, content in coming.items():
        if BY_KEY[key].rows:
            coming[key] = [row for row in content if not _stays(target, BY_KEY[key], row, facts, left)]
    coming = {key: content for key, content in coming.items() if content}
    boxes = slot_requirements(target.notice, facts_for(target.application, _together(target, coming)))
    files = _files(source.materials, boxes, target.materials, left)
    for section in SECTIONS:
        if section not in empty:
            _tell_of_filled(target, section, source.contents[section.key], facts, left)
    return Moving(coming, files, left)


def came_along(source: CaseFile, target: CaseFile) -> list[str]:
    """What of ``source`` stands in ``target`` as it is there: the sections, with how many of their rows, and the files by name."""
    along = []
    for section in SECTIONS:
        theirs, here = (_without_ids(section, case.contents[section.key]) for case in (source, target))
        if not section.rows:
            along += [str(section.label)] if any(theirs.values()) and theirs == here else []
        elif rows := [row for row in here if row in theirs and not is_blank(row)]:
            along.append(_("{section}（{n}项）").format(section=section.label, n=len(rows)))
    contents = {material.file.sha256 for material in source.materials}
    return along + list(dict.fromkeys(m.file.name for m in target.materials if m.file.sha256 in contents))


def is_empty(section: Section, content: Any) -> bool:
    """Whether nothing is filled in that somebody typed."""
    if section.rows:
        return all(is_blank(row) for row in content or [])
    return not any(_typed(section, content).values())


def _typed(section: Section, content: Any) -> Any:
    """A section without what comes from the account and the employer."""
    if section.rows:
        return list(content or [])
    fixed = {field.key for field in section.fields if field.kind is Kind.FIXED}
    return {name: value for name, value in (content or {}).items() if name not in fixed}


def _tell_of_filled(target: CaseFile, section: Section, brought: Any, facts: Facts, left: list[Left]) -> None:
    """What another one holds of a section that is filled in: rows that do not fit by their reason, anything else that is not here in one line."""
    here = _without_ids(section, target.contents[section.key])
    theirs = _without_ids(section, brought)
    if section.rows:
        others = [row for row in theirs if row not in here and not is_blank(row)]
        fitting = [row for row in others if not _stays(target, section, row, facts, left)]
        differs = bool(fitting)
    else:
        differs = any(theirs.values()) and theirs != here
    if differs:
        left.append(Left(str(section.label), _("这一栏已经填写，保留现在的内容。")))


def _without_ids(section: Section, content: Any) -> Any:
    typed = _typed(section, content)
    return [{name: value for name, value in row.items() if name != "id"} for row in typed] if section.rows else typed


def _together(target: CaseFile, coming: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: {**content, **coming[key]} if key in coming and isinstance(content, dict) else coming.get(key, content)
        for key, content in target.contents.items()
    }


def _stays(target: CaseFile, section: Section, row: Mapping[str, Any], facts: Facts, left: list[Left]) -> bool:
    why = why_row_does_not_fit(section, row, target.notice, facts)
    if why:
        name = label_of(section, row)
        left.append(Left(_("{section}：{name}").format(section=section.label, name=name), why))
    return bool(why)


def _files(
    brought: Iterable[Material], boxes: list[SlotRequirement], held: Iterable[Material], left: list[Left]
) -> list[tuple[Material, SlotRequirement]]:
    taken, found = {key_of(material) for material in held}, []
    contents = {material.file.sha256 for material in held}
    for material in brought:
        if material.file.sha256 in contents:
            continue
        box = box_for(boxes, material.slot, material.year, material.row or None)
        paper = next((p for p in box.papers if p.key == material.paper), None) if box is not None else None
        if box is None or paper is None or not box.upload or box.owner != "applicant":
            left.append(Left(material.file.name, _("本次申报没有对应的材料。")))
        elif paper.template is not None:
            left.append(Left(material.file.name, _("“{paper}”要为这份申请书重新签名。").format(paper=paper.label)))
        elif key_of(material) not in taken:
            found.append((material, box))
    return found
