"""我能报什么: every open title with its verdict and the first round that can be (domain §2.5)."""

from __future__ import annotations

import datetime as dt

from hypothesis import given

from tests.campaigns.files import bortala, other
from tests.campaigns.rules.people import engineer, people
from zhicheng.campaigns.rules import Facts, Prospect, conditions, eligibility, openings, prospects

NOTICE = bortala()


def to(series: str, title: str, facts: Facts) -> Prospect:
    return next(each for each in prospects(NOTICE, facts) if (each.series.code, each.title.code) == (series, title))


def test_every_title_that_can_be_chosen_is_there_once_with_its_specialties() -> None:
    found = [(each.series.code, each.title.code) for each in prospects(NOTICE, engineer())]
    open_ones = {(o.series.code, t.code) for o in openings(NOTICE) for place in o.specialties for t in place.titles}
    assert len(found) == len(set(found))
    assert set(found) == open_ones
    for each in prospects(NOTICE, engineer()):
        assert all(not each.title.specialties or place.code in each.title.specialties for place in each.specialties)
        assert each.specialties


def test_assistant_of_seven_years_can_become_an_engineer_now() -> None:
    found = to("engineering", "engineer", engineer())
    assert (found.conditions.verdict, found.conditions.first_round) == ("met", 2023)


def test_where_time_alone_is_missing_the_first_round_is_named() -> None:
    found = to("engineering", "engineer", engineer(tenure_started_on=dt.date(2021, 3, 1)))
    assert (found.conditions.verdict, found.conditions.first_round) == ("not_met", 2025)


def test_what_is_missing_besides_time_or_is_not_known_names_no_round() -> None:
    skipped = to("engineering", "engineer", engineer(current_grade="technician", tenure_started_on=dt.date(2021, 3, 1)))
    assert (skipped.conditions.verdict, skipped.conditions.first_round) == ("not_met", None)
    nothing_said = to("engineering", "engineer", Facts(year=2023, level=""))
    assert (nothing_said.conditions.verdict, nothing_said.conditions.first_round) == ("unknown", None)


def test_title_held_in_the_series_is_not_offered_again() -> None:
    facts = engineer(current_level="intermediate", current_grade="")
    assert to("engineering", "engineer", facts).conditions.verdict == "not_met"
    assert to("engineering", "engineer", facts).conditions.first_round is None


@given(people(NOTICE))
def test_prospect_says_what_the_application_will_be_told(facts: Facts) -> None:
    for each in prospects(NOTICE, facts):
        found = each.conditions
        assert found == conditions(NOTICE, found.facts)
        assert found.results == tuple(eligibility(NOTICE, found.facts))
        assert (found.verdict == "met") == all(result.result == "met" for result in found.results)
        assert found.first_round is None or found.first_round >= NOTICE.year


@given(people(other()))
def test_met_now_means_the_notices_own_round(facts: Facts) -> None:
    for each in prospects(other(), facts):
        if each.conditions.verdict == "met":
            assert each.conditions.first_round == other().year
