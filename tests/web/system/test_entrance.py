"""演练入口: a door for everybody, the cards, the guide; over what a rehearsal begins with."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from zhicheng.accounts.models import User
from zhicheng.rehearsal.seeding import Seeded
from zhicheng.web.system.rehearsal.guide import STATIONS


def test_entrance_has_a_door_for_every_role_and_every_station(seeded: Seeded, client: Client) -> None:
    page = client.get(reverse("rehearsal")).content.decode()
    assert {"zhou", "zhuguan", "danwei-gouqi", "sbr05"} < set(User.objects.values_list("username", flat=True))
    for username in User.objects.filter(is_active=True).values_list("username", flat=True):
        assert f'name="username" value="{username}"' in page, "everybody whom ./run names"
    assert len(STATIONS) == 13
    assert "弄虚作假" in page


@pytest.mark.parametrize("username", sorted({s.username for s in STATIONS if s.username}))
def test_sign_in_with_one_click_as_every_account_of_the_guide(seeded: Seeded, client: Client, username: str) -> None:
    answer = client.post(reverse("rehearsal_sign_in"), {"username": username, "next": "/help/"})
    assert (answer.status_code, answer["Location"]) == (303, "/help/")
    assert client.get("/help/").context["user"].username == username


def test_sign_in_does_not_lead_to_another_site(seeded: Seeded, client: Client) -> None:
    answer = client.post(reverse("rehearsal_sign_in"), {"username": "zhou", "next": "https://evil.example/"})
    assert answer["Location"] == reverse("home_signed_in")


def test_sign_in_as_nobody_is_not_found(seeded: Seeded, client: Client) -> None:
    assert client.post(reverse("rehearsal_sign_in"), {"username": "nobody"}).status_code == 404


def test_sign_in_by_a_link_is_not_possible(seeded: Seeded, client: Client) -> None:
    assert client.get(reverse("rehearsal_sign_in"), {"username": "zhou"}).status_code == 405


def test_clock_offers_the_end_of_the_publicity(seeded: Seeded, client: Client) -> None:
    page = client.get(reverse("rehearsal_clock")).content.decode()
    assert "到最后一个公示期满" in page
    assert "2023-06-16 18:00" in page
