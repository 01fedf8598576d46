"""The history of a section: when it was saved, what was changed each time, and an earlier content taken back with one press."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.applications.actions import take_back_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.changes import Held, changes_at
from zhicheng.applications.sections import Section
from zhicheng.applications.versions import versions_of
from zhicheng.applications.where import Where
from zhicheng.foundation.clock import written
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of
from zhicheng.web.applicant.section_forms import shown
from zhicheng.web.applicant.sections import section_or_404
from zhicheng.web.shared.changes import ShownChange, Wording
from zhicheng.web.shared.http import go, whole_number

TEMPLATE = "applicant/section_history.html"


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a section. ``changed``: against the one before it; ``now``: what is otherwise now, and the files of the
    rows it does not have. ``number`` is 0 for what is there now.
    """

    number: int
    saved_at: datetime
    changed: list[ShownChange]
    is_first: bool
    now: list[ShownChange]
    files: str


def show_history(request: HttpRequest, application_id: int, key: str) -> HttpResponse:
    """What the section was before; a POST takes one of it back."""
    section = section_or_404(key)
    if request.method == "POST":
        return _take_back(request, application_id, section)
    return render(request, TEMPLATE, _context(case_or_404(request, application_id), section))


def _take_back(request: HttpRequest, application_id: int, section: Section) -> HttpResponse:
    number = whole_number(request.POST.get("version", "")) or 0
    base = whole_number(request.POST.get("base_version", "")) or 0
    try:
        saved = take_back_section(
            actor=actor_of(request), application_id=application_id, key=section.key, version=number, base_version=base
        )
    except Refused as refused:
        case = case_or_404(request, application_id)
        return render(request, TEMPLATE, _context(case, section, refused.problems), status=422)
    at = written(saved.saved_at)
    messages.success(request, _("已恢复成原来的内容（{at}）。恢复以前的内容也留在“修改记录”里。").format(at=at))
    return go(request, "application_section", application_id, section.key)


def _context(case: CaseFile, section: Section, problems: list[Problem] | None = None) -> dict[str, Any]:
    return {
        **head_of(case),
        "section": section,
        "version": case.draft.versions[section.key],
        "versions": _versions(case, section),
        "problems": problems or [],
    }


def _versions(case: CaseFile, section: Section) -> list[Version]:
    """The contents there were, what is there now first; each is opened once."""
    key, row = section.key, case.draft_rows.get(section.key)
    if row is None:
        return []
    present = case.contents[key]
    kept = versions_of(case.application, key)
    contents = [present, *(json.loads(version.content) for version in kept)]
    stood = [(0, row.saved_at), *((version.version, version.saved_at) for version in kept)]
    return [
        Version(
            number,
            saved_at,
            [] if at + 1 == len(contents) else _changes(case, section, contents[at + 1], content),
            at + 1 == len(contents),
            _changes(case, section, content, present) if number else [],
            _files_lost(case, section, content) if number else "",
        )
        for at, ((number, saved_at), content) in enumerate(zip(stood, contents, strict=True))
    ]


def _changes(case: CaseFile, section: Section, before: Any, after: Any) -> list[ShownChange]:
    old, new = {section.key: before}, {section.key: after}
    wording = Wording(case.notice, shown, lambda _file: "", new, old)
    return wording.shown(changes_at(case.notice, Where(section.key), Held(old), Held(new)), at=Where(section.key))


def _files_lost(case: CaseFile, section: Section, content: Any) -> str:
    """The files of rows that this content does not have: with their row they would leave their boxes."""
    if not section.rows:
        return ""
    rows = {str(row.get("id")) for row in content}
    return _("、").join(m.file.name for m in case.materials if m.section == section.key and m.row and m.row not in rows)
