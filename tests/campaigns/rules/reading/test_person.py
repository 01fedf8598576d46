"""Somebody else's paper: one letter read wrongly is allowed for only where it cannot be another person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.rules.reading.pages import FILLER, leaves, page, row
from zhicheng.campaigns.rules.reading.noticed import Noticed
from zhicheng.campaigns.rules.reading.person import wrong_person
from zhicheng.evidence.inspection.reading.lines import Line, PageText
from zhicheng.standards.identity_number import check_character

NAME = "王小明"
NUMBER = "652701199003071232"[:17] + check_character("65270119900307123")
SOMEBODY = st.text(st.sampled_from("李张刘陈杨赵黄周吴徐孙马胡朱郭"), min_size=2, max_size=4)


def judged(*pages: PageText, names: tuple[str, ...] = (NAME,), complete: bool = True) -> Noticed | None:
    return wrong_person(names, NUMBER, leaves(*pages), complete=complete)


@pytest.mark.parametrize(
    "text",
    [
        "兹证明王小明同志",
        "姓名：王 小 明",
        f"证件号码 {NUMBER}",
        f"证件号码 {NUMBER[:6]}********{NUMBER[-4:]}",
        f"证件号码 {NUMBER[:3]}×××××××××××{NUMBER[-4:]}",
        f"证件号码 {NUMBER[:-1]}",
        f"证件号码 {NUMBER[:9]}7{NUMBER[9:]}",
    ],
)
def test_paper_that_names_the_applicant_is_theirs(text: str) -> None:
    assert judged(page(text)) is None


def test_dots_and_blanks_of_a_long_name_are_written_in_any_way() -> None:
    for written in ("阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽 买买提", "阿依古丽.买买提", "阿依古丽买买提"):
        assert judged(page(f"姓名：{written}"), names=("阿依古丽·买买提",)) is None


def test_name_of_before_is_the_applicants() -> None:
    assert judged(page("学生 王丽 性别女"), names=(NAME, "王丽")) is None


def test_name_broken_over_two_lines_is_found() -> None:
    assert judged(page("兹证明我单位职工王", "小明同志")) is None


@given(SOMEBODY)
def test_other_name_behind_its_label_is_told_where_it_stands(name: str) -> None:
    found = judged(page("聘书", f"姓名：{name}　性别：男", number=3), complete=False)
    assert found is not None and (found.code, found.page) == ("wrong_person", 3)
    assert found.line is not None and name in found.line.text


@given(SOMEBODY)
def test_other_name_without_a_label_is_told_of_what_was_read_whole(name: str) -> None:
    assert judged(page(f"兹聘任{name}同志")) == Noticed("wrong_person", 1)
    assert judged(page(f"兹聘任{name}同志"), complete=False) is None


def test_name_stands_beside_its_label_in_a_form() -> None:
    cells = (*row(1, ("姓名", 100, 60), ("李国强", 180, 90), ("性别", 400, 60)), Line(FILLER, 100, 200, 700, 20, 99))
    found = judged(PageText(1, cells))
    assert found is not None and found.line is not None and found.line.text == "李国强"


@pytest.mark.parametrize(
    "heading",
    [
        "年龄",
        "岗位",
        "籍贯",
        "工号",
        "拟聘岗位",
        "单位",
        "所在单位",
        "学历",
        "最高学历",
        "现任职务",
        "从事专业",
        "曾用名",
        "政治面貌",
    ],
)
def test_heading_of_a_table_is_no_name(heading: str) -> None:
    assert judged(page(f"序号 姓名 {heading} 备注", "1 李国强 三十 无")) is None
    assert judged(PageText(1, (*row(1, ("姓名", 100, 60), (heading, 180, 90)), Line(FILLER, 100, 200, 700, 20, 99)))) is None


def test_name_that_may_be_the_applicants_further_down_says_nothing() -> None:
    assert judged(page("姓名：李国强", ("2 王小朋", 95))) is None
    assert judged(page("姓名：李国强", "2 王小朋")) is not None


def test_label_with_nothing_read_behind_it_says_nothing() -> None:
    cells = (*row(1, ("姓名", 100, 60), ("性别", 400, 60)), Line(FILLER, 100, 200, 700, 20, 99))
    assert judged(PageText(1, cells)) is None, "written by hand, and not read"
    assert judged(page("姓名")) is None
    assert judged(page("姓名：", ("李国强", 99))) is None


def test_name_the_machine_was_not_sure_of_says_nothing() -> None:
    assert judged(page(("姓名：李国强", 70))) is None
    assert judged(page(("姓名：王小朋", 95))) is None
    assert judged(page(("兹聘任王小朋同志", 95))) is None


def test_similar_name_that_was_read_surely_is_another_person() -> None:
    assert judged(page("姓名：王小朋")) is not None
    assert judged(page("兹聘任王小朋同志")) is not None
    assert judged(page(("姓名：王明", 95)), names=("王敏",)) is not None, "of two letters one tells nothing"


def test_letter_that_no_machine_knows_may_be_read_as_another() -> None:
    assert judged(page("姓名：张龚"), names=("张䶮",)) is None
    assert judged(page("姓名：李龚"), names=("张䶮",)) is not None


@given(st.integers(0, 17), st.sampled_from("0123456789"))
def test_number_of_another_person_is_never_taken_for_the_applicants(at: int, digit: str) -> None:
    other = NUMBER[:at] + digit + NUMBER[at + 1 :]
    is_valid = other[:17].isdigit() and check_character(other[:17]) == other[17]
    found = judged(page("姓名：李国强", f"证件号码 {other}"))
    assert (found is not None) == (is_valid and other != NUMBER)


def test_number_that_differs_in_more_or_shows_too_little_is_not_the_applicants() -> None:
    assert judged(page("姓名：李国强", f"证件号码 {NUMBER[:6]}19851201{NUMBER[-4:]}")) is not None
    assert judged(page("姓名：李国强", f"证件号码 65{'*' * 14}{NUMBER[-2:]}")) is not None
    assert judged(page("姓名：李国强", "电话 13999990000")) is not None


def test_applicant_without_a_name_is_asked_nothing() -> None:
    assert judged(page("姓名：李国强"), names=("", "王")) is None
