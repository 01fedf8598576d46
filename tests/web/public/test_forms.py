"""Signing in, getting back in, changing what is safe: the library's steps in our words (S-35, S-36)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.signing_in import later
from tests.web.shared.people import browser
from zhicheng.accounts.brakes import FIRST_WAIT, FREE_TRIES
from zhicheng.accounts.confirmation_keys import make_key
from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation.clock import machine_now, now, travel
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import CacheEntry, OutboxMessage

pytestmark = pytest.mark.django_db
PASSWORD = "rehearsal-2023"
NEW = "葡萄-meadow-7788"


@pytest.fixture(autouse=True)
def _real_mail(settings) -> None:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"  # pytest-django puts another one in its place


@pytest.fixture
def user() -> Iterator[User]:
    yield w.person(AccountKind.APPLICANT, "guli", serial=12)


def sign_in(client: Client, login: str, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


def mails() -> list[dict]:
    return [read_mail(m) for m in OutboxMessage.objects.filter(kind="mail").order_by("id")]


def summary(page: bytes) -> list[str]:
    return [li.get_text(strip=True) for li in BeautifulSoup(page, "html.parser").select("[data-error-summary] li")]


def only_our_words(page: str) -> None:
    """No English sentence of the library is left on a Chinese page."""
    text = BeautifulSoup(page, "html.parser").get_text(" ")
    text = re.sub(r"English|putao chabei shafa bingxiang|Flash|PDF|Cookie|Edge|Chrome|Linux|[\w.-]+@[\w.-]+", "", text)
    assert not re.findall(r"[A-Za-z]{4,} [A-Za-z]{2,}", text), text


@pytest.mark.parametrize("login", ["guli", "GULI", "guli@example.cn", "Guli@Example.CN"])
def test_signing_in_with_either_name(user, login):
    assert sign_in(browser(), login)["Location"] == reverse("home_signed_in")


def test_wrong_password_and_unknown_name_are_answered_alike(user):
    known, unknown, mail = (
        summary(sign_in(browser(), login, "falsch-falsch").content) for login in ("guli", "nobody", "nobody@example.cn")
    )
    assert (
        known
        == unknown
        == mail
        == ["登录名（或邮箱）与密码不相符。请检查后再试，忘记了可以找回。邮箱还没有确认的，请用登录名登录。"]
    )


def test_every_login_costs_the_same_work(user, monkeypatch):
    done: list[str] = []
    hashed = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a, **k: done.append("") or hashed(self, *a, **k))
    costs = []
    for login in ("guli", "nobody", "guli@example.cn", "nobody@example.cn"):
        done.clear()
        sign_in(browser(), login, "falsch-falsch")
        costs.append(len(done))
    assert len(set(costs)) == 1, costs


def test_empty_sign_in_names_both_fields():
    page = browser().post(reverse("account_login"), {}).content
    assert summary(page) == ["请填写登录名或邮箱。", "请填写密码。"]


def test_many_wrong_tries_are_stopped_with_a_way_out(user):
    client = browser()
    answers = [sign_in(client, "guli", f"falsch-{n}") for n in range(12)]
    last = answers[-1].content.decode()
    assert "连续输错太多次" in last or "尝试次数太多" in last
    assert "找回" in last
    assert sign_in(client, "guli").status_code != 302, "the right password does not help until the time is over"


def test_unconfirmed_mailbox_is_asked_for_first_and_mailed_again(user):
    EmailAddress.objects.update(verified=False)
    response = sign_in(browser(), "guli")
    assert response["Location"] == reverse("account_email_verification_sent")
    page = browser().get(response["Location"]).content.decode()
    assert "请先确认邮箱" in page
    assert [m["to"] for m in mails()] == [["guli@example.cn"]]


@pytest.mark.django_db(transaction=True)
def test_unconfirmed_mailbox_is_mailed_again_outside_of_any_transaction(user):
    """As on a server: the transaction around a test forgives an action that opens none of its own."""
    EmailAddress.objects.update(verified=False)
    assert sign_in(browser(), "guli")["Location"] == reverse("account_email_verification_sent")
    assert [m["to"] for m in mails()] == [["guli@example.cn"]]


def reset_link(mail: dict) -> str:
    found = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail["body"])
    assert found, mail["body"]
    return found[1]


def test_lost_account_comes_back_by_mail_with_its_login_name(user):
    client = browser()
    response = client.post(reverse("account_reset_password"), {"email": "guli@example.cn"})
    assert response["Location"] == reverse("account_reset_password_done")
    (mail,) = mails()
    assert mail["subject"] == "找回登录名和密码"
    assert "您的登录名：guli" in mail["body"] and "24 小时内有效" in mail["body"]
    form_page = client.get(reset_link(mail), follow=True)
    assert "登录名：" in form_page.content.decode()
    action = form_page.redirect_chain[-1][0]
    refused = client.post(action, {"password1": "12345", "password2": "12345"})
    assert summary(refused.content)
    only_our_words(refused.content.decode())
    done = client.post(action, {"password1": NEW, "password2": NEW}, follow=True)
    assert "新密码已设置" in done.content.decode()
    assert sign_in(browser(), "guli", NEW).status_code == 302
    assert [m["subject"] for m in mails()][1:] == ["您的密码已重新设置"]


def test_new_password_that_is_weak_and_differs_is_told_both_at_once(user):
    client = browser()
    sign_in(client, "guli")
    for typed in ("12345", "12346", ""):
        answer = client.post(
            reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "12345", "password2": typed}
        )
        told = summary(answer.content)
        assert any("至少要有 10 个字符" in line for line in told)
        assert ("两次输入的密码不一致，请重新输入。" in told) is (typed == "12346")


def test_recovery_link_works_once(user):
    client = browser()
    client.post(reverse("account_reset_password"), {"email": "guli@example.cn"})
    link = reset_link(mails()[0])
    action = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": NEW, "password2": NEW})
    assert "这个链接已经失效" in browser().get(link, follow=True).content.decode()


def test_recovery_tells_a_stranger_nothing(user):
    known = browser().post(reverse("account_reset_password"), {"email": "guli@example.cn"}, follow=True)
    unknown = browser().post(reverse("account_reset_password"), {"email": "fremd@example.cn"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain

    def words(page: bytes) -> str:
        main = BeautifulSoup(page, "html.parser").find("main")
        assert main
        return main.get_text()

    assert words(known.content) == words(unknown.content)
    assert [m["to"] for m in mails()] == [["guli@example.cn"], ["fremd@example.cn"]]
    assert "没有注册过账号" in mails()[1]["body"]


def test_password_is_changed_and_its_owner_told(user):
    client = browser()
    sign_in(client, "guli")
    wrong = client.post(reverse("account_change_password"), {"oldpassword": "falsch", "password1": NEW, "password2": NEW + "x"})
    assert len(summary(wrong.content)) == 2 and "现在的密码不对" in wrong.content.decode()
    only_our_words(wrong.content.decode())
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert sign_in(browser(), "guli", NEW).status_code == 302
    (mail,) = mails()
    assert mail["subject"] == "您的密码已修改"
    assert "登录名为 guli 的账号" in mail["body"]


def test_password_is_not_changed_to_itself(user):
    client = browser()
    sign_in(client, "guli")
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post(reverse("account_change_password"), same)
    assert summary(answer.content) == ["新密码和现在的密码相同，请换一个。"]
    assert not mails()


def test_mailbox_is_replaced_only_after_it_is_confirmed(user):
    client = browser()
    sign_in(client, "guli")
    later(client)
    asked = client.post(reverse("account_email"), {"action_add": "1", "email": "neu@example.cn"})
    assert asked["Location"].startswith(reverse("account_reauthenticate")), "the owner shows first that it is really them"
    client.post(asked["Location"], {"password": PASSWORD})
    assert user.emailaddress_set.filter(email="neu@example.cn").exists(), "and need not type the new mailbox again"
    user.refresh_from_db()
    assert user.email == "guli@example.cn"
    assert "新邮箱还没有确认" in client.get(reverse("account_email")).content.decode()
    mail = next(m for m in mails() if m["to"] == ["neu@example.cn"])
    assert "登录名为 guli 的账号" in mail["body"]
    link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", mail["body"])
    assert link
    page = client.get(link[1]).content.decode()
    assert "neu@example.cn" in page
    user.refresh_from_db()
    assert user.email == "guli@example.cn", "opening the link changes nothing: mail scanners open links"
    client.post(link[1])
    user.refresh_from_db()
    assert user.email == "neu@example.cn"


@pytest.mark.parametrize(("email", "said"), [("guli@qq.con", "guli@qq.com"), ("guli@yopmail.com", "一次性临时邮箱")])
def test_new_mailbox_is_looked_at_as_at_registration(user, email, said):
    client = Client(headers={"accept-language": "zh-CN"})
    sign_in(client, "guli")
    answer = client.post(reverse("account_email"), {"action_add": "1", "email": email})
    assert said in answer.content.decode()
    assert not EmailAddress.objects.filter(email=email).exists()


def test_shared_mailbox_of_the_unit_gets_no_link_and_the_page_does_not_tell():
    """As at registration (S-35): also when the mail is asked for again; a colleague's unit is no matter of it."""
    unit = ex.approved_unit(1, email="office@unit.example")
    colleague = ex.registered_applicant(ex.approved_unit(2), 2)
    client, other = browser(), browser()
    answers = []
    for number, (visitor, mailbox) in enumerate([(client, "Office@unit.example"), (other, "else@unit.example")]):
        person = colleague if number else ex.registered_applicant(unit, 1)
        sign_in(visitor, person.username, ex.PASSWORD)
        OutboxMessage.objects.all().delete()
        sent = visitor.post(reverse("account_email"), {"action_add": "1", "email": mailbox})
        page = visitor.get(sent["Location"])
        page_text = BeautifulSoup(page.content, "html.parser").main.get_text(" ", strip=True)
        answers.append((sent.status_code, page_text.replace(person.email, "…").replace(mailbox.lower(), "…")))
        visitor.post(reverse("account_email"), {"action_send": "1", "email": mailbox.lower()})
        told = [one for one in mails() if one["to"] == [mailbox.lower()]]
        assert told and all(("confirm-email" in one["body"]) is bool(number) for one in told)
        assert all(("单位的公用邮箱" in one["body"]) is not bool(number) for one in told)
    assert answers[0] == answers[1]


