"""What a person types is taken as meant, and kept."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.applications.reading import clean_text, is_blank, read_number, read_row, read_value, stored_date, why_no_date
from zhicheng.applications.sections import BY_KEY, SECTIONS, Field, Kind
from zhicheng.standards.text import pasted

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
TYPED = st.one_of(st.text(), st.none(), st.booleans(), st.integers(), st.lists(st.text()), st.dictionaries(st.text(), st.text()))


ENDED, BEGAN = Field("e", "e", Kind.DATE, required=False), Field("b", "b", Kind.DATE)


@pytest.mark.parametrize("typed", ["2023-02-30", "昨天", "18.5", "2023"])
def test_what_is_no_date_stays_as_typed_and_is_told_why(typed: str) -> None:
    assert read_value(BEGAN, typed) == typed
    assert why_no_date(typed).code in {"date.no_such_day", "date.unreadable", "date.short_year", "date.year_alone"}


def test_until_now_leaves_an_open_end_empty_and_is_told_where_a_day_is_needed() -> None:
    assert read_value(ENDED, "至今") == ""
    assert read_value(BEGAN, "至今") == "至今"
    assert why_no_date("至今").code == "date.until_now"


def test_day_that_was_kept_in_another_form_is_asked_for_again() -> None:
    assert why_no_date("２０２３-05-08").code == "date.unreadable"


@given(
    DAYS,
    st.sampled_from(["{y}-{m}-{d}", "{y}.{m}.{d}", "{y}/{m:02}/{d:02}", "{y}年{m}月{d}日", "{y}{m:02}{d:02}"]),
    st.booleans(),
)
def test_date_round_trips(day: date, form: str, wide: bool) -> None:
    typed = form.format(y=day.year, m=day.month, d=day.day)
    if wide:
        typed = typed.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    stored = read_value(Field("d", "d", Kind.DATE), typed)
    assert stored == day.isoformat() and stored_date(stored) == day
    assert read_value(Field("d", "d", Kind.DATE), stored) == stored


@pytest.mark.parametrize(
    "stored", ["20230508", "2023-W01-1", "2023-05-08T00:00", "2023-05-08\n", "２０２３-05-08", 20230508, None, ["2023-05-08"]]
)
def test_only_the_stored_form_is_a_stored_date(stored: object) -> None:
    assert stored_date(stored) is None


@given(st.integers(min_value=0, max_value=999_999))
def test_read_number_takes_both_widths(number: int) -> None:
    wide = str(number).translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert read_number(str(number)) == read_number(f" {wide} ") == number


@pytest.mark.parametrize("typed", ["", None, "-1", "1.5", "12a", "1234567", "٣", "①", "二"])
def test_what_is_no_whole_number_is_none(typed: object) -> None:
    assert read_number(typed) in (None, 1) if typed == "①" else read_number(typed) is None


@given(st.text())
def test_clean_text_read_twice_is_read_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    once.encode()  # storable


def test_clean_text_keeps_what_was_meant() -> None:
    assert clean_text("  古丽娜尔•买买提 ") == clean_text("古丽娜尔・买买提") == "古丽娜尔·买买提"
    assert clean_text("第一行\r\n第二行\r第三行\x00") == "第一行\n第二行\n第三行"
    assert clean_text("𠮷田\u3000䶮") == "𠮷田\u3000䶮"
    assert clean_text("e\x00\u0301") == "é"
    assert clean_text("半\ud800个") == "半个"


@given(st.sampled_from([f for s in SECTIONS for f in s.fields]), TYPED)
def test_any_value_survives_a_second_save_unchanged(field: Field, typed: object) -> None:
    once = read_value(field, typed)
    assert read_value(field, once) == once


@given(st.sampled_from(SECTIONS), st.dictionaries(st.sampled_from(sorted({f.key for s in SECTIONS for f in s.fields})), TYPED))
def test_any_row_survives_a_second_save_unchanged(section, typed) -> None:
    once = read_row(section, typed)
    assert set(once) == {f.key for f in section.fields} | ({"id"} if section.rows else set())
    assert read_row(section, once) == once


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_text_of_a_person_is_not_changed_but_for_space_and_dots(text: str) -> None:
    import unicodedata

    expected = unicodedata.normalize("NFC", pasted(text)).translate(dict.fromkeys(map(ord, "•・･‧ꞏ"), "·")).strip()
    assert clean_text(text) == expected


def test_what_was_pasted_along_is_dropped_and_lines_and_blanks_are_ours() -> None:
    typed = "\ufeff灌区\u200d工程\u202c\u2028第二行\u2029CO₂\u2003☑\ufe0f"
    assert clean_text(typed) == "灌区工程\n第二行\nCO₂ ☑"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("阿卜来提ꞏ如则", "阿卜来提·如则"),
        ("阿卜来提．如则", "阿卜来提·如则"),
        ("王\uf9d1", "王\uf9d1"),
        ("王\U000212fe", "王\U000212fe"),
        (" 张 三\u200b\x00", "张三"),
        (None, ""),
    ],
)
def test_former_name_is_read_by_the_rules_of_names(typed: object, stored: str) -> None:
    assert read_value(BY_KEY["basic"].field("former_name"), typed) == stored


@pytest.mark.parametrize("typed", ["(+86) 139 1234 5675", "１３９-1234-5675", "+8613912345675"])
def test_mobile_number_is_stored_as_its_eleven_digits(typed: str) -> None:
    assert read_value(BY_KEY["basic"].field("mobile"), typed) == "13912345675"


def test_yes_and_no() -> None:
    field = Field("f", "f", Kind.YES_NO)
    assert all(read_value(field, yes) is True for yes in (True, "on", "1", "是", "TRUE"))
    assert all(read_value(field, no) is False for no in (False, None, "", "0", "off", "否"))


def test_blank_row_is_one_without_a_value_besides_its_id() -> None:
    assert is_blank({"id": "0a1b2c3d", "school": "", "exempt": False, "hours": None})
    assert not is_blank({"id": "", "school": "新疆大学"})
