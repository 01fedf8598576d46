import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import transaction

from zhicheng.foundation import clock, mail, outbox
from zhicheng.foundation.actions import retry_message
from zhicheng.foundation.models import OutboxMessage
from zhicheng.foundation.queries import mails
from zhicheng.foundation.sealing import SealBroken, seal
from zhicheng.foundation.transactions import NotInTransaction

BACKEND = "zhicheng.foundation.mail.OutboxBackend"


def queue(key: str = "application:12:submitted:1", subject: str = "申请书已上报", body: str = "您好。\n") -> OutboxMessage:
    with transaction.atomic():
        return mail.queue_mail(to="zhang@example.cn", subject=subject, body=body, key=key)


@pytest.mark.django_db
def test_queue_mail_waits_and_is_then_delivered_once(settings: Any) -> None:
    queue()
    assert django_mail.outbox == []
    queue()
    outbox.drain()
    outbox.drain()
    sent = django_mail.outbox[0]
    assert len(django_mail.outbox) == 1
    assert (sent.to, sent.subject, sent.body, sent.from_email) == (
        ["zhang@example.cn"],
        "申请书已上报",
        "您好。\n",
        settings.DEFAULT_FROM_EMAIL,
    )


@pytest.mark.django_db(transaction=True)
def test_queue_mail_outside_of_a_transaction_is_a_mistake() -> None:
    with pytest.raises(NotInTransaction):
        mail.queue_mail(to="a@example.cn", subject="x", body="y", key="k")


@pytest.mark.django_db(transaction=True)
def test_queue_mail_is_not_sent_when_its_cause_is_undone() -> None:
    with pytest.raises(KeyError), transaction.atomic():
        queue()
        raise KeyError
    outbox.drain()
    assert django_mail.outbox == []


@pytest.mark.django_db
def test_queue_mail_keeps_the_subject_on_one_line() -> None:
    queue(subject="申请书\r\nBcc: someone@example.cn")
    outbox.drain()
    assert django_mail.outbox[0].subject == "申请书 Bcc: someone@example.cn"
    assert django_mail.outbox[0].recipients() == ["zhang@example.cn"]


@pytest.mark.django_db
def test_delivery_again_is_recognisable_by_its_message_id() -> None:
    message = queue()
    first, second = (mail.compose(message).message() for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert first["Message-ID"].endswith("@zhicheng.example>")
    assert mail.compose(queue(key="another")).message()["Message-ID"] != first["Message-ID"]


@pytest.mark.django_db
def test_date_of_a_mail_is_the_time_of_the_clock() -> None:
    with clock.travel(clock.now().replace(year=2023, month=9, day=1, hour=8, minute=0, second=0)):
        message = queue()
    assert mail.compose(message).message()["Date"] == "Fri, 01 Sep 2023 08:00:00 +0800"


@pytest.mark.django_db
def test_mail_server_out_of_reach_is_tried_again(settings: Any, unused_tcp_port: int) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_tcp_port
    message = queue()
    assert outbox.drain() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 0)  # nothing was tried
    assert "ConnectionRefusedError" in message.last_error


@pytest.mark.django_db
def test_backend_puts_mail_of_others_into_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = BACKEND
    written = EmailMultiAlternatives(
        "请确认您的邮箱",
        "正文",
        "人社局 <rsj@example.cn>",
        ["a@example.cn"],
        bcc=["b@example.cn"],
        cc=["c@example.cn"],
        reply_to=["d@example.cn"],
        headers={"X-Kind": "confirm"},
    )
    written.attach_alternative("<p>正文</p>", "text/html")
    assert written.send() == 1
    assert django_mail.outbox == []
    outbox.drain()
    sent = django_mail.outbox[0]
    assert isinstance(sent, EmailMultiAlternatives)
    assert (sent.subject, sent.body, sent.from_email) == ("请确认您的邮箱", "正文", "人社局 <rsj@example.cn>")
    assert (sent.to, sent.cc, sent.bcc, sent.reply_to) == (
        ["a@example.cn"],
        ["c@example.cn"],
        ["b@example.cn"],
        ["d@example.cn"],
    )
    assert sent.extra_headers["X-Kind"] == "confirm"
    assert [tuple(alternative) for alternative in sent.alternatives] == [("<p>正文</p>", "text/html")]


@pytest.mark.django_db
def test_backend_sends_the_same_words_twice_when_asked_twice(settings: Any) -> None:
    settings.EMAIL_BACKEND = BACKEND
    for _ in range(2):
        send_mail("验证码", "123456", None, ["a@example.cn"])
    outbox.drain()
    assert len(django_mail.outbox) == 2


@pytest.mark.django_db
def test_backend_refuses_attachments_and_broken_headers(settings: Any) -> None:
    settings.EMAIL_BACKEND = BACKEND
    with_file = EmailMultiAlternatives("x", "y", None, ["a@example.cn"])
    with_file.attach("评审表.pdf", b"%PDF", "application/pdf")
    for bad in (with_file, EmailMultiAlternatives("x\ny", "z", None, ["a@example.cn"])):
        with pytest.raises(ValueError):
            bad.send()
    assert not OutboxMessage.objects.exists()


