"""Rows pasted from a spreadsheet or a chat."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import world as w
from zhicheng.applications.pasting import MOST_LETTERS, Left, Pasted, code_meant, columns_of, joined_rows, read_rows
from zhicheng.applications.rules import TABLES, row_problems
from zhicheng.applications.sections import BY_KEY, SECTIONS, Kind
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused

ROWS = [s.key for s in SECTIONS if s.rows]


def read(key: str, text: str) -> list[dict[str, Any]]:
    """The rows of a text from which nothing was left, without what is empty."""
    pasted = read_rows(BY_KEY[key], text)
    assert pasted.left == []
    return [{name: value for name, value in row.items() if value not in ("", False)} for row in pasted.rows]


def test_line_of_a_chat_is_read_by_its_blanks() -> None:
    first, second = read(
        "work_history", "2013.7-2016.8 博乐市水利站 灌区管理 技术员\n2016年9月至今 博乐市水利局 事业单位 工程管理"
    )
    assert first == {
        "started_on": "2013-07-01",
        "ended_on": "2016-08-01",
        "employer": "博乐市水利站",
        "duty": "灌区管理",
        "post": "技术员",
    }
    assert second["started_on"] == "2016-09-01" and "ended_on" not in second
    assert (second["employer_nature"], second["duty"]) == ("institution", "工程管理")


@pytest.mark.parametrize("line", ["2020\t90\t60", "2020年度；90学时；60学时", "2020 | 90 | 60", "2020  90  60", "2020,\t90\t60"])
def test_year_and_hours_are_read_however_they_are_set_apart(line: str) -> None:
    (row,) = read("continuing_education", line.replace("2020,", "2020"))
    assert row == {"year": 2020, "hours_total": 90, "hours_professional": 60}


def test_exempt_year_is_ticked_and_an_empty_cell_keeps_its_place() -> None:
    assert read("continuing_education", "2021\t免试\n2020\t\t88\t") == [
        {"year": 2021, "exempt": True},
        {"year": 2020, "hours_total": 88},
    ]


def test_headings_say_what_the_columns_are() -> None:
    text = "起止时间\t工作单位\t从事何种专业技术工作\t备注\n2013.7—2016.8\t水利站\t灌区\t借调\n"
    pasted = read_rows(BY_KEY["work_history"], text)
    (row,) = pasted.rows
    assert (row["started_on"], row["ended_on"], row["employer"], row["duty"]) == ("2013-07-01", "2016-08-01", "水利站", "灌区")
    assert [(left.line, left.text) for left in pasted.left] == [(1, "备注"), (2, "借调")]


def test_cell_with_line_breaks_and_quotation_marks_is_one_cell() -> None:
    (row,) = read("achievements", '某项目\t2020.1\t2021.12\t负责人\t"第一行\n他说""好"""\t我做的')
    assert row["description"] == '第一行\n他说"好"'


def test_single_quotation_mark_swallows_nothing() -> None:
    rows = read("social_posts", '"学会\t理事\t2020.1\t\n协会\t会员\t2021.1\t')
    assert [row["organization"] for row in rows] == ['"学会', "协会"]


def test_what_a_question_cannot_read_stays_in_it_as_typed_and_is_told() -> None:
    section = BY_KEY["appraisals"]
    (row,) = read_rows(section, "2020\t称职\t事业\t").rows
    assert (row["year"], row["result"], row["employer_nature"]) == (2020, "称职", "institution")
    assert [p.where.rpartition(".")[2] for p in row_problems(section, row | {"id": "0a1b2c3d"}, today=clock.today())] == [
        "result"
    ]
    (late,) = read_rows(BY_KEY["work_history"], "18.5\t至今\t水利局\t管理").rows
    assert (late["started_on"], late["employer"], late["duty"]) == ("18.5", "水利局", "管理")


def test_more_cells_than_questions_are_left_with_a_reason() -> None:
    pasted = read_rows(BY_KEY["social_posts"], "学会\t理事\t2020.1\t2021.1\t多出来的")
    assert pasted.left == [Left(1, "多出来的", "没有地方可放。")]


CELLS = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=0, max_size=6)


