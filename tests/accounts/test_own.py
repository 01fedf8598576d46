"""Whoever can write the database gets in with no password and no mailbox that the program did not write (docs/security/threats.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_mailbox, decide
from tests.support.keys import new_key
from tests.support.signing_in import later
from tests.support.verified import everything_holds, violated
from tests.web.registering import IN_WINDOW, link_in, mails, page_of
from zhicheng.accounts.confirmation_keys import make_key
from zhicheng.accounts.models import User
from zhicheng.foundation import clock, triggers
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.taking_back import refuse_losses
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.actions.account_decisions import mailbox_link

pytestmark = pytest.mark.django_db
OURS = "lantern-77-orchard-kite"
THEIRS = "quarry-33-velvet-moss"
BOX = "intruder@mail.example"
RESET, LOGIN = reverse("account_reset_password"), reverse("account_login")


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    with clock.travel(IN_WINDOW):
        yield


@pytest.fixture
def victim() -> User:
    return with_password(ex.registered_applicant(ex.approved_unit()), OURS)


@pytest.fixture
def intruder(victim: User) -> User:
    return with_password(ex.registered_applicant(ex.approved_unit(2), 2), THEIRS)


def with_password(user: User, password: str) -> User:
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def write(user: User, **columns: str) -> None:
    """Past the program."""
    names = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_user SET {names} WHERE id = %s", [*columns.values(), user.pk])  # noqa: S608


def lying_in(user: User, column: str) -> str:
    """The column as it lies in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_user WHERE id = %s", [user.pk])  # noqa: S608
        return str(cursor.fetchone()[0])


def get_in(login: str, password: str) -> tuple[bool, str]:
    """Whether signing in worked, and what was answered."""
    client = Client()
    answer = client.post(LOGIN, {"login": login, "password": password})
    words = page_of(answer).main.get_text() if answer.status_code == 200 else ""
    return "_auth_user_id" in client.session, words.replace(login, "")


def reset(mailbox: str, password: str = THEIRS) -> bool:
    """Ask for the account by mail, open the link if one came, set a password."""
    Client().post(RESET, {"email": mailbox})
    mail = mails(mailbox)[-1]
    if "/password/reset/key/" not in mail["body"]:
        return False
    return open_reset(link_in(mail), password)


def open_reset(link: str, password: str = THEIRS) -> bool:
    client = Client()
    page = client.get(link, follow=True)
    if not page_of(page).select("input[name=password1]"):
        return False
    client.post(page.request["PATH_INFO"], {"password1": password, "password2": password})
    return True


@pytest.fixture
def events(caplog: Any) -> Any:
    """The accounts and kinds of what was refused as not the program's."""
    caplog.set_level("INFO", "zhicheng.security")

    def found() -> list[tuple[str, str]]:
        facts = [record.facts for record in caplog.records if hasattr(record, "facts")]
        return [(fact["subject"], fact["kind"]) for fact in facts if fact["event"] == "credential.forged"]

    return found


def test_hash_made_elsewhere_opens_nothing_and_is_answered_like_a_wrong_password(victim: User, events: Any) -> None:
    wrong = get_in(victim.username, "not-the-password-1f")
    write(victim, password=make_password(THEIRS))
    forged = get_in(victim.username, THEIRS)
    assert forged == wrong == (False, wrong[1])
    assert get_in(victim.email, THEIRS)[0] is False
    assert events() == [(f"user:{victim.pk}", "password")] * 2
    assert violated() == {("accounts.own", f"user:{victim.pk}")}
    assert reset(victim.email, "新-orchard-77-lantern"), "its owner still comes back"
    assert get_in(victim.username, "新-orchard-77-lantern")[0]
    everything_holds()


def test_hash_copied_from_another_account_opens_nothing_with_its_seal_or_without(victim: User, intruder: User) -> None:
    assert get_in(intruder.username, THEIRS)[0]
    write(victim, password=lying_in(intruder, "password"))
    assert not get_in(victim.username, THEIRS)[0]
    write(victim, password_seal=lying_in(intruder, "password_seal"))
    assert not get_in(victim.username, THEIRS)[0]
    assert violated() >= {("accounts.own", f"user:{victim.pk}")}


def test_seal_that_was_emptied_is_no_way_around_it(victim: User) -> None:
    write(victim, password=make_password(THEIRS), password_seal="")
    assert not get_in(victim.username, THEIRS)[0]
    assert ("accounts.own", f"user:{victim.pk}") in violated()
    write(victim, password="", password_seal="")
    assert not get_in(victim.username, "")[0] and not get_in(victim.username, THEIRS)[0]


