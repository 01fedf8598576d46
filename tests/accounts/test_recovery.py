"""A lost account comes back by e-mail, and strangers learn nothing (S-36)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.web.registering import link_in, mails, page_of
from zhicheng.accounts.models import User
from zhicheng.organizations.actions import add_unit_staff

pytestmark = pytest.mark.django_db
RESET = reverse("account_reset_password")


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> None:
    """Mail of the library goes where it goes in an instance; the test runner had put its own place there."""
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"


def ask(email: str) -> str:
    """Ask for an account by mailbox; the page that answers, without what differs on every page."""
    answer = Client().post(RESET, {"email": email}, follow=True)
    assert answer.status_code == 200
    return page_of(answer).body.get_text()


def test_the_mail_brings_log_in_name_and_a_link_that_sets_a_new_password_once() -> None:
    user = ex.registered_applicant(ex.approved_unit())
    ask(user.email.upper())
    mail = mails(user.email)[-1]
    assert user.username in mail["body"]
    client = Client()
    page = client.get(link_in(mail), follow=True)
    new = "新-orchard-77-lantern"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert User.objects.get(pk=user.pk).check_password(new)
    again = Client().get(link_in(mail), follow=True)
    assert not page_of(again).select("input[name=password1]")


def test_strangers_see_the_same_page_whether_somebody_is_registered_or_not() -> None:
    user = ex.registered_applicant(ex.approved_unit())
    assert ask(user.email).replace(user.email, "@") == ask("nobody@mail.example").replace("nobody@mail.example", "@")
    unknown = mails("nobody@mail.example")[-1]
    assert "没有注册过账号" in unknown["body"] and "signup" not in unknown["body"]


def test_a_colleague_without_a_password_confirms_the_mailbox_and_sets_one() -> None:
    unit = ex.approved_unit()
    user = add_unit_staff(
        actor=ex.unit_actor(unit),
        name="古丽娜尔",
        id_number=ex.id_number(50),
        mobile="13809095555",
        email="colleague@unit.example",
        username="colleague",
        position="办公室",
    )
    client = Client()
    client.post(link_in(mails(user.email)[-1]))
    ask(user.email)
    page = client.get(link_in(mails(user.email)[-1]), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": ex.PASSWORD, "password2": ex.PASSWORD})
    client.post(reverse("account_login"), {"login": "colleague", "password": ex.PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_quoted_mailbox_gets_no_mail() -> None:
    answer = Client().post(RESET, {"email": '"ab"@mail.example'})
    assert answer.status_code == 200 and "电子邮箱的格式不对" in answer.content.decode()
    assert not mails('"ab"@mail.example')