def let_days_pass(message: OutboxMessage, days: int) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=clock.machine_now() - timedelta(days=days))


@pytest.mark.django_db
def test_words_of_an_old_mail_are_forgotten_and_that_it_was_sent_stays(settings: Any) -> None:
    old, young = queue(), queue(key="application:12:submitted:2")
    outbox.drain()
    let_days_pass(old, settings.MAIL_KEPT_DAYS + 1)
    let_days_pass(young, settings.MAIL_KEPT_DAYS - 1)
    assert mail.forget_bodies() == 1
    assert mail.forget_bodies() == 0
    before = (old.pk, old.kind, old.key)
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.pk, old.kind, old.key) == before
    assert (old.payload, old.state) == ({}, "done") and old.done_at is not None
    assert young.payload["to"] == ["zhang@example.cn"]
    assert list(mails()) == [young]
    queue()  # the key is still taken: nobody gets the mail a second time
    outbox.drain()
    assert len(django_mail.outbox) == 2


@pytest.mark.django_db
def test_mail_that_was_given_up_is_forgotten_like_a_sent_one_and_one_that_waits_is_not(settings: Any) -> None:
    waiting, failed = queue(), queue(key="failed")
    OutboxMessage.objects.filter(pk=failed.pk).update(state="failed")
    for message in (waiting, failed):
        let_days_pass(message, 10 * settings.MAIL_KEPT_DAYS)
    assert mail.forget_bodies() == 1
    waiting.refresh_from_db()
    failed.refresh_from_db()
    assert waiting.payload and (failed.payload, failed.state) == ({}, "failed")


@pytest.mark.django_db
def test_rehearsal_that_moves_its_clock_keeps_its_mails() -> None:
    with clock.travel(clock.now() + timedelta(days=400)):
        queue()
        outbox.drain()
        assert mail.forget_bodies() == 0
    with clock.travel(clock.now() - timedelta(days=400)):
        assert mail.forget_bodies() == 0


@pytest.mark.django_db
def test_other_messages_are_not_mails_and_keep_theirs(register: Any) -> None:
    register("test.kind")(lambda _message: None)
    with transaction.atomic():
        message = outbox.queue(kind="test.kind", payload={"change_id": 1}, key="one")
    outbox.drain()
    let_days_pass(message, 400)
    assert mail.forget_bodies() == 0


@pytest.mark.django_db
def test_mail_whose_words_were_forgotten_is_not_sent_empty(settings: Any) -> None:
    failed = queue()
    OutboxMessage.objects.filter(pk=failed.pk).update(state="failed")
    let_days_pass(failed, settings.MAIL_KEPT_DAYS + 1)
    mail.forget_bodies()
    retry_message(message_id=failed.pk, actor="operator")
    outbox.drain()
    failed.refresh_from_db()
    assert failed.state == "failed" and "forgotten" in failed.last_error and not django_mail.outbox


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"to": ["thief@example.cn"]},
        {"to": ["zhang@example.cn", "thief@example.cn"]},
        {"bcc": ["thief@example.cn"]},
        {"subject": "另一封"},
        {"headers": {"Reply-To": "thief@example.cn"}},
    ],
)
def test_mail_whose_recipient_was_changed_in_the_database_does_not_open(change: dict[str, Any]) -> None:
    message = queue()
    message.payload = message.payload | change
    message.save()
    with pytest.raises(SealBroken):
        mail.read_mail(message)
    outbox.drain()
    assert not django_mail.outbox


@pytest.mark.django_db
def test_words_of_a_mail_copied_into_another_row_do_not_open() -> None:
    message = queue()
    message.pk, message.key = None, "own"
    message.save(force_insert=True)
    with pytest.raises(SealBroken):
        mail.read_mail(message)


def as_before(message: OutboxMessage) -> None:
    """As the versions before sealed it: every mail for one place."""
    words = json.dumps({"body": mail.read_mail(message)["body"]})
    message.payload = {"to": message.payload["to"], "subject": message.payload["subject"]}
    message.payload["sealed"] = seal(words, purpose=mail.PURPOSE, place=mail.PLACE)
    message.save()


@pytest.mark.django_db
def test_mail_that_waits_since_the_version_before_still_goes_out_and_is_bound_afterwards() -> None:
    message = queue(body="您好，张三。")
    as_before(message)
    assert mail.bind_old() == 0, "a worker of that version may still be at it"
    outbox.drain()
    assert django_mail.outbox[0].body == "您好，张三。"
    assert mail.bind_old() == 1 and mail.bind_old() == 0
    message.refresh_from_db()
    assert "sealed" not in message.payload and mail.read_mail(message)["body"] == "您好，张三。"
    message.payload["to"] = ["thief@example.cn"]
    with pytest.raises(SealBroken):
        mail.read_mail(message)
