"""Which boxes an application has, and which are still empty: S-47 to S-63."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.files import bortala, other
from tests.campaigns.rules.people import BACHELOR, engineer, people
from zhicheng.campaigns.rules import (
    Facts,
    Graduation,
    MaterialKey,
    RowRef,
    SlotRequirement,
    appraisal_years_open,
    box_for,
    evidence_slots,
    missing_materials,
    row_evidence,
    slot_requirements,
)
from zhicheng.campaigns.rules.materials import slot_years
from zhicheng.standards.careers import Stay

NOTICE = bortala()
NOTICES = st.sampled_from([bortala(), other()])


def boxes(facts: Facts, slot: str) -> list[SlotRequirement]:
    return [box for box in slot_requirements(NOTICE, facts) if box.slot == slot]


def missing_slots(facts: Facts, present: set[MaterialKey], owner: str | None = None) -> list[str]:
    return [missing.requirement.key for missing in missing_materials(slot_requirements(NOTICE, facts), present, owner)]


def everything(requirements: list[SlotRequirement]) -> list[MaterialKey]:
    return [box.key_of(paper.key) for box in requirements for paper in box.papers]


# --- examples ---------------------------------------------------------------------------------------------------------


def test_boxes_of_an_engineer_follow_the_notice() -> None:
    keys = [box.key for box in slot_requirements(NOTICE, engineer())]
    assert keys == [
        "review_form",
        "photo",
        "publicity",
        "education-e1",
        "title_certificate",
        "appointment",
        "work_summary",
        *(f"continuing_education-{year}" for year in (2019, 2020, 2021, 2022)),
        *(f"appraisals-{year}" for year in range(2016, 2023)),
        "commitment",
        "supervising_opinion",
        "other",
    ]


def test_appraisals_are_not_asked_of_enterprise_staff() -> None:
    appraisals = boxes(engineer(employer_nature="enterprise"), "appraisals")
    assert len(appraisals) == 7
    assert not any(box.required for box in appraisals)
    assert all("企业单位" in str(box.exempt_reason) for box in appraisals)


def test_appraisals_follow_the_employer_of_each_year() -> None:
    here, there = Stay("institution", 365), Stay("enterprise", 365)
    facts = engineer(stays={2016: (here,), 2018: (there,), 2019: (there,), 2020: (here,), 2021: (there, here), 2022: (here,)})
    assert {box.year: box.required for box in boxes(facts, "appraisals")} == {
        2016: True,
        2017: False,  # a gap between two jobs: nobody employed, nobody appraised
        2018: False,
        2019: False,
        2020: True,
        2021: True,
        2022: True,
    }


def test_appraisals_of_an_unknown_employer_are_required() -> None:
    assert all(box.required for box in boxes(engineer(employer_nature=""), "appraisals"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"tenure_started_on": None}, True),
        ({"tenure_started_on": None, "first_title": None}, True),
        ({"tenure_started_on": None, "first_title": True}, False),
        ({"tenure_started_on": None, "employer_nature": "enterprise"}, False),
        ({}, False),
    ],
)
def test_appraisal_years_are_open_until_the_tenure_is_known(more: dict[str, Any], expected: bool) -> None:
    assert appraisal_years_open(NOTICE, engineer(**more)) is expected


def test_title_certificate_is_not_asked_for_a_first_title() -> None:
    (box,) = boxes(engineer(first_title=True), "title_certificate")
    assert not box.required
    assert "首次申报" in str(box.exempt_reason)
    assert boxes(engineer(first_title=True), "appraisals") == []


@pytest.mark.parametrize("answer", [None, False])
def test_title_certificate_is_asked_until_a_first_title_is_declared(answer: bool | None) -> None:
    (box,) = boxes(engineer(first_title=answer), "title_certificate")
    assert box.required
    assert box.exempt_reason is None


def test_diploma_alone_does_not_fill_the_education_box() -> None:
    (missing,) = [
        m
        for m in missing_materials(slot_requirements(NOTICE, engineer()), {("education", "diploma", None, "e1")})
        if m.requirement.slot == "education"
    ]
    assert [paper.key for paper in missing.papers] == ["e_registration"]
    assert (
        missing.text
        == "（三）《毕业证书》、《教育部学历证书电子注册备案表》：新疆大学：还没有上传《教育部学历证书电子注册备案表》。"
    )


@pytest.mark.parametrize(
    ("graduation", "offered"),
    [
        (BACHELOR, False),
        (dataclasses.replace(BACHELOR, graduated_on=dt.date(2001, 12, 31)), True),
        (dataclasses.replace(BACHELOR, graduated_on=dt.date(2002, 1, 1)), False),
        (dataclasses.replace(BACHELOR, graduated_on=None), False),
        (dataclasses.replace(BACHELOR, education="41"), True),
        (dataclasses.replace(BACHELOR, study_form="party_school"), True),
    ],
)
def test_certification_report_stands_in_where_there_is_no_e_registration(graduation: Graduation, offered: bool) -> None:
    facts = engineer(graduations=(graduation,))
    present: set[MaterialKey] = {("education", "diploma", None, "e1"), ("education", "certification_report", None, "e1")}
    assert ("education-e1" not in missing_slots(facts, present)) is offered


def test_publicity_wants_three_papers_of_the_unit() -> None:
    facts = engineer()
    assert "publicity" not in missing_slots(facts, set(), owner="applicant")
    assert missing_slots(facts, set(), owner="unit") == ["publicity"]
    papers = ("publicity_notice", "publicity_photo", "publicity_result")
    for without in papers:
        assert missing_slots(facts, {("publicity", p, None, None) for p in papers if p != without}, "unit") == ["publicity"]
    assert missing_slots(facts, {("publicity", p, None, None) for p in papers}, "unit") == []


def test_review_form_is_paper_only_and_never_missing_as_an_upload() -> None:
    (box,) = boxes(engineer(), "review_form")
    assert (box.upload, box.copies, box.required) == (False, 2, True)
    assert "review_form" not in missing_slots(engineer(), set())


def test_sixth_year_of_continuing_education_has_no_box() -> None:
    requirements = slot_requirements(NOTICE, engineer(highest_education="41", graduations=()))
    assert [box.year for box in requirements if box.slot == "continuing_education"] == [2018, 2019, 2020, 2021, 2022]
    assert box_for(requirements, "continuing_education", year=2017) is None
    assert box_for(requirements, "continuing_education", year=2018) is not None


def test_row_without_content_has_no_box() -> None:
    rows = {"awards": (RowRef("a1", "科技进步奖"), RowRef("a2", "", has_content=False))}
    assert [box.row_id for box in boxes(engineer(rows=rows), "awards")] == ["a1"]


def test_filled_row_names_the_boxes_that_prove_it() -> None:
    rows = {"awards": (RowRef("a1", "科技进步奖"), RowRef("a2", "先进个人"))}
    requirements = slot_requirements(NOTICE, engineer(rows=rows))
    assert [box.key for box in row_evidence(NOTICE, requirements, "awards", "a2")] == ["awards-a2"]
    assert [box.key for box in row_evidence(NOTICE, requirements, "appraisals", "p1", year=2020)] == ["appraisals-2020"]
    assert [box.key for box in row_evidence(NOTICE, requirements, "work_history", "w1")] == []
    assert evidence_slots(NOTICE, "basic") == []


def test_other_notice_asks_by_its_own_conditions() -> None:
    def service(**changes: Any) -> bool:
        facts = Facts(**{"year": 2025, "series": "primary_teaching", "level": "senior", "grade": "associate"} | changes)
        return next(box.required for box in slot_requirements(other(), facts) if box.slot == "county_service")

    assert service(employer_nature="institution")
    assert not service(employer_nature="enterprise")
    assert not service(employer_nature="institution", level="intermediate", grade="")
    assert service(series="nursing", employer_nature="enterprise")


def test_limits_of_a_file_come_from_the_notice() -> None:
    assert {box.max_bytes for box in slot_requirements(NOTICE, engineer())} == {20 * 1024 * 1024}
    facts = Facts(year=2025, level="senior", grade="associate", series="nursing")
    credits = [box for box in slot_requirements(other(), facts) if box.slot == "training_credits"]
    assert [(box.year, box.max_bytes, box.formats) for box in credits] == [
        (2023, 5 * 1024 * 1024, ("pdf",)),
        (2024, 5 * 1024 * 1024, ("pdf",)),
    ]


def test_sentence_speaks_the_language_of_the_request() -> None:
    with translation.override("en"):
        (missing,) = [
            m for m in missing_materials(slot_requirements(NOTICE, engineer()), set()) if m.requirement.slot == "commitment"
        ]
        assert "Personal commitment" in missing.text


# --- properties -------------------------------------------------------------------------------------------------------


@given(st.data())
def test_each_box_has_its_own_key(data: st.DataObject) -> None:
    notice = data.draw(NOTICES)
    keys = [box.key for box in slot_requirements(notice, data.draw(people(notice)))]
    assert len(keys) == len(set(keys))


@given(st.data())
def test_every_box_offers_a_paper(data: st.DataObject) -> None:
    notice = data.draw(NOTICES)
    for box in slot_requirements(notice, data.draw(people(notice))):
        assert [paper for paper in box.papers if paper.stands_for is None]
        assert box.required or box.mode == "optional" or box.exempt_reason or notice.slot(box.slot).required_when


@given(st.data())
def test_years_never_pass_the_cap_and_lie_before_the_campaign(data: st.DataObject) -> None:
    notice = data.draw(NOTICES)
    requirements = slot_requirements(notice, data.draw(people(notice)))
    for slot in notice.materials:
        years = [box.year for box in requirements if box.slot == slot.key and box.year is not None]
        assert len(years) <= ((slot.years.cap or 99) if slot.years else 0)
        assert years == list(range(notice.year - len(years), notice.year))  # the most recent ones, without a gap


@given(st.data())
def test_one_more_file_never_makes_more_missing(data: st.DataObject) -> None:
    notice = data.draw(NOTICES)
    requirements = slot_requirements(notice, data.draw(people(notice)))
    places = everything(requirements)
    present = data.draw(st.sets(st.sampled_from(places))) if places else set()
    more = present | {data.draw(st.sampled_from(places))}
    before = {m.requirement.key: len(m.papers) for m in missing_materials(requirements, present)}
    after = {m.requirement.key: len(m.papers) for m in missing_materials(requirements, more)}
    assert after.keys() <= before.keys()
    assert all(after[key] <= before[key] for key in after)


@given(st.data())
def test_with_everything_there_nothing_is_missing_and_with_nothing_all_that_is_required_is(data: st.DataObject) -> None:
    notice = data.draw(NOTICES)
    requirements = slot_requirements(notice, data.draw(people(notice)))
    assert missing_materials(requirements, everything(requirements)) == []
    assert [m.requirement for m in missing_materials(requirements, [])] == [r for r in requirements if r.required and r.upload]


@given(st.data())
def test_either_paper_fills_a_one_of_box(data: st.DataObject) -> None:
    notice = data.draw(NOTICES)
    requirements = slot_requirements(notice, data.draw(people(notice)))
    present = [box.key_of(data.draw(st.sampled_from(box.papers)).key) for box in requirements if box.mode == "one_of"]
    assert not [m for m in missing_materials(requirements, present) if m.requirement.mode == "one_of"]


@given(st.data())
def test_one_more_filled_row_never_asks_for_less(data: st.DataObject) -> None:
    notice = data.draw(NOTICES)
    facts = data.draw(people(notice))
    section = data.draw(st.sampled_from(["awards", "publications", "achievements", "training"]))
    more = dataclasses.replace(facts, rows={**facts.rows, section: (*facts.rows[section], RowRef("new", "新的一项"))})
    before = {box.key for box in slot_requirements(notice, facts) if box.required}
    after = {box.key for box in slot_requirements(notice, more) if box.required}
    assert before <= after
    assert after - before == {f"{slot.key}-new" for slot in evidence_slots(notice, section)}


@given(people(NOTICE))
def test_enterprise_staff_are_never_asked_for_appraisals(facts: Facts) -> None:
    always = dataclasses.replace(facts, employer_nature="enterprise", stays={})
    assert not [box for box in boxes(always, "appraisals") if box.required]


@given(people(NOTICE), st.sampled_from(["institution", "government", "social_group"]))
def test_others_are_asked_for_every_appraisal(facts: Facts, nature: str) -> None:
    always = dataclasses.replace(facts, employer_nature=nature, stays={})
    assert all(box.required for box in boxes(always, "appraisals"))


@pytest.mark.parametrize(
    ("number", "english"),
    [("（一）", "(1) "), ("（十）", "(10) "), ("（十一）", "(11) "), ("（二十）", "(20) "), ("（三十二）", "(32) ")]
    + [(odd, odd) for odd in ("（附）", "3.", "（一二）", "")],
)
def test_mark_is_the_notices_number_in_the_readers_language(number: str, english: str) -> None:
    box = dataclasses.replace(slot_requirements(NOTICE, engineer())[0], number=number)
    with translation.override("en"):
        assert box.mark == english
    with translation.override("zh-hans"):
        assert box.mark == number


def test_slot_that_is_not_of_years_asks_for_none() -> None:
    slot = bortala().slot("commitment")
    assert slot is not None and slot_years(bortala(), slot, engineer()) == []
