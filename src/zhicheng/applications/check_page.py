"""What 再次核对 says of a form as it stands, to the last sentence, and the record of a confirmation (S-26, S-64)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.check_record import CheckLine, LineKind
from zhicheng.applications.findings import Told
from zhicheng.applications.point_answers import POINTS_KEPT_AS
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import cited
from zhicheng.evidence.queries import describe_warnings
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.clock import BEIJING


def lines_shown(case: CaseFile, found: Iterable[Told]) -> list[CheckLine]:
    """What 再次核对 says of a form as it stands, in the active language: findings, notes, files to look at, conditions.

    ``found``: what may be answered (``authorships.findings_to_answer``).
    """
    notes = [told for told in case.findings if told.finding.is_note]
    noticed = [_line(case, "finding", told) for told in found] + [_line(case, "note", told) for told in notes]
    files = [
        CheckLine(
            "file",
            Where.of_file(m.slot, m.paper, m.year, m.row).in_words(case.notice, case.contents),
            _("文件“{name}”：{said}").format(name=m.file.name, said=said),
        )
        for m in case.materials
        for said in describe_warnings(m)
    ]
    held = [
        CheckLine("condition", "", each.text, cited(case.notice, each.source), each.result) for each in case.conditions.results
    ]
    return [*noticed, *files, *held]


def _line(case: CaseFile, kind: LineKind, told: Told) -> CheckLine:
    place = told.finding.where.with_field_in_words(case.notice, case.contents)
    return CheckLine(kind, place, told.finding.text, told.source, answer=told.answer)


def page_read(case: CaseFile, found: Iterable[Told], employer_id: int) -> str:
    """A hash of the form, its files and what 再次核对 says of them: what a page was confirmed with tells whether it still is so.

    ``employer_id``: to whom it would go. Answers to the points of a return are left out: they are sent together with the confirmation.
    """
    contents = {key: held for key, held in case.contents.items() if key != POINTS_KEPT_AS}
    files = [[material.pk, material.file.sha256] for material in case.materials]
    return digest(
        {
            "contents": contents,
            "employer": employer_id,
            "files": files,
            "lines": [asdict(line) for line in lines_shown(case, found)],
        }
    )


def check_record(case: CaseFile, found: Iterable[Told], employer_id: int, at: datetime) -> dict[str, Any]:
    """What is kept of a confirmation at ``at``: when (Beijing time, ISO form with seconds), in which language, to which employer it would go, and what was said."""
    return {
        "at": at.astimezone(BEIJING).isoformat(timespec="seconds"),
        "language": get_language() or "",
        "employer": employer_id,
        "lines": [asdict(line) for line in lines_shown(case, found)],
    }
