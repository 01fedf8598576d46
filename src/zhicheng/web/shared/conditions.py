"""The conditions of a title in words, with their source: advice before anything is filled in (S-21, domain §2.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import EligibilityRow, Notice, Title
from zhicheng.campaigns.rules import Choice, ConditionResult, Facts, cited, eligibility, step_name
from zhicheng.standards.tables import DEGREES, EDUCATION


def conditions_for(notice: Notice, series: str, title: Title) -> list[dict[str, Any]]:
    """The lines of the conditions table for a title of the series ``series``: schooling, previous title, years, source."""
    rows = [r for r in notice.eligibility.rows if (r.to.level, r.to.grade) == (title.level, title.grade)]
    own = [r for r in rows if series in r.series] or [r for r in rows if "*" in r.series]
    return [{"text": _condition_words(row), "source": cited(notice, row.source)} for row in own]


def _condition_words(row: EligibilityRow) -> str:
    language = get_language() or "zh"
    schooling = [EDUCATION.name(code, language) for code in row.education]
    schooling += [DEGREES.name(code, language) for code in row.degrees]
    parts = [_("或").join(schooling)] if schooling else []
    if row.previous is not None:
        parts.append(_("已取得{title}职称").format(title=step_name(row.previous)))
    if row.years_in_previous_title:
        parts.append(_("取得现任职称满{n}年").format(n=row.years_in_previous_title))
    if row.years_of_work:
        parts.append(_("从事专业技术工作满{n}年").format(n=row.years_of_work))
    return _("，").join(parts)


def findings_for(notice: Notice, choice: Choice, nature: str) -> list[ConditionResult]:
    """What the rules can say before anything is filled in."""
    facts = Facts(
        year=notice.year,
        level=choice.title.level,
        grade=choice.title.grade,
        series=choice.series.code,
        specialty=choice.specialty.code,
        title=choice.title.code,
        employer_nature=nature,
    )
    return with_cited_source(notice, eligibility(notice, facts))


def with_cited_source(notice: Notice, results: Iterable[ConditionResult]) -> list[ConditionResult]:
    """The same, each resting on what a reader of the notice finds."""
    return [replace(result, source=cited(notice, result.source)) for result in results]
