"""The security administrator sees the brakes on sign-in and lifts one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.settings import SHARED_CACHES
from tests.support import world as w
from zhicheng.accounts.brakes import FREE_CODES, FREE_TRIES, MAILS_PER_HOUR, CodeTry, SignInTry, may_mail
from zhicheng.accounts.brakes_in_force import brakes_in_force
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import clock
from zhicheng.foundation.models import CacheEntry, LedgerEntry

pytestmark = pytest.mark.django_db
PAGE, LIFT, LOGIN = reverse("system_brakes"), reverse("system_brake_lift"), reverse("account_login")


@pytest.fixture(autouse=True)
def _cache_of_an_instance(settings: Any) -> None:
    """The one all processes share, as in production, not this process's own."""
    settings.CACHES = {"default": SHARED_CACHES["default"]}


@pytest.fixture
def security() -> Client:
    client = Client()
    client.force_login(w.person(AccountKind.SECURITY, "security", name="安全"))
    return client


def guess(login: str, address: str = "198.51.100.9", times: int = 8) -> None:
    for _turn in range(times):
        Client().post(LOGIN, {"login": login, "password": "wrong"}, REMOTE_ADDR=address)


def test_brake_is_shown_with_account_and_network_and_lifted(security: Client) -> None:
    user = w.person(AccountKind.OFFICER, "officer", name="古丽娜尔")
    assert "现在没有登录限制" in security.get(PAGE).content.decode()
    guess(user.username)
    page = security.get(PAGE).content.decode()
    assert user.username in page and "198.51.100.9" in page and "解除" in page
    assert user.name not in page and user.email not in page, "who looks after accounts sees no more of a person than that"
    (brake,) = brakes_in_force()
    assert brake.tries > FREE_TRIES and brake.next_try_at is not None and brake.next_try_at < brake.until
    security.post(LIFT, {"brake": brake.key})
    assert brakes_in_force() == []
    assert SignInTry(account=f"user:{user.pk}", address="198.51.100.9").may_go_on()
    entry = LedgerEntry.objects.filter(event="signin.brake_lifted").get()
    assert (entry.subject, entry.actor) == (f"user:{user.pk}", f"user:{security.session['_auth_user_id']}")


def test_what_somebody_typed_is_not_shown(security: Client) -> None:
    """A password typed where the login name belongs."""
    guess("geheim-orchard-77")
    assert len(brakes_in_force()) == 1
    assert "geheim" not in security.get(PAGE).content.decode()


def test_account_that_is_guessed_from_everywhere_and_a_network_that_guesses_everybody_are_brakes_of_their_own() -> None:
    for turn in range(55):
        SignInTry(account="user:7", address=f"198.51.{turn}.1").may_go_on()
    assert [(brake.network, brake.device) for brake in brakes_in_force()] == [("", False)]
    for turn in range(105):
        SignInTry(account=f"nobody{turn}", address="2001:db8:7:9::1").may_go_on()
    assert {brake.network for brake in brakes_in_force()} == {"", "2001:db8:7:9::/64"}


@pytest.mark.parametrize(
    "key", ["", "signin:x", "mail:confirm:abc", "signin:" + "0" * 32, "signin:" + "0" * 32 + ":n:" + "0" * 32]
)
def test_what_is_no_brake_is_not_lifted(security: Client, key: str) -> None:
    answer = security.post(LIFT, {"brake": key})
    assert answer.status_code == 422 and "已经解除或者到期" in answer.content.decode()
    assert not LedgerEntry.objects.filter(event="signin.brake_lifted").exists()


def test_right_password_takes_the_brake_off() -> None:
    tried = SignInTry(account="user:7", address="198.51.100.9")
    for _turn in range(FREE_TRIES + 1):
        tried.may_go_on()
    assert len(brakes_in_force()) == 1
    tried.was_right()
    assert brakes_in_force() == []


def test_codes_and_mails_are_shown_by_account_without_code_or_mailbox_and_lifted(security: Client) -> None:
    user = w.person(AccountKind.OFFICER, "dilnur7")
    device = {"user_id": user.pk, "address": "198.51.100.9", "device": "a" * 64}
    for turn in range(FREE_CODES + 2):
        CodeTry(user_id=user.pk, address=f"198.51.{turn}.9").may_go_on()
    for _turn in range(FREE_TRIES + 2):
        CodeTry(user_id=user.pk, address="198.53.1.1").may_go_on()
        CodeTry(**device).may_go_on()
    for _turn in range(MAILS_PER_HOUR + 1):
        Client().post(reverse("account_reset_password"), {"email": user.email}, REMOTE_ADDR=f"198.51.{_turn}.1")
        Client().post(reverse("account_reset_password"), {"email": "nobody@mail.example"}, REMOTE_ADDR=f"198.52.{_turn}.1")
    page = security.get(PAGE).content.decode()
    assert (
        page.count(user.username) == 3
        and "本人用过的一台设备" in page
        and user.email not in page
        and "nobody@mail.example" not in page
    )
    assert "输错验证码" in page and page.count("找回账号的邮件") == 2 and "不是账号" in page
    shown = brakes_in_force()
    assert {(brake.what, brake.user, brake.device) for brake in shown} == {
        ("code", user, False),
        ("code", user, True),
        ("mail-recovery", user, False),
        ("mail-recovery", None, False),
    }
    for brake in shown:
        assert security.post(LIFT, {"brake": brake.key}).status_code == 303
    assert brakes_in_force() == [] and CodeTry(**device).may_go_on()
    assert CodeTry(user_id=user.pk, address="192.0.2.7").may_go_on()
    assert may_mail(kind="recovery", mailbox=user.email, account=f"user:{user.pk}")
    assert LedgerEntry.objects.filter(event="signin.brake_lifted", subject=f"user:{user.pk}").count() == 3


def test_times_are_said_to_be_the_machines_where_the_rehearsal_has_moved_its_clock(security: Client) -> None:
    assert "机器时间" not in security.get(PAGE).content.decode()
    with clock.travel(w.IN_WINDOW):
        assert "本页的时间都是机器时间" in security.get(PAGE).content.decode()


def test_page_of_many_takes_the_queries_of_one(security: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            security.get(PAGE)
        return len(asked)

    users = [w.person(AccountKind.OFFICER, f"officer{number}") for number in range(6)]
    guess(users[0].username)
    one = queries()
    for user in users:
        guess(user.username)
    assert len(brakes_in_force()) == 6 and queries() == one


def test_who_runs_the_system_is_told_whose_page_it_is(security: Client) -> None:
    operator = Client()
    operator.force_login(w.person(AccountKind.OPERATOR, "operator"))
    refused = operator.get(PAGE)
    assert refused.status_code == 403 and "安全管理员账号" in refused.content.decode()
    assert "系统运维账号" in security.get(reverse("system_health")).content.decode()
    stranger = Client()
    stranger.force_login(w.person(AccountKind.APPLICANT, "stranger", serial=31))
    assert "安全管理员" not in stranger.get(PAGE).content.decode()


def test_brake_whose_wait_is_over_says_so(security: Client) -> None:
    guess("nobody-there")
    CacheEntry.objects.filter(cache_key__endswith=":wait").delete()
    assert "等待已过，现在就可以" in security.get(PAGE).content.decode()
