from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.identity_number import age_on, check_character, check_identity_number

TODAY = date(2023, 9, 1)


def refused(text: str, *, today: date = TODAY) -> str:
    with pytest.raises(InvalidNumber) as caught:
        check_identity_number(text, today=today)
    assert caught.value.message
    return caught.value.code


def numbered(region: str, birth: str, sequence: str = "123") -> str:
    seventeen = region + birth + sequence
    return seventeen + check_character(seventeen)


@st.composite
def valid_numbers(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["652701", "652722", "652721", "110105", "411122", "659007"]))
    birth = draw(st.dates(date(1930, 1, 1), date(2007, 1, 1)))
    return numbered(region, f"{birth:%Y%m%d}", f"{draw(st.integers(0, 999)):03}")


@pytest.mark.parametrize(
    ("number", "birth", "sex", "place"),
    [
        ("11010519491231002X", date(1949, 12, 31), "2", "北京市"),
        ("652701199003071233", date(1990, 3, 7), "1", "新疆维吾尔自治区博尔塔拉蒙古自治州博乐市"),
        ("65270119880229456X", date(1988, 2, 29), "2", "新疆维吾尔自治区博尔塔拉蒙古自治州博乐市"),
    ],
)
def test_vectors_of_the_domain_are_read(number: str, birth: date, sex: str, place: str) -> None:
    identity = check_identity_number(number, today=TODAY)
    assert (identity.number, identity.birth_date, identity.sex, identity.region_name) == (number, birth, sex, place)
    assert identity.region_code == number[:6]
    assert identity.region_known


def test_a_birthday_that_does_not_exist_is_refused_though_the_check_digit_is_right() -> None:
    assert refused("652722198502290016") == "identity.no_such_date"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "identity.empty"),
        ("  　\n", "identity.empty"),
        ("65270119900307123", "identity.length"),
        ("6527011990030712333", "identity.length"),
        ("65270119900307123A", "identity.characters"),
        ("652701X99003071233", "identity.characters"),
        ("652701-19900307-1233", "identity.characters"),
        ("٦٥٢٧٠١١٩٩٠٠٣٠٧١٢٣٣", "identity.characters"),
        ("652701199003071234", "identity.checksum"),
        ("652701900307123", "identity.first_generation"),
        (numbered("652701", "19901301"), "identity.no_such_date"),
        (numbered("652701", "00000101"), "identity.no_such_date"),
        (numbered("652701", "18991231"), "identity.too_old"),
    ],
)
def test_each_fault_has_its_own_code(text: str, code: str) -> None:
    assert refused(text) == code


@pytest.mark.parametrize(
    "text",
    ["65270119880229456x", " 652701 19880229 456x ", "６５２７０１１９８８０２２９４５６Ｘ", "\ufeff65270119880229456X\u200b"],
)
def test_what_people_paste_is_normalised(text: str) -> None:
    assert check_identity_number(text, today=TODAY).number == "65270119880229456X"


def test_the_birthday_of_today_is_no_future_but_tomorrow_is() -> None:
    born = numbered("652701", "20230902")
    assert refused(born, today=date(2023, 9, 1)) == "identity.future"
    assert refused(born, today=date(2023, 9, 2)) == "identity.too_young"


def test_sixteen_is_reached_on_the_birthday_and_not_the_day_before() -> None:
    born = numbered("652701", "20070901")
    assert refused(born, today=date(2023, 8, 31)) == "identity.too_young"
    assert check_identity_number(born, today=date(2023, 9, 1)).age_on(date(2023, 9, 1)) == 16


def test_somebody_born_on_leap_day_turns_on_the_first_of_march() -> None:
    assert age_on(date(2004, 2, 29), date(2023, 2, 28)) == 18
    assert age_on(date(2004, 2, 29), date(2023, 3, 1)) == 19


def test_an_unknown_region_only_warns() -> None:
    identity = check_identity_number(numbered("652799", "19900307"), today=TODAY)
    assert not identity.region_known
    assert identity.region_name == ""
    assert identity.warnings == ("identity.region_unknown",)


