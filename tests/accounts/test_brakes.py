"""How often somebody may try, and that no stranger closes an account to its owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.web.registering import mails, page_of
from zhicheng.accounts import brakes, devices, rules
from zhicheng.accounts.models import KnownDevice, User
from zhicheng.foundation import clock, shared_cache
from zhicheng.foundation.models import CacheEntry, OutboxMessage

PASSWORD = "lantern-77-orchard-kite"
LOGIN = reverse("account_login")
TOO_MANY = "连续输错太多次"
WRONG = "密码不相符"


@pytest.fixture
def person(db: None, settings: Any) -> User:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    user = ex.registered_applicant(ex.approved_unit())
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(
    user: User, password: str = PASSWORD, *, client: Client | None = None, address: str = "203.0.113.1", **more: Any
) -> Any:
    host = more.pop("host", "testserver")
    said = {"login": user.username, "password": password} | more
    return (client or Client()).post(LOGIN, said, REMOTE_ADDR=address, HTTP_HOST=host)


def test_stranger_who_fails_locks_out_nobody_but_himself(person: User) -> None:
    for _turn in range(12):
        last = sign_in(person, "wrong", address="198.51.100.9")
    assert TOO_MANY in last.content.decode()
    assert TOO_MANY in sign_in(person, address="198.51.100.9").content.decode()
    assert sign_in(person, address="203.0.113.1").status_code == 302


def test_owner_is_let_in_whichever_of_login_name_and_mailbox_was_guessed(person: User) -> None:
    for _turn in range(8):
        Client().post(LOGIN, {"login": person.email.upper(), "password": "x"}, REMOTE_ADDR="198.51.100.9")
    assert TOO_MANY in sign_in(person, "wrong", address="198.51.100.9").content.decode(), "one account, two names"


def test_another_host_is_no_other_count(person: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    answers = [sign_in(person, "wrong", host=f"h{turn}.example").content.decode() for turn in range(9)]
    assert WRONG in answers[0] and TOO_MANY in answers[-1]


def test_one_customers_networks_do_not_take_the_turn_of_those_who_are_elsewhere(person: User) -> None:
    """65,536 networks of one stranger: they wait as one does, and the owner on a new device has the try that is free."""
    for turn in range(brakes.FREE_FROM_EVERYWHERE + 20):
        sign_in(person, "wrong", address=f"2001:db8:7:{turn:x}::1")
    assert "连续输错太多次" in sign_in(person, "wrong", address="2001:db8:7:ffff::1").content.decode()
    assert sign_in(person, address="203.0.113.9").status_code == 302


def test_another_address_of_the_same_ipv6_network_is_no_other_count(person: User) -> None:
    answers = [sign_in(person, "wrong", address=f"2001:db8:7:9::{turn:x}").content.decode() for turn in range(1, 10)]
    assert WRONG in answers[0] and TOO_MANY in answers[-1]
    assert sign_in(person, address="2001:db8:7:a::1").status_code == 302


def test_guesses_from_everywhere_slow_down_strange_devices_and_never_the_known_one(person: User) -> None:
    home = Client()
    assert sign_in(person, client=home).status_code == 302
    home.post(reverse("account_logout"))
    for turn in range(brakes.FREE_FROM_EVERYWHERE + 3):
        sign_in(person, "wrong", address=f"198.51.{turn}.9")
    assert TOO_MANY in sign_in(person, address="192.0.2.44").content.decode()
    assert sign_in(person, client=home, address="192.0.2.44").status_code == 302


def test_known_device_has_a_count_of_its_own(person: User) -> None:
    home = Client()
    sign_in(person, client=home)
    home.post(reverse("account_logout"))
    answers = [sign_in(person, "wrong", client=home).content.decode() for _turn in range(9)]
    assert TOO_MANY in answers[-1], "a stolen computer does not guess for ever"
    assert sign_in(person, address="203.0.113.77").status_code == 302


def test_cookie_of_a_device_is_hidden_hashed_and_one_for_each_account(person: User) -> None:
    client = Client()
    cookie = sign_in(person, client=client).cookies[devices.cookie_of(person.pk)]
    assert cookie["httponly"] and cookie["max-age"] == 90 * 24 * 3600 and cookie["samesite"] == "Lax" and not cookie["domain"]
    (row,) = KnownDevice.objects.all()
    assert cookie.value not in str(KnownDevice.objects.values().get()) and len(row.token_hash) == 64
    assert devices.cookie_of(person.pk) != devices.cookie_of(person.pk + 1)
    client.post(reverse("account_logout"))
    again = sign_in(person, client=client).cookies[devices.cookie_of(person.pk)]
    assert again.value == cookie.value and KnownDevice.objects.count() == 1
    stolen = {devices.cookie_of(person.pk + 1): cookie.value}
    assert devices.known_device(user_id=person.pk + 1, cookies=stolen) is None


def test_cookie_is_a_host_cookie_over_https(settings: Any) -> None:
    settings.HTTPS = True
    assert devices.cookie_of(1).startswith("__Host-device-")


def test_public_computer_is_not_remembered_and_what_it_knew_is_forgotten(person: User) -> None:
    client = Client()
    answer = sign_in(person, client=client, public_computer="on")
    assert answer.status_code == 302 and devices.cookie_of(person.pk) not in answer.cookies and not KnownDevice.objects.exists()
    client.post(reverse("account_logout"))
    sign_in(person, client=client)
    client.post(reverse("account_logout"))
    assert KnownDevice.objects.count() == 1
    answer = sign_in(person, client=client, public_computer="on")
    assert answer.cookies[devices.cookie_of(person.pk)].value == "" and not KnownDevice.objects.exists()


def test_device_is_no_factor_and_runs_out(person: User) -> None:
    client = Client()
    sign_in(person, client=client)
    client.post(reverse("account_logout"))
    assert WRONG in sign_in(person, "wrong", client=client).content.decode()
    assert client.get(reverse("usersessions_list")).status_code == 302
    KnownDevice.objects.update(expires_at=clock.machine_now())
    assert devices.known_device(user_id=person.pk, cookies={k: v.value for k, v in client.cookies.items()}) is None


def test_recovery_mails_to_one_mailbox_have_an_end_and_the_page_does_not_tell(person: User) -> None:
    reset = reverse("account_reset_password")
    said = set()
    for turn in range(brakes.MAILS_PER_HOUR + 4):
        answer = Client().post(reset, {"email": person.email}, follow=True, REMOTE_ADDR=f"198.51.{turn}.9")
        assert answer.status_code == 200
        said.add(page_of(answer).main.get_text())
    assert len(said) == 1
    asked = [mail for mail in mails(person.email) if "/password/reset/key/" in mail["body"]]
    assert len(asked) == brakes.MAILS_PER_HOUR
    for turn in range(brakes.MAILS_PER_HOUR + 4):
        Client().post(reset, {"email": "nobody@mail.example"}, REMOTE_ADDR=f"198.51.{turn}.9")
    assert len(mails("nobody@mail.example")) == brakes.MAILS_PER_HOUR


def test_mailbox_written_otherwise_is_no_other_recipient(person: User) -> None:
    """A mail server finds the same mailbox behind a domain with something invisible in it, or a sign that only looks like a k."""
    reset, before = reverse("account_reset_password"), OutboxMessage.objects.filter(kind="mail").count()
    name, domain = person.email.split("@")
    for typed in (
        f"{name}@{domain[:3]}\u200b{domain[3:]}",
        f"{name}@\u2060{domain}",
        f"{name.replace('k', chr(0x212A))}\u017f@{domain}",
    ):
        Client().post(reset, {"email": typed}, follow=True)
    assert OutboxMessage.objects.filter(kind="mail").count() == before
    for turn in range(brakes.MAILS_PER_HOUR):
        assert brakes.may_mail(kind="confirm", mailbox=f"li@mail{chr(0x200B) * turn}.example")
    assert not brakes.may_mail(kind="confirm", mailbox="ｌi@mail.example")


def test_kinds_of_mail_do_not_use_up_each_other() -> None:
    assert [brakes.may_mail(kind="confirm", mailbox="A@x.example") for _turn in range(6)] == [True] * 5 + [False]
    assert not brakes.may_mail(kind="confirm", mailbox="a@X.example")
    assert brakes.may_mail(kind="recovery", mailbox="a@x.example")


def test_links_of_mails_live_one_day(settings: Any) -> None:
    hours = rules.LINK_LIVES.total_seconds() / 3600
    assert hours == settings.LINK_HOURS == 24 == settings.PASSWORD_RESET_TIMEOUT / 3600
    assert hours == settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS * 24 and rules.MAILBOX_HELD_FOR == rules.LINK_LIVES


def test_wait_doubles_up_to_an_hour() -> None:
    assert [brakes.growing_wait(times) for times in (1, 2, 3, 7, 50)] == [60, 120, 240, 3600, 3600]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_network_is_what_one_visitor_has(address: str, network: str) -> None:
    assert brakes.network_of(address) == network


def test_tries_turned_away_do_not_make_the_wait_longer() -> None:
    def attempt(address: str = "203.0.113.1") -> bool:
        return brakes.SignInTry(account="user:1", address=address).may_go_on()

    assert [attempt() for _turn in range(6)] == [True] * 6
    assert not any(attempt() for _turn in range(40))
    assert attempt("203.0.113.2"), "what was turned away counts nowhere else either"
    brakes.SignInTry(account="user:1", address="203.0.113.1").was_right()
    assert attempt()


@pytest.fixture
def full_cache(db: None, settings: Any) -> Any:
    """The cache of an instance, small; what this returns fills it with names that a stranger invents, each tried ``times``."""
    settings.CACHES = {"default": settings.CACHES["shared"]}
    settings.SHARED_CACHE_ENTRIES, settings.SHARED_CACHE_ENTRIES_OF_STRANGERS = 60, 60

    def fill(names: int, times: int = 1) -> None:
        for turn in range(names * times):
            where = f"2001:db8:{turn % names:x}::1"
            brakes.SignInTry(account=f"typed:invented{turn % names}", address=where).may_go_on()
        shared_cache.tidy()
        theirs = CacheEntry.objects.filter(cache_key__contains=":stranger:")
        assert theirs.count() <= 60 and CacheEntry.objects.count() <= 120

    return fill


def test_names_that_a_stranger_invents_push_out_no_brake_of_what_is_there(full_cache: Any) -> None:
    def goes(account: str, address: str) -> bool:
        return brakes.SignInTry(account=account, address=address).may_go_on()

    for turn in range(brakes.FREE_FROM_EVERYWHERE + 2):
        goes("user:1", f"198.51.{turn}.9")
    for _turn in range(8):
        goes("user:2", "203.0.113.1")
    for turn in range(brakes.FREE_FROM_NETWORK + 2):
        goes(f"typed:somebody{turn}", "203.0.113.2")
    for _turn in range(6):
        brakes.may_mail(kind="recovery", mailbox="a@x.example", account="user:1")
        brakes.may_mail(kind="recovery", mailbox="nobody@x.example")
    for turn in range(brakes.FREE_CODES + 2):
        brakes.CodeTry(user_id=1, address=f"198.51.{turn}.9").may_go_on()
    for _turn in range(brakes.FREE_TRIES + 2):
        brakes.CodeTry(user_id=2, address="203.0.113.1", device="a" * 64).may_go_on()
    full_cache(names=100)
    assert not goes("user:1", "192.0.2.7"), "guessed at from everywhere"
    assert not goes("user:2", "203.0.113.1"), "an account from one network"
    assert not goes("user:9", "203.0.113.2"), "a network"
    assert not brakes.may_mail(kind="recovery", mailbox="a@x.example", account="user:1")
    assert not brakes.may_mail(kind="recovery", mailbox="nobody@x.example")
    assert not brakes.CodeTry(user_id=1, address="192.0.2.7").may_go_on()
    assert not brakes.CodeTry(user_id=2, address="192.0.2.7", device="a" * 64).may_go_on()


def test_full_cache_tells_no_name_that_exists_from_one_that_does_not(full_cache: Any) -> None:
    """What a brake in force needs is kept whether the name is an account or not, and a few tries are forgotten in both cases."""

    def goes(account: str, times: int) -> list[bool]:
        return [brakes.SignInTry(account=account, address="203.0.113.1").may_go_on() for _turn in range(times)]

    for account in ("user:1", "typed:nobody"):
        goes(account, 8)
    for account in ("user:2", "typed:nobody2"):
        goes(account, 2)
    full_cache(names=100, times=3)
    assert goes("user:1", 3) == goes("typed:nobody", 3) == [False] * 3
    assert goes("user:2", 8) == goes("typed:nobody2", 8) == [True] * 6 + [False] * 2


def test_typing_the_name_the_ledger_has_for_an_account_names_no_account(person: User, settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["shared"]}
    for _turn in range(8):
        Client().post(LOGIN, {"login": f"user:{person.pk}", "password": "x"}, REMOTE_ADDR="198.51.100.9")
    assert not CacheEntry.objects.filter(cache_key__startswith=":1:signin:").exists()
    assert WRONG in sign_in(person, "wrong", address="198.51.100.9").content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_hundred_tries_at_once_are_a_hundred(settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["shared"]}
    cache.clear()

    def attempt(_turn: int) -> bool:
        try:
            return brakes.SignInTry(account="user:1", address="203.0.113.1").may_go_on()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(attempt, range(40)))
    cache.clear()
    assert let_through == brakes.FREE_TRIES + 1


@pytest.mark.django_db
def test_staff_are_told_of_a_device_they_did_not_use_before() -> None:
    officer = User.objects.get(pk=ex.officer(ex.county()).user_id)
    officer.set_password(PASSWORD)
    officer.save(update_fields=["password"])
    client = Client(
        headers={
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0 Safari/537.36"
        }
    )
    sign_in(officer, client=client)
    (mail,) = [mail for mail in mails(officer.email) if "新设备" in mail["subject"]]
    assert "203.0.113.1" in mail["body"] and officer.username in mail["body"]
    assert "浏览器：Chrome · Linux\n" in mail["body"]
    client.post(reverse("account_logout"))
    sign_in(officer, client=client)
    assert len([mail for mail in mails(officer.email) if "新设备" in mail["subject"]]) == 1
