from __future__ import annotations

from datetime import date

import pytest

from zhicheng.standards.series import (
    OLD_NAMES,
    SERIES,
    find_series,
    meanings_of,
    rank_of,
)
from zhicheng.standards.tables import TITLE_STEPS

STEPS = {(step.level, step.grade) for step in TITLE_STEPS}


def test_there_are_27_series_and_political_work() -> None:
    assert sorted(series.number for series in SERIES) == list(range(28))
    assert len({series.code for series in SERIES}) == 28
    political = find_series("political_work")
    assert political is not None
    assert political.number == 0


def test_every_series_is_complete() -> None:
    for series in SERIES:
        assert series.zh and series.en and series.branches
        assert bool(series.exam_levels) == bool(series.exam_note) == bool(series.exam_note_en)
        for branch in series.branches:
            assert {"intermediate", "junior"} <= {title.level for title in branch.titles}
            for title in branch.titles:
                assert (title.level, title.grade) in STEPS
                assert title.zh and title.en.isascii()


@pytest.mark.parametrize(
    ("branch", "names"),
    [
        ("engineering", ["正高级工程师", "高级工程师", "工程师", "助理工程师", "技术员"]),
        ("university_teaching", ["教授", "副教授", "讲师", "助教", None]),
        ("agriculture_veterinary", ["正高级兽医师", "高级兽医师", "兽医师", "助理兽医师", "兽医技术员"]),
        ("journalism_reporter", ["高级记者", "主任记者", "记者", "助理记者", None]),
        ("museums", ["研究馆员", "副研究馆员", "馆员", "助理馆员", None]),
        ("archives", ["研究馆员", "副研究馆员", "馆员", "助理馆员", "管理员"]),
        ("mass_culture", ["研究馆员", "副研究馆员", "馆员", "助理馆员", "管理员"]),
        ("arts_stage", [None, "主任舞台技师", "舞台技师", "舞台技术员", None]),
        ("broadcasting", ["播音指导", "主任播音员主持人", "一级播音员主持人", "二级播音员主持人", None]),
        ("health_technology", ["主任技师", "副主任技师", "主管技师", "技师", "技士"]),
        ("school_teaching", ["正高级教师", "高级教师", "一级教师", "二级教师", "三级教师"]),
        ("political_work", ["正高级政工师", "高级政工师", "政工师", "助理政工师", "政工员"]),
    ],
)
def test_titles_of_the_large_series(branch: str, names: list[str | None]) -> None:
    (found,) = [each for series in SERIES for each in series.branches if each.code == branch]
    ladder = [
        ("senior", "full"),
        ("senior", "associate"),
        ("intermediate", ""),
        ("junior", "assistant"),
        ("junior", "technician"),
    ]
    for (level, grade), name in zip(ladder, names, strict=True):
        titles = [title.zh for title in found.titles if (title.level, title.grade) == (level, grade)]
        assert titles[:1] == ([name] if name else [])


def test_the_same_word_has_different_levels_in_different_series() -> None:
    def levels(name: str) -> set[tuple[str, str]]:
        return {(m.level, m.grade) for m in meanings_of(name)}

    assert levels("高级记者") == {("senior", "full")}
    assert levels("高级工程师") == {("senior", "associate")}
    assert levels("编辑") == {("intermediate", "")}
    assert levels("技师") == {("junior", "assistant")}
    assert levels("舞台技师") == {("intermediate", "")}
    assert levels("一级教师") == {("intermediate", "")}
    assert levels("一级演员") == {("senior", "full")}
    assert levels("一级翻译") == {("senior", "associate")}


def test_a_name_of_several_series_gives_every_meaning() -> None:
    assert {m.series.code for m in meanings_of("讲师")} == {
        "university_teaching",
        "technical_school_teaching",
        "vocational_school_teaching",
    }
    assert meanings_of("大师") == ()


@pytest.mark.parametrize(
    ("old", "level", "grade", "current", "until"),
    [
        ("教授级高级工程师", "senior", "full", "正高级工程师", date(2019, 2, 1)),
        ("研究员级高级工程师", "senior", "full", "正高级工程师", date(2019, 2, 1)),
        ("中学高级教师", "senior", "associate", "高级教师", date(2015, 8, 28)),
        ("小学高级教师", "intermediate", "", "一级教师", date(2015, 8, 28)),
    ],
)
def test_old_names_keep_their_level_and_date(old: str, level: str, grade: str, current: str, until: date) -> None:
    (meaning,) = meanings_of(old)
    assert (meaning.level, meaning.grade, meaning.current, meaning.until) == (level, grade, current, until)
    assert meaning.is_old


def test_the_present_name_of_every_old_one_exists_at_a_step_of_its_level() -> None:
    for old in OLD_NAMES:
        assert (old.level, old.grade) in STEPS
        if old.current:
            assert any(t.zh == old.current and t.level == old.level for t in old.branch.titles), old.name


def test_exam_series_are_not_reviewed_below_senior() -> None:
    accounting, engineering = find_series("accounting"), find_series("engineering")
    assert accounting is not None and engineering is not None
    assert set(accounting.exam_levels) == {"junior", "intermediate"}
    assert not engineering.exam_levels


def test_ranks_follow_the_stored_step() -> None:
    assert rank_of("junior", "technician") == 1
    assert rank_of("senior", "full") == 5
    assert rank_of("senior", "") == 0
    engineering = find_series("engineering")
    assert engineering is not None
    assert {t.zh: t.rank for t in engineering.titles}["高级工程师"] == 4
