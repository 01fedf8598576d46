"""The work history: R1 to R5."""

from __future__ import annotations

from typing import Any

from tests.applications.findings.forms import EMPLOYER, NOTICE, TODAY, facts, look, with_changes
from zhicheng.applications.employment import employments_of
from zhicheng.applications.findings import refused_gaps
from zhicheng.campaigns.notice import WorkHistory
from zhicheng.campaigns.rules import required_appraisal_years, slot_requirements


def job(started: str, ended: str = "", employer: str = EMPLOYER, duty: str = "水利工程", nature: str = "") -> dict[str, Any]:
    return {"started_on": started, "ended_on": ended, "employer": employer, "duty": duty, "post": "", "employer_nature": nature}


def work(*jobs: dict[str, Any], since: str = "2010-01-01") -> dict[str, Any]:
    return with_changes(work_history=list(jobs), basic={"work_started_on": since})


def codes(contents: dict[str, Any]) -> set[str]:
    return {code for code in look(contents) if code.startswith("work.") and code != "work.nature_unknown"}


def test_work_inside_another_job_is_no_gap_and_two_full_time_jobs_are_told() -> None:
    found = look(work(job("2010-01-01", "2020-12-31", "甲"), job("2012-01-01", "2013-12-31", "乙"), job("2021-01-01")))
    assert {code for code in found if code in {"work.gap", "work.before", "work.after"}} == set()
    assert str(found["work.twice"].where) == "work_history.00000002.started_on"
    assert "2012-01-01至2013-12-31" in found["work.twice"].text and "甲" in found["work.twice"].text


def test_work_in_a_village_or_on_loan_is_neither_gap_nor_second_job() -> None:
    village = job("2015-03-01", "2016-02-28", "某村", "“访惠聚”驻村工作")
    loan = job("2019-03-01", "2019-12-31", "某乡", "挂职副乡长")
    assert codes(work(job("2013-07-01"), village, loan, since="2013-07-01")) == set()


def test_work_with_a_hole_names_both_dates_and_does_not_refuse() -> None:
    found = look(work(job("2010-01-01", "2015-03-31"), job("2015-07-01")))
    assert str(found["work.gap"].where) == "work_history.00000002.started_on"
    assert "2015-04-01至2015-06-30" in found["work.gap"].text


def test_work_before_the_first_row_is_told() -> None:
    found = look(work(job("2019-01-01"), since="2013-07-01"))
    assert "2013-07-01至2018-12-31" in found["work.before"].text
    assert found["work.before"].source == "评审表“工作经历”"


def test_work_that_ended_years_ago_is_told_as_not_in_post() -> None:
    found = look(work(job("2010-01-01", "2018-12-31")))
    assert str(found["work.after"].where) == "work_history.00000001.ended_on"
    assert "2019-01-01" in found["work.after"].text
    assert found["work.after"].source == "人社部令40号 第十三条"


def test_gaps_are_refused_where_the_notice_says_so_and_the_end_never() -> None:
    contents = work(job("2012-01-01", "2015-03-31"), job("2015-07-01", "2018-12-31"))
    strict = NOTICE.model_copy(update={"work_history": WorkHistory(gap="refuse")})
    assert [p.where for p in refused_gaps(strict, contents, today=TODAY)] == [
        "work_history.00000001.started_on",
        "work_history.00000002.started_on",
    ]
    assert refused_gaps(NOTICE, contents, today=TODAY) == []


def test_nature_of_the_present_job_is_the_confirmed_one() -> None:
    found = look(work(job("2010-01-01", nature="enterprise")), nature="institution")
    assert str(found["work.nature"].where) == "work_history.00000001.employer_nature"
    assert "work.nature" not in look(work(job("2010-01-01", nature="institution")), nature="institution")


def test_nature_of_a_former_employer_of_the_tenure_is_asked() -> None:
    former = job("2010-01-01", "2019-12-31", "某公司")
    assert "某公司" in look(work(former, job("2020-01-01")))["work.nature_unknown"].text
    before = job("2010-01-01", "2016-12-31", "某公司")  # the title is of 2018
    assert "work.nature_unknown" not in look(work(before, job("2017-01-01")))


def natures(*jobs: dict[str, Any], nature: str) -> list[str]:
    """The nature each row counts with."""
    return [each.job.nature for each in employments_of(work(*jobs), nature=nature, year=2023)]


def test_every_row_of_the_present_employer_has_the_confirmed_nature_the_ended_ones_too() -> None:
    assert natures(job("2013-07-01", "2023-05-20", nature="enterprise"), nature="institution") == ["institution"]
    promoted = [job("2013-07-01", "2019-12-31", nature="enterprise"), job("2020-01-01")]
    assert natures(*promoted, nature="institution") == ["institution", "institution"]
    found = look(work(*promoted), nature="institution")
    assert str(found["work.nature"].where) == "work_history.00000001.employer_nature"


def test_job_that_goes_on_is_the_present_one_however_its_employer_is_written() -> None:
    other = [
        job("2013-07-01", employer="水管站", nature="enterprise"),
        job("2014-01-01", employer="水管总站", nature="enterprise"),
    ]
    assert natures(*other, nature="institution") == ["institution", "institution"]
    renamed = [job("2013-07-01", "2019-12-31"), job("2020-01-01", employer="新水管站", nature="enterprise")]
    assert natures(*renamed, nature="institution") == ["institution", "institution"]
    ended = [job("2013-07-01", "2023-05-20", employer="水管站", nature="enterprise")]
    assert natures(*ended, nature="institution") == ["institution"]


def test_former_employers_keep_what_is_said_of_them() -> None:
    moved = [job("2013-07-01", "2019-12-31", employer="某公司", nature="enterprise"), job("2020-01-01")]
    assert natures(*moved, nature="institution") == ["enterprise", "institution"]
    long_ago = [job("2013-07-01", "2018-12-31", employer="某公司", nature="enterprise")]
    assert natures(*long_ago, nature="institution") == ["enterprise"]


def test_two_offices_in_one_post_and_a_school_of_further_study_are_full_time_jobs() -> None:
    offices = work(job("2010-01-01", duty="技术科长兼任工会主席"))
    assert required_appraisal_years(NOTICE, facts(offices, nature="enterprise")) == []
    school = job("2010-01-01", employer="博乐市教师进修学校", duty="教学")
    assert "work.twice" in look(work(school, job("2012-01-01", duty="站长兼任书记")))


def test_year_in_which_nobody_employed_one_is_a_gap_and_no_missing_appraisal() -> None:
    contents = work(job("2010-01-01", "2018-12-31"), job("2021-01-01"))
    assert required_appraisal_years(NOTICE, facts(contents)) == [2018, 2021, 2022]
    boxes = {b.year: b for b in slot_requirements(NOTICE, facts(contents)) if b.slot == "appraisals"}
    assert not boxes[2019].required and "没有工作单位" in str(boxes[2019].exempt_reason)
    assert "2019-01-01至2020-12-31" in look(contents)["work.gap"].text
    ended = work(job("2010-01-01", "2018-12-31", employer="某站"))
    assert required_appraisal_years(NOTICE, facts(ended)) == [2018, 2019, 2020, 2021, 2022], "who says nothing is asked"
