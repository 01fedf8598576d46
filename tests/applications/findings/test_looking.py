"""Person, title, appointment and works: R10, R11, R20, R22; and what holds of every form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.applications.findings.forms import NOTICE, TODAY, facts, look, with_changes
from tests.applications.test_rules import JSON, SHAPED
from zhicheng.applications.findings import Seen, findings_in
from zhicheng.applications.sections import BY_KEY, SECTIONS
from zhicheng.applications.where import Where
from zhicheng.standards.identity_number import check_character


def number(seventeen: str) -> str:
    return seventeen + check_character(seventeen)


def test_a_form_in_which_nothing_is_odd_has_no_findings() -> None:
    contents = with_changes()
    contents["continuing_education"] = [r for r in contents["continuing_education"] if r["year"] > 2018]
    assert look(contents) == {}


def test_first_title_while_applying_for_intermediate_is_told_and_says_what_is_not_asked() -> None:
    found = look(with_changes(current_title={"first_title": True}, appraisals=[]))
    assert str(found["title.first"].where) == "current_title.first_title"
    assert "逐级申报" in found["title.first"].text and "不要求上传任职资格证书" in found["title.first"].text


@pytest.mark.parametrize(
    ("changes", "code", "where", "words"),
    [
        ({"publications": [{"kind": "paper", "title": "x", "published_on": "2010-05-01"}]}, "publications.tenure", "publications.00000001.published_on", ["2010-05-01", "2018-01-10"]),
        ({"achievements": {"started_on": "2001-03-01", "ended_on": "2003-10-30"}}, "achievements.window", "achievements.00000001.ended_on", ["2001-03-01至2003-10-30", "2018-01-01"]),
        ({"appointment": {"appointed_until": "2020-12-31"}}, "appointment.ended", "appointment.appointed_until", ["2020-12-31"]),
        ({"appointment": {"appointed_on": "2016-02-01"}}, "appointment.before_title", "appointment.appointed_on", ["2016-02-01", "2018-01-10"]),
        ({"current_title": {"acquired_on": "1995-05-01"}}, "title.before_graduation", "current_title.acquired_on", ["1995-05-01", "2013-06-30"]),
        ({"appointment": {"party": "某劳务派遣公司"}}, "appointment.other_party", "appointment.party", ["某劳务派遣公司"]),
        ({"current_title": {"title_name": "高级工程师"}}, "title.name", "current_title.step", ["高级工程师", "副高级"]),
        ({"current_title": {"acquired_on": "2021-01-10"}}, "title.years_in_title", "current_title.acquired_on", ["4年"]),
        ({"education": {"verification_code": "ABCDE"}}, "education.verification_code", "education.00000001.verification_code", ["12 位或 16 位"]),
        ({"publications": [{"kind": "paper", "title": "x", "number": "ISSN 1234-5678"}]}, "publications.number", "publications.00000001.number", ["ISSN"]),
        ({"publications": [{"kind": "book", "title": "x", "number": "978-7-111-11111-1"}]}, "publications.number", "publications.00000001.number", ["ISBN"]),
        ({"achievements": {"description": "获专利ZL200310102344.6一项"}}, "patent.number", "achievements.00000001.description", ["ZL200310102344.6"]),
    ],
)  # fmt: skip
def test_one_finding_each_with_its_place_and_dates(changes: dict[str, Any], code: str, where: str, words: list[str]) -> None:
    found = look(with_changes(**changes))
    assert str(found[code].where) == where
    assert all(word in found[code].text for word in words), found[code].text


def test_numbers_of_projects_and_good_patents_are_not_judged() -> None:
    report = [{"kind": "report", "title": "x", "number": "2020-博科-13"}]
    found = look(with_changes(publications=report, achievements={"description": "专利 ZL200310102344.5"}))
    assert not {"publications.number", "patent.number"} & found.keys()


@pytest.mark.parametrize(
    ("seventeen", "code"),
    [
        ("00000019900101001", "identity.region_unknown"),
        ("65270119480101001", "identity.retirement_age"),
        ("81000019900101001", "identity.residence_permit"),
        ("91100019900101001", "identity.foreign_resident"),
    ],
)
def test_identity_number_that_is_odd_is_told_and_accepted(seventeen: str, code: str) -> None:
    found = look(with_changes(basic={"id_number": number(seventeen)}))
    assert str(found[code].where) == "basic.id_number"
    assert "{" not in found[code].text


@given(st.dictionaries(st.sampled_from([s.key for s in SECTIONS]), st.one_of(JSON, st.lists(SHAPED, max_size=3))))
def test_findings_of_any_form_have_a_place_and_never_raise(contents: dict[str, Any]) -> None:
    well_formed = {
        s.key: contents.get(s.key) if isinstance(contents.get(s.key), list if s.rows else dict) else ([] if s.rows else {})
        for s in SECTIONS
    }
    for section in SECTIONS:
        if section.rows:
            rows = [row for row in well_formed[section.key] if isinstance(row, dict)]
            well_formed[section.key] = [
                row | {"id": f"{n:08x}"} for n, row in enumerate(rows)
            ]  # never typed: the program gives them
    found = findings_in(Seen(well_formed, facts(well_formed), NOTICE, TODAY))
    assert len({f.key for f in found}) == len(found)
    for finding in found:
        assert finding.text and finding.source and Where.parse(str(finding.where)) == finding.where
        assert not finding.where.field or BY_KEY[finding.where.section].field(finding.where.field)
