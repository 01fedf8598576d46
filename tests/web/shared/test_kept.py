"""A session ends while a form is being filled: nothing typed is lost, and nobody else gets it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.web.shared.people import browser
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.foundation.sealing import seal
from zhicheng.organizations import actions, officers
from zhicheng.organizations.actors import SYSTEM
from zhicheng.organizations.models import OrganizationKind
from zhicheng.web.shared import limits, owner
from zhicheng.web.shared.kept import LIMIT_BYTES, SESSION_KEY, KeptForm
from zhicheng.web.shared.owner import owner_token_for, read_owner

pytestmark = pytest.mark.django_db
PASSWORD = "rehearsal-2023"


def applicant_of(world: w.World) -> User:
    return User.objects.get(pk=world.applicant.user_id)


def hidden(page: bytes, action: str) -> dict[str, Any]:
    """The hidden fields of the form on ``page`` that goes to ``action``."""
    form = BeautifulSoup(page, "html.parser").find("form", action=action)
    assert form is not None
    data: dict[str, Any] = {}
    for field in form.find_all("input"):
        data.setdefault(str(field["name"]), []).append(str(field.get("value", "")))
    return data


def opened_form(client: Client, path: str) -> dict[str, Any]:
    form = BeautifulSoup(client.get(path).content, "html.parser").find("main").find("form")  # type: ignore[union-attr]
    return {str(f["name"]): str(f.get("value", "")) for f in form.find_all("input")}  # type: ignore[union-attr]


def end_session() -> None:
    Session.objects.all().delete()


def sign_in(client: Client, username: str, next_page: str = "") -> Any:
    return client.post(reverse("account_login"), {"login": username, "password": PASSWORD, "next": next_page})


def test_what_was_typed_is_written_after_signing_in_again(world):
    user = applicant_of(world)
    client = browser(user, enforce_csrf_checks=True)
    path = reverse("person_contact")
    typed = opened_form(client, path) | {"mobile": "13900001111", "position": "高级“工程师”＆<b>"}
    end_session()

    response = client.post(path, typed)
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/kept/"
    sign_in_page = client.get(response["Location"])
    assert "您刚才填写的内容已为您保留" in sign_in_page.content.decode()
    answer = client.post(
        "/accounts/login/", hidden(sign_in_page.content, "/accounts/login/") | {"login": user.username, "password": PASSWORD}
    )
    assert answer["Location"] == "/kept/"

    page = client.get("/kept/")
    assert "13900001111" in page.content.decode()
    assert "高级“工程师”＆&lt;b&gt;" in page.content.decode()
    user.refresh_from_db()
    assert user.mobile == "13812345678", "looking at what was kept writes nothing"

    assert client.post(path, hidden(page.content, path)).status_code == 303
    user.refresh_from_db()
    assert (user.mobile, user.position) == ("13900001111", "高级“工程师”＆<b>")
    assert SESSION_KEY not in client.session, "what was sent is not kept any longer"


def test_kept_words_are_not_readable_in_the_session_table(world):
    client = browser(applicant_of(world))
    typed = opened_form(client, reverse("person_contact")) | {"mobile": "13900001111"}
    end_session()
    client.post(reverse("person_contact"), typed)
    stored = str(client.session[SESSION_KEY])
    assert "13900001111" not in stored
    assert stored.startswith("v2:")


def test_another_person_sees_nothing_and_the_owner_still_gets_it(world):
    owner, other = applicant_of(world), User.objects.get(pk=world.unit_admin.user_id)
    client = browser(owner)
    typed = opened_form(client, reverse("person_contact")) | {"mobile": "13900001111"}
    end_session()
    client.post(reverse("person_contact"), typed)

    assert sign_in(client, other.username)["Location"] == reverse("home_signed_in")
    assert client.get(reverse("home_signed_in"))["Location"] == "/kept/"
    page = client.get("/kept/")
    assert page.status_code == 403
    assert "13900001111" not in page.content.decode()

    assert client.post(reverse("kept_form_switch"))["Location"] == "/accounts/login/?next=/kept/"
    sign_in(client, owner.username, "/kept/")
    assert "13900001111" in client.get("/kept/").content.decode()


def test_owner_can_throw_it_away(world):
    user = applicant_of(world)
    client = browser(user)
    typed = opened_form(client, reverse("person_contact"))
    end_session()
    client.post(reverse("person_contact"), typed)
    sign_in(client, user.username)
    client.post(reverse("kept_form_discard"))
    assert SESSION_KEY not in client.session
    assert client.get("/kept/").status_code == 302


def test_chosen_file_is_not_kept_and_the_page_says_so(world):
    user = applicant_of(world)
    client = browser(user)
    token = owner_token_for(user)
    file = SimpleUploadedFile("毕业证书.pdf", b"%PDF-1.7", "application/pdf")
    client = browser()
    client.post(reverse("person_contact"), {"mobile": "13900001111", "_owner": token, "file": file})
    sign_in(client, user.username)
    page = client.get("/kept/").content.decode()
    assert "您选择的文件没有传上来" in page
    assert "13900001111" in page


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"mobile": "13900001111"}, "nobody had opened it"),
        ({"mobile": "13900001111", "_owner": "7:forged"}, "the owner is forged"),
        ({"_owner": "real", "oldpassword": "x", "password1": "geheim"}, "passwords are never kept"),
        ({"_owner": "real", "text": "1" * (LIMIT_BYTES + 1)}, "too long"),
    ],
)
def test_nothing_is_kept_when(world, data, why):
    if data.get("_owner") == "real":
        data = data | {"_owner": owner_token_for(applicant_of(world))}
    client = browser()
    response = client.post(reverse("person_contact"), data)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/"), why
    assert SESSION_KEY not in client.session, why


def test_form_without_csrf_token_is_never_kept(world):
    client = browser(enforce_csrf_checks=True)
    assert client.post(reverse("person_contact"), {"_owner": owner_token_for(applicant_of(world))}).status_code == 403
    assert SESSION_KEY not in client.session


def test_lost_post_leads_back_to_the_page_it_came_from(world):
    response = browser().post(reverse("unit_publicity_open", args=[7]), headers={"referer": "http://testserver/desk/?after=x"})
    assert response["Location"] == "/accounts/login/?next=/desk/%3Fafter%3Dx"
    foreign = browser().post(reverse("unit_publicity_open", args=[7]), headers={"referer": "https://evil.example/desk/"})
    assert foreign["Location"] == "/accounts/login/?next=/"


def test_script_that_meets_an_ended_session_is_told_so(world):
    token = owner_token_for(applicant_of(world))
    client = browser()
    response = client.post(reverse("person_contact"), {"_owner": token}, headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert SESSION_KEY not in client.session


def test_visitors_page_still_takes_posts():
    assert browser().post(reverse("set_language"), {"language": "en", "next": "/"}).status_code == 302


def test_owner_token_names_its_person_and_cannot_be_made_up(world):
    user = applicant_of(world)
    assert read_owner(owner_token_for(user)) == user.pk
    assert read_owner(f"{user.pk}") is None
    assert read_owner(f"{user.pk}:{owner_token_for(user).split(':', 1)[1]}x") is None


def test_owner_token_runs_out(world, monkeypatch):
    token = owner_token_for(applicant_of(world))
    monkeypatch.setattr(owner, "VALID", timedelta(seconds=-1))
    assert read_owner(token) is None


def send(world, n=1000, address="203.0.113.9"):
    typed = {"mobile": "1" * n, "_owner": owner_token_for(applicant_of(world))}
    client = browser(REMOTE_ADDR=address)
    client.post(reverse("person_contact"), typed)
    return client


def has_kept(client):
    return settings.SESSION_COOKIE_NAME in client.cookies and SESSION_KEY in client.session


def test_what_strangers_have_kept_is_bounded_for_a_network_and_in_all(world, monkeypatch):
    monkeypatch.setattr(limits, "TYPED_BYTES_PER_NETWORK", 3500)
    monkeypatch.setattr(limits, "TYPED_BYTES", 10_000)
    monkeypatch.setattr(limits, "TYPED_BYTES_IN_A_CROWD", 1500)
    kept = [has_kept(send(world)) for _ in range(5)]
    assert kept == [True, True, True, False, False]
    assert sum(has_kept(send(world, address="203.0.113.77")) for _ in range(5)) == 2
    assert [has_kept(send(world, address="198.51.100.1")) for _ in range(3)] == [True, False, False], "half is left"
    others = [has_kept(send(world, address=f"198.51.100.{n}")) for n in range(2, 9)]
    assert others == [True] * 3 + [False] * 4
    assert Session.objects.count() == 9, "what is not kept leaves no session either"


def test_what_is_kept_is_kept_for_two_hours_however_often_its_session_is_used(world):
    client = send(world)
    ends = Session.objects.get().expire_date
    assert timedelta(minutes=119) < ends - clock.machine_now() <= timedelta(hours=2)
    Session.objects.update(expire_date=clock.machine_now() + timedelta(minutes=5))
    client.get("/")
    assert abs(Session.objects.get().expire_date - ends) < timedelta(seconds=2)
    sign_in(client, applicant_of(world).username)
    left = Session.objects.get().expire_date - clock.machine_now()
    assert left <= timedelta(seconds=settings.SESSION_COOKIE_AGE), "signing in gives it the ordinary end"


def test_page_says_what_is_done_and_about_whose_application_before_it_is_sent_on():
    """“接着提交” carries out a decision: which one, and about whom, stands on the page, not only the words typed."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        user = User.objects.get(pk=world.unit_admin.user_id)
        path, typed = reverse("desk_return", args=[application.pk]), {"text-1": "请补充毕业证书", "_owner": owner_token_for(user)}
        client = browser(user, enforce_csrf_checks=True)
        headers = {"origin": "http://testserver"}
        end_session()
        client.post(path, typed, headers=headers)
        client.force_login(user, backend="zhicheng.accounts.backends.AuthenticationBackend")
        waits = client.get("/kept/")
        stale = client.post(path, typed, headers=headers)
        assert stale.status_code == 403
        for page in (waits, stale):
            deed = BeautifulSoup(page.content, "html.parser").select_one(".kept-deed")
            assert deed is not None, page
            assert [dd.text for dd in deed.find_all("dd")] == ["退回", application.applicant_name, str(application.year)]
        assert application.applicant_name not in browser(applicant_of(world)).get("/kept/").content.decode()