def test_saving_a_row_that_was_read_seals_nothing_forged(victim: User) -> None:
    write(victim, password=make_password(THEIRS), email=BOX)
    user = User.objects.get(pk=victim.pk)
    assert not user.password_is_own() and not user.mailbox_is_own()  # the seals were opened meanwhile
    user.mobile = "13900000001"
    user.save()
    user.save(update_fields=["password", "email"])
    assert not get_in(victim.username, THEIRS)[0] and not reset(BOX)


def test_forged_hash_confirms_nothing_at_any_page(victim: User) -> None:
    client = Client()
    client.post(LOGIN, {"login": victim.username, "password": OURS})
    later(client)
    write(victim, password=make_password(THEIRS))
    client.force_login(User.objects.get(pk=victim.pk), backend="zhicheng.accounts.backends.AuthenticationBackend")
    client.post(reverse("account_reauthenticate"), {"password": THEIRS})
    assert not [one for one in client.session.get("account_authentication_methods", []) if one.get("reauthenticated")]
    changed = {"oldpassword": THEIRS, "password1": "新-orchard-77-lantern", "password2": "新-orchard-77-lantern"}
    client.post(reverse("account_change_password"), changed)
    user = User.objects.get(pk=victim.pk)
    assert not user.password_is_own() and not user.check_password("新-orchard-77-lantern")


def test_session_that_is_there_goes_on(victim: User) -> None:
    """What its key was made from is the hash alone, as in the versions before."""
    client = Client()
    client.post(LOGIN, {"login": victim.username, "password": OURS})
    seal_anew(victim)
    assert client.get(reverse("my_applications")).status_code == 200


