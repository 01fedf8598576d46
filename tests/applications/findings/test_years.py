"""Years of appraisals and continuing education: R6 to R9 and R12."""

from __future__ import annotations

from typing import Any

import pytest

from tests.applications.findings.forms import EMPLOYER, NOTICE, facts, look, with_changes
from zhicheng.applications.findings import Seen, findings_in
from zhicheng.campaigns.rules import required_appraisal_years, slot_requirements

from .forms import TODAY


def job(started: str, ended: str = "", nature: str = "", employer: str = EMPLOYER) -> dict[str, Any]:
    return {"started_on": started, "ended_on": ended, "employer": employer, "duty": "水利工程", "employer_nature": nature}


def appraisal(year: int, nature: str, second: str = "", result: str = "competent") -> dict[str, Any]:
    return {"year": year, "result": result, "employer_nature": nature, "second_nature": second}


MOVED = [job("2015-07-01", "2021-06-30", "institution", "州水利局"), job("2021-07-01")]


def test_appraisals_are_asked_of_the_whole_tenure() -> None:
    contents = with_changes(current_title={"acquired_on": "2010-05-01"}, work_history=[job("2008-07-01")])
    assert required_appraisal_years(NOTICE, facts(contents)) == list(range(2010, 2023))
    boxes = [b.year for b in slot_requirements(NOTICE, facts(contents)) if b.slot == "appraisals" and b.required]
    assert boxes == list(range(2010, 2023))


def test_enterprise_stated_against_the_history_is_a_contradiction_and_no_exemption() -> None:
    contents = with_changes(work_history=[job("2015-01-01")], appraisals=[appraisal(y, "enterprise") for y in range(2018, 2023)])
    assert required_appraisal_years(NOTICE, facts(contents)) == [2018, 2019, 2020, 2021, 2022]
    seen = Seen(contents, facts(contents), NOTICE, TODAY)
    told = [f for f in findings_in(seen) if f.code == "appraisals.nature"]
    assert [str(f.where) for f in told] == [f"appraisals.{n:08x}.employer_nature" for n in range(1, 6)]
    assert "2018年度填写的单位性质是企业" in told[0].text and "事业单位" in told[0].text


def test_years_at_the_institution_one_came_from_are_asked_of_enterprise_staff() -> None:
    contents = with_changes(work_history=MOVED, appraisals=[])
    assert required_appraisal_years(NOTICE, facts(contents, nature="enterprise")) == [2018, 2019, 2020, 2021]


@pytest.mark.parametrize(
    ("policy", "asked"),
    [("stricter", True), ("longer", False), ("year_end", False)],  # 181 days there, 184 days here
)
def test_year_with_two_employers_follows_the_policy(policy: str, asked: bool) -> None:
    policies = NOTICE.policies.model_copy(update={"year_with_two_employers": policy})
    notice = NOTICE.model_copy(update={"policies": policies})
    years = required_appraisal_years(notice, facts(with_changes(work_history=MOVED), nature="enterprise"))
    assert (2021 in years) is asked
    assert NOTICE.policies.year_with_two_employers == "stricter"


def test_year_with_two_employers_can_state_both() -> None:
    both = with_changes(work_history=MOVED, appraisals=[appraisal(2021, "institution", "enterprise")])
    assert "appraisals.nature" not in look(both, nature="enterprise")
    one = with_changes(work_history=MOVED, appraisals=[appraisal(2021, "enterprise")])
    assert "2021年度" in look(one, nature="enterprise")["appraisals.nature"].text


@pytest.mark.parametrize(("nature", "offered"), [("social_group", True), ("individual", True), ("institution", False)])
def test_only_some_natures_may_prove_that_there_are_no_appraisals(nature: str, offered: bool) -> None:
    contents = with_changes(work_history=[job("2015-01-01")])
    boxes = [b for b in slot_requirements(NOTICE, facts(contents, nature=nature)) if b.slot == "appraisals"]
    assert boxes and all(box.required for box in boxes)
    assert all(("no_appraisal_statement" in {p.key for p in box.papers}) is offered for box in boxes)
    slot = NOTICE.slot("appraisals")
    assert slot is not None and [p.assumed for p in slot.papers] == [False, True]


def test_rows_of_years_nobody_asked_for_say_so() -> None:
    rows = [{"year": y, "hours_total": 90, "hours_professional": 60, "exempt": False} for y in range(2013, 2023)]
    contents = with_changes(continuing_education=rows)
    seen = Seen(contents, facts(contents), NOTICE, TODAY)
    told = [f for f in findings_in(seen) if f.code == "continuing_education.not_asked"]
    assert [f.text for f in told] == ["2013—2018年度：本年度不要求，未附材料。"]
    assert told[0].is_note and str(told[0].where) == "continuing_education" and findings_in(seen)[-1] == told[0]


def test_years_nobody_asked_for_are_named_in_spans() -> None:
    rows = [{"year": y, "hours_total": 90, "hours_professional": 60} for y in (2011, 2013, 2014, 2016, 2022)]
    assert look(with_changes(continuing_education=rows))["continuing_education.not_asked"].text.startswith(
        "2011、2013—2014、2016年度："
    )


def test_hours_below_the_rule_are_told_and_an_exempt_year_is_not() -> None:
    low = look(with_changes(continuing_education=[{"year": 2022, "hours_total": 72, "hours_professional": 40}]))
    assert "72" in low["continuing_education.hours_total"].text and "90" in low["continuing_education.hours_total"].text
    assert "60" in low["continuing_education.hours_professional"].text
    exempt = look(with_changes(continuing_education=[{"year": 2022, "hours_total": 0, "exempt": True}]))
    assert not {code for code in exempt if code.startswith("continuing_education.hours")}


def test_year_with_a_bad_appraisal_is_told_not_to_count() -> None:
    found = look(with_changes(appraisals=[appraisal(2020, "institution", result="incompetent")]))
    assert "2020年度考核结果为不合格" in found["appraisals.not_counted"].text
