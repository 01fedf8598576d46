from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards import organization_code as gb11714
from zhicheng.standards.credit_code import ALPHABET, KINDS, WEIGHTS, check_character, check_credit_code, warning_values
from zhicheng.standards.errors import MESSAGES, InvalidNumber
from zhicheng.standards.natures import find_nature


def refused(text: str) -> str:
    with pytest.raises(InvalidNumber) as caught:
        check_credit_code(text)
    assert caught.value.message
    return caught.value.code


def coded(start: str, eight: str = "MA7ABCD1") -> str:
    seventeen = start + eight + gb11714.check_character(eight)
    return seventeen + check_character(seventeen)


@st.composite
def valid_codes(draw: st.DrawFn) -> str:
    start = draw(st.sampled_from(["12652700", "91652701", "52652722", "N2652723", "A1110000", "Y1652702", "92652701"]))
    return coded(start, draw(st.text(alphabet=ALPHABET, min_size=8, max_size=8)))


@pytest.mark.parametrize(
    ("code", "kind", "region", "organization", "nature"),
    [
        ("91110000600037341L", "企业", "110000", "600037341", "enterprise"),
        ("12652700457600129Q", "事业单位", "652700", "457600129", "institution"),
        ("91652701MA7ABCD121", "企业", "652701", "MA7ABCD12", "enterprise"),
        ("52652722MJY1234584", "民办非企业单位", "652722", "MJY123458", "private_non_enterprise"),
        ("N2652723MF1234XY44", "村级集体经济组织", "652723", "MF1234XY4", ""),
    ],
)
def test_vectors_of_the_domain_are_read(code: str, kind: str, region: str, organization: str, nature: str) -> None:
    credit = check_credit_code(code)
    assert (credit.code, KINDS[credit.kind][0], credit.region_code, credit.organization_code) == (
        code,
        kind,
        region,
        organization,
    )
    assert credit.suggested_nature == nature
    assert credit.warnings == ()


@pytest.mark.parametrize("start", ["A1110000", "N1652701", "N3652723", "Y1652702"])
def test_codes_that_start_with_a_letter_are_valid(start: str) -> None:
    assert check_credit_code(coded(start)).kind == start[:2]


def test_the_weights_are_powers_of_three_modulo_31() -> None:
    assert tuple(pow(3, i, 31) for i in range(17)) == WEIGHTS
    assert (ALPHABET.index("J"), ALPHABET.index("T"), ALPHABET.index("Y")) == (18, 26, 30)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "credit.empty"),
        ("9165270", "credit.length"),
        ("91652701MA7ABCD1211", "credit.length"),
        ("91652701MA7ABCDI21", "credit.characters"),
        ("91652701MA7ABCDO21", "credit.characters"),
        ("91652701-MA7ABCD121", "credit.characters"),
        ("91652701MA7ABCD122", "credit.checksum"),
        ("9165A701MA7ABCD121", "credit.region"),
    ],
)
def test_each_fault_has_its_own_code(text: str, code: str) -> None:
    assert refused(text) == code


@pytest.mark.parametrize("text", ["91652701ma7abcd121", "９１６５２７０１ＭＡ７ＡＢＣＤ１２１", " 91652701 MA7ABCD12 1 "])
def test_what_people_paste_is_normalised(text: str) -> None:
    assert check_credit_code(text).code == "91652701MA7ABCD121"


def test_a_deviating_organisation_code_only_warns() -> None:
    seventeen = "91652701MA7ABCD13"
    credit = check_credit_code(seventeen + check_character(seventeen))
    assert credit.warnings == ("credit.organization_code",)
    assert "MA7ABCD1-3" in MESSAGES[credit.warnings[0]].format(**warning_values(credit))


@pytest.mark.parametrize(
    ("start", "warning"),
    [
        ("B1652701", "credit.department_unknown"),
        ("97652701", "credit.kind_unknown"),
        ("91652799", "credit.region_unknown"),
        ("91652721", "credit.region_retired"),
    ],
)
def test_unknown_parts_only_warn(start: str, warning: str) -> None:
    credit = check_credit_code(coded(start))
    assert credit.warnings == (warning,)
    assert MESSAGES[warning].format(**warning_values(credit))


def test_a_name_registered_nationally_carries_no_division() -> None:
    credit = check_credit_code(coded("91100000"))
    assert (credit.region_name, credit.warnings) == ("", ())


@given(valid_codes())
def test_every_code_made_by_the_rule_is_read_back(code: str) -> None:
    credit = check_credit_code(code)
    assert credit.code == code
    assert credit.warnings == ()
    assert credit.suggested_nature == "" or find_nature(credit.suggested_nature) is not None


@given(valid_codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_changed_character_is_caught(code: str, place: int, other: str) -> None:
    changed = code[:place] + other + code[place + 1 :]
    if changed != code:
        assert refused(changed) in {"credit.checksum", "credit.region"}


@given(valid_codes(), st.integers(0, 16))
def test_any_two_swapped_neighbours_are_caught(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        assert refused(swapped) in {"credit.checksum", "credit.region"}


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        credit = check_credit_code(text)
    except InvalidNumber as error:
        assert error.message
    else:
        assert len(credit.code) == 18
