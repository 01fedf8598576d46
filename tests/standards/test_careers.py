from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.careers import ALLOWED_DAYS, Hole, Job, Stay, Twice, held_beside, held_twice, holes, is_beside, stays_in

TODAY = date(2023, 5, 22)
DAYS = st.dates(date(1990, 1, 1), date(2023, 5, 1))


def test_a_job_inside_a_longer_one_opens_no_hole() -> None:
    jobs = [
        Job(date(2010, 1, 1), date(2020, 12, 31)),
        Job(date(2012, 1, 1), date(2013, 12, 31)),
        Job(date(2021, 1, 1)),
    ]
    assert holes(jobs, since=date(2010, 1, 1), today=TODAY) == ()
    assert held_twice(jobs, today=TODAY) == (Twice(0, 1, date(2012, 1, 1), date(2013, 12, 31)),)


def test_posts_beside_a_running_job_are_neither_holes_nor_second_jobs() -> None:
    jobs = [
        Job(date(2013, 7, 1)),
        Job(date(2015, 3, 1), date(2016, 2, 28), beside=True),
        Job(date(2019, 3, 1), date(2019, 12, 31), beside=True),
    ]
    assert holes(jobs, since=date(2013, 7, 1), today=TODAY) == ()
    assert held_twice(jobs, today=TODAY) == ()


def test_a_real_gap_is_named_with_both_dates() -> None:
    jobs = [Job(date(2015, 7, 1)), Job(date(2010, 7, 1), date(2015, 3, 31))]
    assert holes(jobs, since=date(2010, 7, 1), today=TODAY) == (Hole("gap", date(2015, 4, 1), date(2015, 6, 30), 0),)


def test_a_month_between_two_jobs_is_usual_and_a_day_more_is_not() -> None:
    first = Job(date(2010, 7, 1), date(2014, 6, 30))
    assert holes([first, Job(date(2014, 8, 1))], since=None, today=TODAY) == ()
    assert [h.kind for h in holes([first, Job(date(2014, 8, 2))], since=None, today=TODAY)] == ["gap"]


def test_a_history_that_begins_after_the_first_day_of_work_is_told() -> None:
    jobs = [Job(date(2019, 1, 1))]
    assert holes(jobs, since=date(2013, 7, 1), today=TODAY) == (Hole("before", date(2013, 7, 1), date(2018, 12, 31), 0),)
    assert holes(jobs, since=None, today=TODAY) == ()


def test_a_history_that_ended_long_ago_is_told() -> None:
    jobs = [Job(date(2010, 1, 1), date(2018, 12, 31))]
    assert holes(jobs, since=date(2010, 1, 1), today=TODAY) == (Hole("after", date(2019, 1, 1), TODAY, 0),)


def test_a_job_that_ends_before_it_starts_tells_nothing() -> None:
    assert holes([Job(date(2012, 1, 2), date(2012, 1, 1))], since=date(2000, 1, 1), today=TODAY) == ()
    assert stays_in([Job(date(2012, 1, 2), date(2012, 1, 1))], 2012, today=TODAY) == ()


@pytest.mark.parametrize(
    "words",
    [
        "驻村工作队",
        "挂职副乡长",
        "借调到县水利局",
        "“访惠聚”",
        "on secondment",
        "兼任站长",
        "副主任（兼）",
        "援疆干部",
        "第一书记",
    ],
)
def test_words_of_a_post_beside_are_known(words: str) -> None:
    assert is_beside(words)
    assert is_beside("", words)


@pytest.mark.parametrize("words", ["水利工程设计", "技术科长兼任工会主席", "站长，兼任书记", ""])
def test_one_job_with_two_offices_is_one_job(words: str) -> None:
    assert not is_beside(words)


def test_name_of_an_employer_says_nothing_unless_it_is_a_team() -> None:
    assert not is_beside("教学", employer="博乐市教师进修学校")
    assert is_beside("", employer="某村“访惠聚”工作队")


