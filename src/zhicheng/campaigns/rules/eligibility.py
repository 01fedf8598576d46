"""Who may apply, and how many professional years that takes (domain §2.5): advice with reasons, never a silent no."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import GRADE_NAMES, LEVEL_NAMES, EligibilityRow, Notice, TitleStep, rank
from zhicheng.campaigns.rules.facts import Facts
from zhicheng.campaigns.rules.round import window_for

Result = Literal["met", "not_met", "unknown"]
ConditionName = Literal["not_held_yet", "listed", "schooling", "previous_title", "years_in_title", "years_of_work"]


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition looked at: which, its result, a sentence for the applicant, and where the condition comes from.

    ``holds_from``: the day on which enough years are complete, by the notice's way of counting and with every year still to come well
    appraised; past or to come. None where no years are asked for or their beginning is not known.
    """

    condition: ConditionName
    result: Result
    text: str
    source: str
    holds_from: dt.date | None = None


def step_name(step: TitleStep) -> str:
    """中级, 初级（助理级）, in the language of the request."""
    grade = str(GRADE_NAMES[step.grade])
    level = str(LEVEL_NAMES[step.level])
    return _("{level}（{grade}）").format(level=level, grade=grade) if grade else level


def _rows_for_title(notice: Notice, facts: Facts) -> list[EligibilityRow]:
    """The lines for the title applied for: the series' own, or the general ones where it has none."""
    to_title = [row for row in notice.eligibility.rows if row.to.level == facts.level and row.to.grade == facts.grade]
    own = [row for row in to_title if facts.series in row.series]
    return own or [row for row in to_title if "*" in row.series]


def matching_rows(notice: Notice, facts: Facts) -> list[EligibilityRow]:
    """The lines the person's schooling fits, the one asking for the fewest years first."""
    fits = [
        row
        for row in _rows_for_title(notice, facts)
        if facts.educations.intersection(row.education)
        or facts.degrees.intersection(row.degrees)
        or not (row.education or row.degrees)
    ]
    return sorted(fits, key=lambda row: row.professional_years)


def professional_years(notice: Notice, facts: Facts) -> int:
    """专业工作年限 the conditions ask of this person (S-58).

    Where several lines fit, the one the person is measured by: the first whose previous title he holds, else the one with
    the fewest years. With no schooling filled in yet, the most any line for the title asks for, so that nothing appears
    later that was not announced; with no line at all, the cap.
    """
    fits = matching_rows(notice, facts)
    holding = [row for row in fits if row.previous is None or _holds(facts, row.previous)]
    if holding or fits:
        return (holding or fits)[0].professional_years
    rows = _rows_for_title(notice, facts)
    return max((row.professional_years for row in rows), default=notice.limits.continuing_education_years)


def required_ce_years(notice: Notice, facts: Facts) -> list[int]:
    """The years continuing education must be proved for, oldest first (S-58, S-59).

    The most recent n years before the campaign's, n = professional years of the conditions, never more than the cap.
    """
    n = min(professional_years(notice, facts), notice.limits.continuing_education_years)
    return list(range(notice.year - n, notice.year))


def tenure_years(notice: Notice, facts: Facts) -> list[int]:
    """Every year of the tenure (任期) before the campaign's, oldest first; the year it began counts (S-60). Empty if none."""
    if facts.first_title or facts.tenure_started_on is None:
        return []
    return list(range(facts.tenure_started_on.year, notice.year))


# --- years held -----------------------------------------------------------------------------------------------------


def _counted_to(notice: Notice, facts: Facts) -> dt.date:
    window = window_for(notice, facts.level)
    if notice.eligibility.counting.until == "apply_until" and window is not None:
        return window.apply_until.date()
    return dt.date(notice.year, 12, 31)


def _counted_from(notice: Notice, start: dt.date) -> dt.date:
    match notice.eligibility.counting.start:
        case "year_start":
            return start.replace(month=1, day=1)
        case "next_year_start":
            return dt.date(min(start.year + 1, dt.MAXYEAR), 1, 1)
        case _:
            return start


def whole_years(start: dt.date, until: dt.date) -> int:
    """Completed years from ``start`` to ``until``, both days included: 2020-01-01 to 2020-12-31 is one year."""
    day_after = until + dt.timedelta(days=1)
    return max(0, day_after.year - start.year - ((day_after.month, day_after.day) < (start.month, start.day)))


def last_day_of_years(start: dt.date, years: int) -> dt.date:
    """The day on which :func:`whole_years` from ``start`` first counts ``years`` (1 or more): 2020-01-01, one year, is 2020-12-31.

    The last day there is for a year that nobody will see: a date somebody mistyped.
    """
    year = start.year + years
    if year > dt.MAXYEAR:
        return dt.date.max
    leap_day_without_one = (start.month, start.day) == (2, 29) and not isleap(year)
    day_after = dt.date(year, 3, 1) if leap_day_without_one else start.replace(year=year)
    return day_after - dt.timedelta(days=1)


def _uncounted_years(notice: Notice, facts: Facts, start: dt.date) -> int:
    """How many years of the tenure have an appraisal the notice does not count (考核不合格、基本合格的年度不计算)."""
    left_out = notice.eligibility.counting.without_appraisals
    return sum(result in left_out and start.year <= year <= notice.year for year, result in facts.appraisal_results.items())


