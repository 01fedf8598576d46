from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction

from tests.organizations.examples import NOTICE, PASSWORD, approved_unit, id_number, prefecture, registered_applicant
from zhicheng.accounts import actions, particulars, queries
from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, NoticeAcceptance, User
from zhicheng.accounts.rules import Particulars
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.organizations.actions import create_officer

pytestmark = pytest.mark.django_db


def mails() -> list[dict]:
    return [read_mail(m) for m in OutboxMessage.objects.filter(kind="mail").order_by("pk")]


def test_accept_texts_keeps_version_hash_and_time() -> None:
    user = registered_applicant(approved_unit())
    at = datetime(2023, 9, 1, 10, tzinfo=clock.BEIJING)
    with clock.travel(at):
        actions.accept_texts(user_id=user.pk, texts=[NOTICE])
    kept = NoticeAcceptance.objects.order_by("-pk")[0]
    assert (kept.text_key, kept.version, kept.text_sha256, kept.accepted_at) == (*NOTICE[:3], at)
    assert queries.acceptance_of(user_id=user.pk, text_key=NOTICE.key, version=NOTICE.version) == kept
    assert queries.acceptance_of(user_id=user.pk, text_key=NOTICE.key, version="2024.1") is None
    assert ledger.verify().ok


def test_identity_number_is_encrypted_and_found_by_its_index() -> None:
    user = registered_applicant(approved_unit())
    number = User.objects.get(pk=user.pk).id_number
    stored = User.objects.extra(select={"raw": "id_number"}).values_list("raw", flat=True).get(pk=user.pk)
    assert number not in stored and stored.startswith("v2:")
    assert User.objects.get(id_number_index=queries.person_index(number.lower())) == user
    assert user.number_held_at is None, "claimed, not held"


def test_confirm_mailbox_twice_is_recorded_once() -> None:
    user = registered_applicant(approved_unit(), confirmed=False)
    assert not queries.mailbox_confirmed(user)
    actions.confirm_mailbox(user_id=user.pk, actor="system")
    before = ledger.verify().entries
    actions.confirm_mailbox(user_id=user.pk, actor="system")
    assert queries.mailbox_confirmed(user) and ledger.verify().entries == before


def registered_anew(user: User) -> Particulars:
    """What its owner types again."""
    return Particulars(name=user.name, id_number=user.id_number, mobile=user.mobile, email=user.email, username=user.username)


def test_confirmation_in_between_stops_a_registration_anew() -> None:
    user = registered_applicant(approved_unit(), confirmed=False)
    found = queries.account_to_reuse(registered_anew(user), kind=AccountKind.APPLICANT, password=PASSWORD)
    assert found == user
    actions.confirm_mailbox(user_id=user.pk, actor="system")
    given = {"kind": AccountKind.APPLICANT, "person": registered_anew(user), "password": PASSWORD, "acceptance": None}
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.open_account(**given, reuse=found)
    assert refused.value.has("username_taken")
    assert queries.mailbox_confirmed(user), "what was confirmed stays confirmed"


def test_link_opened_before_a_registration_anew_confirms_nothing(rf) -> None:
    user = registered_applicant(unit := approved_unit(), confirmed=False)
    opened = EmailAddress.objects.get(user=user)
    assert registered_applicant(unit, confirmed=False) == user
    assert get_adapter().confirm_email(rf.get("/"), opened) is False
    assert EmailAddress.objects.filter(user=user, verified=False).count() == EmailAddress.objects.filter(user=user).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_confirmation_waits_for_a_registration_anew() -> None:
    user = registered_applicant(approved_unit(), confirmed=False)

    def confirm() -> None:
        try:
            actions.confirm_mailbox(user_id=user.pk, actor="system")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            given = {"kind": AccountKind.APPLICANT, "person": registered_anew(user), "password": PASSWORD, "acceptance": None}
            actions.open_account(**given, reuse=user)
            waits = pool.submit(confirm)
            time.sleep(1)
        waits.result(60)
    assert queries.mailbox_confirmed(user)


def test_confirmation_mail_carries_the_log_in_name_and_a_link_of_this_site(settings) -> None:
    settings.SITE_ADDRESS = "https://zhicheng.bozhou.example"
    user = registered_applicant(approved_unit(), confirmed=False)
    mail = mails()[-1]
    assert mail["to"] == [user.email] and user.username in mail["body"]
    assert re.search(r"https://zhicheng\.bozhou\.example/\S*confirm-email/\S+", mail["body"])


