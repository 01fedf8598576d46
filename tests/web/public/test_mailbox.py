"""The link in the new mailbox: looking changes nothing, once, in time, and only with the end of the number (S-36)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_mailbox, decide
from tests.web.registering import IN_WINDOW, client_of, link_in, mails, page_of, summary_of
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import AccountRequest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_window(settings: object) -> Iterator[None]:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"  # type: ignore[attr-defined]
    with clock.travel(IN_WINDOW):
        yield


@pytest.fixture
def row() -> AccountRequest:
    unit = ex.approved_unit()
    asked = ask_mailbox(ex.unit_actor(unit), ex.registered_applicant(unit))
    return decide(asked)


def link() -> str:
    return link_in(mails("fresh@mail.example")[0])


def test_the_way_back_from_link_to_sign_in(row: AccountRequest) -> None:
    signed_in = client_of(actor_for(row.user))
    assert signed_in.get(reverse("my_titles")).status_code == 200
    client = Client()
    page = client.get(link())
    # Not "no-referrer": with it a browser sends the form with "Origin: null", and the check of the form refuses it.
    assert page.status_code == 200 and page["Referrer-Policy"] == "same-origin" and "noindex" in page["X-Robots-Tag"]
    assert row.user.username not in page.content.decode() and row.user.name not in page.content.decode()
    assert User.objects.get(pk=row.user_id).email == "person1@mail.example"
    done = client.post(link(), {"last_characters": row.old_number[-6:].lower()})
    assert "新邮箱已经生效" in page_of(done).main.get_text() and row.user.username in done.content.decode()
    assert signed_in.get(reverse("my_titles")).status_code == 302, "every session of the account has ended"
    login = {"login": row.user.username, "password": ex.PASSWORD}
    assert client.post(reverse("account_login"), login).status_code == 200, "the old password is void"
    client.post(reverse("account_reset_password"), {"email": "fresh@mail.example"})
    reset = client.get(link_in(mails("fresh@mail.example")[-1]), follow=True)
    new = "新-orchard-77-lantern"
    client.post(reset.request["PATH_INFO"], {"password1": new, "password2": new})
    client.post(reverse("account_login"), {"login": "fresh@mail.example", "password": new})
    assert client.session["_auth_user_id"] == str(row.user_id)


def test_the_officers_slips_do_not_count_against_the_person() -> None:
    unit = ex.approved_unit()
    asked = ask_mailbox(ex.unit_actor(unit), ex.registered_applicant(unit))
    officer = ex.officer(ex.county(), 60)
    for _n in range(4):
        with pytest.raises(Refused):
            decide(asked, officer, last_characters="000000")
    decide(asked, officer)
    assert "还可以输入 4 次" in summary_of(Client().post(link(), {"last_characters": "000000"}))[0]


def test_the_old_mailbox_recovers_nothing_any_more(row: AccountRequest) -> None:
    Client().post(reverse("account_reset_password"), {"email": row.old_email})
    early = link_in(mails(row.old_email)[-1])
    Client().post(link(), {"last_characters": row.old_number[-6:]})
    assert not page_of(Client().get(early, follow=True)).select("input[name=password1]")
    Client().post(reverse("account_reset_password"), {"email": row.old_email})
    assert "没有注册过账号" in mails(row.old_email)[-1]["body"]


def test_expired_and_foreign_links_say_the_same_and_a_used_one_that_it_is_confirmed(row: AccountRequest) -> None:
    with clock.travel(IN_WINDOW + timedelta(days=3, minutes=1)):
        late = Client().post(link(), {"last_characters": row.old_number[-6:]})
    Client().post(link(), {"last_characters": row.old_number[-6:]})
    again = Client().get(link())
    foreign = Client().get(reverse("mailbox_confirm", args=["1:forged"]))
    assert [answer.status_code for answer in (late, foreign)] == [410] * 2
    assert len({page_of(answer).main.get_text() for answer in (late, foreign)}) == 1
    assert again.status_code == 200 and "新邮箱已经确认过了" in again.content.decode()


def test_guessing_the_number_ends_the_link(row: AccountRequest) -> None:
    client = Client()
    first = client.post(link(), {"last_characters": "000000"})
    assert first.status_code == 422 and "还可以输入 4 次" in summary_of(first)[0]
    for _more in range(3):
        client.post(link(), {"last_characters": "000000"})
    last = client.post(link(), {"last_characters": "000000"})
    assert last.status_code == 410 and "已作废" in last.content.decode()
    assert client.post(link(), {"last_characters": row.old_number[-6:]}).status_code == 410
    assert User.objects.get(pk=row.user_id).email == "person1@mail.example"
