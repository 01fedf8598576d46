"""A visitor who only looks, or sends what is refused, leaves no session behind: strangers must not fill the database."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.web.shared.addresses import address, patterns
from zhicheng.web.shared import limits

ADDRESSES = sorted({address(chain) for _name, chain in patterns()})


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_makes_a_session_for_whoever_knocks(world: w.World, method: str) -> None:
    left = []
    for path in ADDRESSES:
        Session.objects.all().delete()
        client = Client(raise_request_exception=False)
        getattr(client, method)(path)
        left += [path] * Session.objects.exists()
    assert not left


def test_link_past_the_notice_says_why_it_leads_back(world: w.World) -> None:
    answer = Client().get(reverse("register_unit"), follow=True)
    assert "请先阅读并同意注册须知" in answer.content.decode()
    assert not Session.objects.exists()


def test_accepting_the_notice_has_a_brake(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_HOUR", 2)
    page = reverse("register_unit_notice")
    assert [Client().post(page, {"accepted": "on"}).status_code for _ in range(3)] == [422, 422, 429]
