from __future__ import annotations

import re
from datetime import datetime

import pytest
from allauth.account.models import EmailAddress

from tests.organizations.examples import NOTICE, PASSWORD, approved_unit, registered_applicant
from zhicheng.accounts import actions, queries
from zhicheng.accounts.models import AccountKind, NoticeAcceptance, User
from zhicheng.accounts.rules import Particulars
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import OutboxMessage

pytestmark = pytest.mark.django_db


def mails() -> list[dict]:
    return [m.payload for m in OutboxMessage.objects.filter(kind="mail").order_by("pk")]


def test_accept_text_keeps_version_hash_and_time() -> None:
    user = registered_applicant(approved_unit())
    at = datetime(2023, 9, 1, 10, tzinfo=clock.BEIJING)
    with clock.travel(at):
        actions.accept_text(user_id=user.pk, text=NOTICE)
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
    assert queries.account_with_identity(kind=AccountKind.APPLICANT, id_number=number) == user
    assert queries.account_with_identity(kind=AccountKind.UNIT, id_number=number) is None


def test_confirm_mailbox_twice_is_recorded_once() -> None:
    user = registered_applicant(approved_unit(), confirmed=False)
    assert not queries.mailbox_confirmed(user)
    actions.confirm_mailbox(user_id=user.pk, actor="system")
    before = ledger.verify().entries
    actions.confirm_mailbox(user_id=user.pk, actor="system")
    assert queries.mailbox_confirmed(user) and ledger.verify().entries == before


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


def test_create_operator_can_sign_in_at_once_and_needs_a_strong_password() -> None:
    with pytest.raises(Refused) as refused:
        actions.create_operator(name="运维", email="ops@office.example", username="operator", password="12345")
    assert {p.where for p in refused.value.problems} == {"password"}
    user = actions.create_operator(name="运维员", email="ops@office.example", username="operator", password=PASSWORD)
    assert user.check_password(PASSWORD) and queries.mailbox_confirmed(user)
    with pytest.raises(Refused) as refused:
        actions.create_operator(name="运维员", email="OPS@office.example", username="Operator", password=PASSWORD)
    assert {p.code for p in refused.value.problems} == {"email_taken", "username_taken"}


def test_check_password_gives_each_broken_rule_its_own_sentence() -> None:
    person = Particulars(name="李梅", id_number="", mobile="", email="limei@mail.example", username="limei2023")
    assert len(actions.check_password("12345", person=person)) >= 2
    assert actions.check_password(PASSWORD, person=person) == []
    assert [p.code for p in actions.check_password("", person=person)] == ["password_missing"]


def test_check_printable_names_the_character_no_font_has() -> None:
    [problem] = actions.check_printable("张\U00032000", where="name")
    assert problem.code == "glyph_missing" and "U+32000" in str(problem.text)
    assert actions.check_printable("㛃𬍛䶮喆堃龑㼆·", where="name") == []


def test_one_primary_mailbox_for_one_account() -> None:
    user = registered_applicant(approved_unit())
    assert EmailAddress.objects.filter(user=user, primary=True).count() == 1
