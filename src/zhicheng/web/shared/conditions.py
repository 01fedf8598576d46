"""The conditions of a title in words, with their source: advice, the same everywhere it is given (S-21, domain §2.5).

Before anything is filled in (我能报什么), beside the form while it is, at 再次核对 and at every desk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.findings.title import CONDITION_PLACES
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import EligibilityRow, Notice, Title
from zhicheng.campaigns.rules import ConditionResult, Conditions, Facts, Result, cited, step_name
from zhicheng.standards.tables import DEGREES, EDUCATION, TITLE_STEPS


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


#: The sections of the form that decide whether conditions hold; years whose appraisal the notice does not count are left out of a tenure.
ASKED_IN = frozenset({where.section for where in CONDITION_PLACES.values()} | {"appraisals"})


# Years: a date that is further away was mistyped, and what follows from it is not told.
_A_CAREER = 45


@dataclass(frozen=True, slots=True)
class ShownResult:
    """One condition, resting on what a reader of the notice finds; what the person said that it is about, and the section of the form
    (empty for none) where that stands. ``latest``: the last year that is worth naming.
    """

    told: ConditionResult
    said: str
    section: str
    latest: int
    url: str = ""

    @property
    def holds_from(self) -> dt.date | None:
        """The day from which it holds, where time is what is missing and somebody can wait for it."""
        day = self.told.holds_from
        return day if self.told.result == "not_met" and day is not None and day.year <= self.latest else None


@dataclass(frozen=True, slots=True)
class ShownConditions:
    """The conditions of one title as pages show them. ``earliest``: the first year in which it can be applied for, where only time is missing."""

    verdict: Result
    earliest: int | None
    results: list[ShownResult]

    @property
    def all_met(self) -> bool:
        """Whether there are conditions and each of them is met: nothing then has to be looked into."""
        return bool(self.results) and all(each.told.result == "met" for each in self.results)

    def not_met_elsewhere(self, section: str) -> int:
        """How many may not be met by what stands in another section: those of ``section`` itself have their finding beside the field."""
        return sum(each.told.result == "not_met" and each.section != section for each in self.results)


def shown_conditions(notice: Notice, found: Conditions, url_of: Callable[[Where], str] | None = None) -> ShownConditions:
    """``found`` in the language of the request. ``url_of``: where a place of the form is mended, for whoever may write in it."""
    results, latest = [], notice.year + _A_CAREER
    for told in found.results:
        where = CONDITION_PLACES.get(told.condition)
        section = where.section if where is not None else ""
        url = url_of(where) if url_of is not None and where is not None and told.result != "met" else ""
        results.append(
            ShownResult(replace(told, source=cited(notice, told.source)), _said(told, found.facts), section, latest, url)
        )
    earliest = found.first_round if found.verdict == "not_met" and (found.first_round or 0) <= latest else None
    return ShownConditions(found.verdict, earliest, results)


def _said(told: ConditionResult, facts: Facts) -> str:
    """What the person said that this condition is about; empty where nothing was."""
    language = get_language() or "zh"
    match told.condition:
        case "schooling":
            codes = [EDUCATION.name(code, language) for code in sorted(facts.educations)]
            return _("、").join(codes + [DEGREES.name(code, language) for code in sorted(facts.degrees)])
        case "previous_title" | "not_held_yet":
            return _step(facts.current_level, facts.current_grade) or (_("还没有职称") if facts.first_title else "")
        case "years_in_title":
            return _since(facts.tenure_started_on)
        case "years_of_work":
            return _since(facts.work_started_on)
    return ""


def _step(level: str, grade: str) -> str:
    steps = [each.code for each in TITLE_STEPS if (each.level, each.grade) == (level, grade)]
    return TITLE_STEPS.name(steps[0], get_language() or "zh") if steps else ""


def _since(day: dt.date | None) -> str:
    return _("自{day}").format(day=f"{day:%Y-%m-%d}") if day is not None else ""
