"""What a place is called: a reason read alone must say what it is about."""

from __future__ import annotations

import pytest

from tests.campaigns.files import bortala
from zhicheng.applications.places import box_and_paper, place_words, slot_key

NOTICE = bortala()
SECTIONS = {
    "education": [{"id": "00000000", "school": "新疆大学"}, {"id": "0a1b2c3d", "school": "石河子大学"}],
    "continuing_education": [{"id": "11111111", "year": 2021}],
}


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
    assert place_words(NOTICE, where, SECTIONS) == words


def test_slot_whose_name_begins_like_another_is_told_apart():
    assert slot_key(NOTICE, "appraisals-2021") == "appraisals"
    assert slot_key(NOTICE, "education-0a1b2c3d:diploma") == "education"
    assert slot_key(NOTICE, "nothing-2021") == ""


def test_box_and_paper_are_told_apart():
    assert box_and_paper("material:education-0a1b2c3d:diploma") == ("education-0a1b2c3d", "diploma")
    assert box_and_paper("material:commitment") == ("commitment", "")
    assert box_and_paper("education.0a1b2c3d") == ("", "")
