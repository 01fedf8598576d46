"""What a mail server does to the mail, and to nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from tests.foundation.mail_servers import Server, mail_server, unused_port
from tests.foundation.queueing import let_time_pass
from tests.support.elsewhere import Elsewhere
from zhicheng.foundation import clock, mail
from zhicheng.foundation import mail_server as line
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import MailServer, OutboxMessage
from zhicheng.foundation.outbox import Claimer
from zhicheng.foundation.supervision import Pulse
from zhicheng.foundation.worker import do_next

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def talking(settings: Any) -> Iterator[Any]:
    """Mail goes over the network, with a short time-out; ``talking(server)`` says to whom. One that will never answer is waited for least."""
    settings.DELIVERY_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"

    def to(server: Server | int) -> None:
        line.hang_up()
        settings.EMAIL_PORT = server if isinstance(server, int) else server.port
        settings.EMAIL_TIMEOUT = 0.3 if isinstance(server, Server) and server.manner in {"silent", "mute after data"} else 1

    yield to
    line.hang_up()


def queue(key: str, to: str = "zhang@example.cn", sequence: str = "") -> OutboxMessage:
    with transaction.atomic():
        return mail.queue_mail(to=to, subject="通知", body="正文", key=key, sequence=sequence)


def work(times: int = 1) -> list[bool]:
    """What the process of the mail lane does."""
    return [do_next(Lane.MAIL, Claimer(1, 1), Pulse(60)) for _ in range(times)]


def again(message: OutboxMessage) -> OutboxMessage:
    message.refresh_from_db()
    return message


def end_the_pause() -> None:
    MailServer.objects.update(closed_until=clock.machine_now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_many_mails_go_over_one_connection(talking: Any) -> None:
    with mail_server() as server:
        talking(server)
        for number in range(5):
            queue(str(number))
        assert work(6) == [True] * 5 + [False]
        assert (server.connections, len(server.mails)) == (1, 5)
        line.hang_up()


@pytest.mark.django_db
@pytest.mark.parametrize("manner", ["silent", "closed", "nobody"])
def test_server_that_is_away_costs_no_attempt_and_is_left_alone(talking: Any, manner: str) -> None:
    message = queue("one")
    with mail_server("silent" if manner == "nobody" else manner) as server:
        talking(unused_port() if manner == "nobody" else server)
        assert work(4) == [False] * 4
        row = MailServer.objects.get()
        assert row.failures == line.FAILURES, "the fourth time it was not asked any more"
        assert row.closed_until is not None and row.closed_until > clock.machine_now() + timedelta(seconds=20)
        assert (again(message).state, message.attempts) == ("pending", 0)


@pytest.mark.django_db
def test_server_that_comes_back_is_asked_once_and_gets_the_mail(talking: Any) -> None:
    port = unused_port()
    talking(port)
    message = queue("one")
    work(3)
    end_the_pause()
    assert work(2) == [False, False]
    assert MailServer.objects.get().failures == line.FAILURES + 1, "one question after the pause, then the next pause"
    with mail_server(port=port) as server:
        assert work() == [False]
        end_the_pause()
        assert work() == [True]
        assert len(server.mails) == 1
        line.hang_up()
    row = MailServer.objects.get()
    assert (again(message).state, message.attempts, row.failures, row.closed_until) == ("done", 1, 0, None)


@pytest.mark.django_db
def test_pause_ends_although_the_clock_was_put_back(talking: Any) -> None:
    talking(unused_port())
    queue("one")
    work(3)
    MailServer.objects.update(closed_until=F("closed_until") + timedelta(days=1))
    work()
    assert MailServer.objects.get().failures == line.FAILURES + 1


@pytest.mark.django_db
@pytest.mark.parametrize(("manner", "encryption"), [("drips", ""), ("drips", "EMAIL_USE_SSL"), ("drips tls", "EMAIL_USE_TLS")])
def test_server_that_sends_a_byte_at_a_time_is_cut_off(
    talking: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, manner: str, encryption: str
) -> None:
    monkeypatch.setattr(line, "WHOLE_SECONDS", 0.6)
    with mail_server(manner) as server:
        talking(server)
        if encryption:
            setattr(settings, encryption, True)
        queue("one")
        began = time.monotonic()
        assert work() == [False]
        assert time.monotonic() - began < 10
        assert MailServer.objects.get().failures == 1


@pytest.mark.django_db
def test_server_that_takes_a_mail_and_never_says_so_is_left_alone_too(talking: Any) -> None:
    with mail_server("mute after data") as server:
        talking(server)
        messages = [queue(str(number)) for number in range(5)]
        work(8)
        assert server.connections == line.FAILURES
    tried = [again(message).attempts for message in messages]
    assert tried == [1, 1, 1, 0, 0]
    assert "SMTPServerDisconnected" in messages[0].last_error


@pytest.mark.django_db
def test_recipient_refused_for_good_is_not_tried_again_and_holds_nobody(talking: Any) -> None:
    with mail_server(**{"gone@example.cn": "550 5.1.1 no such mailbox"}) as server:
        talking(server)
        gone, other = queue("one", to="gone@example.cn"), queue("two")
        work(3)
        assert (again(gone).state, gone.failure, gone.attempts) == ("failed", "recipient", 1)
        assert gone.last_error.endswith(" smtp 550 5.1.1")
        assert again(other).state == "done" and server.connections == 1
        line.hang_up()
    assert MailServer.objects.get().failures == 0


@pytest.mark.django_db
def test_recipient_refused_for_now_is_tried_again(talking: Any) -> None:
    with mail_server(**{"zhang@example.cn": "451 4.7.1 greylisted, come back"}) as server:
        talking(server)
        message = queue("one")
        work(2)
        assert (again(message).state, message.failure, message.attempts) == ("pending", "", 1)
        server.refused.clear()
        let_time_pass()
        work()
        assert again(message).state == "done"
        line.hang_up()


@pytest.mark.django_db
def test_order_of_one_sequence_is_kept_while_its_first_mail_waits(talking: Any) -> None:
    with mail_server(**{"zhang@example.cn": "451 4.7.1 greylisted, come back"}) as server:
        talking(server)
        queue("returned", sequence="application:1")
        work()
        server.refused.clear()
        queue("passed", sequence="application:1")
        assert work() == [False]
        let_time_pass()
        assert work(3) == [True, True, False]
        line.hang_up()


def test_silent_mail_server_holds_no_effect_and_no_paper(elsewhere: Elsewhere) -> None:
    """It accepts and never answers: with one queue for everything, papers, moves and bans waited behind it for minutes."""
    with mail_server("silent") as server:
        for key in ("one", "two", "three"):
            elsewhere.run("queue_mail", key)
        # Loaded for this test: the way from the variable to the lane belongs to what is proven.
        worker = elsewhere.start("worker", "0.3", ZHICHENG_MAIL_URL=f"smtp://127.0.0.1:{server.port}")
        try:
            until = time.monotonic() + 30
            while not server.connections and time.monotonic() < until:
                time.sleep(0.1)
            assert server.connections, "the mail lane is in the middle of it"
            elsewhere.run("queue", "test.effect", "law")
            elsewhere.run("queue", "test.outside", "paper")
            elsewhere.run("wait_until", "states", "pending pending pending done done", "10")
        finally:
            worker.terminate()
            worker.communicate(timeout=60)
