"""The second factor: who has to have one, what opens without it, and that a code works once."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from datetime import timedelta
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support.factors import code_of, give_factor
from tests.support.keys import new_key
from tests.support.signing_in import later
from tests.support.verified import violated
from tests.web.registering import link_in, mails, page_of
from zhicheng.accounts import brakes, second_factor
from zhicheng.accounts.actions import reset_second_factor
from zhicheng.accounts.brakes_in_force import brakes_in_force, lift_brake
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.sealed_factors import PLACE, PURPOSE
from zhicheng.accounts.session_store import SessionStore
from zhicheng.foundation import clock, resealing
from zhicheng.foundation.models import CacheEntry, LedgerEntry
from zhicheng.foundation.sealing import unseal

pytestmark = pytest.mark.django_db
PASSWORD = "lantern-77-orchard-kite"
SET_UP = reverse("mfa_activate_totp")
DESK = "/desk/"


@pytest.fixture
def officer(settings: Any) -> User:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    settings.SECOND_FACTOR = "required"
    user = User.objects.get(pk=ex.officer(ex.county()).user_id)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(user: User, client: Client | None = None) -> Client:
    client = client or Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    return client


def set_up(client: Client) -> str:
    """Set up an authenticator app; return its secret."""
    secret = begin(client)
    done = client.post(SET_UP, {"code": code_of(secret)})
    assert done.status_code == 302 and done["Location"] == reverse("mfa_view_recovery_codes"), page_of(done).get_text()
    return secret


def begin(client: Client) -> str:
    """The secret on the page that sets an authenticator app up."""
    first = client.get(SET_UP, follow=True)
    if "password" in first.content.decode() and "oldpassword" not in first.content.decode():
        client.post(first.request["PATH_INFO"] + "?" + first.request["QUERY_STRING"], {"password": PASSWORD})
    return str(page_of(client.get(SET_UP)).select_one(".factor-secret").get_text())


def test_officer_without_a_second_factor_can_set_one_up_and_nothing_else(officer: User) -> None:
    client = sign_in(officer)
    for address in (DESK, "/", reverse("account_change_password"), reverse("mfa_index"), reverse("usersessions_list")):
        assert client.get(address)["Location"] == SET_UP, address
    assert client.get(DESK, headers={"HX-Request": "true"}).status_code == 401
    assert client.get(reverse("help")).status_code == 200
    set_up(client)
    assert client.get(DESK).status_code == 200


def test_after_the_password_the_code_is_asked_for(officer: User) -> None:
    secret = set_up(sign_in(officer))
    client = Client()
    answer = client.post(reverse("account_login"), {"login": officer.username, "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get(DESK).status_code == 302, "not signed in yet"
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "验证码不对" in wrong.content.decode() and client.get(DESK).status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert client.get(DESK).status_code == 200


def test_code_works_once_also_when_the_library_has_forgotten_it(officer: User) -> None:
    secret = set_up(sign_in(officer))
    code = code_of(secret, 1)
    first, second = sign_in(officer), sign_in(officer)
    first.post(reverse("mfa_authenticate"), {"code": code})
    assert first.get(DESK).status_code == 200
    cache.delete(f"allauth.mfa.totp.used?user={officer.pk}&code={code}")
    assert "已经用过" in second.post(reverse("mfa_authenticate"), {"code": code}).content.decode()
    assert second.get(DESK).status_code == 302


def guess_codes(user: User, times: int) -> list[bool]:
    """Tries of codes, each from a network of its own; which were looked at."""
    return [brakes.CodeTry(user_id=user.pk, address=f"198.51.{turn}.9").may_go_on() for turn in range(times)]


def test_codes_cannot_be_guessed_day_after_day_from_however_many_networks(officer: User) -> None:
    secret = set_up(sign_in(officer))
    looked_at = brakes.FREE_CODES + 1
    assert guess_codes(officer, 40) == [True] * looked_at + [False] * (40 - looked_at)
    late = sign_in(officer)
    assert "请过 15 分钟再试" in late.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)}).content.decode()
    assert late.get(DESK).status_code == 302
    cache.delete(f"factor:{officer.pk}:wait")
    late.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert late.get(DESK).status_code == 200
    assert cache.get(f"factor:{officer.pk}") == looked_at, "a right code takes back itself, not what others guessed"


def test_strangers_with_the_password_do_not_lock_the_owner_out_of_the_known_device(officer: User) -> None:
    home = sign_in(officer)
    secret = set_up(home)
    home.post(reverse("account_logout"))
    for turn in range(brakes.FREE_CODES + 4):
        stranger = Client(REMOTE_ADDR=f"192.0.2.{turn}")
        sign_in(officer, stranger).post(reverse("mfa_authenticate"), {"code": "000000"})
    assert cache.get(f"factor:{officer.pk}:wait"), "the strangers wait"
    sign_in(officer, home).post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert home.get(DESK).status_code == 200


def test_known_device_waits_longer_with_each_wrong_code_and_counts_nowhere_else(officer: User) -> None:
    home = sign_in(officer)
    secret = set_up(home)
    home.post(reverse("account_logout"))
    sign_in(officer, home)
    for _turn in range(brakes.FREE_TRIES + 1):
        assert "验证码不对" in home.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "请过 1 分钟再试" in home.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)}).content.decode()
    assert cache.get(f"factor:{officer.pk}") is None
    elsewhere = sign_in(officer)
    elsewhere.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert elsewhere.get(DESK).status_code == 200


def test_wrong_codes_are_told_how_long_to_wait_are_listed_and_lifted(officer: User, settings: Any) -> None:
    """What refuses a code is what the security administrator sees, and the time that is told is the time there is."""
    settings.CACHES = {"default": settings.CACHES["shared"]}
    secret = set_up(sign_in(officer))
    client, said = sign_in(officer), ""
    for _turn in range(brakes.FREE_TRIES + 2):
        said = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "请过 1 分钟再试" in said
    (brake,) = brakes_in_force()
    assert (brake.what, brake.user, brake.network) == ("code", officer, "127.0.0.1") and brake.next_try_at is not None
    waits = CacheEntry.objects.get(cache_key__endswith=f"{brake.key}:wait")
    cache.set(f"{brake.key}:wait", json.loads(waits.value) + 240, timeout=300)
    assert "请过 5 分钟再试" in client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)}).content.decode()
    lift_brake(key=brake.key, actor="system")
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert client.get(DESK).status_code == 200


def test_code_of_a_minute_ago_is_none(officer: User) -> None:
    """A step of half a minute, and one to either side for a phone's clock (ASVS 6.5.5)."""
    secret = set_up(sign_in(officer))
    for step, opens in ((-3, False), (3, False), (1, True)):
        client = sign_in(officer)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret, step)})
        assert (client.get(DESK).status_code == 200) == opens, step