def test_asking_again_within_three_minutes_is_answered_in_words(user):
    client = browser()
    sign_in(client, "guli")
    client.post(reverse("account_email"), {"action_add": "1", "email": "neu@example.cn"})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "1", "email": "neu@example.cn"})
    before = len(mails())
    answer = client.post(reverse("account_email"), {"action_send": "1", "email": "neu@example.cn"}, follow=True)
    assert "没有再发" in answer.content.decode() and len(mails()) == before
    cache.clear()  # three minutes later
    answer = client.post(reverse("account_email"), {"action_send": "1", "email": "neu@example.cn"}, follow=True)
    assert "没有再发" not in answer.content.decode() and len(mails()) == before + 1


def test_other_sign_ins_can_be_ended(user):
    first, second = browser(), browser()
    sign_in(first, "guli")
    sign_in(second, "guli")
    page = first.get(reverse("usersessions_list")).content.decode()
    assert "本次登录" in page
    assert "其他登录" in page
    first.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    first.post(reverse("usersessions_list"))
    assert second.get(reverse("person_information")).status_code == 302
    assert first.get(reverse("usersessions_list")).status_code == 200


def test_signing_out_asks_first_and_ends_the_session(user):
    client = browser()
    sign_in(client, "guli")
    assert "要退出登录吗" in client.get(reverse("account_logout")).content.decode()
    assert client.get(reverse("person_information")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("person_information")).status_code == 302


