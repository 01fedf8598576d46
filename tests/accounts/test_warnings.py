"""The owner is told of tries on their account: once a day, at a mailbox they confirmed, and nobody else learns anything by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.accounts.test_brakes import PASSWORD, sign_in
from tests.accounts.test_second_factor import set_up
from tests.organizations import examples as ex
from tests.settings import SHARED_CACHES
from tests.support.factors import code_of
from tests.web.registering import mails
from zhicheng.accounts import brakes
from zhicheng.accounts.brakes import FREE_FROM_EVERYWHERE, SignInTry
from zhicheng.accounts.mails import tell_of_new_mailbox
from zhicheng.accounts.models import User
from zhicheng.accounts.warnings import warn_owners
from zhicheng.foundation import jobs
from zhicheng.foundation.models import OutboxMessage
from zhicheng.messages.models import Message

LOGIN, CODE = reverse("account_login"), reverse("mfa_authenticate")


@pytest.fixture
def person(db: None, settings: Any) -> User:
    settings.CACHES = {"default": SHARED_CACHES["default"]}
    user = ex.registered_applicant(ex.approved_unit())
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    EmailAddress.objects.filter(user=user).update(verified=True)
    return user


def warned(user: User) -> list[dict[str, Any]]:
    return [mail for mail in mails(user.email) if "密码" in mail["subject"]]


def guess(login: str, address: str = "198.51.100.9", times: int = 8) -> None:
    for _turn in range(times):
        Client().post(LOGIN, {"login": login, "password": "wrong"}, REMOTE_ADDR=address)


def test_owner_is_told_once_a_day_of_guesses_with_the_network_and_what_to_do(person: User) -> None:
    assert "sign_ins.warn" in {job.name for job in jobs.regular_jobs()}
    guess(person.username, times=5)
    assert warn_owners() == 0, "five slips are no attack"
    guess(person.email, times=3)
    assert warn_owners() == 1
    (mail,) = warned(person)
    assert (
        "198.51.100.9" in mail["body"] and person.username in mail["body"] and reverse("account_reset_password") in mail["body"]
    )
    for turn in range(6):
        guess(person.username, address=f"203.0.113.{turn}")
    assert warn_owners() == 0 and len(warned(person)) == 1


def test_guesses_from_one_ipv6_network_and_from_very_many_are_named_roughly(person: User) -> None:
    guess(person.username, address="2001:db8:7:9:1:2:3:4")
    warn_owners()
    assert "2001:db8:7:9::/64" in warned(person)[0]["body"] and "1:2:3:4" not in warned(person)[0]["body"]
    cache.clear()
    for turn in range(FREE_FROM_EVERYWHERE + 2):
        SignInTry(account=f"user:{person.pk}", address=f"198.51.{turn}.9").may_go_on()
    warn_owners()
    assert "很多个网络" in warned(person)[1]["body"]
    cache.clear()
    for turn in range(5):
        guess(person.username, address=f"203.0.113.{turn}")
    warn_owners()
    assert "203.0.113.2 等 5 个网络" in warned(person)[2]["body"] and "203.0.113.3" not in warned(person)[2]["body"]


def test_owners_own_device_and_an_unconfirmed_mailbox_or_closed_account_get_no_mail(person: User) -> None:
    home = Client()
    assert sign_in(person, client=home).status_code == 302
    home.post(reverse("account_logout"))
    for _turn in range(9):
        sign_in(person, "wrong", client=home)
    assert warn_owners() == 0
    guess(person.username)
    EmailAddress.objects.filter(user=person).update(verified=False)
    assert warn_owners() == 0 and not warned(person)
    EmailAddress.objects.filter(user=person).update(verified=True)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert warn_owners() == 0 and not warned(person)


def test_whoever_got_in_after_all_is_no_stranger(person: User) -> None:
    guess(person.username, times=6)
    cache.delete(SignInTry(account=f"user:{person.pk}", address="198.51.100.9").near + ":wait")
    assert sign_in(person, address="198.51.100.9").status_code == 302
    assert warn_owners() == 0


def test_request_that_begins_a_brake_queues_nothing(person: User) -> None:
    """The worker looks later: otherwise a name that exists would take longer than one that does not."""
    before = OutboxMessage.objects.count()
    guess(person.username)
    guess("nobody-of-that-name")
    assert OutboxMessage.objects.count() == before and warn_owners() == 1


def test_wrong_code_on_a_strange_device_tells_the_owner_at_once_and_once_a_day(person: User) -> None:
    home = Client()
    sign_in(person, client=home)
    secret = set_up(home)
    home.post(reverse("account_logout"))
    OutboxMessage.objects.all().delete()
    stranger = Client(REMOTE_ADDR="2001:db8:7:9::5")
    stranger.post(LOGIN, {"login": person.username, "password": PASSWORD})
    for _turn in range(3):
        stranger.post(CODE, {"code": "000000"})
    (mail,) = warned(person)
    assert "正确密码" in mail["body"] and "2001:db8:7:9::/64" in mail["body"] and "修改密码" in mail["body"]
    cache.delete(f"owner-told:code:{person.pk}")
    home.post(LOGIN, {"login": person.username, "password": PASSWORD})
    for _turn in range(brakes.FREE_TRIES):
        home.post(CODE, {"code": "000000"})
    assert len(warned(person)) == 1, "a slip on the owner's own device"
    home.post(CODE, {"code": "000000"})
    assert len(warned(person)) == 2
    assert "请过 1 分钟再试" in home.post(CODE, {"code": code_of(secret, 1)}).content.decode()


def test_inbox_tells_every_language_in_its_own_words_and_name_of_the_site(person: User, settings: Any) -> None:
    settings.SITE_NAME, settings.SITE_NAME_EN = "某州职称平台", "Titles of Somewhere"
    for turn in range(FREE_FROM_EVERYWHERE + 2):
        SignInTry(account=f"user:{person.pk}", address=f"198.51.{turn}.9").may_go_on()
    assert warn_owners() == 1
    tell_of_new_mailbox(user=person, old="", key="1")
    messages = [json.loads(message.words)["said"] for message in Message.objects.filter(user_id=person.pk).order_by("pk")]
    told = [said for said in messages if "密码" in said["zh-hans"][0]]
    assert len(told) == 2
    for said in told:
        assert "某州职称平台" in said["zh-hans"][1] and "Titles of Somewhere" not in said["zh-hans"][1]
        assert "Titles of Somewhere" in said["en"][1] and "某州职称平台" not in said["en"][1]
    assert "很多个网络" in told[0]["zh-hans"][1] and "网络" not in told[0]["en"][1]