@given(st.sampled_from(ROWS), st.lists(st.lists(CELLS, min_size=2, max_size=12), max_size=5))
def test_nothing_that_is_pasted_is_lost(key: str, lines: list[list[str]]) -> None:
    pasted = read_rows(BY_KEY[key], "\n".join("\t".join(cells) for cells in lines))
    kept = [str(value) for row in pasted.rows for value in row.values()] + [left.text for left in pasted.left]
    for cells in lines:
        for cell in cells:
            assert not cell or any(cell in text for text in kept) or _is_code_of(key, cell)


def _is_code_of(key: str, cell: str) -> bool:
    return any(code_meant(TABLES[f.table], f.first, cell) for f in BY_KEY[key].fields if f.kind is Kind.CODE)


@given(st.text(max_size=200), st.sampled_from(ROWS))
def test_any_text_can_be_pasted(text: str, key: str) -> None:
    read_rows(BY_KEY[key], text)


@pytest.mark.parametrize("key", [key for key in ROWS if w.sections()[key]])
def test_rows_of_a_filled_form_come_back_from_a_spreadsheet(key: str) -> None:
    section = BY_KEY[key]
    rows = [row for row in w.sections()[key] if not any("\n" in str(v) for v in row.values())]

    def cell(f: Any, value: Any) -> str:
        if f.kind is Kind.YES_NO:
            return "是" if value else "否"
        return TABLES[f.table].name(str(value)) if f.table and value else str("" if value is None else value)

    text = "\n".join("\t".join(cell(f, row.get(f.key)) for f in columns_of(section)) for row in rows)
    read = read_rows(section, text)
    assert read.left == []
    for row, again in zip(rows, read.rows, strict=True):
        assert {k: str(v) for k, v in again.items() if v} == {k: str(v) for k, v in row.items() if v and k != "id"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("本科", "21"), ("大专", "31"), ("中专", "41"), ("硕士", "14"), ("大学本科毕业", "21"), ("毕业", ""), ("", "")],
)
def test_short_form_means_the_common_choice(text: str, code: str) -> None:
    assert code_meant(TABLES["education"], BY_KEY["education"].field("education").first, text) == code


def test_year_that_waits_is_filled_and_one_that_is_filled_stays() -> None:
    stored = [{"id": "a", "year": 2020}, {"id": "b", "year": 2021, "result": "excellent"}]
    new = [{"year": y, "result": "competent", "employer_nature": "", "second_nature": ""} for y in (2020, 2021, 2022)]
    pasted = Pasted([dict(row) for row in new], list(range(1, len(new) + 1)))
    rows = joined_rows(BY_KEY["appraisals"], stored, pasted, most=60)
    assert [(row.get("id"), row["year"], row["result"]) for row in rows] == [
        ("a", 2020, "competent"),
        ("b", 2021, "excellent"),
        (None, 2022, "competent"),
    ]
    assert [(left.line, left.reason) for left in pasted.left] == [(2, "2021年已经填有内容，没有改动。")]


def test_more_rows_than_a_section_holds_are_left() -> None:
    pasted = read_rows(BY_KEY["social_posts"], "\n".join(f"学会{n}\t理事\t2020.1\t" for n in range(5)))
    assert len(joined_rows(BY_KEY["social_posts"], [{"id": "a", "organization": "协会"}], pasted, most=3)) == 3
    assert [left.reason for left in pasted.left] == ["这个栏目最多3条。"] * 3


def test_line_that_finds_no_place_is_named_by_its_number_in_the_text() -> None:
    text = "年度\t考核结果\n\n2021\t合格\n2022\t合格"
    pasted = read_rows(BY_KEY["appraisals"], text)
    stored = [{"id": "a", "year": 2022, "result": "qualified"}]
    joined_rows(BY_KEY["appraisals"], stored, pasted, most=60)
    assert [left.line for left in pasted.left] == [4]


def test_more_than_anybody_pastes_is_refused_and_what_is_long_is_read_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read_rows(BY_KEY["work_history"], "-" * (MOST_LETTERS + 1))
    assert refused.value.has("too_much")
    (row,) = read_rows(BY_KEY["work_history"], "-" * MOST_LETTERS).rows  # hours, when each dash was tried for two dates
    assert "-" * MOST_LETTERS in row.values()