def years_held(notice: Notice, facts: Facts) -> int | None:
    """Completed years in the current title, by the notice's way of counting; ``None`` if its date is not filled in."""
    if facts.tenure_started_on is None:
        return None
    start = _counted_from(notice, facts.tenure_started_on)
    return max(0, whole_years(start, _counted_to(notice, facts)) - _uncounted_years(notice, facts, start))


def _years_held_from(notice: Notice, facts: Facts, wanted: int) -> dt.date | None:
    """The day on which ``wanted`` years in the current title are complete."""
    if facts.tenure_started_on is None:
        return None
    start = _counted_from(notice, facts.tenure_started_on)
    return last_day_of_years(start, wanted + _uncounted_years(notice, facts, start))


def first_round_with(notice: Notice, level: str, day: dt.date) -> int:
    """The year of the first round in which what is complete on ``day`` counts, not before the notice's own.

    Where the notice counts to the end of its window, later rounds are taken to end on the same day of their year.
    """
    window = window_for(notice, level)
    if notice.eligibility.counting.until == "apply_until" and window is not None:
        last = window.apply_until.date()
        late = (day.month, day.day) > (last.month, last.day)
        return max(notice.year, day.year + late)
    return max(notice.year, day.year)


# --- the conditions -------------------------------------------------------------------------------------------------------


def _holds(facts: Facts, step: TitleStep) -> bool:
    return rank(facts.current_level, facts.current_grade) >= rank(step.level, step.grade)


def _schooling(rows: list[EligibilityRow], fits: list[EligibilityRow], facts: Facts) -> ConditionResult:
    source = (fits or rows)[0].source
    if fits:
        return ConditionResult("schooling", "met", _("学历（学位）符合申报条件。"), source)
    if not facts.educations and not facts.degrees:
        return ConditionResult("schooling", "unknown", _("尚未填写学历，暂不能判断学历条件。"), source)
    return ConditionResult("schooling", "not_met", _("所填学历（学位）不在该任职资格的申报条件之内。"), source)


def _previous(row: EligibilityRow, facts: Facts) -> ConditionResult | None:
    if row.previous is None:
        return None
    names = {"title": step_name(row.previous)}
    if _holds(facts, row.previous):
        return ConditionResult("previous_title", "met", _("已取得%(title)s职称。") % names, row.source)
    if facts.first_title is None and not facts.current_level:
        return ConditionResult("previous_title", "unknown", _("须先取得%(title)s职称；尚未填写现任职称。") % names, row.source)
    return ConditionResult("previous_title", "not_met", _("须先取得%(title)s职称，逐级申报。") % names, row.source)


def _in_title(notice: Notice, row: EligibilityRow, facts: Facts) -> ConditionResult | None:
    wanted = row.years_in_previous_title
    if not wanted:
        return None
    held, holds_from = years_held(notice, facts), _years_held_from(notice, facts, wanted)
    return _years("years_in_title", wanted, held, holds_from, _("取得现任职称"), row.source)


def _of_work(notice: Notice, row: EligibilityRow, facts: Facts) -> ConditionResult | None:
    wanted, since = row.years_of_work, facts.work_started_on
    if not wanted:
        return None
    worked = None if since is None else whole_years(since, _counted_to(notice, facts))
    holds_from = None if since is None else last_day_of_years(since, wanted)
    return _years("years_of_work", wanted, worked, holds_from, _("从事专业技术工作"), row.source)


def _years(
    name: ConditionName, wanted: int, held: int | None, holds_from: dt.date | None, subject: str, source: str
) -> ConditionResult:
    values = {"subject": subject, "wanted": wanted, "held": held}
    if held is None:
        return ConditionResult(name, "unknown", _("%(subject)s须满%(wanted)s年；尚未填写起始日期。") % values, source)
    if held >= wanted:
        return ConditionResult(name, "met", _("%(subject)s须满%(wanted)s年，已满%(held)s年。") % values, source, holds_from)
    return ConditionResult(name, "not_met", _("%(subject)s须满%(wanted)s年，现满%(held)s年。") % values, source, holds_from)


def _not_held_already(facts: Facts) -> ConditionResult | None:
    if not facts.series or facts.current_series != facts.series or not facts.current_level:
        return None
    if rank(facts.current_level, facts.current_grade) >= rank(facts.level, facts.grade):
        return ConditionResult("not_held_yet", "not_met", _("已具有同系列同级或更高级别的职称，不需再次申报。"), "S-21")
    return None


def eligibility(notice: Notice, facts: Facts) -> list[ConditionResult]:
    """The conditions for the title, one result each; advice only, a person decides (PIPL art. 24).

    The line used is the one asking for the fewest years among those whose previous title the person holds, else among
    those the schooling fits.
    """
    results = [result for result in [_not_held_already(facts)] if result]
    rows = _rows_for_title(notice, facts)
    if not rows:
        return [
            *results,
            ConditionResult(
                "listed",
                "unknown",
                _("本批次没有列出该任职资格的条件，请向材料接收部门咨询。"),
                notice.eligibility.counting.source,
            ),
        ]
    fits = matching_rows(notice, facts)
    results.append(_schooling(rows, fits, facts))
    if not fits:
        return results
    row = next((row for row in fits if row.previous is None or _holds(facts, row.previous)), fits[0])
    more = [_previous(row, facts), _in_title(notice, row, facts), _of_work(notice, row, facts)]
    return results + [result for result in more if result]
