"""我的信息 of a person over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.web.registering import IN_WINDOW, client_of, errors_of, page_of, publish
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.organizations import queries
from zhicheng.organizations.actors import actor_for

pytestmark = pytest.mark.django_db
SHOW = reverse("person_information")


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


def signed_in(number: int = 1, **changes: object) -> tuple[Client, User]:
    user = ex.registered_applicant(ex.approved_unit(), number)
    return client_of(actor_for(user)), user


def test_the_identity_number_is_masked_even_for_its_owner() -> None:
    client, user = signed_in()
    words = page_of(client.get(SHOW)).main.get_text(" ", strip=True)
    assert user.name in words and user.id_number not in words and f"{user.id_number[:6]}********" in words


def test_contact_is_changed_and_mistakes_are_told() -> None:
    client, _user = signed_in()
    wrong = client.post(reverse("person_contact"), {"mobile": "123", "position": ""})
    assert wrong.status_code == 422 and errors_of(wrong, "mobile")
    assert client.post(reverse("person_contact"), {"mobile": "138 0909 8888", "position": "教师"}).status_code == 303
    assert "13809098888" in client.get(SHOW).content.decode()


def test_employer_is_found_and_changed() -> None:
    client, user = signed_in()
    new = ex.approved_unit(2)
    address = reverse("person_employer")
    found = client.post(address, {"employer_words": "第2中学", "find": "1"})
    assert found.status_code == 200 and page_of(found).select_one(f"input[value='{new.pk}']")
    nothing = client.post(address, {"employer_words": "", "employer_id": ""})
    assert nothing.status_code == 422 and errors_of(nothing, "employer_id")
    assert client.post(address, {"employer_id": str(new.pk)}).status_code == 303
    assert queries.employer_of(user.pk) == new


def test_the_applicant_is_told_who_is_being_waited_for() -> None:
    waiting = ex.registered_unit(3).organization
    user = ex.registered_applicant(waiting, 5)
    assert "单位目前还不能受理申报" in client_of(actor_for(user)).get(SHOW).content.decode()
