"""Everything that is still missing from one application, each reason with its place (S-24, S-63)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.facts import facts_of
from zhicheng.applications.findings import refused_gaps
from zhicheng.applications.models import Application, Material
from zhicheng.applications.printable import unprintable
from zhicheng.applications.rules import form_problems
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import (
    Facts,
    MaterialKey,
    SlotRequirement,
    missing_materials,
    required_appraisal_years,
    required_ce_years,
    slot_requirements,
)
from zhicheng.evidence.models import Intake
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem


def facts_for(application: Application, contents: Mapping[str, Any]) -> Facts:
    """The facts of a stored application and a form (its draft, or a snapshot's sections)."""
    notice = notice_of(application.campaign_version)
    series = notice.series(application.series)
    return facts_of(
        contents,
        year=application.year,
        series=application.series,
        series_name=series.zh if series else application.series,
        specialty=application.specialty,
        title=application.title,
        level=application.level,
        grade=application.grade,
        nature=(contents.get("basic") or {}).get("employer_nature") or application.employer.nature,
    )


def requirements_of(application: Application, contents: Mapping[str, Any]) -> list[SlotRequirement]:
    """Every box of the list of materials for this application, under the notice version it is pinned to."""
    return slot_requirements(notice_of(application.campaign_version), facts_for(application, contents))


def key_of(material: Material) -> MaterialKey:
    """Where a material lies, in the notice's terms."""
    return (material.slot, material.paper, material.year, material.row or None)


def papers_missing(boxes: Iterable[SlotRequirement], materials: Iterable[Material]) -> list[Problem]:
    """What of the unit's own ``boxes`` is not there yet."""
    present = [key_of(material) for material in materials]
    return [
        Problem(missing.text, where=str(Where.of_box(missing.requirement)), code="unit_papers_missing")
        for missing in missing_materials(boxes, present)
    ]


def required_rows_problems(notice: Notice, facts: Facts, contents: Mapping[str, Any]) -> list[Problem]:
    """Years that must have a row: continuing education (S-58) and appraisals of the tenure (S-60), as the notice asks."""
    problems = []
    wanted = {
        "continuing_education": (required_ce_years(notice, facts), _("继续教育缺少以下年度：{years}。")),
        "appraisals": (required_appraisal_years(notice, facts), _("年度考核缺少以下年度：{years}。")),
    }
    for key, (years, text) in wanted.items():
        have = {r.get("year") for r in contents.get(key) or []}
        if missing := [y for y in years if y not in have]:
            listed = "、".join(str(y) for y in missing)
            problems.append(Problem(text.format(years=listed), where=key, code="years_missing"))
    return problems


def everything_missing(
    notice: Notice,
    facts: Facts,
    contents: Mapping[str, Any],
    requirements: Iterable[SlotRequirement],
    materials: Iterable[Material],
    arriving: Iterable[Intake],
) -> list[Problem]:
    """All that stands between this form and 上报, in the order of the form and the list of materials. ``arriving``: files on their way in.

    ``where``: :class:`applications.where.Where`, of a material its box. A file that is still being examined is
    not missing, and nothing can be sent before it has been.
    """
    checking = [row for row in arriving if row.is_open]
    present = [key_of(m) for m in materials] + [key_of_arriving(row) for row in checking]
    problems = form_problems(contents, today=clock.today()) + unprintable(contents)
    problems += refused_gaps(notice, contents, today=clock.today())
    problems += required_rows_problems(notice, facts, contents)
    for missing in missing_materials(requirements, present, owner="applicant"):
        problems.append(Problem(missing.text, where=str(Where.of_box(missing.requirement)), code="material_missing"))
    for row in checking:
        text = _("文件“{name}”正在检查，请稍候；检查完才能上报。").format(name=row.name)
        problems.append(Problem(text, where=str(Where.parse(row.where).whole_box), code="being_checked"))
    return problems


def key_of_arriving(row: Intake) -> MaterialKey:
    """Where a file that is still being examined will lie."""
    return (row.payload["slot"], row.payload["paper"], row.payload["year"], row.payload["row"] or None)
