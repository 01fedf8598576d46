"""The password rules say what is wrong in our words."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from zhicheng.accounts.models import User

PERSON = User(username="gulinaer-maimaiti", name="古丽娜尔", email="gulinaer@example.cn")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "密码太短，至少要有 10 个字符。"),
        ("gulinaer-maimaiti", "密码与登录名、姓名或邮箱太相近，请换一个。"),
        ("1234567890", "密码不能全是数字，请加上字母或符号。"),
        ("1qaz2wsx3edc", "这个密码太常见，容易被猜到，请换一个。"),
    ],
)
def test_password_that_is_refused_is_told_why_in_our_words(password: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, PERSON)
    assert words in refused.value.messages