def test_hash_of_an_older_kind_is_renewed_with_its_seal(victim: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    before = lying_in(victim, "password")
    assert get_in(victim.username, OURS)[0]
    assert lying_in(victim, "password") != before and lying_in(victim, "password").startswith("pbkdf2_sha1$")
    assert get_in(victim.username, OURS)[0]
    everything_holds()


def test_forged_hash_of_an_older_kind_is_not_renewed(victim: User, settings: Any) -> None:
    forged = make_password(THEIRS)
    write(victim, password=forged)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert not get_in(victim.username, THEIRS)[0]
    assert lying_in(victim, "password") == forged


def test_hash_is_not_renewed_over_a_password_set_meanwhile(victim: User, settings: Any) -> None:
    signing_in = User.objects.get(pk=victim.pk)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    with_password(User.objects.get(pk=victim.pk), THEIRS)
    assert signing_in.check_password(OURS), "it was right when the row was read"
    assert get_in(victim.username, THEIRS)[0] and not get_in(victim.username, OURS)[0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_passwords_set_at_once_leave_a_hash_with_its_seal(victim: User) -> None:
    def change(number: int) -> None:
        try:
            with_password(User.objects.get(pk=victim.pk), f"{OURS}-{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(12)))
    user = User.objects.get(pk=victim.pk)
    assert user.password_is_own()
    assert sum(user.check_password(f"{OURS}-{number}") for number in range(12)) == 1


class CostlyHasher(MD5PasswordHasher):
    algorithm = "costly"

    def verify(self, password: str, encoded: str) -> bool:
        raise AssertionError("what somebody wrote into the row would be a lever on the memory of the server")


def test_forged_hash_is_not_computed_with(victim: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, f"{__name__}.CostlyHasher"]
    write(victim, password="costly$salt$00")
    assert not get_in(victim.username, THEIRS)[0]


def test_mailbox_put_into_both_tables_recovers_nothing(victim: User, events: Any) -> None:
    write(victim, email=BOX)
    EmailAddress.objects.filter(user=victim).update(email=BOX)
    assert not reset(BOX)
    assert "没有注册过账号" in mails(BOX)[-1]["body"]
    assert (f"user:{victim.pk}", "mailbox") in events()
    assert not get_in(BOX, OURS)[0] and get_in(victim.username, OURS)[0], "the password is its owner's, the mailbox is not"
    assert ("accounts.own", f"user:{victim.pk}") in violated()
    write(victim, email_seal="")
    assert not reset(BOX)


def test_mailbox_copied_with_its_seal_recovers_nothing(victim: User, intruder: User) -> None:
    box, seal = intruder.email, lying_in(intruder, "email_seal")
    write(intruder, email="")
    EmailAddress.objects.filter(user=intruder).delete()
    write(victim, email=box, email_seal=seal)
    EmailAddress.objects.filter(user=victim).update(email=box)
    assert not reset(box)


@pytest.mark.parametrize("verified", [True, False])
def test_another_row_of_the_library_leads_to_no_account(victim: User, verified: bool) -> None:
    EmailAddress.objects.create(user=victim, email=BOX, verified=verified, primary=False)
    assert not reset(BOX) and not get_in(BOX, OURS)[0]
    assert violated() == {("accounts.own", f"user:{victim.pk}")}


def test_link_of_before_is_dead_where_the_mailbox_was_exchanged(victim: User) -> None:
    Client().post(RESET, {"email": victim.email})
    link = link_in(mails(victim.email)[-1])
    write(victim, email_seal="")
    assert not open_reset(link)


def changing_to(user: User, password: str, mailbox: str) -> tuple[EmailAddress, str]:
    """The mailbox that waits for its confirmation, and the link that went there."""
    client = Client()
    client.post(LOGIN, {"login": user.username, "password": password})
    client.post(reverse("account_email"), {"action_add": "1", "email": mailbox})
    link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", mails(mailbox)[-1]["body"])
    assert link
    return EmailAddress.objects.get(user=user, email=mailbox), link[1]


def test_mailbox_its_owner_changes_goes_on_as_before(victim: User) -> None:
    _address, link = changing_to(victim, OURS, "neu@mail.example")
    assert not violated()
    Client().post(link)
    victim.refresh_from_db()
    assert victim.email == "neu@mail.example" and victim.mailbox_is_own()
    everything_holds()
    assert reset("neu@mail.example") and get_in("neu@mail.example", THEIRS)[0]


def test_link_to_ones_own_new_mailbox_confirms_it_for_nobody_else(victim: User, intruder: User) -> None:
    address, link = changing_to(intruder, THEIRS, BOX)
    EmailAddress.objects.filter(pk=address.pk).update(user=victim)
    Client().post(link)
    victim.refresh_from_db()
    assert victim.email != BOX and not EmailAddress.objects.filter(email=BOX, verified=True).exists()
    assert not reset(BOX)


def test_no_link_goes_to_a_mailbox_that_nobody_asked_for(victim: User) -> None:
    """Put there in the place of the account's own, it would be mailed the link at its owner's next sign-in."""
    EmailAddress.objects.filter(user=victim).delete()
    EmailAddress.objects.create(user=victim, email=BOX, verified=False, primary=False)
    assert not get_in(victim.username, OURS)[0]
    assert not mails(BOX)
    address = EmailAddress.objects.get(user=victim, email=BOX)
    EmailAddress.objects.filter(pk=address.pk).update(primary=True)
    write(victim, email=BOX)
    assert not get_in(victim.username, OURS)[0]
    assert not mails(BOX)
    Client().post(reverse("account_confirm_email", args=[make_key(address)]))
    assert not EmailAddress.objects.filter(email=BOX, verified=True).exists()


def test_link_to_an_approved_mailbox_is_for_its_account_and_mailbox_alone(victim: User) -> None:
    unit = ex.approved_unit(2)
    other = ex.registered_applicant(unit, 2)
    row = decide(ask_mailbox(ex.unit_actor(unit), other, email=BOX))
    token = mailbox_link(row).rstrip("/").rpartition("/")[2]
    triggers.take_off(connection)
    for column, value in (("user_id", victim.pk), ("new_email", "else@mail.example")):
        before = getattr(row, column)
        type(row).objects.filter(pk=row.pk).update(**{column: value})
        with pytest.raises(Refused) as refused:
            organizations.confirm_new_mailbox(token=token, last_characters=victim.id_number[-6:])
        assert refused.value.has("link_over")
        type(row).objects.filter(pk=row.pk).update(**{column: before})
    triggers.put_on(connection)
    assert organizations.confirm_new_mailbox(token=token, last_characters=other.id_number[-6:]).email == BOX
    everything_holds()


def test_mailbox_nobody_has_asked_for_is_answered_the_same(victim: User) -> None:
    def answer(mailbox: str) -> str:
        shown = Client().post(RESET, {"email": mailbox}, follow=True)
        return page_of(shown).body.get_text().replace(mailbox, "@")

    unknown = answer("nobody@mail.example")
    write(victim, email=BOX)
    EmailAddress.objects.filter(user=victim).update(email=BOX)
    assert answer(BOX) == unknown
    assert mails(BOX)[-1]["body"].replace(BOX, "@") == mails("nobody@mail.example")[-1]["body"].replace(
        "nobody@mail.example", "@"
    )


def test_new_sealing_key_keeps_everybody_in(victim: User, settings: Any) -> None:
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    assert get_in(victim.username, OURS)[0]
    call_command("keys", "reseal", stdout=(out := StringIO()))
    assert re.search(r"accounts_user\.password_seal：重新加密 [1-9]", out.getvalue())
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert get_in(victim.username, OURS)[0] and reset(victim.email) and get_in(victim.username, THEIRS)[0]
    everything_holds()


def seal_anew(user: User) -> None:
    """The migration, over the account as the version before left it."""
    write(user, password_seal="", email_seal="", new_email_seal="")
    seal_all()


def seal_all() -> None:
    step = import_module("zhicheng.accounts.migrations.0016_seal_passwords_and_mailboxes").Migration.operations[0]
    with (
        connection.schema_editor()
        if connection.vendor == "postgresql"
        else nullcontext(SimpleNamespace(connection=connection)) as editor
    ):
        step.code(apps, editor)


def test_accounts_that_are_there_are_sealed_as_they_are(victim: User, intruder: User) -> None:
    _address, link = changing_to(intruder, THEIRS, "neu@mail.example")
    registered = ex.registered_applicant(ex.approved_unit(3), 3, confirmed=False)
    for user in User.objects.all():
        write(user, password_seal="", email_seal="", new_email_seal="")
    assert not get_in(victim.username, OURS)[0]
    seal_all()
    everything_holds()
    assert get_in(victim.username, OURS)[0] and reset(victim.email)
    Client().post(link)
    intruder.refresh_from_db()
    assert intruder.email == "neu@mail.example" and intruder.mailbox_is_own()
    Client().post(link_in(mails(registered.email)[-1]))
    assert EmailAddress.objects.get(user=registered).verified


def test_step_that_is_taken_again_seals_nothing_over(victim: User) -> None:
    seals = lying_in(victim, "password_seal"), lying_in(victim, "email_seal")
    write(victim, password=make_password(THEIRS))
    seal_all()
    assert (lying_in(victim, "password_seal"), lying_in(victim, "email_seal")) == seals
    assert not get_in(victim.username, THEIRS)[0]


def test_way_back_to_the_version_before_stays_open(victim: User) -> None:
    """Each account has seals, and the step writes them anew."""
    columns = MigrationLoader(connection).get_migration("accounts", "0015_own_passwords_and_mailboxes")
    refuse_losses(plan=[(columns, True)], connection=connection)


def opened_by_the_version_before(user: User) -> User:
    """As a version leaves a new account that knows nothing of the seals."""
    write(user, password_seal="", email_seal="", new_email_seal="")
    return user


def columns_added(at: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = %s WHERE app = 'accounts' AND name LIKE '0015%%'", [at])


def test_command_seals_what_an_older_version_opened_and_says_so_in_the_ledger(victim: User) -> None:
    columns_added("2023-01-01 00:00:00+00:00")
    opened_by_the_version_before(victim)
    assert not get_in(victim.username, OURS)[0]
    with pytest.raises(CommandError, match="有 1 个账号"):
        call_command("accounts", "status", stdout=(out := StringIO()))
    assert f"{victim.username}：更新期间由旧版本开通" in out.getvalue()
    call_command("accounts", "seal", stdout=(out := StringIO()))
    assert f"{victim.username}：更新期间由旧版本开通，已补上密封" in out.getvalue()
    assert LedgerEntry.objects.filter(event="account.sealed", subject=f"user:{victim.pk}", actor="system").count() == 1
    assert get_in(victim.username, OURS)[0] and reset(victim.email)
    call_command("accounts", "seal", stdout=(out := StringIO()))
    assert out.getvalue() == "所有账号的密码和邮箱都是本系统写入的。\n"
    everything_holds()


def test_command_seals_no_account_that_is_older_than_the_columns(victim: User) -> None:
    columns_added("2099-01-01 00:00:00+00:00")
    write(victim, password=make_password(THEIRS), password_seal="", email_seal="")
    with pytest.raises(CommandError):
        call_command("accounts", "seal", stdout=(out := StringIO()))
    assert f"{victim.username}：邮箱不是本系统写入的" in out.getvalue()
    assert not get_in(victim.username, THEIRS)[0]


@pytest.mark.parametrize("columns", [{"password_seal": ""}, {"email_seal": ""}, {}])
def test_command_renews_no_seal_that_is_there(victim: User, columns: dict[str, str]) -> None:
    columns_added("2023-01-01 00:00:00+00:00")
    write(victim, password=make_password(THEIRS), email=BOX, **columns)
    EmailAddress.objects.filter(user=victim).update(email=BOX)
    with pytest.raises(CommandError):
        call_command("accounts", "seal", stdout=StringIO())
    assert not get_in(victim.username, THEIRS)[0] and not reset(BOX)
    assert not LedgerEntry.objects.filter(event="account.sealed").exists()