def test_job_is_held_beside_others_only_where_they_cover_its_time() -> None:
    main, inside = Job(date(2013, 7, 1)), Job(date(2015, 3, 1), date(2016, 2, 28))
    assert held_beside([main, inside], [False, True]) == [False, True]
    promoted = [Job(date(2013, 7, 1), date(2015, 6, 30)), Job(date(2015, 7, 10)), inside]
    assert held_beside(promoted, [False, False, True]) == [False, False, True]
    assert held_beside([Job(date(2013, 7, 1), date(2015, 4, 30)), inside], [False, True]) == [False, False]
    assert held_beside([Job(date(2016, 1, 1)), inside], [False, True]) == [False, False]
    hole = [Job(date(2013, 7, 1), date(2015, 4, 30)), Job(date(2015, 8, 1)), inside]
    assert held_beside(hole, [False, False, True]) == [False, False, False]


def test_what_nobody_else_employs_for_is_the_job_there_is() -> None:
    assert held_beside([Job(date(2013, 7, 1))], [True]) == [False]
    alike = [Job(date(2013, 7, 1)), Job(date(2013, 7, 1)), Job(date(2014, 1, 1), date(2014, 12, 31))]
    assert held_beside(alike, [True, True, True]) == [False, True, True]


def test_a_year_with_two_employers_names_both_and_the_later_one_last() -> None:
    jobs = [Job(date(2021, 7, 1), nature="enterprise"), Job(date(2015, 7, 1), date(2021, 6, 30), "institution")]
    assert stays_in(jobs, 2021, today=TODAY) == (Stay("institution", 181), Stay("enterprise", 184))
    assert stays_in(jobs, 2020, today=TODAY) == (Stay("institution", 366),)
    assert stays_in(jobs, 2014, today=TODAY) == ()


def test_the_day_on_which_one_job_ends_and_the_next_begins_is_the_nexts() -> None:
    jobs = [Job(date(2015, 7, 1), date(2022, 1, 1), "institution"), Job(date(2022, 1, 1), nature="enterprise")]
    assert stays_in(jobs, 2022, today=date(2022, 12, 31)) == (Stay("enterprise", 365),)
    assert stays_in(jobs, 2021, today=TODAY) == (Stay("institution", 365),)


def test_a_post_beside_does_not_change_whose_year_it_was() -> None:
    jobs = [Job(date(2015, 7, 1), nature="institution"), Job(date(2018, 1, 1), date(2018, 12, 31), "enterprise", beside=True)]
    assert stays_in(jobs, 2018, today=TODAY) == (Stay("institution", 365),)
    assert stays_in(jobs[1:], 2018, today=TODAY) == (Stay("enterprise", 365),)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_history_without_holes_is_fine_in_any_order(lengths: list[int], random: object) -> None:
    jobs, start = [], date(1995, 1, 1)
    for length in lengths:
        end = start + timedelta(days=length)
        jobs.append(Job(start, end))
        start = end + timedelta(days=1)
    jobs.append(Job(start))
    random.shuffle(jobs)  # type: ignore[attr-defined]
    assert holes(jobs, since=date(1995, 1, 1), today=start) == ()
    assert held_twice(jobs, today=start) == ()


JOBS = st.lists(
    st.builds(
        lambda start, days, beside: Job(start, start + timedelta(days=days), beside=beside),
        DAYS,
        st.integers(0, 4000),
        st.booleans(),
    ),
    max_size=6,
)


@given(JOBS, st.one_of(st.none(), DAYS))
def test_no_day_of_a_hole_is_covered_and_no_long_time_is_passed_over(jobs: list[Job], since: date | None) -> None:
    found = holes(jobs, since=since, today=TODAY)
    for hole in found:
        assert (hole.last_day - hole.first_day).days + 1 > ALLOWED_DAYS
        assert not any(j.started_on <= hole.last_day and j.last_day(TODAY) >= hole.first_day for j in jobs)
    assert list(found) == sorted(found, key=lambda h: h.first_day)
    if jobs:
        begin = since or min(j.started_on for j in jobs)
        told = sum((h.last_day - h.first_day).days + 1 for h in found)
        days = [begin + timedelta(days=n) for n in range(max(0, (TODAY - begin).days + 1))]
        free = sum(not any(j.started_on <= d <= j.last_day(TODAY) for j in jobs) for d in days)
        assert told <= free


@given(JOBS)
def test_two_jobs_at_once_share_every_day_they_are_said_to(jobs: list[Job]) -> None:
    for twice in held_twice(jobs, today=TODAY):
        for job in (jobs[twice.earlier], jobs[twice.later]):
            assert not job.beside
            assert job.started_on <= twice.first_day <= twice.last_day <= job.last_day(TODAY)
