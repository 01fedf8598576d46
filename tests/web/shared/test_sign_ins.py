"""Sessions end: after a working day, one by one, all others at once, and with the password."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support.signing_in import later
from tests.web.registering import page_of
from zhicheng.accounts.models import KnownDevice, User
from zhicheng.accounts.sessions import end_sessions_of
from zhicheng.foundation import clock
from zhicheng.foundation.models import LedgerEntry
from zhicheng.web.shared.sign_ins import SIGNED_IN_AT

pytestmark = pytest.mark.django_db
PASSWORD = "lantern-77-orchard-kite"
PAGE = reverse("usersessions_list")


@pytest.fixture
def person() -> User:
    user = ex.registered_applicant(ex.approved_unit())
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def signed_in(user: User, **headers: Any) -> Client:
    client = Client(**headers)
    assert client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD}).status_code == 302
    return client


def proved(client: Client) -> Client:
    """Whoever sits there gave the password once more."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return bool(client.get(reverse("my_applications")).status_code == 200)


def test_session_ends_after_the_longest_time_however_busy(person: User, settings: Any) -> None:
    client = signed_in(person)
    session = client.session
    session[SIGNED_IN_AT] = int(clock.machine_now().timestamp()) - settings.SESSION_LONGEST_HOURS * 3600 + 60
    session.save()
    assert is_in(client)
    session = client.session
    session[SIGNED_IN_AT] -= 120
    session.save()
    answer = client.get(reverse("my_applications"))
    assert answer["Location"].startswith(reverse("account_login")) and not is_in(client)


def test_one_sign_in_is_ended_from_the_page_and_nobody_elses(person: User) -> None:
    here, there = proved(signed_in(person)), signed_in(person)
    stranger = proved(signed_in_stranger(person))
    page = page_of(here.get(PAGE))
    (form,) = [f for f in page.select("form") if f["action"].endswith("/end/")]
    assert stranger.post(form["action"]).status_code == 303 and is_in(there), "not the stranger's to end"
    here.post(form["action"])
    assert "这个登录已经退出" in here.get(PAGE).content.decode()
    assert is_in(here) and not is_in(there)


@pytest.mark.parametrize("what", ["all", "one", "devices"])
def test_sign_ins_are_ended_by_whoever_gave_the_password_a_moment_ago(person: User, what: str) -> None:
    """A page that was left open shows them and ends none (ASVS 7.5.2)."""
    there, here = signed_in(person), signed_in(person)
    later(here)
    page = page_of(here.get(PAGE))
    (one,) = [f["action"] for f in page.select("form") if f["action"].endswith("/end/")]
    target = {"all": PAGE, "one": one, "devices": reverse("devices_forget")}[what]
    asked = here.post(target)
    assert asked["Location"].startswith(reverse("account_reauthenticate")) and is_in(there)
    assert KnownDevice.objects.filter(user=person).exists()
    here.post(asked["Location"], {"password": PASSWORD})
    assert (is_in(there), KnownDevice.objects.filter(user=person).exists()) == (what == "devices", what != "devices")


def test_session_gets_another_key_when_the_password_is_asked_for_again(person: User) -> None:
    client = signed_in(person)
    before = client.session.session_key
    client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert client.session.session_key == before
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    after = client.session.session_key
    assert after != before and len(after) >= 32 and is_in(client)
    assert not Session.objects.filter(session_key=before).exists()
    assert [row.session_key for row in UserSession.objects.filter(user=person)] == [after], "the list of sign-ins knows it"
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert not is_in(stolen)


def test_session_of_a_visitor_is_not_the_one_of_whoever_signs_in(person: User) -> None:
    client = Client()
    client.get(reverse("register_person"))
    client.post(reverse("register_person"), {})
    before = client.session.session_key
    client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    assert is_in(client) and client.session.session_key != before
    client.post(reverse("account_logout"))
    assert not is_in(client)


def test_server_ends_the_sessions_of_anybody_and_of_everybody(person: User) -> None:
    client, other = signed_in(person), signed_in_stranger(person)
    out = StringIO()
    call_command("sessions", "end", person.username.upper(), stdout=out)
    assert person.username in out.getvalue() and not is_in(client) and is_in(other)
    with pytest.raises(CommandError, match="没有登录名"):
        call_command("sessions", "end", "nobody", stdout=out)
    client = signed_in(person)
    call_command("sessions", "end", "--everybody", stdout=out)
    assert not is_in(client) and not is_in(other)
    told = set(LedgerEntry.objects.filter(event__startswith="sessions.").values_list("event", "subject", "actor"))
    assert told == {("sessions.ended", f"user:{person.pk}", "system"), ("sessions.ended_all", "sign-in", "system")}


