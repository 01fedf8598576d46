from __future__ import annotations

import pytest

from zhicheng.standards import tables
from zhicheng.standards.code_table import CodeTable, Entry
from zhicheng.standards.natures import UNIT_NATURES, find_nature

ALL = [getattr(tables, name) for name in tables.__all__ if name.isupper()]


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.key)
def test_every_entry_has_both_names_and_every_table_a_source(table: CodeTable[Entry]) -> None:
    assert table.source
    assert len(table) > 0
    for entry in table:
        assert entry.code and entry.zh and entry.en
        assert entry.en.isascii() or "–" in entry.en or "访惠聚" in entry.en
        assert table.get(entry.code) is entry
        assert table.name(entry.code) == entry.zh
        assert table.name(entry.code, "en") == entry.en
    assert len({table.key for table in ALL}) == len(ALL)


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.key)
def test_choices_have_distinct_names(table: CodeTable[Entry]) -> None:
    names = [name for _, name in table.choices()]
    assert len(set(names)) == len(names)


def test_the_56_groups_have_the_numbers_and_letters_of_the_standard() -> None:
    table = tables.ETHNIC_GROUPS
    assert len(table) == 58
    for code, zh, letters in [
        ("01", "汉族", "HA"),
        ("02", "蒙古族", "MG"),
        ("05", "维吾尔族", "UG"),
        ("17", "哈萨克族", "KZ"),
        ("29", "柯尔克孜族", "KG"),
        ("38", "锡伯族", "XB"),
        ("41", "塔吉克族", "TA"),
        ("43", "乌孜别克族", "UZ"),
        ("50", "塔塔尔族", "TT"),
        ("56", "基诺族", "JN"),
    ]:
        entry = table.get(code)
        assert entry is not None
        assert (entry.zh, entry.letters) == (zh, letters)
    assert table.name("97") == "其他"
    assert table.name("98") == "外国血统中国籍人士"
    assert "57" not in table and "58" not in table


def test_political_status_ends_with_the_masses() -> None:
    assert len(tables.POLITICAL_STATUS) == 13
    assert tables.POLITICAL_STATUS.name("13") == "群众"
    assert tables.POLITICAL_STATUS.name("03") == "中国共产主义青年团团员"
    assert "14" not in tables.POLITICAL_STATUS and "99" not in tables.POLITICAL_STATUS


def test_only_graduation_counts() -> None:
    graduated = {entry.code for entry in tables.EDUCATION if entry.is_graduation}
    assert graduated == {"11", "14", "17", "21", "28", "31", "41", "44", "47", "61", "71", "81"}
    assert [entry.code for entry in tables.EDUCATION if entry.by_policy] == ["17"]


def test_headings_are_held_but_not_chosen() -> None:
    codes = {code for code, _ in tables.EDUCATION.choices()}
    assert "20" in tables.EDUCATION
    assert not codes & {"10", "20", "30", "40", "60", "70", "80"}
    assert {"21", "90"} <= codes


def test_degrees_have_two_levels_and_can_grow() -> None:
    assert tables.DEGREES.name("408") == "工学学士"
    assert tables.DEGREES.name("2") == "博士"
    grown = tables.DEGREES.extended(
        Entry("414", "交叉学科学士", "Bachelor of an interdisciplinary field"), Entry("4", "学士学位", "Bachelor")
    )
    assert grown.name("414") == "交叉学科学士"
    assert grown.name("4") == "学士学位"
    assert len(grown) == len(tables.DEGREES) + 1
    assert "414" not in tables.DEGREES


def test_the_steps_rise_from_technician_to_full_senior() -> None:
    assert [(s.level, s.grade) for s in sorted(tables.TITLE_STEPS, key=lambda s: s.rank)] == [
        ("junior", "technician"),
        ("junior", "assistant"),
        ("intermediate", ""),
        ("senior", "associate"),
        ("senior", "full"),
    ]
    for step in tables.TITLE_STEPS:
        assert step.level in tables.LEVELS
        assert step.grade == "" or step.grade in tables.GRADES


def test_the_short_lists_have_the_codes_the_rooms_use() -> None:
    assert [c for c, _ in tables.APPRAISAL_RESULTS.choices()] == ["excellent", "competent", "basically_competent", "incompetent"]
    assert [zh for _, zh in tables.OBTAINED_BY.choices()] == ["评审", "认定", "初定", "授予", "高定", "考试", "确认", "转评"]
    assert [c for c, _ in tables.OBJECTION_CHANNELS.choices()] == ["phone", "written", "visit", "online"]
    assert [c for c, _ in tables.PUBLICATION_KINDS.choices()] == ["paper", "book", "report"]
    assert [c for c, _ in tables.APPOINTMENT_KINDS.choices()] == ["appointment_letter", "labour_contract"]
    assert {
        "missing",
        "illegible",
        "wrong_file",
        "inconsistent",
        "expired",
        "not_eligible",
        "format",
        "orientation",
        "unsigned",
        "other",
    } <= {c for c, _ in tables.RETURN_REASONS.choices()}
    assert {c for c, _ in tables.LICENCE_KINDS.choices()} == {
        "organization_code_certificate",
        "institution_certificate",
        "business_licence",
    }


def test_an_unknown_code_is_shown_and_not_swallowed() -> None:
    assert tables.SEX.name("7") == "7"
    assert tables.SEX.get("7") is None


def test_a_name_is_found_and_an_unknown_one_is_not() -> None:
    entry = tables.ETHNIC_GROUPS.find_by_name("回族")
    assert entry is not None and entry.code == "03"
    assert tables.ETHNIC_GROUPS.find_by_name("火星族") is None


def test_a_table_with_a_code_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        CodeTable("broken", "nowhere", (Entry("1", "一", "one"), Entry("1", "二", "two")))


def test_natures_are_a_table_and_an_unknown_one_is_none() -> None:
    assert find_nature("unknown") is None
    assert [c for c, _ in tables.UNIT_NATURES.choices()] == [n.code for n in UNIT_NATURES]
