"""What is wrong with a form: every sentence, all at once, and never a crash."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import world as w
from zhicheng.applications import rules
from zhicheng.applications.facts import facts_of, row_label
from zhicheng.applications.reading import read_row
from zhicheng.applications.rules import form_problems, row_problems, section_problems, section_status
from zhicheng.applications.sections import BY_KEY, SECTIONS
from zhicheng.standards.careers import Stay

TODAY = date(2023, 5, 22)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = sorted({f.key for s in SECTIONS for f in s.fields} | {"id"})
SHAPED = st.dictionaries(st.sampled_from(KEYS), JSON)


def form() -> dict[str, Any]:
    """The world's form as stored, with row ids."""
    stored: dict[str, Any] = {}
    for key, typed in w.sections().items():
        section = BY_KEY[key]
        if section.rows:
            stored[key] = [read_row(section, row | {"id": f"{n:08x}"}) for n, row in enumerate(typed, start=1)]
        else:
            stored[key] = read_row(section, typed)
    return stored


def problems(key: str, **changes: Any) -> dict[str, str]:
    """where → text of one section with changed values (in its first row)."""
    content = copy.deepcopy(form()[key])
    (content[0] if BY_KEY[key].rows else content).update(changes)
    return {p.where: str(p.text) for p in section_problems(key, content, today=TODAY)}


def test_complete_form_has_no_problem() -> None:
    assert form_problems(form(), today=TODAY) == []
    for section in SECTIONS:
        expected = "optional" if section.rows and not form()[section.key] else "done"
        assert section_status(section.key, form()[section.key], today=TODAY) == expected, section.key


def test_empty_form_names_everything_at_once() -> None:
    found = form_problems({}, today=TODAY)
    places = {p.where.split(".")[0] for p in found}
    assert places >= {"basic", "education", "current_title", "appointment", "work_history", "summary"}
    assert len(found) == len({(p.where, str(p.text)) for p in found})


@given(st.sampled_from([s.key for s in SECTIONS]), st.one_of(JSON, SHAPED, st.lists(st.one_of(JSON, SHAPED), max_size=4)))
def test_section_problems_never_raises(key: str, content: Any) -> None:
    for problem in section_problems(key, content, today=TODAY):
        assert str(problem.text) and problem.where.startswith(key)
    section_status(key, content, today=TODAY)


@pytest.mark.parametrize(
    ("key", "field", "value", "words"),
    [
        ("basic", "mobile", "12345", "11位"),
        ("basic", "email", "name@", "格式"),
        ("basic", "ethnic_group", "99x", "列表"),
        ("basic", "work_started_on", "2013-02-30", "没有这一天"),
        ("basic", "work_started_on", "2023-05-23", "不能晚于今天"),
        ("basic", "work_started_on", "1899-12-31", "1900"),
        ("basic", "work_started_on", "2013-W01-1", "没有看懂"),
        ("basic", "current_specialty", "字" * 51, "最多50个字，现在是51"),
        ("basic", "current_specialty", "", "请填写"),
        ("basic", "current_specialty_years", "六年", "整数"),
        ("basic", "current_specialty_years", 10_000, "太大"),
        ("current_title", "acquired_on", "", "请填写"),
    ],
)
def test_field_says_what_is_wrong(key: str, field: str, value: Any, words: str) -> None:
    assert words in problems(key, **{field: value})[f"{key}.{field}"]


def test_field_at_its_limit_and_today_are_fine() -> None:
    assert problems("basic", current_specialty="字" * 50, work_started_on="2023-05-22") == {}


def test_row_names_its_place() -> None:
    assert set(problems("education", school="")) == {"education.00000001.school"}
    assert "早于" in problems("education", graduated_on="2009-08-31")["education.00000001.started_on"]
    assert problems("education", graduated_on="2009-09-01") == {}


def test_schooling_without_graduation_is_no_schooling() -> None:
    ungraduated = next(e for e in rules.tables.EDUCATION if not e.is_graduation)
    assert "不是毕业学历" in problems("education", education=ungraduated.code)["education.00000001.education"]


def test_first_title_needs_no_present_title() -> None:
    assert section_problems("current_title", {"first_title": True}, today=TODAY) == []
    assert len(section_problems("current_title", {"first_title": False}, today=TODAY)) == 7


def test_exempt_year_needs_no_hours_and_others_do() -> None:
    assert problems("continuing_education", exempt=True, hours_total="", hours_professional="") == {}
    assert "总学时" in problems("continuing_education", hours_total="")["continuing_education.00000001.hours_total"]
    assert (
        "不能多于" in problems("continuing_education", hours_professional=91)["continuing_education.00000001.hours_professional"]
    )
    assert problems("continuing_education", hours_total=0, hours_professional=0) == {}