@pytest.mark.django_db(transaction=True)  # the library says it when the transaction is over
def test_first_set_up_speaks_of_nothing_that_was_there_before(officer: User) -> None:
    client = sign_in(officer)
    begin(client)
    wrong = client.post(SET_UP, {"code": "000000"}).content.decode()
    assert "验证码不对。" in wrong and "已经用过" not in wrong
    set_up(client)
    first = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert "两步验证已设置。" in first and "作废" not in first and "只显示这一次" in first
    client.post(reverse("mfa_generate_recovery_codes"))
    assert "新的备用码已生成，原来的已经作废。" in client.get(reverse("mfa_view_recovery_codes")).content.decode()


def test_recovery_codes_are_shown_once_and_work_once(officer: User) -> None:
    client = sign_in(officer)
    set_up(client)
    codes = [code.get_text() for code in page_of(client.get(reverse("mfa_view_recovery_codes"))).select(".recovery-codes code")]
    assert len(codes) == 10 == len(set(codes))
    client.post(reverse("mfa_keep_codes"))
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    for turn, expected in enumerate((200, 302)):
        other = sign_in(officer)
        cache.clear()
        other.post(reverse("mfa_authenticate"), {"code": codes[3]})
        assert other.get(DESK).status_code == expected, turn


def test_secrets_are_sealed_in_the_database(officer: User) -> None:
    secret = set_up(sign_in(officer))
    for row in Authenticator.objects.filter(user=officer):
        text = json.dumps(row.data)
        assert secret not in text and "v2:a256gcm:" in text


def test_secret_that_is_being_set_up_lies_sealed_in_the_session(officer: User) -> None:
    client = sign_in(officer)
    secret = begin(client)
    kept = [dict(SessionStore(row.session_key).items()) for row in Session.objects.all()]
    assert len(secret) >= 32 and secret not in json.dumps(kept)
    assert any("v2:a256gcm:" in str(session.get(second_factor.WAITING)) for session in kept)
    wrong = client.post(SET_UP, {"code": "000000"})
    assert page_of(wrong).select_one(".factor-secret").get_text() == secret, "a slip does not make the scan worthless"
    assert {len(part.get_text()) for part in page_of(wrong).select(".factor-secret span")} == {4}, "in fours, and copied in one"
    client.post(SET_UP, {"code": code_of(secret)})
    assert second_factor.is_set_up(officer.pk)
    assert not any(second_factor.WAITING in dict(SessionStore(row.session_key).items()) for row in Session.objects.all())


