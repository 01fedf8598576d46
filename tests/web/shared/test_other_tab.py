"""A form sent from a page that was opened before somebody signed in again in another tab: sent on with one press, by its owner only."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.web.registering import page_of
from tests.web.shared.people import browser
from tests.web.shared.test_kept import PASSWORD, applicant_of, opened_form
from zhicheng.accounts.models import User
from zhicheng.applications.queries import snapshot_of
from zhicheng.foundation.models import AccessLook, AccessRefusal
from zhicheng.web.shared import kept

pytestmark = pytest.mark.django_db
OURS = {"origin": "http://testserver", "referer": "http://testserver/applicant/information/contact/"}


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


def given_back(client: Client, page: Any) -> Any:
    """The answer to the one press that sends on what was kept."""
    form = page_of(page).select_one(f'main form[action="{reverse("person_contact")}"]')
    return client.post(reverse("person_contact"), {str(f["name"]): str(f["value"]) for f in form.select("input")}, headers=OURS)


def press(client: Client, page: Any, action: str) -> Any:
    form = page_of(page).select_one(f'form[action="{reverse(action)}"]')
    return client.post(reverse(action), {str(f["name"]): str(f["value"]) for f in form.select("input")}, headers=OURS)


def sign_in_at(client: Client, address: str, user: User) -> Any:
    assert address == "/accounts/login/?next=/kept/"
    page = client.get(address)
    typed = {"login": user.username, "password": PASSWORD}
    return client.post(
        "/accounts/login/", typed | {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "next": "/kept/"}, headers=OURS
    ), page


def test_another_account_sees_nothing_and_the_owner_sends_it_on_with_one_press(world: w.World) -> None:
    owner = applicant_of(world)
    client, typed = in_another_tab(User.objects.get(pk=world.unit_admin.user_id), owner)
    answer = sent(client, typed)
    assert (answer.status_code, answer["Location"]) == (302, "/kept/")
    page = client.get("/kept/")
    assert "另一个账号" in page_of(page).h1.get_text() and "站长" not in page.content.decode()
    answer, before = sign_in_at(client, press(client, page, "kept_form_switch")["Location"], owner)
    assert "登录超时" not in page_of(before).get_text()
    page = client.get(answer["Location"])
    assert "站长" in page_of(page).main.get_text()
    owner.refresh_from_db()
    assert owner.mobile == "13812345678", "nothing was done yet"
    assert given_back(client, page).status_code == 303
    owner.refresh_from_db()
    assert (owner.mobile, owner.position) == ("13900001111", "站长")


@pytest.mark.parametrize("way", ["signing out", "another sign-in"])
def test_what_waits_for_its_owner_outlives_who_is_signed_in(world: w.World, way: str) -> None:
    owner, other = applicant_of(world), User.objects.get(pk=world.unit_admin.user_id)
    client, typed = in_another_tab(other, owner)
    sent(client, typed)
    if way == "signing out":
        press(client, client.get("/kept/"), "account_logout")
    else:
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
        client.post(
            "/rehearsal/sign-in/", {"username": User.objects.get(pk=world.bureau.user_id).username, **token}, headers=OURS
        )
    assert client.session.get("_auth_user_id") != str(other.pk)
    assert kept.SESSION_KEY in client.session


def test_other_account_can_throw_it_away_and_is_told_that_it_did(world: w.World) -> None:
    client, typed = in_another_tab(User.objects.get(pk=world.unit_admin.user_id), applicant_of(world))
    sent(client, typed)
    press(client, client.get("/kept/"), "kept_form_discard")
    assert kept.SESSION_KEY not in client.session
    assert "已经丢弃" in client.get(reverse("home_signed_in"), follow=True).content.decode()


def test_another_account_can_copy_what_cannot_be_kept(world: w.World) -> None:
    client, typed = in_another_tab(User.objects.get(pk=world.unit_admin.user_id), applicant_of(world))
    answer = sent(client, typed | {"password1": "geheim"})
    assert not offered(answer)
    assert "登录的账号换过" in page_of(answer).h1.get_text()
    assert "站长" in page_of(answer).main.get_text() and "geheim" not in answer.content.decode()


def test_nobody_signed_in_is_led_back_through_the_sign_in(world: w.World) -> None:
    owner = applicant_of(world)
    client, typed = in_another_tab(None, owner)
    answer, _page = sign_in_at(client, sent(client, typed)["Location"], owner)
    assert given_back(client, client.get(answer["Location"])).status_code == 303
    owner.refresh_from_db()
    assert owner.position == "站长"


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {}])
def test_nothing_is_kept_of_what_another_site_sent(world: w.World, headers: dict[str, str]) -> None:
    client, typed = in_another_tab(User.objects.get(pk=world.unit_admin.user_id), applicant_of(world))
    assert not offered(sent(client, typed, headers))
    assert kept.SESSION_KEY not in client.session


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


@pytest.mark.parametrize(("who", "word"), [("other", "另一个账号"), ("nobody", "现在没有登录")])
def test_script_under_another_account_is_told_what_becomes_of_the_words(world: w.World, who: str, word: str) -> None:
    client, typed = in_another_tab(User.objects.get(pk=world.unit_admin.user_id) if who == "other" else None, applicant_of(world))
    answer = sent(client, typed, OURS | {"HX-Request": "true"})
    assert answer.status_code == 403 and word in answer.content.decode()
    assert kept.SESSION_KEY not in client.session, "the button keeps it, not the script"


def test_picture_that_a_tab_left_open_asks_for_is_written_against_whoever_is_signed_in_now(
    world: w.World, caplog: pytest.LogCaptureFixture
) -> None:
    """The browser sends the one session it has: the refusal names that account, in the log and on the auditor's page, and the tab's not."""
    application = w.submitted(world)
    file_id = snapshot_of(application.current_submission).materials[0].file_id
    picture = reverse("desk_preview", args=[application.pk, file_id, 1])
    client = Client()
    client.force_login(User.objects.get(pk=world.unit_admin.user_id))
    assert client.get(picture).status_code == 200
    client.force_login(User.objects.get(pk=world.other_admin.user_id))
    with caplog.at_level(logging.INFO, logger="zhicheng.security"):
        assert client.get(picture).status_code == 404
    assert AccessRefusal.objects.get().actor == world.other_admin.ref
    (said,) = [record for record in caplog.records if "access.refused" in record.getMessage()]
    assert "desk_preview" in said.getMessage() and vars(said)["actor"] == world.other_admin.ref
    assert [row.actor for row in AccessLook.objects.all()] == [world.unit_admin.ref]