def kept_return(world: w.World, user: User) -> tuple[Client, str]:
    """A return that was being written in another session when it ended; its owner has signed in again."""
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    path = reverse("desk_return", args=[application.pk])
    typed = {
        "where-1": "summary",
        "text-1": "总结没有写近两年的工作，请补充。",
        "opinion": "请尽快修改",
        "_owner": owner_token_for(user),
    }
    client = browser(user)
    end_session()
    assert client.post(path, typed).status_code == 302
    client.force_login(user, backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client, path


def move_away(user: User) -> None:
    other = actions.open_office(
        kind=OrganizationKind.COUNTY,
        name="温泉县人社局职称办",
        region_code="652723",
        superior_office_id=officers.office_of(user.pk).superior_office_id,
    )
    actions.move_officer(actor=SYSTEM, user_id=user.pk, to_office_id=other.pk, reason="工作需要，调到温泉县", nobody_left=True)


def test_officer_who_was_moved_reads_that_it_is_not_his_any_more_and_keeps_his_words():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        user = User.objects.get(pk=world.county_officer.user_id)
        client, path = kept_return(world, user)
        assert "接着提交就会办理" in client.get("/kept/").content.decode()
        kept = client.session[SESSION_KEY]
        move_away(user)
        user.refresh_from_db()
        client.force_login(user, backend="zhicheng.accounts.backends.AuthenticationBackend")
        session = client.session
        session[SESSION_KEY] = kept
        session.save()
        reads_only(client, path)


def test_what_met_no_page_when_it_was_sent_on_is_kept_to_be_read():
    """It went elsewhere between the look and the press, or stands at an address that says nothing of itself beforehand."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        user = User.objects.get(pk=world.county_officer.user_id)
        client, path = kept_return(world, user)
        sent = hidden(client.get("/kept/").content, path)
        waits = client.session[SESSION_KEY]
        move_away(user)
        user.refresh_from_db()
        client.force_login(user, backend="zhicheng.accounts.backends.AuthenticationBackend")
        again = client.session
        again[SESSION_KEY] = waits
        again.save()
        answer = client.post(path, sent)
        assert answer.status_code == 302 and answer["Location"] == "/kept/"
        reads_only(client, path)
        reads_only(client, path)
        assert client.post(reverse("kept_form_discard")).status_code == 302
        assert SESSION_KEY not in client.session


def reads_only(client: Client, path: str) -> None:
    page = client.get("/kept/").content.decode()
    assert "这一项已经不归您办理" in page and "您现在在温泉县人社局职称办" in page
    assert "总结没有写近两年的工作，请补充。" in page and "请尽快修改" in page
    assert "接着提交就会办理" not in page and f'action="{path}"' not in page


def test_account_whose_role_has_changed_is_told_before_it_presses(world):
    user = applicant_of(world)
    client = browser(user)
    session = client.session
    record = KeptForm("/desk/applications/1/return/", "text-1=%E8%AF%B7%E8%A1%A5%E5%85%85", user.pk, clock.now().isoformat())
    session[SESSION_KEY] = seal(json.dumps(asdict(record)), purpose="kept form", place="session")
    session.save()
    page = client.get("/kept/").content.decode()
    assert "这一项已经不归您办理" in page and "请补充" in page and "desk/applications/1/return" not in page