def test_factor_that_was_copied_to_another_account_opens_nothing(officer: User) -> None:
    """Somebody with every right on the database puts the own secret in the place of somebody else's."""
    other = User.objects.get(pk=ex.officer(ex.county(), 2).user_id)
    other.set_password(PASSWORD)
    other.save(update_fields=["password"])
    secret = set_up(sign_in(officer))
    own = set_up(sign_in(other))
    Authenticator.objects.filter(user=officer, type="totp").update(data=Authenticator.objects.get(user=other, type="totp").data)
    client = sign_in(officer)
    for code in (code_of(own, 1), code_of(secret, 1)):
        answer = client.post(reverse("mfa_authenticate"), {"code": code}).content.decode()
        assert "系统读不出这个账号的两步验证" in answer and "再次提交" not in answer
    assert client.get(DESK).status_code == 302
    assert list(resealing.broken(connection)) == [f"mfa_authenticator.data user:{officer.pk}"]


def test_factors_sealed_before_are_sealed_for_their_account(officer: User) -> None:
    secret = set_up(sign_in(officer))
    migration = import_module("zhicheng.accounts.migrations.0009_factors_of_their_account")
    forth = migration.Migration.operations[0]
    with connection.schema_editor() if connection.vendor == "postgresql" else nullcontext() as editor:
        forth.reverse_code(apps, editor)
        assert unseal(Authenticator.objects.get(user=officer, type="totp").data["secret"], purpose=PURPOSE, place=PLACE) == secret
        forth.code(apps, editor)
    client = sign_in(officer)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert client.get(DESK).status_code == 200