def test_sign_in_pages_speak_chinese_only(user):
    signed_in = browser()
    sign_in(signed_in, "guli")
    for client, names in (
        (
            browser(),
            ["account_login", "account_reset_password", "account_reset_password_done", "account_email_verification_sent"],
        ),
        (browser(), ["account_inactive", "account_reset_password_from_key_done"]),
        (
            signed_in,
            ["account_change_password", "account_email", "usersessions_list", "account_logout", "account_reauthenticate"],
        ),
    ):
        for name in names:
            response = client.get(reverse(name))
            assert response.status_code == 200, name
            only_our_words(response.content.decode())
    only_our_words(browser().get(reverse("account_confirm_email", args=["x"])).content.decode())


def test_next_page_after_sign_in_is_one_of_ours(user):
    client = browser()
    data = {"login": "guli", "password": PASSWORD}
    assert client.post("/accounts/login/", data | {"next": "https://evil.example/"})["Location"] == reverse("home_signed_in")
    assert browser().post("/accounts/login/", data | {"next": "/help/"})["Location"] == "/help/"


def in_other_language(page: bytes) -> list[str]:
    """The summary that goes along unseen, for when the language is changed on this very page."""
    (box,) = BeautifulSoup(page, "html.parser").select("[data-error-summary]")
    return [li.get_text(strip=True) for li in BeautifulSoup(str(box["data-in-other"]), "html.parser").select("li")]


