"""What proves what is filled in, and what is said of something beside which no paper lies (S-63)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.files import bortala
from zhicheng.campaigns.notice import EvidenceRule
from zhicheng.campaigns.rules import Facts, RowRef, SlotRequirement, evidence_slots, section_evidence, slot_requirements, unproved

ROW = RowRef(id="0a1b2c3d", label="渠系改造", has_content=True)


def facts(**changes) -> Facts:
    given_facts = {
        "year": 2023,
        "series": "engineering",
        "specialty": "hydraulic",
        "title": "engineer",
        "level": "intermediate",
        "grade": "",
        "employer_nature": "institution",
        "rows": {"achievements": (ROW,)},
    }
    return Facts(**(given_facts | changes))


def box(slot: str, **changes) -> SlotRequirement:
    return next(b for b in slot_requirements(bortala(), facts(**changes)) if b.slot == slot)


def test_letter_of_appointment_proves_the_appointment_and_not_the_work_history():
    notice = bortala()
    assert [slot.key for slot in evidence_slots(notice, "appointment")] == ["appointment"]
    assert evidence_slots(notice, "work_history") == []
    boxes = slot_requirements(notice, facts())
    assert [b.slot for b in section_evidence(notice, boxes, "appointment")] == ["appointment"]


def test_slot_named_by_two_rules_proves_both_sections_and_once_each():
    notice = bortala()
    rules = [
        EvidenceRule(section="work_history", slots=("appointment",), source="S-63"),
        EvidenceRule(section="work_history", slots=("appointment",), source="S-63"),
    ]
    twice = notice.model_copy(update={"evidence_rules": (*notice.evidence_rules, *rules)})
    assert [slot.key for slot in evidence_slots(twice, "work_history")] == ["appointment"]
    assert [slot.key for slot in evidence_slots(twice, "appointment")] == ["appointment"]


def test_row_without_a_paper_that_the_notice_asks_for():
    found = unproved([box("achievements")], [])
    assert found is not None and not found.is_allowed
    assert found.text == "未附材料（通知要求上传业绩成果材料）"
    assert unproved([box("achievements")], [("achievements", "achievement", None, ROW.id)]) is None
    elsewhere = [("achievements", "achievement", None, "ffffffff"), ("awards", "award_document", None, ROW.id)]
    assert unproved([box("achievements")], elsewhere) == found


def test_papers_of_which_one_will_do_are_joined_by_or():
    found = unproved([box("appointment")], [])
    assert found is not None and found.text == "未附材料（通知要求上传《专业技术职务聘书》或《劳动合同书》）"


def test_exemption_is_said_in_the_words_of_the_notice():
    found = unproved([box("title_certificate", first_title=True)], [])
    assert found is not None and found.is_allowed
    assert found.text == "未附材料（首次申报职称，尚无任职资格证书，不需上传）"


def test_box_that_may_stay_empty_and_row_without_a_box():
    assert [
        found.text for found in (unproved([box("photo")], []), unproved([], [])) if found is not None and found.is_allowed
    ] == [
        "未附材料（通知允许不传）",
        "未附材料（通知不要求上传这个年度的材料）",
    ]


@given(st.sets(st.sampled_from(["photo", "achievements", "commitment", "other", "appointment"])))
def test_a_paper_in_any_of_the_boxes_is_enough(slots):
    boxes = [replace(box(slot), row_id=None) for slot in sorted(slots)]
    for one in boxes:
        assert unproved(boxes, [(one.slot, one.papers[0].key, one.year, one.row_id)]) is None