def test_a_year_is_written_down_once() -> None:
    assert "2019年填写了两次" in problems("continuing_education", year=2019)["continuing_education"]


def test_blank_rows_do_not_count() -> None:
    blank = read_row(BY_KEY["education"], {"id": "00000009"})
    assert [p.code for p in section_problems("education", [blank], today=TODAY)] == ["rows_missing"]
    assert section_status("education", [blank], today=TODAY) == "not_started"
    assert section_status("awards", [], today=TODAY) == "optional"


def test_fixed_fields_alone_are_not_started() -> None:
    assert section_status("basic", {"name": "王", "id_number": "x"}, today=TODAY) == "not_started"
    assert section_status("basic", {"name": "王", "mobile": "13812345678"}, today=TODAY) == "in_progress"


@given(SHAPED)
def test_row_problems_name_fields_of_the_row(row: dict[str, Any]) -> None:
    section = BY_KEY["publications"]
    fields = {f.key for f in section.fields}
    for problem in row_problems(section, row, today=TODAY):
        assert problem.where.rsplit(".", 1)[1] in fields


# --- facts ------------------------------------------------------------------------------------------------------------------


def facts(contents: dict[str, Any], nature: str = "institution"):
    return facts_of(
        contents, year=2023, series="engineering", series_name="工程", specialty="x", title="engineer", level="intermediate",
        grade="", nature=nature,
    )  # fmt: skip


def test_facts_hold_what_the_rules_look_at() -> None:
    found = facts(form())
    assert found.tenure_started_on == date(2018, 1, 10)
    assert (found.current_series, found.current_level, found.current_grade) == ("engineering", "junior", "assistant")
    assert found.graduations[0].graduated_on == date(2013, 6, 30)
    assert found.stated_natures == dict.fromkeys(range(2018, 2023), ("institution",))
    assert found.stays[2020] == (Stay("institution", 366),)
    assert [r.label for r in found.rows["education"]] == ["新疆农业大学"]


def test_facts_of_a_first_title_have_no_tenure() -> None:
    contents = form()
    contents["current_title"]["first_title"] = True
    found = facts(contents)
    assert (found.tenure_started_on, found.current_level, found.first_title) == (None, "", True)


def test_facts_of_an_empty_form_are_unknown() -> None:
    found = facts({})
    assert (found.first_title, found.work_started_on, found.graduations) == (None, None, ())


@given(st.fixed_dictionaries({k: st.lists(SHAPED, max_size=3) if BY_KEY[k].rows else SHAPED for k in BY_KEY}))
def test_facts_never_raise_on_rows_of_any_value(contents: dict[str, Any]) -> None:
    found = facts(contents)
    assert len(found.graduations) == len(contents["education"])


@given(st.sampled_from([s for s in SECTIONS if s.rows]), SHAPED)
def test_row_label_is_short(section, row: dict[str, Any]) -> None:
    assert len(row_label(section, row)) <= 40


@pytest.mark.parametrize(
    ("name", "said"), [("张3", "数字“3”"), ("王小明（女）", "符号“（）”"), ("·张三", "间隔号"), ("Иван", "拉丁字母")]
)
def test_former_name_is_judged_by_the_rules_of_names(name: str, said: str) -> None:
    basic = read_row(BY_KEY["basic"], w.sections()["basic"] | {"former_name": name})
    (problem,) = row_problems(BY_KEY["basic"], basic, today=date(2023, 5, 22))
    assert problem.where == "basic.former_name" and str(problem.text).startswith("“曾用名”：") and said in str(problem.text)


@pytest.mark.parametrize("name", ["", "王\uf9d1", "王\U000212fe", "阿卜来提·如则"])
def test_former_name_of_any_hanzi_is_no_problem(name: str) -> None:
    basic = read_row(BY_KEY["basic"], w.sections()["basic"] | {"former_name": name})
    assert basic["former_name"] == name and row_problems(BY_KEY["basic"], basic, today=date(2023, 5, 22)) == []


@pytest.mark.parametrize(("email", "codes"), [("a@localhost", ["field"]), ("a@[127.0.0.1]", ["field"]), ("a@qq.con", [])])
def test_email_of_a_machine_is_refused_and_a_mistyped_one_is_not(email: str, codes: list[str]) -> None:
    basic = read_row(BY_KEY["basic"], w.sections()["basic"] | {"email": email})
    assert [p.code for p in row_problems(BY_KEY["basic"], basic, today=date(2023, 5, 22))] == codes


def test_year_that_is_no_number_is_asked_for_as_one() -> None:
    rows = [{"id": "00000001", "year": "二〇二一", "hours_total": "九十"}, {"id": "00000002", "year": 1900}]
    said = " ".join(str(problem.text) for problem in section_problems("continuing_education", rows, today=TODAY))
    assert "请填写整数" in said and "请填写四位数的年份" in said
