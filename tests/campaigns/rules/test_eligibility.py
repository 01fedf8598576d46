"""Conditions, years held, years of continuing education: domain §2.5, S-58, S-59, S-60."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.files import bortala, other
from tests.campaigns.rules.people import engineer, people
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import (
    ConditionResult,
    Facts,
    eligibility,
    first_round_with,
    last_day_of_years,
    professional_years,
    required_ce_years,
    tenure_years,
    whole_years,
    years_held,
)

NOTICE = bortala()


def results(facts: Facts) -> list[str]:
    return [finding.result for finding in eligibility(NOTICE, facts)]


# 人社部发〔2019〕16号 附件: to, education, previous title held, professional years
TABLE = [
    ("intermediate", "", "11", "", "", 0),
    ("intermediate", "", "14", "junior", "assistant", 2),
    ("intermediate", "", "21", "junior", "assistant", 4),
    ("intermediate", "", "31", "junior", "assistant", 4),
    ("intermediate", "", "41", "junior", "assistant", 5),
    ("junior", "assistant", "14", "", "", 0),
    ("junior", "assistant", "21", "", "", 1),
    ("junior", "assistant", "31", "junior", "technician", 2),
    ("junior", "assistant", "47", "junior", "technician", 4),
    ("junior", "technician", "21", "", "", 0),
    ("junior", "technician", "31", "", "", 1),
    ("junior", "technician", "44", "", "", 1),
]


@pytest.mark.parametrize(("level", "grade", "education", "current", "current_grade", "years"), TABLE)
def test_engineering_table_is_the_national_one(
    level: str, grade: str, education: str, current: str, current_grade: str, years: int
) -> None:
    known: dict[str, Any] = {"current_level": current, "current_grade": current_grade, "graduations": ()}
    facts = engineer(level=level, grade=grade, highest_education=education, **known)
    assert professional_years(NOTICE, facts) == years
    assert required_ce_years(NOTICE, facts) == list(range(2023 - years, 2023))


def test_engineer_who_meets_everything() -> None:
    findings = eligibility(NOTICE, engineer())
    assert [finding.result for finding in findings] == ["met", "met", "met"]
    assert all(finding.source == "人社部发〔2019〕16号 附件" for finding in findings)
    assert findings[2].text == "取得现任职称须满4年，已满7年。"


@pytest.mark.parametrize(
    ("started", "result"), [(dt.date(2020, 1, 1), "met"), (dt.date(2020, 1, 2), "not_met"), (None, "unknown")]
)
def test_years_in_the_title_are_counted_to_the_end_of_the_year(started: dt.date | None, result: str) -> None:
    assert results(engineer(tenure_started_on=started))[2] == result


def test_years_appraised_below_competent_do_not_count() -> None:
    facts = engineer(tenure_started_on=dt.date(2019, 6, 1))
    assert years_held(NOTICE, facts) == 4
    assert years_held(NOTICE, dataclasses.replace(facts, appraisal_results={2020: "basically_competent", 2021: "competent"})) == 3
    assert years_held(NOTICE, dataclasses.replace(facts, appraisal_results={2015: "incompetent"})) == 4  # before the title


def test_counting_is_the_notices_own() -> None:
    facts = Facts(year=2025, level="intermediate", series="primary_teaching", tenure_started_on=dt.date(2020, 3, 1))
    # from 2021-01-01 (the year after) to 2025-09-30 (end of applications)
    assert years_held(other(), facts) == 4
    assert years_held(other(), dataclasses.replace(facts, appraisal_results={2022: "basically_competent"})) == 4
    assert years_held(other(), dataclasses.replace(facts, appraisal_results={2022: "incompetent"})) == 3


@pytest.mark.parametrize(("start", "held"), [("certificate_date", 2), ("year_start", 3), ("next_year_start", 2)])
def test_years_begin_where_the_notice_lets_them(start: str, held: int) -> None:
    notice = bortala()
    counting = notice.eligibility.counting.model_copy(update={"start": start, "until": "year_end"})
    notice = notice.model_copy(update={"eligibility": notice.eligibility.model_copy(update={"counting": counting})})
    facts = Facts(year=2023, level="intermediate", series="engineering", tenure_started_on=dt.date(2021, 3, 1))
    assert years_held(notice, facts) == held


def test_step_is_not_skipped() -> None:
    facts = engineer(current_grade="technician")
    assert ConditionResult(
        "previous_title", "not_met", "须先取得初级（助理级）职称，逐级申报。", "人社部发〔2019〕16号 附件"
    ) in eligibility(NOTICE, facts)


def test_same_title_in_the_same_series_is_not_applied_for_again() -> None:
    assert results(engineer(current_level="intermediate", current_grade=""))[0] == "not_met"
    assert results(engineer(current_level="intermediate", current_grade="", current_series="news"))[0] == "met"


def test_nothing_filled_in_yet_is_unknown_not_refused() -> None:
    blank = Facts(year=2023, level="intermediate", series="engineering")
    assert results(blank) == ["unknown"]
    only_schooling = dataclasses.replace(blank, highest_education="21")
    assert results(only_schooling) == ["met", "unknown", "unknown"]


def test_schooling_outside_the_table_is_said_to_be() -> None:
    assert results(engineer(highest_education="61", graduations=())) == ["not_met"]


def test_degree_counts_instead_of_education() -> None:
    master = engineer(highest_education="21", graduations=(dataclasses.replace(engineer().graduations[0], degree="345"),))
    assert professional_years(NOTICE, master) == 2


def test_title_without_conditions_is_said_to_be() -> None:
    assert results(engineer(level="senior", grade="full")) == ["unknown"]
    assert required_ce_years(NOTICE, engineer(level="senior", grade="full")) == [2018, 2019, 2020, 2021, 2022]


def test_series_without_technicians_has_its_own_way_to_assistant() -> None:
    facts = Facts(
        year=2023, level="junior", grade="assistant", series="museum", highest_education="31", work_started_on=dt.date(2021, 7, 1)
    )
    assert results(facts) == ["met", "met"]
    assert results(dataclasses.replace(facts, series="library")) == ["met", "unknown", "unknown"]


def test_without_schooling_the_longest_line_is_announced() -> None:
    assert professional_years(NOTICE, engineer(highest_education="", graduations=())) == 5


@pytest.mark.parametrize(
    ("start", "until", "years"),
    [
        (dt.date(2020, 1, 1), dt.date(2020, 12, 31), 1),
        (dt.date(2020, 1, 2), dt.date(2020, 12, 31), 0),
        (dt.date(2020, 2, 29), dt.date(2021, 2, 28), 1),
        (dt.date(2020, 2, 29), dt.date(2021, 2, 27), 0),
        (dt.date(2024, 1, 1), dt.date(2023, 12, 31), 0),
    ],
)
def test_whole_years_count_both_days(start: dt.date, until: dt.date, years: int) -> None:
    assert whole_years(start, until) == years


def test_tenure_includes_the_year_it_began() -> None:
    assert tenure_years(NOTICE, engineer(tenure_started_on=dt.date(2020, 12, 31))) == [2020, 2021, 2022]
    assert tenure_years(NOTICE, engineer(tenure_started_on=dt.date(2023, 2, 1))) == []
    assert tenure_years(NOTICE, engineer(first_title=True)) == []


@given(people(NOTICE))
def test_continuing_education_never_asks_for_more_than_the_cap(facts: Facts) -> None:
    years = required_ce_years(NOTICE, facts)
    assert len(years) == min(professional_years(NOTICE, facts), 5)
    assert years == list(range(2023 - len(years), 2023))


@given(people(other()))
def test_cap_is_the_notices_own(facts: Facts) -> None:
    assert len(required_ce_years(other(), facts)) <= 3


@given(people(NOTICE), st.dates(dt.date(1990, 1, 1), dt.date(2023, 12, 31)), st.integers(0, 2000))
def test_an_earlier_title_never_counts_for_fewer_years(facts: Facts, day: dt.date, earlier: int) -> None:
    later = years_held(NOTICE, dataclasses.replace(facts, tenure_started_on=day, appraisal_results={}))
    sooner = years_held(
        NOTICE, dataclasses.replace(facts, tenure_started_on=day - dt.timedelta(days=earlier), appraisal_results={})
    )
    assert sooner >= later


def test_condition_of_years_says_from_which_day_it_holds() -> None:
    facts = engineer(tenure_started_on=dt.date(2020, 6, 1))
    assert eligibility(NOTICE, facts)[2].holds_from == dt.date(2024, 5, 31)
    lost_one = dataclasses.replace(facts, appraisal_results={2021: "incompetent"})
    assert eligibility(NOTICE, lost_one)[2].holds_from == dt.date(2025, 5, 31)
    assert eligibility(NOTICE, engineer(tenure_started_on=None))[2].holds_from is None
    by_work = engineer(level="junior", grade="assistant", current_level="", work_started_on=dt.date(2023, 2, 1))
    assert [each.holds_from for each in eligibility(NOTICE, by_work)] == [None, dt.date(2024, 1, 31)]


@pytest.mark.parametrize(
    ("day", "bortala_year", "other_year"),
    [
        (dt.date(2019, 5, 31), 2023, 2025),  # long complete: the notice's own round
        (dt.date(2026, 9, 30), 2026, 2026),
        (dt.date(2026, 10, 1), 2026, 2027),  # the other notice counts to the end of its window
    ],
)
def test_first_round_is_the_one_that_counts_so_far(day: dt.date, bortala_year: int, other_year: int) -> None:
    assert first_round_with(NOTICE, "intermediate", day) == bortala_year
    assert first_round_with(other(), "intermediate", day) == other_year


@given(st.dates(dt.date(1960, 1, 1), dt.date(2060, 12, 31)), st.integers(1, 40))
def test_last_day_of_years_is_the_first_on_which_they_are_whole(start: dt.date, years: int) -> None:
    day = last_day_of_years(start, years)
    assert whole_years(start, day) == years
    assert whole_years(start, day - dt.timedelta(days=1)) == years - 1


@pytest.mark.parametrize("notice", [NOTICE, other()], ids=["bortala", "other"])
def test_mistyped_year_is_never_reached_and_breaks_nothing(notice: Notice) -> None:
    facts = engineer(tenure_started_on=dt.date(9999, 12, 31), work_started_on=dt.date(9998, 2, 1))
    told = eligibility(notice, dataclasses.replace(facts, year=notice.year, series=notice.catalogue.series[0].code))
    assert last_day_of_years(dt.date(9999, 12, 31), 4) == dt.date.max
    assert all(each.result != "met" for each in told if each.condition == "years_in_title")


@given(people(NOTICE))
def test_condition_of_years_is_met_exactly_when_its_day_is_counted(facts: Facts) -> None:
    for each in eligibility(NOTICE, facts):
        if each.holds_from is not None:
            assert (each.result == "met") == (each.holds_from <= dt.date(2023, 12, 31))


@given(people(NOTICE))
def test_every_finding_has_words_and_a_source(facts: Facts) -> None:
    findings = eligibility(NOTICE, facts)
    assert findings
    assert all(finding.text and finding.source for finding in findings)
