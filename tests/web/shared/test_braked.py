"""Tried too often within a minute: what was typed stays on the page, no password does, and a link leads back."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.web.registering import page_of
from tests.web.shared.people import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _used_up(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip", "reset_password_from_key": "1/m/ip"}


def test_minute_gives_back_what_was_typed_to_be_sent_again_from_this_page() -> None:
    client, address = browser(), reverse("account_reset_password")
    answers = [client.post(address, {"email": f"nobody{n}@example.cn"}) for n in range(2)]
    assert [a.status_code for a in answers] == [302, 429]
    assert answers[1]["Retry-After"] == "60"
    main = page_of(answers[1]).main
    assert "一分钟" in main.get_text() and "nobody1@example.cn" in main.get_text()
    assert main.select_one(".kept-values dt").get_text() == "注册时用的邮箱", "called as on the form"
    form = main.select_one(f'form[action="{address}"]')
    assert form.select_one("input[name=email]")["value"] == "nobody1@example.cn" and form.select_one("input[name=_once]")
    assert main.select_one(f'a[href="{address}"]')


def test_password_is_not_given_back_and_the_page_says_so() -> None:
    client, address = browser(), reverse("account_reset_password_from_key", args=["1", "set-password"])
    typed = {"password1": "geheim-und-lang-1", "password2": "geheim-und-lang-1"}
    last = [client.post(address, typed) for _ in range(2)][-1]
    assert last.status_code == 429
    main = page_of(last).main
    assert "密码和文件没有保留" in main.get_text() and main.select_one("form") is None
    assert "geheim" not in last.content.decode() and main.select_one(f'a[href="{address}"]')
