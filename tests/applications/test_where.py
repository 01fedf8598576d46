"""A place: read from what is kept, written as it was kept, called by name, whatever the text is."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zhicheng
from tests.campaigns.files import bortala
from zhicheng.applications.sections import BY_KEY, SECTIONS
from zhicheng.applications.where import STEPS, WHOLE, Where, points_in_words, points_of

NOTICE = bortala()
FORM = {
    "education": [{"id": "00000000", "school": "新疆大学"}, {"id": "0a1b2c3d", "school": "石河子大学"}],
    "continuing_education": [{"id": "11111111", "year": 2021}],
}
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
ROW_IDS = st.text("0123456789abcdef", min_size=8, max_size=8)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("", ""),
        ("basic", "基本信息"),
        ("basic.mobile", "基本信息"),
        ("education", "学历学位"),
        ("education.0a1b2c3d", "学历学位（2. 石河子大学）"),
        ("education.0a1b2c3d.school", "学历学位（2. 石河子大学）"),
        ("education.ffffffff", "学历学位"),
        ("continuing_education.11111111", "继续教育（1. 2021）"),
        ("material:commitment", "《个人承诺书》"),
        ("material:education-0a1b2c3d:diploma", "《毕业证书》（2. 石河子大学）"),
        ("material:education-ffffffff:diploma", "《毕业证书》"),
        ("material:appraisals-2021:annual_appraisal", "《年度考核登记表》（2021年度）"),
        ("material:gone", ""),
        ("window", ""),
    ],
)
def test_place_is_called_by_its_section_or_paper_and_its_row_or_year(where, words):
    assert Where.parse(where).in_words(NOTICE, FORM) == words


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", WHOLE),
        ("basic.mobile", Where(section="basic", field="mobile")),
        ("education.0a1b2c3d", Where(section="education", row="0a1b2c3d")),
        ("education.0a1b2c3d.school", Where(section="education", row="0a1b2c3d", field="school")),
        ("material:commitment", Where(slot="commitment")),
        ("material:appraisals-2021", Where(slot="appraisals", year=2021)),
        ("material:education-20210101:diploma", Where(slot="education", row="20210101", paper="diploma")),
        ("check", Where(other="check")),
        ("unit", Where(other="unit")),
        ("material:x-0000", Where(slot="x", row="0000")),
        ("material:", Where(other="material:")),
        ("basic.", Where(other="basic.")),
        ("basic..", Where(section="basic", field=".")),
    ],
)
def test_text_is_read_as_the_place_it_names(text, place):
    assert Where.parse(text) == place


@given(st.one_of(st.text(), st.text("material:-.basic0123", max_size=30), st.sampled_from(sorted(STEPS))))
def test_whatever_was_kept_is_written_as_it_was(text):
    assert str(Where.parse(text)) == text


def places() -> st.SearchStrategy[Where]:
    """Every place the form and a list of materials can have."""
    fields = [(s.key, f.key, s.rows) for s in SECTIONS for f in s.fields]
    of_field = st.sampled_from(fields).flatmap(
        lambda f: st.builds(Where, section=st.just(f[0]), row=ROW_IDS if f[2] else st.just(""), field=st.just(f[1]))
    )
    of_row = st.builds(Where, section=st.sampled_from([s.key for s in SECTIONS if s.rows]), row=ROW_IDS)
    papers = st.one_of(st.just(""), KEYS)
    of_paper = st.one_of(
        st.builds(Where, slot=KEYS, row=ROW_IDS, paper=papers),
        st.builds(Where, slot=KEYS, year=st.integers(1950, 2100), paper=papers),
        st.builds(Where, slot=KEYS, paper=papers),
    )
    return st.one_of(of_field, of_row, of_paper, st.sampled_from([Where(section=s) for s in BY_KEY]), st.just(WHOLE))


@given(places())
def test_place_is_read_again_as_what_was_written(place):
    assert Where.parse(str(place)) == place


@given(places(), places())
def test_two_places_are_never_written_alike(one, other):
    assert (str(one) == str(other)) is (one == other)


def test_box_holds_its_papers_and_no_other_place():
    box, paper = Where.of_key("education-0a1b2c3d"), Where.of_key("education-0a1b2c3d", "diploma")
    assert box.holds(box) and box.holds(paper)
    assert not paper.holds(box) and not Where.of_key("education-ffffffff").holds(paper)
    assert not Where("education").holds(Where("education", "0a1b2c3d"))
    assert not WHOLE.holds(Where("basic")) and not WHOLE.holds(paper)


def test_box_of_a_place_is_the_key_the_notice_knows():
    assert [Where.of_key(key).box for key in ("education-0a1b2c3d", "appraisals-2021", "commitment")] == [
        "education-0a1b2c3d",
        "appraisals-2021",
        "commitment",
    ]
    assert Where("education", "0a1b2c3d").box == ""
    assert not set(string.punctuation) - {"_"} & set("".join(slot.key for slot in NOTICE.materials))


def test_points_of_a_return_are_numbered_each_behind_its_place():
    reasons = [
        {"where": "material:education-0a1b2c3d:diploma", "code": "illegible", "text": "请重新扫描。"},
        {"where": "", "code": "other", "text": "请核对全文。"},
    ]
    assert points_in_words(NOTICE, points_of(reasons), FORM) == [
        "1. 《毕业证书》（2. 石河子大学）：请重新扫描。",
        "2. 请核对全文。",
    ]


def test_nobody_else_reads_or_writes_such_text():
    sources = Path(zhicheng.__file__).parent.rglob("*.py")
    by_hand = re.compile(r"""(f|prefix\(|startswith\(|partition\()["']material:""")
    assert not [path.name for path in sources if by_hand.search(path.read_text("utf-8"))]
