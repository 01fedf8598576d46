from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.organization_code import ALPHABET, check_character, check_organization_code


@pytest.mark.parametrize(
    ("text", "code", "printed"),
    [
        ("600037341", "600037341", "60003734-1"),
        ("45760012-9", "457600129", "45760012-9"),
        ("ma7abcd1－2", "MA7ABCD12", "MA7ABCD1-2"),
        ("D2143569-X", "D2143569X", "D2143569-X"),  # the example of GB 11714
    ],
)
def test_codes_are_read_in_both_forms(text: str, code: str, printed: str) -> None:
    organization = check_organization_code(text)
    assert (organization.code, organization.printed) == (code, printed)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "organization.empty"),
        ("60003734", "organization.length"),
        ("6000373411", "organization.length"),
        ("6000-37341", "organization.characters"),
        ("6000373一1", "organization.characters"),
        ("60003734-2", "organization.checksum"),
    ],
)
def test_each_fault_has_its_own_code(text: str, fault: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        check_organization_code(text)
    assert caught.value.code == fault
    assert caught.value.message and caught.value.message_en


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8))
def test_every_code_made_by_the_rule_is_read_back(eight: str) -> None:
    code = eight + check_character(eight)
    assert check_organization_code(check_organization_code(code).printed).code == code


@given(st.text(alphabet="0123456789", min_size=8, max_size=8), st.integers(0, 7), st.sampled_from("0123456789"))
def test_any_single_changed_digit_is_caught(eight: str, place: int, other: str) -> None:
    if eight[place] != other:
        changed = eight[:place] + other + eight[place + 1 :] + check_character(eight)
        with pytest.raises(InvalidNumber):
            check_organization_code(changed)
