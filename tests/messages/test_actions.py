"""Telling: the row of the inbox and the mail beside it stand or fall together, once for each key."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from tests.support import world as w
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.messages.actions import mark_read, send_message
from zhicheng.messages.models import Message
from zhicheng.messages.queries import messages_of
from zhicheng.messages.reading import Reader, told
from zhicheng.organizations.readers import readers_of

pytestmark = pytest.mark.django_db


def words() -> tuple[str, str]:
    return _("消息"), _("帮助")


def mails() -> list[dict[str, Any]]:
    return [read_mail(message) for message in OutboxMessage.objects.filter(kind="mail").order_by("id")]


@pytest.fixture
def mine(world: w.World) -> Reader:
    return Reader(user_id=world.applicant.account_id, mailboxes=(("", "a@example.cn"),))


def test_message_stands_in_the_inbox_in_every_language_and_goes_out_in_the_platforms(mine: Reader) -> None:
    with override("en"):
        send_message(to=mine, words=words, key="k", path="/my/")
    (row,), (mail,) = messages_of(mine), mails()
    with override("en"):
        assert (told(row).subject, told(row).text, told(row).path) == ("Messages", "Help", "/my/")
    assert (told(row).subject, mail["subject"]) == ("消息", "消息")
    assert mail["to"] == ["a@example.cn"] and mail["body"].startswith("帮助\n\n") and mail["body"].endswith("/my/")


def test_message_of_a_key_is_told_once(mine: Reader) -> None:
    for _time in range(3):
        send_message(to=mine, words=words, key="k")
    assert (messages_of(mine).count(), len(mails())) == (1, 1)


def test_message_and_mail_are_undone_with_their_cause(mine: Reader) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        send_message(to=mine, words=words, key="k")
        raise RuntimeError
    assert not Message.objects.exists() and not mails()


def test_words_of_a_message_lie_sealed(mine: Reader) -> None:
    send_message(to=mine, words=lambda: ("机密主题", "机密正文"), key="k")
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM messages_message")
        assert "机密" not in cursor.fetchone()[0]


def test_message_to_an_organization_goes_to_each_mailbox_and_is_read_by_one_for_all(world: w.World) -> None:
    county = readers_of(world.county)
    assert county.mailboxes  # no mailbox of its own: those of its people
    send_message(to=county, words=words, key="k")
    assert {tuple(mail["to"]) for mail in mails()} == {(address,) for _name, address in county.mailboxes}
    assert mark_read(reader=county, by_user_id=world.county_officer.account_id) == 1
    assert mark_read(reader=county, by_user_id=world.county_officer.account_id) == 0
    assert messages_of(county).get().read_by_id == world.county_officer.account_id


def test_nobody_marks_what_somebody_else_was_told(world: w.World, mine: Reader) -> None:
    send_message(to=mine, words=words, key="k")
    stranger = Reader(user_id=world.bureau.account_id)
    row = messages_of(mine).get()
    assert mark_read(reader=stranger, by_user_id=world.bureau.account_id, message_id=row.pk) == 0
    assert messages_of(mine).get().read_at is None


def test_database_takes_a_message_to_one_reader_alone(mine: Reader, world: w.World) -> None:
    send_message(to=mine, words=words, key="k")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(organization=world.county)