def test_brake_tells_the_seconds_there_are_and_then_the_minutes(user, settings):
    settings.CACHES = {"default": settings.CACHES["shared"]}
    for login in ("guli", "nobody"):
        client = browser()
        for _turn in range(FREE_TRIES + 2):
            answer = sign_in(client, login, "falsch-falsch")
        (said,) = summary(answer.content)
        seconds = int(re.search(r"请过 (\d+) 秒再试", said)[1])
        assert FIRST_WAIT - 30 < seconds <= FIRST_WAIT, said
        (wait,) = CacheEntry.objects.filter(cache_key__contains="signin", cache_key__endswith=":wait")
        CacheEntry.objects.filter(pk=wait.pk).update(expires=machine_now() + timedelta(seconds=7))
        assert re.search(r"请过 [67] 秒再试", summary(sign_in(client, login, "falsch-falsch").content)[0])
        CacheEntry.objects.filter(pk=wait.pk).update(expires=machine_now() + timedelta(seconds=200))
        late = sign_in(client, login, "falsch-falsch").content
        assert "请过 4 分钟再试" in summary(late)[0] and "in 4 minutes" in in_other_language(late)[0]
        CacheEntry.objects.all().delete()


def test_refusal_goes_along_in_the_other_language(user):
    client = browser()
    wrong = sign_in(client, "guli", "falsch-falsch")
    assert "do not match" in in_other_language(wrong.content)[0] and "不相符" in summary(wrong.content)[0]
    client.post(reverse("set_language"), {"language": "en", "next": reverse("account_login")})
    wrong = sign_in(client, "guli", "falsch-falsch")
    assert "不相符" in in_other_language(wrong.content)[0] and "do not match" in summary(wrong.content)[0]


def test_page_of_a_changed_mailbox_speaks_of_a_change_and_an_ended_link_is_not_offered(user):
    address = EmailAddress.objects.create(user=user, email="neu@example.cn", primary=False, verified=False)
    link = reverse("account_confirm_email", args=[make_key(address)])
    page = browser().get(link).content.decode()
    assert "不是您本人更换邮箱" in page and "注册" not in BeautifulSoup(page, "html.parser").main.get_text()
    with travel(now() + timedelta(hours=23)):
        assert "确认，这是我的邮箱" in browser().get(link).content.decode()
    with travel(now() + timedelta(hours=25)):
        late = browser()
        page = late.get(link).content.decode()
        assert "链接已失效" in page and "确认，这是我的邮箱" not in page and "更换邮箱" in page
        assert late.post(link).status_code == 404
    address.refresh_from_db()
    assert not address.verified


def test_link_for_a_new_password_runs_out_when_its_day_does(user):
    browser().post(reverse("account_reset_password"), {"email": "guli@example.cn"})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mails()[-1]["body"])[1]
    with travel(now() + timedelta(hours=25)):
        assert "password1" not in browser().get(link, follow=True).content.decode()
    assert "password1" in browser().get(link, follow=True).content.decode()
