from __future__ import annotations

import pytest

from zhicheng.standards.chsi import check_verification_code
from zhicheng.standards.errors import InvalidNumber


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456789012", "123456789012"),
        ("abcd efgh 1234 5678", "ABCDEFGH12345678"),
        ("ＡＢＣＤ-EFGH-1234-5678", "ABCDEFGH12345678"),
        ("https://www.chsi.com.cn/xlcx/bg.do?vcode=ABCDEFGH12345678&srcid=bgcx", "ABCDEFGH12345678"),
    ],
)
def test_codes_of_both_lengths_are_read(text: str, code: str) -> None:
    assert check_verification_code(text) == code


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "chsi.empty"),
        ("https://www.chsi.com.cn/xlcx/", "chsi.empty"),
        ("12345678901", "chsi.length"),
        ("12345678901234", "chsi.length"),
        ("ABCDEFGH1234567!", "chsi.characters"),
        ("ABCDEFGH1234567号", "chsi.characters"),
    ],
)
def test_each_fault_has_its_own_code(text: str, fault: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        check_verification_code(text)
    assert caught.value.code == fault
    assert caught.value.message
