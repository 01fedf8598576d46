from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.regions import (
    BORTALA,
    BORTALA_COUNTIES,
    PROVINCES,
    XINJIANG,
    counties_of,
    find_region,
    is_known_region,
    region_name,
    short_name,
)
from zhicheng.standards.resources import read_json


def test_the_prefecture_has_its_four_counties() -> None:
    assert [(r.code, r.zh) for r in counties_of(BORTALA)] == [
        ("652701", "博乐市"),
        ("652702", "阿拉山口市"),
        ("652722", "精河县"),
        ("652723", "温泉县"),
    ]
    assert tuple(r.code for r in counties_of(BORTALA)) == BORTALA_COUNTIES


def test_all_prefectures_of_xinjiang_are_held() -> None:
    rows = [row for row in read_json("regions.json")["regions"] if not row.get("until")]
    names = [r["zh"] for r in rows if len(r["code"]) == 6 and r["code"].startswith(XINJIANG) and r["code"].endswith("00")]
    assert len(names) == 15
    assert {"乌鲁木齐市", "博尔塔拉蒙古自治州", "伊犁哈萨克自治州", "自治区直辖县级行政区划"} <= set(names)


def test_all_provinces_are_held() -> None:
    assert len(PROVINCES) == 35  # 34, and the prefix 83 of residence permits
    assert PROVINCES["65"] == "新疆维吾尔自治区"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("65", "新疆维吾尔自治区"),
        ("650000", "新疆维吾尔自治区"),
        ("652700", "新疆维吾尔自治区博尔塔拉蒙古自治州"),
        ("652722", "新疆维吾尔自治区博尔塔拉蒙古自治州精河县"),
        ("652722101", "新疆维吾尔自治区博尔塔拉蒙古自治州精河县大河沿子镇"),
        ("652722101000", "新疆维吾尔自治区博尔塔拉蒙古自治州精河县大河沿子镇"),
        ("652721", "新疆维吾尔自治区博尔塔拉蒙古自治州博乐县"),
        ("654121", "新疆维吾尔自治区伊犁地区伊宁县"),
        ("659007", "新疆维吾尔自治区双河市"),
        ("411122", "河南省"),
        ("652799", ""),
        ("990000", ""),
        ("", ""),
        ("博乐市", ""),
    ],
)
def test_names_reach_as_far_as_the_table_knows(code: str, name: str) -> None:
    assert region_name(code) == name


@pytest.mark.parametrize(
    ("code", "until", "successor"),
    [("652721", 1985, "652701"), ("652923", 2019, "652902"), ("654121", 2001, "654021"), ("652201", 2016, "650502")],
)
def test_retired_codes_keep_their_year_and_successor(code: str, until: int, successor: str) -> None:
    region = find_region(code)
    assert region is not None
    assert (region.is_retired, region.until, region.successor) == (True, until, successor)
    assert code not in {r.code for r in counties_of(code[:4] + "00")}


def test_every_successor_is_a_code_in_force_or_retired_later() -> None:
    for prefecture in ("650000",):
        assert is_known_region(prefecture)
    for code in ("652721", "652303", "652101", "654001", "652322", "654100"):
        region = find_region(code)
        assert region is not None and region.until is not None
        successor = find_region(region.successor)
        assert successor is not None
        assert successor.until is None or successor.until > region.until


def test_alashankou_came_in_2012() -> None:
    region = find_region("652702")
    assert region is not None
    assert region.since == 2012


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("411122", True),
        ("652701", True),
        ("652799", False),
        ("991122", False),
        ("65270", False),
        ("４１１１２２", False),
        ("411122001", False),
    ],
)
def test_a_county_elsewhere_is_known_by_its_province(code: str, known: bool) -> None:
    assert is_known_region(code) is known


def test_the_townships_of_the_prefecture_are_held() -> None:
    rows = read_json("regions.json")["regions"]
    names = {r["zh"] for r in rows if len(r["code"]) == 9 and r["code"][:6] in BORTALA_COUNTIES}
    assert {
        "小营盘镇",
        "达勒特镇",
        "乌图布拉格镇",
        "大河沿子镇",
        "安格里格镇",
        "查干屯格乡",
        "兵团八十三团",
        "兵团九十一团",
    } <= names
    assert {"兵团八十七团", "兵团八十八团"} <= names


def test_short_names_come_in_both_languages() -> None:
    assert (short_name("652722"), short_name("652722", "en"), short_name("999999")) == ("精河县", "Jinghe", "")


@given(st.text(max_size=12))
def test_any_text_has_an_answer(text: str) -> None:
    assert bool(region_name(text)) <= is_known_region(text)
