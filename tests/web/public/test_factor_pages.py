"""Pages of the second factor that lose nothing: the key being set up, the codes shown once, the factor while phones are changed."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.accounts.test_second_factor import DESK, SET_UP, begin, officer, set_up, sign_in
from tests.organizations import examples as ex
from tests.support.factors import code_of
from tests.web.registering import mails, page_of
from zhicheng.accounts import second_factor
from zhicheng.accounts.models import User
from zhicheng.web.public import factor_pages

__all__ = ["officer"]
pytestmark = pytest.mark.django_db
CODES, KEPT, REPLACE = reverse("mfa_view_recovery_codes"), reverse("mfa_keep_codes"), reverse("mfa_replace_totp")


def key_on(client: Client, address: str = SET_UP) -> str:
    return str(page_of(client.get(address)).select_one(".factor-secret").get_text())


def in_english(client: Client, address: str) -> Any:
    """What “English” on a page leads to."""
    return client.post(reverse("set_language"), {"language": "en", "next": address}, follow=True)


def codes_on(client: Client) -> list[str]:
    return [code.get_text() for code in page_of(client.get(CODES)).select(".recovery-codes code")]


def test_key_stays_the_same_in_another_language_and_after_a_reload(officer: User) -> None:
    client = sign_in(officer)
    key = begin(client)
    assert page_of(in_english(client, SET_UP)).select_one(".factor-secret").get_text() == key
    assert key_on(client) == key
    client.post(SET_UP, {"code": "000000"})
    assert key_on(client) == key
    assert client.post(SET_UP, {"code": code_of(key)})["Location"] == CODES
    assert second_factor.is_set_up(officer.pk)


def test_key_that_was_given_up_is_another_one(officer: User) -> None:
    client = sign_in(officer)
    key = begin(client)
    client.post(SET_UP, {"give_up": "1", "code": code_of(key)})
    assert not second_factor.is_set_up(officer.pk)
    assert key_on(client) != key


def test_codes_stay_in_another_language_until_they_are_kept(officer: User) -> None:
    client = sign_in(officer)
    secret = set_up(client)
    codes = codes_on(client)
    assert len(codes) == 10
    shown = [code.get_text() for code in page_of(in_english(client, CODES)).select(".recovery-codes code")]
    assert shown == codes == codes_on(client)
    other = sign_in(officer)
    other.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    assert codes[0] not in other.get(CODES, follow=True).content.decode()
    assert client.post(KEPT)["Location"] == reverse("home_signed_in")
    assert codes_on(client) == []


def test_codes_that_nobody_said_are_kept_go_after_a_quarter_of_an_hour(officer: User) -> None:
    client = sign_in(officer)
    set_up(client)
    assert codes_on(client)
    row = Authenticator.objects.get(user=officer, type="recovery_codes")
    row.data["viewed_at"] -= factor_pages.SHOWN_SECONDS
    row.save(update_fields=["data"])
    assert codes_on(client) == []


def test_codes_shown_before_give_no_look_at_new_ones(officer: User) -> None:
    client = sign_in(officer)
    set_up(client)
    first = codes_on(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    fresh = codes_on(client)
    assert len(fresh) == 10 and fresh != first and codes_on(client) == fresh


def test_officer_changes_phones_with_a_code_of_the_old_one(officer: User, settings: Any) -> None:
    secret = set_up(sign_in(officer))
    client, elsewhere = sign_in(officer), sign_in(officer)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, 1)})
    index = page_of(client.get(reverse("mfa_index")))
    assert index.select_one(f'main a[href="{REPLACE}"]') is not None
    assert index.select_one(f'main a[href="{reverse("mfa_deactivate_totp")}"]') is None, "nothing is offered that is refused"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0  # the sign-in is a while ago
    asked = client.get(REPLACE)
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    assert "用新手机代替旧手机" in client.get(asked["Location"]).content.decode()
    second_factor.cache.clear()
    client.post(asked["Location"], {"code": code_of(secret, -1)})
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    new = key_on(client, REPLACE)
    assert new != secret and page_of(in_english(client, REPLACE)).select_one(".factor-secret").get_text() == new
    client.post(reverse("set_language"), {"language": "zh-hans", "next": REPLACE})
    before = second_factor.those_of(officer.pk)
    client.post(REPLACE, {"code": "000000"})
    assert second_factor.those_of(officer.pk) == before, "the old one stays until the new one is right"
    assert client.post(REPLACE, {"code": code_of(new)})["Location"] == reverse("mfa_index")
    assert second_factor.those_of(officer.pk) != before
    assert Authenticator.objects.filter(user=officer).count() == 2, "one app, and the recovery codes as before"
    assert any("换成新手机" in mail["subject"] for mail in mails(officer.email))
    assert client.get(DESK).status_code == 200 and elsewhere.get(DESK).status_code == 302
    second_factor.cache.clear()
    for code, opens in ((code_of(secret, 1), False), (code_of(new, 1), True)):
        late = sign_in(officer)
        late.post(reverse("mfa_authenticate"), {"code": code})
        assert (late.get(DESK).status_code == 200) == opens


def test_change_of_phones_that_was_given_up_leaves_the_old_one(officer: User) -> None:
    client = sign_in(officer)
    set_up(client)
    before, key = second_factor.those_of(officer.pk), key_on(client, REPLACE)
    assert client.post(REPLACE, {"give_up": "1"})["Location"] == reverse("mfa_index")
    assert second_factor.those_of(officer.pk) == before and key_on(client, REPLACE) != key


def test_change_of_phones_needs_a_phone(officer: User) -> None:
    client = sign_in(officer)
    begin(client)
    assert client.get(REPLACE)["Location"] == SET_UP


def test_first_sign_in_says_that_a_factor_has_to_be_set_up(officer: User, settings: Any) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": officer.username, "password": "lantern-77-orchard-kite"})
    assert "您的账号必须使用两步验证" in client.get(DESK, follow=True).content.decode()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    page = client.get(DESK, follow=True).content.decode()
    assert "请再输入一次密码" in page and "必须使用两步验证" in page
    settings.SECOND_FACTOR = "offered"
    page = client.get(SET_UP, follow=True).content.decode()
    assert "必须使用两步验证" not in page and "接下来设置两步验证" in page


@pytest.mark.parametrize("name", ["account_email", "mfa_activate_totp", "usersessions_list"])
def test_whoever_proves_himself_again_reads_what_for(name: str, settings: Any) -> None:
    user = ex.registered_applicant(ex.approved_unit(), password="lantern-77-orchard-kite")
    page = sign_in(user).get(f"{reverse('account_reauthenticate')}?next={reverse(name)}").content.decode()
    assert "请先确认是您本人" in page and "关系到账号安全" not in page


def test_factor_taken_away_meanwhile_is_not_brought_back(officer: User) -> None:
    client = sign_in(officer)
    set_up(client)
    Authenticator.objects.filter(user=officer, type="totp").delete()
    assert client.post(REPLACE, {"code": "000000"})["Location"] == SET_UP
