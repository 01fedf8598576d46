from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.phone import check_landline, check_mobile, check_phone


def code_of(check: object, text: str) -> str:
    with pytest.raises(InvalidNumber) as caught:
        check(text)  # type: ignore[operator]
    assert caught.value.message
    return caught.value.code


@pytest.mark.parametrize(
    "text", ["13899001122", "138 9900 1122", "+86 138-9900-1122", "8613899001122", "１３８９９００１１２２", "008613899001122"]
)
def test_mobile_numbers_are_normalised(text: str) -> None:
    assert check_mobile(text) == "13899001122"
    assert check_phone(text) == "13899001122"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0909-2318888", "0909-2318888"),
        ("09092318888", "0909-2318888"),
        ("（0909）2318888", "0909-2318888"),
        ("0909 231 8888", "0909-2318888"),
        ("+86 909 2318888", "0909-2318888"),
        ("0909-2318888-12", "0909-2318888-12"),
        ("0909-2318888转12", "0909-2318888-12"),
        ("010-62345678", "010-62345678"),
        ("0571-87654321", "0571-87654321"),
    ],
)
def test_landline_numbers_are_normalised(text: str, number: str) -> None:
    assert check_landline(text) == number
    assert check_phone(text) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone.empty"),
        ("1389900112", "phone.mobile_length"),
        ("138990011222", "phone.mobile_length"),
        ("12899001122", "phone.mobile_prefix"),
        ("1389900112a", "phone.characters"),
        ("13899001122转5", "phone.characters"),
    ],
)
def test_each_fault_of_a_mobile_number_has_its_own_code(text: str, code: str) -> None:
    assert code_of(check_mobile, text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone.empty"),
        ("2318888", "phone.area_code_missing"),
        ("0909-231888", "phone.landline_length"),
        ("0909-23188881", "phone.landline_length"),
        ("0909-1318888", "phone.landline_prefix"),
        ("0009-2318888", "phone.area_code_unknown"),
        ("0909", "phone.landline_length"),
        ("0909-电话", "phone.characters"),
    ],
)
def test_each_fault_of_a_landline_number_has_its_own_code(text: str, code: str) -> None:
    assert code_of(check_landline, text) == code


def test_a_number_of_neither_kind_says_both_forms() -> None:
    assert code_of(check_phone, "2318888") == "phone.neither"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_mobile_number_is_read(number: str) -> None:
    assert check_phone(number) == number


@given(st.from_regex(r"0909-[2-8][0-9]{6}", fullmatch=True))
def test_every_bortala_number_is_read(number: str) -> None:
    assert check_phone(number) == check_phone(number.replace("-", "")) == number


@given(st.text(max_size=30))
def test_reading_twice_changes_nothing(text: str) -> None:
    try:
        number = check_phone(text)
    except InvalidNumber as error:
        assert error.message
    else:
        assert check_phone(number) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(+86) 139 1234 5675", "13912345675"),
        ("（+86）13912345675", "13912345675"),
        ("+(86) 139-1234-5675", "13912345675"),
        ("+86(139)12345675", "13912345675"),
        ("(86) 139.1234.5675", "13912345675"),
        ("86-139-1234-5675", "13912345675"),
        ("(0086)13912345675", "13912345675"),
        ("(+86) 0909-2318888", "0909-2318888"),
        ("(+86)(0909)2318888", "0909-2318888"),
        ("+86 (909) 2318888", "0909-2318888"),
    ],
)
def test_country_in_brackets_is_dropped(text: str, number: str) -> None:
    assert check_phone(text) == number


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["(+86)", "+86", "（＋86） ", "0086-", "(86)", "+(86)."])
)
def test_every_mobile_number_is_read_behind_every_form_of_the_country(number: str, country: str) -> None:
    assert check_mobile(country + number) == check_mobile(f"{country} {number[:3]}-{number[3:7]} {number[7:]}") == number