def test_factor_outlives_a_new_sealing_key(officer: User, settings: Any) -> None:
    secret = set_up(sign_in(officer))
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    out = StringIO()
    call_command("keys", "reseal", stdout=out)
    assert "mfa_authenticator.data：重新加密 2 项" in out.getvalue()  # the app's secret, and the seed of the recovery codes
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    call_command("keys", "status", stdout=out)
    client = Client()
    client.post(reverse("account_login"), {"login": officer.username, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert client.get(DESK).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_sessions_that_began_with_the_password_alone_end(officer: User) -> None:
    earlier, client = sign_in(officer), sign_in(officer)
    set_up(client)
    assert earlier.get(DESK)["Location"].startswith(reverse("account_login"))
    assert client.get(DESK).status_code == 200


def test_new_password_by_mail_does_not_go_around_the_factor(officer: User) -> None:
    secret = set_up(sign_in(officer))
    client, new = Client(), "orchard 77 kite lantern"
    client.post(reverse("account_reset_password"), {"email": officer.email})
    form = client.get(link_in(mails(officer.email)[-1]), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert client.get(DESK).status_code == 302, "nobody is signed in by a mail"
    asked = client.post(reverse("account_login"), {"login": officer.username, "password": new})
    assert asked["Location"] == reverse("mfa_authenticate") and client.get(DESK).status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert client.get(DESK).status_code == 200


def test_required_factor_is_not_switched_off_and_an_offered_one_is(officer: User, settings: Any) -> None:
    client = sign_in(officer)
    set_up(client)
    refused = client.post(reverse("mfa_deactivate_totp"))
    assert "不能关闭" in refused.content.decode() and second_factor.is_set_up(officer.pk)
    settings.SECOND_FACTOR = "offered"
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=officer).exists()
    assert any("关闭两步验证" in mail["subject"] for mail in mails(officer.email))


def test_whoever_has_a_factor_proves_himself_with_it(officer: User) -> None:
    secret = set_up(sign_in(officer))
    client = sign_in(officer)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    later(client)
    asked = client.post(reverse("account_email"), {"action_add": "1", "email": "other@office.example"})
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    by_password = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert by_password["Location"].startswith(reverse("mfa_reauthenticate"))


def test_nobody_is_asked_again_for_what_was_given_at_sign_in_a_moment_ago(officer: User, settings: Any) -> None:
    settings.SECOND_FACTOR = "offered"
    page = reverse("mfa_activate_totp")
    client = sign_in(officer)
    assert client.get(page).status_code == 200, "the password was typed a moment ago"
    later(client)
    assert client.get(page)["Location"].startswith(reverse("account_reauthenticate"))
    secret = set_up(sign_in(officer))
    client = sign_in(officer)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    later(client)
    assert client.get(reverse("mfa_deactivate_totp"))["Location"].startswith(reverse("mfa_reauthenticate"))


def test_moved_clock_of_a_rehearsal_changes_nothing_about_who_is_asked_again(officer: User, settings: Any) -> None:
    settings.SECOND_FACTOR = "offered"
    page, client = reverse("mfa_activate_totp"), sign_in(officer)
    for away in (timedelta(days=-900), timedelta(days=900)):
        with clock.travel(clock.machine_now() + away):
            assert client.get(page).status_code == 200
    later(client)
    with clock.travel(clock.machine_now() - timedelta(days=900)):
        assert client.get(page).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_password_of_sign_in_is_not_enough_once_a_factor_is_set_up(officer: User, settings: Any) -> None:
    """Who has a second factor shows it, also in a session that began with the password alone a moment ago."""
    settings.SECOND_FACTOR = "offered"
    client = sign_in(officer)
    set_up(client)
    session = client.session
    session["account_authentication_methods"] = [
        r for r in session["account_authentication_methods"] if r["method"] == "password"
    ]
    session.save()
    assert client.get(reverse("mfa_deactivate_totp"))["Location"].startswith(reverse("mfa_reauthenticate"))


@pytest.mark.parametrize(
    ("kind", "required"),
    [("applicant", False), ("unit", False), *((kind, True) for kind in AccountKind.values if kind not in {"applicant", "unit"})],
)
def test_who_has_to_have_one(settings: Any, kind: str, required: bool) -> None:
    settings.SECOND_FACTOR = "required"
    assert second_factor.is_required(kind) == required
    settings.SECOND_FACTOR = "offered"
    assert not second_factor.is_required(kind)


def test_applicant_may_set_one_up_and_need_not(settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    user = ex.registered_applicant(ex.approved_unit())
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = sign_in(user)
    assert client.get(reverse("my_applications")).status_code == 200
    set_up(client)
    assert Client().post(reverse("account_login"), {"login": user.username, "password": PASSWORD})["Location"] == reverse(
        "mfa_authenticate"
    )


def test_lost_factor_that_was_reset_is_set_up_anew(officer: User) -> None:
    client = sign_in(officer)
    set_up(client)
    reset_second_factor(user=User.objects.get(pk=officer.pk), actor="system")
    assert client.get(DESK)["Location"].startswith(reverse("account_login"))
    assert not Authenticator.objects.filter(user=officer).exists()
    assert sign_in(officer).get(DESK)["Location"] == SET_UP


def test_code_page_tells_the_way_of_every_kind_of_account_and_nothing_of_this_one(officer: User) -> None:
    """Who knows the password alone learns neither what kind of account it is nor whose."""
    user = ex.registered_applicant(ex.approved_unit(), password=PASSWORD)
    pages = []
    for account in (officer, user):
        give_factor(account)
        pages.append(page_of(sign_in(account).get(reverse("mfa_authenticate"))).main.get_text(" ", strip=True))
    assert pages[0] == pages[1] and user.name not in pages[1]
    for word in ("申报人", "单位管理员", "县（市）职称办", "州人力资源和社会保障局工作人员", "系统运维", "安全管理员："):
        assert word in pages[0]
    (bureau,) = [line for line in re.findall("[^：]*工作人员：[^。]*。", pages[0]) if "州人力资源和社会保障局工作人员：" in line]
    assert "请联系州人力资源和社会保障局" not in bureau, "nobody is sent to the office he is"
    wrong = [Client().post(reverse("account_login"), {"login": one.username, "password": "wrong"}) for one in (officer, user)]
    Authenticator.objects.all().delete()
    without = Client().post(reverse("account_login"), {"login": user.username, "password": "wrong"})
    told = [
        page_of(answer).main.get_text(" ", strip=True).replace(officer.username, user.username) for answer in (*wrong, without)
    ]
    assert len(set(told)) == 1, "before the password is right nothing tells that there is a factor"


def test_setting_up_renewing_and_switching_off_are_entries_of_the_ledger(officer: User, settings: Any) -> None:
    settings.SECOND_FACTOR = "offered"
    client = sign_in(officer)
    set_up(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))
    entries = LedgerEntry.objects.filter(event__startswith="account.factor_").order_by("number")
    told = [(entry.event.removeprefix("account.factor_"), entry.data["type"]) for entry in entries]
    app, codes = "totp", "recovery_codes"
    assert told == [("set", app), ("set", codes), ("gone", codes), ("set", codes), ("gone", app), ("gone", codes)]
    assert {(entry.actor, entry.subject) for entry in entries} == {(f"user:{officer.pk}", f"user:{officer.pk}")}
    assert not Authenticator.objects.exists() and not violated("accounts.factors_in_ledger")


def test_factor_taken_out_of_the_database_is_named(officer: User) -> None:
    give_factor(officer)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mfa_authenticator WHERE type = 'totp'")
    assert {name for name, _subject in violated("accounts.factors_in_ledger")} == {"accounts.factors_in_ledger"}


def test_factor_from_before_the_ledger_told_of_any_is_no_difference(officer: User) -> None:
    older = Authenticator(user=officer, type="totp", data={})
    Authenticator.objects.bulk_create([older])  # tells nobody, as it was
    assert not violated("accounts.factors_in_ledger")
    other = User.objects.get(pk=ex.officer(ex.county(), 2).user_id)
    give_factor(other)
    assert not violated("accounts.factors_in_ledger")
    Authenticator.objects.bulk_create([Authenticator(user=officer, type="recovery_codes", data={})])
    assert len(violated("accounts.factors_in_ledger")) == 1
