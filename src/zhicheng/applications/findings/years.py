"""Rows of a year: continuing education (S-57…S-59, 人社部令25号) and annual appraisals (S-60)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.findings.finding import Finding, Seen, place
from zhicheng.applications.findings.work import nature_word
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import required_appraisal_years, required_ce_years
from zhicheng.standards.tables import APPRAISAL_RESULTS


def not_asked(seen: Seen) -> Iterator[Finding]:
    """Years the notice asks nothing about: their rows stand in the form, and nothing proves them. Said once for a section."""
    wanted = {
        "continuing_education": (required_ce_years(seen.notice, seen.facts), "S-58；S-59"),
        "appraisals": (required_appraisal_years(seen.notice, seen.facts), "S-60"),
    }
    for section, (years, source) in wanted.items():
        if more := {year for row in seen.rows(section) if isinstance(year := row.get("year"), int) and year not in years}:
            text = _("{year}年度：本年度不要求，未附材料。").format(year=_spans(more))
            yield Finding(f"{section}.not_asked", Where(section), text, source, is_note=True)


def _spans(years: Iterable[int]) -> str:
    """2013—2018、2020: years that follow one another in one span."""
    runs = [[year for _n, year in run] for _gap, run in groupby(enumerate(sorted(years)), lambda each: each[1] - each[0])]
    return _("、").join(f"{run[0]}—{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def hours(seen: Seen) -> Iterator[Finding]:
    """Fewer hours of continuing education than the notice names, in a year it asks for (人社部令25号)."""
    least, professional = (
        seen.notice.limits.continuing_education_hours,
        seen.notice.limits.continuing_education_professional_hours,
    )
    years = required_ce_years(seen.notice, seen.facts)
    for row in seen.rows("continuing_education"):
        if row.get("exempt") or row.get("year") not in years:
            continue
        for field, wanted, words in (
            ("hours_total", least, _("{year}年度总学时{have}，少于规定的{wanted}学时。")),
            ("hours_professional", professional, _("{year}年度专业科目学时{have}，少于规定的{wanted}学时。")),
        ):
            if isinstance(have := row.get(field), int) and have < wanted:
                text = words.format(year=row["year"], have=have, wanted=wanted)
                yield Finding(f"continuing_education.{field}", place("continuing_education", row, field), text, "人社部令25号")


def not_counted(seen: Seen) -> Iterator[Finding]:
    """A year whose appraisal keeps it from counting as a year in the title."""
    counting = seen.notice.eligibility.counting
    for row in seen.rows("appraisals"):
        if (result := row.get("result")) in counting.without_appraisals:
            word = APPRAISAL_RESULTS.name(str(result), get_language() or "zh")
            text = _("{year}年度考核结果为{result}，这一年不计入任职年限。").format(year=row.get("year") or "", result=word)
            yield Finding("appraisals.not_counted", place("appraisals", row, "result"), text, counting.source)


def contradictions(seen: Seen) -> Iterator[Finding]:
    """A year of which the person says another employer's nature than the work history and the county's confirmation (S-60)."""
    for row in seen.rows("appraisals"):
        year = row.get("year")
        stays = seen.facts.stays.get(year, ()) if isinstance(year, int) else ()
        stated = seen.facts.stated_natures.get(year, ()) if isinstance(year, int) else ()
        known = [stay.nature for stay in stays if stay.nature]
        if not stated or not known or len(known) < len(stays) or set(stated) == set(known):
            continue
        text = _("{year}年度填写的单位性质是{stated}，工作经历和核实的单位性质是{known}，两处不一致；以后者为准。").format(
            year=year, stated=_("、").join(map(nature_word, stated)), known=_("、").join(map(nature_word, known))
        )
        yield Finding("appraisals.nature", place("appraisals", row, "employer_nature"), text, "S-60")


LOOKS = (not_asked, hours, not_counted, contradictions)