@pytest.mark.parametrize("region", ["652721", "654121", "652201", "652923"])
def test_a_retired_region_is_known_and_only_warns(region: str) -> None:
    identity = check_identity_number(numbered(region, "19840307"), today=TODAY)
    assert identity.region_known
    assert identity.region_name.startswith("新疆维吾尔自治区")
    assert identity.warnings == ("identity.region_retired",)


@pytest.mark.parametrize(("prefix", "name"), [("810000", "香港特别行政区"), ("820000", "澳门特别行政区"), ("830000", "台湾地区")])
def test_residence_permits_are_accepted(prefix: str, name: str) -> None:
    identity = check_identity_number(numbered(prefix, "19900307"), today=TODAY)
    assert (identity.kind, identity.region_known, identity.region_name) == ("residence_permit", True, name)
    assert identity.warnings == ("identity.residence_permit",)


def test_the_foreign_permanent_residence_card_is_accepted() -> None:
    identity = check_identity_number(numbered("965840", "19851020"), today=TODAY)
    assert (identity.kind, identity.region_name) == ("foreign_resident", "新疆维吾尔自治区")
    assert identity.warnings == ("identity.foreign_resident",)


@pytest.mark.parametrize(
    ("birth", "sequence", "warned"),
    [("19630901", "121", True), ("19630902", "121", False), ("19680901", "122", True), ("19680902", "122", False)],
)
def test_retirement_age_only_warns(birth: str, sequence: str, warned: bool) -> None:
    identity = check_identity_number(numbered("652701", birth, sequence), today=TODAY)
    assert ("identity.retirement_age" in identity.warnings) is warned


@given(valid_numbers())
def test_every_number_made_by_the_rule_is_read_back(number: str) -> None:
    identity = check_identity_number(number, today=TODAY)
    assert identity.number == number
    assert f"{identity.birth_date:%Y%m%d}" == number[6:14]
    assert identity.sex == ("1" if int(number[16]) % 2 else "2")


@given(st.text(alphabet="0123456789", min_size=17, max_size=17))
def test_the_check_is_that_of_iso_7064_mod_11_2(seventeen: str) -> None:
    value = 0
    for digit in seventeen:
        value = (value + int(digit)) * 2 % 11
    assert check_character(seventeen) == "0123456789X"[(1 - value) % 11]


@given(valid_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_changed_character_is_caught(number: str, place: int, other: str) -> None:
    changed = number[:place] + other + number[place + 1 :]
    if changed == number:
        assert check_identity_number(changed, today=TODAY).number == number
    else:
        assert refused(changed) in {"identity.checksum", "identity.characters"}


@given(valid_numbers(), st.integers(0, 16))
def test_any_two_swapped_neighbours_are_caught(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert refused(swapped) in {"identity.checksum", "identity.characters"}


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        identity = check_identity_number(text, today=TODAY)
    except InvalidNumber as error:
        assert error.message
    else:
        assert len(identity.number) == 18


@given(valid_numbers(), st.integers(0, 30000))
def test_age_never_falls_as_days_go_by(number: str, days: int) -> None:
    identity = check_identity_number(number, today=TODAY)
    later = TODAY + timedelta(days=days)
    assert identity.age_on(later) >= identity.age_on(TODAY) >= 16


@pytest.mark.parametrize(("last", "code"), [("Х", "letters.cyrillic"), ("х", "letters.cyrillic"), ("Χ", "letters.greek")])
def test_last_letter_of_another_alphabet_is_named_as_such(last: str, code: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        check_identity_number("11010519491231002" + last, today=date(2023, 5, 22))
    assert caught.value.code == code
    assert check_identity_number("11010519491231002ｘ", today=date(2023, 5, 22)).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "warning"), [("000000199001010018", "identity.region_unknown"), ("110105194812310022", "identity.retirement_age")]
)
def test_unusual_region_and_high_age_are_accepted_with_a_word(number: str, warning: str) -> None:
    assert warning in check_identity_number(number, today=date(2023, 5, 22)).warnings
