"""What is different at a place between two contents: fields, rows that came and went, files; the same content has no difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.files import bortala
from zhicheng.applications.changes import Held, changes_at
from zhicheng.applications.sections import SECTIONS
from zhicheng.applications.snapshot import FrozenFile
from zhicheng.applications.where import WHOLE, Where

STUDY = {"id": "0a1b2c3d", "school": "新疆农业大学", "degree": "", "graduated_on": "2013-06-30"}
OTHER = {"id": "11111111", "school": "石河子大学", "degree": "", "graduated_on": "2010-06-30"}
FORM: dict[str, Any] = {
    "basic": {"mobile": "13812345678", "email": "a@example.cn"},
    "education": [STUDY, OTHER],
    "continuing_education": [{"id": "22222222", "year": 2021, "exempt": False, "hours_total": 90}],
    "summary": {"text": "任现职以来。"},
}


def file(place: str, content: str, *, name: str = "a.pdf") -> FrozenFile:
    where = Where.parse(place)
    told = {"slot": where.slot, "paper": where.paper, "year": where.year, "row": where.row}
    return FrozenFile(
        id=1, **told, label="", file_id=1, sha256=content * 64, name=name, media_type="application/pdf", pages=1, size=9
    )


FILES = (
    file("material:education-0a1b2c3d:diploma", "a"),
    file("material:education-0a1b2c3d:e_registration", "b"),
    file("material:education-11111111:diploma", "c"),
    file("material:continuing_education-2021:continuing_education_certificate", "d"),
    file("material:work_summary:work_summary", "e"),
)
BEFORE = Held(FORM, FILES)


def found(where: str, after: Held) -> list[str]:
    return [str(change.where) for change in changes_at(bortala(), Where.parse(where), BEFORE, after)]


def with_rows(*rows: dict[str, Any]) -> Held:
    return Held(FORM | {"education": list(rows)}, FILES)


def with_files(*files: FrozenFile) -> Held:
    return Held(FORM, files)


@pytest.mark.parametrize("where", ["", "education", "education.0a1b2c3d", "basic.mobile", "material:education-0a1b2c3d", "check"])
def test_same_content_has_no_difference(where):
    assert found(where, Held(dict(FORM), tuple(FILES))) == []


def test_field_is_told_with_what_it_was_and_is():
    after = with_rows(STUDY | {"school": "塔里木大学"}, OTHER)
    for where in ("", "education", "education.0a1b2c3d", "education.0a1b2c3d.school"):
        (change,) = changes_at(bortala(), Where.parse(where), BEFORE, after)
        assert (str(change.where), change.before, change.after) == ("education.0a1b2c3d.school", "新疆农业大学", "塔里木大学")
    assert found("education.0a1b2c3d.degree", after) == found("education.11111111", after) == found("summary", after) == []


def test_not_ticked_and_not_filled_in_are_no_difference():
    row = FORM["continuing_education"][0]
    after = Held(FORM | {"continuing_education": [{k: v for k, v in row.items() if k != "exempt"}]}, FILES)
    assert found("continuing_education", after) == []
    assert found("continuing_education", Held(FORM | {"continuing_education": [row | {"hours_total": 0}]}, FILES))


def test_row_that_came_and_row_that_went_are_told_whole():
    new = {"id": "33333333", "school": "喀什大学"}
    came, went = changes_at(bortala(), Where("education"), BEFORE, with_rows(STUDY, new))
    assert (str(came.where), came.before, came.after) == ("education.33333333", None, new)
    assert (str(went.where), went.before, went.after) == ("education.11111111", OTHER, None)
    assert found("education.0a1b2c3d", with_rows(STUDY, new)) == []
    assert found("education.11111111", with_rows(STUDY)) == ["education.11111111"]
    assert found("education.11111111.school", with_rows(STUDY)) == ["education.11111111.school"]


def test_rows_in_another_order_and_blank_rows_are_no_difference():
    assert found("education", with_rows(OTHER, STUDY, {"id": "44444444", "school": ""})) == []


def test_file_replaced_is_a_change_of_its_paper_its_box_its_row_and_its_section():
    new = file("material:education-0a1b2c3d:diploma", "f", name="清晰的.pdf")
    after = with_files(new, *FILES[1:])
    for where in ("", "education", "education.0a1b2c3d", "material:education", "material:education-0a1b2c3d", str(new.where)):
        (change,) = changes_at(bortala(), Where.parse(where), BEFORE, after)
        assert (change.where, change.before, change.after) == (new.where, (FILES[0],), (new,))
    for where in ("education.11111111", "education.0a1b2c3d.school", "material:education-0a1b2c3d:e_registration", "basic"):
        assert found(where, after) == []


def test_file_added_and_file_taken_out_are_changes():
    more = file("material:work_summary:work_summary", "9")
    (change,) = changes_at(bortala(), Where("summary"), BEFORE, with_files(*FILES, more))
    assert (change.before, change.after) == ((), (more,))
    (change,) = changes_at(bortala(), Where.parse("material:work_summary"), BEFORE, with_files(*FILES[:-1]))
    assert (change.before, change.after) == ((FILES[-1],), ())


def test_file_of_a_year_belongs_to_the_row_of_that_year():
    after = with_files(*FILES[:3], file(str(FILES[3].where), "8"), FILES[4])
    assert found("continuing_education.22222222", after) == [str(FILES[3].where)]


VALUES = st.one_of(st.none(), st.text(max_size=3), st.integers(0, 3), st.booleans())
FORMS = st.fixed_dictionaries(
    {
        s.key: st.lists(st.fixed_dictionaries({"id": st.sampled_from(["00000001", "00000002"])} | {f.key: VALUES for f in s.fields[:2]}), max_size=2, unique_by=lambda r: r["id"])
        if s.rows
        else st.fixed_dictionaries({f.key: VALUES for f in s.fields[:2]})
        for s in SECTIONS
    }
)  # fmt: skip


@given(FORMS, FORMS)
def test_whole_is_the_sum_of_its_sections_and_back_is_there_the_other_way_round(one, other):
    notice, before, after = bortala(), Held(one), Held(other)
    whole = changes_at(notice, WHOLE, before, after)
    assert whole == [c for s in SECTIONS for c in changes_at(notice, Where(s.key), before, after)]
    back = changes_at(notice, WHOLE, after, before)
    assert sorted(str(c.where) for c in whole) == sorted(str(c.where) for c in back)
    assert changes_at(notice, WHOLE, before, before) == []