def signed_in_stranger(person: User) -> Client:
    other = ex.registered_applicant(person.memberships.get().organization, number=2)
    other.set_password(PASSWORD)
    other.save(update_fields=["password"])
    return signed_in(other)


def test_all_other_sign_ins_end_at_once(person: User) -> None:
    here, there, elsewhere = proved(signed_in(person)), signed_in(person), signed_in(person)
    here.post(PAGE)
    assert is_in(here) and not is_in(there) and not is_in(elsewhere)


def test_page_shows_address_browser_and_last_use(person: User) -> None:
    client = signed_in(person, REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/128.0")
    text = page_of(client.get(PAGE)).main.get_text(" ")
    assert "203.0.113.9" in text and "Firefox" in text and "最近使用" in text and "本机" in text


def test_known_devices_are_forgotten_from_the_page(person: User) -> None:
    client = proved(signed_in(person))
    assert KnownDevice.objects.filter(user=person).count() == 1
    client.post(reverse("devices_forget"))
    assert not KnownDevice.objects.filter(user=person).exists() and "没有常用设备" in client.get(PAGE).content.decode()


def test_new_password_ends_the_other_sessions(person: User) -> None:
    here, there = signed_in(person), signed_in(person)
    new = "orchard 77 kite lantern"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(here) and not is_in(there)


def test_this_sign_in_is_always_in_the_list(person: User) -> None:
    """Also one that nobody noted when it began, and the one-click sign-in of a rehearsal."""
    unnoted = signed_in(person)
    UserSession.objects.all().delete()
    one_click = Client()
    assert one_click.post(reverse("rehearsal_sign_in"), {"username": person.username}).status_code in {302, 303}
    for client, others in ((unnoted, 1), (one_click, 0)):
        rows = page_of(client.get(PAGE)).select("table tbody tr")
        assert [row for row in rows if "本次登录" in row.get_text()] and len(rows) == 1 + others
        assert "127.0.0.1" in rows[0].get_text()
    UserSession.objects.all().delete()
    proved(unnoted).post(PAGE)
    assert is_in(unnoted)


def said_at_sign_in(client: Client, address: str = "/applicant/information/") -> str:
    """What the sign-in page says to whoever is led there from ``address``."""
    answer = client.get(address)
    assert answer["Location"].startswith(reverse("account_login"))
    return str(page_of(client.get(answer["Location"], headers={"accept-language": "zh-CN"})).main.get_text())


def test_whose_sign_in_was_ended_by_somebody_is_told_why_there_is_a_sign_in_page(person: User) -> None:
    client = signed_in(person)
    end_sessions_of(user_id=person.pk, actor="system")
    assert "您的登录已经结束" in (said := said_at_sign_in(client)) and "管理账号的人" in said
    assert "您的登录已经结束" not in said_at_sign_in(client), "the browser has no key any more"


def test_whose_sign_in_lasted_too_long_is_told_so(person: User, settings: Any) -> None:
    client = signed_in(person)
    session = client.session
    session[SIGNED_IN_AT] -= settings.SESSION_LONGEST_HOURS * 3600 + 60
    session.save()
    assert "登录满 12 小时会自动结束" in said_at_sign_in(client)


def test_whoever_was_not_signed_in_is_told_what_the_page_asks_for() -> None:
    said = said_at_sign_in(Client())
    assert "您要打开的页面须先登录。30 分钟没有操作的" in said and "您的登录已经结束" not in said
    plain = page_of(Client().get(reverse("account_login"), headers={"accept-language": "zh-CN"})).main.get_text()
    assert "须先登录" not in plain and "已经结束" not in plain
    visitor = Client()
    visitor.post(reverse("register_person"), {"accepted": "on"})
    assert "您的登录已经结束" not in said_at_sign_in(visitor)


def test_sign_in_that_ended_leads_back_to_its_page(person: User) -> None:
    client = signed_in(person)
    end_sessions_of(user_id=person.pk, actor="system")
    there = client.get("/applicant/information/")["Location"]
    field = page_of(client.get(there)).select_one("main input[name=next]")
    assert field is not None and field["value"] == "/applicant/information/"
