"""The pages on which somebody signs in or types a password, and the way out of every other (ASVS 6.2, 7.3, 7.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support import world as w
from tests.web.registering import link_in, mails, page_of, read_and_accept
from tests.web.shared.answers import Answer
from tests.web.shared.people import browser
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role
from zhicheng.web.access import ACCESS

pytestmark = pytest.mark.django_db
PASSWORD = "lantern-77-orchard-kite"


@pytest.fixture
def person() -> User:
    user = ex.registered_applicant(ex.approved_unit())
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def signed_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": password})
    return client


def password_fields(client: Client, path: str) -> list[Any]:
    found = page_of(client.get(path, follow=True)).select("input[type=password], input[name*=password]")
    assert found, path
    return list(found)


def test_password_is_typed_hidden_pasted_and_filled_in_by_the_browser(world: w.World, settings: Any) -> None:
    """On every page that asks for one: hidden, no shorter than 64 characters, named for password managers; no script looks at pasting."""
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    visitor, member = browser(), browser(User.objects.get(pk=world.applicant.account_id))
    read_and_accept(visitor, "person")
    visitor.post(reverse("account_reset_password"), {"email": "applicant@example.cn"})
    link = link_in(mails("applicant@example.cn")[-1])
    pages = [(visitor, reverse("account_login")), (visitor, reverse("register_person")), (visitor, link)]
    pages += [(member, reverse("account_change_password")), (member, reverse("account_reauthenticate"))]
    for client, path in pages:
        for field in password_fields(client, path):
            assert field["type"] == "password", path
            assert field["autocomplete"] in {"current-password", "new-password"}, path
            assert int(field.get("maxlength", 200)) >= 64 and not field.get("onpaste"), path


def test_blanks_around_a_password_belong_to_it(person: User) -> None:
    with_blanks = "  orchard kite 77 lantern "
    client = signed_in(person)
    said = {"oldpassword": PASSWORD, "password1": with_blanks, "password2": with_blanks}
    client.post(reverse("account_change_password"), said)
    assert reverse("my_applications") and signed_in(person, with_blanks).get(reverse("my_applications")).status_code == 200
    for other in (with_blanks.strip(), with_blanks.upper()):
        assert signed_in(person, other).get(reverse("my_applications")).status_code == 302


def test_session_that_was_idle_too_long_is_over(person: User, settings: Any) -> None:
    client = signed_in(person)
    row = Session.objects.get(session_key=client.session.session_key)
    left = row.expire_date - clock.machine_now()
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE - 60) < left <= timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.filter(pk=row.pk).update(expire_date=clock.machine_now() - timedelta(seconds=1))
    assert client.get(reverse("my_applications")).status_code == 302


def test_every_page_of_somebody_signed_in_has_the_way_out(answers: list[Answer]) -> None:
    pages, without = 0, []
    for answer in answers:
        if answer.role not in ACCESS.get(answer.name, ()) or Role.ANONYMOUS in ACCESS[answer.name]:
            continue
        if answer.status != 200 or not answer.get("Content-Type").startswith("text/html"):
            continue
        page = BeautifulSoup(answer.body, "html.parser")
        pages += 1
        if page.select_one("html") and not page.select_one(f"form[action='{reverse('account_logout')}'] button"):
            without.append(f"{answer.role} {answer.name}")
    assert pages and not without