def test_change_contact_changes_only_mobile_and_position() -> None:
    user = registered_applicant(approved_unit())
    actions.change_contact(user_id=user.pk, mobile="138 0909 7777", position=" 高级 教师 ")
    user.refresh_from_db()
    assert (user.mobile, user.position, user.name) == ("13809097777", "高级 教师", "阿依古丽·买买提")


def test_change_contact_refuses_a_malformed_number_and_keeps_the_old() -> None:
    user = registered_applicant(approved_unit())
    with pytest.raises(Refused) as refused:
        actions.change_contact(user_id=user.pk, mobile="1", position="x" * 51)
    assert {p.where for p in refused.value.problems} == {"mobile", "position"}
    assert User.objects.get(pk=user.pk).mobile == user.mobile


def opened(kind: AccountKind, number: int, **changes: str) -> User:
    given = {
        "name": "运维员",
        "email": f"{kind.value}@office.example",
        "username": f"{kind.value}1",
        "password": PASSWORD,
        "id_number": id_number(number),
    }
    return actions.create_system_account(kind=kind, **(given | changes))


@pytest.mark.parametrize("kind", SYSTEM_KINDS)
def test_system_account_can_sign_in_at_once_and_needs_a_strong_password(kind: AccountKind) -> None:
    with pytest.raises(Refused) as refused:
        opened(kind, 61, password="12345", id_number="")
    assert {p.where for p in refused.value.problems} == {"password", "id_number"}
    user = opened(kind, 61)
    assert user.check_password(PASSWORD) and queries.mailbox_confirmed(user)
    with pytest.raises(Refused) as refused:
        opened(kind, 62, email=user.email.upper(), username=user.username.title())
    assert {p.code for p in refused.value.problems} == {"email_taken", "username_taken"}


@pytest.mark.parametrize("second", SYSTEM_KINDS)
@pytest.mark.parametrize("first", SYSTEM_KINDS)
def test_nobody_holds_two_of_the_three_accounts(first: AccountKind, second: AccountKind) -> None:
    opened(first, 61)
    with pytest.raises(Refused) as refused:
        opened(second, 61, email="another@office.example", username="another")
    assert {p.where for p in refused.value.problems} == {"id_number"}
    assert opened(second, 62, email="another@office.example", username="another").kind == second


def test_database_refuses_two_of_the_three_for_one_number() -> None:
    user = opened(AccountKind.OPERATOR, 61)
    other = opened(AccountKind.AUDITOR, 62)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(id_number_index=user.id_number_index)


def test_same_mobile_number_is_the_same_person() -> None:
    opened(AccountKind.OPERATOR, 61, mobile="13899990001")
    with pytest.raises(Refused) as refused:
        opened(AccountKind.AUDITOR, 62, mobile="138 9999 0001")
    assert [(p.where, p.code) for p in refused.value.problems] == [("mobile", "duties_conflict")]


def test_who_runs_the_system_is_no_officer_and_the_other_way_round() -> None:
    office = prefecture().pk
    create_officer(
        organization_id=office, name="李州", actor="system", email="li@b.example", username="lizhou", id_number=id_number(61)
    )
    with pytest.raises(Refused) as refused:
        opened(AccountKind.AUDITOR, 61)
    assert {p.code for p in refused.value.problems} == {"duties_conflict"}
    opened(AccountKind.AUDITOR, 62)
    with pytest.raises(Refused) as refused:
        create_officer(
            organization_id=office, name="张州", actor="system", email="z@b.example", username="zhang", id_number=id_number(62)
        )
    assert {p.code for p in refused.value.problems} == {"duties_conflict"}
    assert registered_applicant(approved_unit()), "an applicant's account is everybody's to have"


def test_check_password_names_the_one_cause() -> None:
    person = Particulars(name="李梅", id_number="", mobile="", email="limei@mail.example", username="limei2023")
    assert [p.code for p in particulars.check_password("12345", person=person)] == ["password_weak"]
    assert particulars.check_password(PASSWORD, person=person) == []
    assert [p.code for p in particulars.check_password("", person=person)] == ["password_missing"]


def test_check_printable_names_every_sign_no_font_has_and_no_chinese_character() -> None:
    signs = "😀😁😂😃😄😅😆😇😈😉😊😋"
    [problem] = particulars.check_printable(f"第一中学{signs}\U000212fe", where="unit_name")
    assert problem.code == "glyph_missing" and signs in str(problem.text) and "U+1F60B" in str(problem.text)
    assert "U+212FE" not in str(problem.text)
    assert particulars.check_printable("㛃𬍛䶮喆堃龑㼆·\U000212fe\uf9d1", where="unit_name") == []


def test_one_primary_mailbox_for_one_account() -> None:
    user = registered_applicant(approved_unit())
    assert EmailAddress.objects.filter(user=user, primary=True).count() == 1
