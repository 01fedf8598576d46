"""A form sent from a page that was opened before somebody signed in again in another tab: sent on with one press, by its owner only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.web.registering import page_of
from tests.web.shared.people import browser
from tests.web.shared.test_kept import applicant_of, opened_form
from zhicheng.accounts.models import User
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db
OURS = {"origin": "http://testserver", "referer": "http://testserver/applicant/information/contact/"}


@pytest.fixture
def world() -> Iterator[w.World]:
    with clock.travel(w.IN_WINDOW):
        yield w.make_world()


def in_another_tab(user: User | None, opened_by: User) -> tuple[Client, dict[str, Any]]:
    """A browser in which ``opened_by`` typed into a form, and then ``user`` signed in (nobody: ``None``)."""
    client = browser(opened_by, enforce_csrf_checks=True)
    typed = opened_form(client, reverse("person_contact")) | {"mobile": "13900001111", "position": "站长"}
    client.logout()
    client.cookies.pop("csrftoken", None)
    if user is not None:
        client.force_login(user, backend="zhicheng.accounts.backends.AuthenticationBackend")
    client.get("/help/")
    return client, typed


def sent(client: Client, typed: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    return client.post(reverse("person_contact"), typed, headers=headers if headers is not None else OURS)


def test_same_account_sends_it_on_with_one_press_and_once_only(world: w.World) -> None:
    user = applicant_of(world)
    client, typed = in_another_tab(user, user)
    answer = sent(client, typed)
    assert answer.status_code == 403
    user.refresh_from_db()
    assert user.mobile == "13812345678", "nothing was done yet"
    page = page_of(answer)
    assert "太久" not in page.get_text() and "站长" in page.main.get_text()
    form = page.select_one(f'main form[action="{reverse("person_contact")}"]')
    again = {str(f["name"]): str(f["value"]) for f in form.select("input")}
    assert again["_once"] == typed["_once"], "pressed in both tabs it is one sending"
    assert sent(client, again).status_code == 303
    user.refresh_from_db()
    assert (user.mobile, user.position) == ("13900001111", "站长")


def offered(answer: Any) -> bool:
    assert answer.status_code == 403
    return page_of(answer).select_one("main form") is not None


def test_another_account_is_told_so_and_can_only_copy(world: w.World) -> None:
    client, typed = in_another_tab(User.objects.get(pk=world.unit_admin.user_id), applicant_of(world))
    answer = sent(client, typed)
    assert not offered(answer)
    assert "登录的账号换过" in page_of(answer).h1.get_text()


def test_nobody_signed_in_is_led_back_through_the_sign_in(world: w.World) -> None:
    client, typed = in_another_tab(None, applicant_of(world))
    answer = sent(client, typed)
    assert not offered(answer)
    assert "现在没有登录" in page_of(answer).h1.get_text()
    assert page_of(answer).select_one(f'main a[href="{reverse("person_contact")}"]')


FORGED = {
    "another site": ({"origin": "https://evil.example"}, {}),
    "this host, the other way to it": ({"origin": "https://testserver", "referer": "https://testserver/a/"}, {}),
    "a page without an address": ({"origin": "null"}, {}),
    "no word of where it came from": ({}, {}),
    "no owner": (OURS, {"_owner": ""}),
    "an owner that nobody signed": (OURS, {"_owner": "1:made:up"}),
}


@pytest.mark.parametrize("why", FORGED)
def test_form_that_may_be_somebody_elses_is_never_offered(world: w.World, why: str) -> None:
    user = applicant_of(world)
    client, typed = in_another_tab(user, user)
    headers, changed = FORGED[why]
    answer = sent(client, typed | changed, headers)
    assert not offered(answer), why
    assert "登录" not in page_of(answer).h1.get_text(), "who had opened it is not known, or it was this account"


def test_password_and_file_are_never_carried_along(world: w.World) -> None:
    user = applicant_of(world)
    client, typed = in_another_tab(user, user)
    assert not offered(sent(client, typed | {"password1": "geheim"}))
    answer = sent(client, typed | {"file": SimpleUploadedFile("毕业证书.pdf", b"%PDF-1.7", "application/pdf")})
    assert not offered(answer)
    assert "文件没有保留" in page_of(answer).main.get_text()


def test_page_leads_back_to_where_it_came_from_and_claims_no_cause_it_does_not_know(world: w.World) -> None:
    client = browser(enforce_csrf_checks=True)
    answer = client.post(
        "/accounts/login/", {"login": "x", "password": "y"}, headers={"referer": "http://testserver/register/unit/"}
    )
    assert answer.status_code == 403
    assert "太久" not in page_of(answer).get_text() and "登录" not in page_of(answer).h1.get_text()
    assert page_of(answer).select_one('main a[href="/register/unit/"]')
    foreign = client.post("/accounts/login/", {}, headers={"referer": "https://evil.example/a/"})
    assert "evil" not in foreign.content.decode()


def test_script_is_told_in_one_sentence_what_to_press(world: w.World) -> None:
    user = applicant_of(world)
    client, typed = in_another_tab(user, user)
    answer = sent(client, typed, OURS | {"HX-Request": "true"})
    assert answer.status_code == 403 and answer["Content-Type"].startswith("text/plain")
    assert "填写的内容还在页面上" in answer.content.decode()
