"""One alarm when something has been wrong for a while, one word when it is over."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail as django_mail

from tests.foundation.queueing import let_time_pass
from zhicheng.foundation import alerts, clock, liveness, outbox, readiness
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import Incident, MailServer, OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def listening(settings: Any) -> Iterator[list[dict[str, Any]]]:
    """A webhook that keeps what it is told; the first call is refused, as a receiver does that is being restarted."""
    got: list[dict[str, Any]] = []
    refusals = [503]

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if refusals:
                self.send_response(refusals.pop())
            else:
                got.append(told)
                self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    settings.ALERT_WEBHOOK = f"http://127.0.0.1:{server.server_address[1]}/"
    settings.ALERT_MAIL = ["ops@example.cn"]
    settings.ALERT_AFTER_MINUTES = 5
    yield got
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mail_away(settings: Any) -> MailServer:
    """Everything is well but the mail server, which has been away for an hour."""
    liveness.beat(liveness.enter().pk, {lane.value: "alive" for lane in Lane})
    readiness.probe()
    since = clock.machine_now() - timedelta(hours=1)
    return MailServer.objects.create(name=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}", failures=9, failing_since=since)


def let_minutes_pass(minutes: int) -> None:
    for row in Incident.objects.filter(ended_at__isnull=True):
        Incident.objects.filter(pk=row.pk).update(began_at=row.began_at - timedelta(minutes=minutes))


def test_alarm_is_raised_once_after_a_while_and_once_more_when_it_is_over(
    listening: list[dict[str, Any]], mail_away: MailServer
) -> None:
    assert alerts.watch() == []
    let_minutes_pass(4)
    assert alerts.watch() == []
    let_minutes_pass(1)
    assert alerts.watch() == ["mail"]
    assert alerts.watch() == []
    MailServer.objects.update(failures=0, failing_since=None)
    assert alerts.watch() == ["-mail"]
    assert alerts.watch() == []
    outbox.drain()
    let_time_pass()
    outbox.drain()
    assert [(one["name"], one["state"]) for one in listening] == [("mail", "begun"), ("mail", "over")]
    assert [mail.subject for mail in django_mail.outbox] == ["告警：邮件服务器没有应答", "已恢复：邮件服务器没有应答"]
    assert django_mail.outbox[0].to == ["ops@example.cn"]


def test_trouble_that_passes_by_itself_tells_nobody(listening: list[dict[str, Any]], mail_away: MailServer) -> None:
    alerts.watch()
    MailServer.objects.update(failing_since=None)
    assert alerts.watch() == []
    assert Incident.objects.get().ended_at is not None
    assert not OutboxMessage.objects.exists()


def test_receiver_that_never_answers_holds_nothing_but_itself(settings: Any, mail_away: MailServer) -> None:
    settings.ALERT_WEBHOOK, settings.ALERT_MAIL, settings.ALERT_AFTER_MINUTES = "http://127.0.0.1:9/", [], 0
    assert alerts.watch() == ["mail"]
    message = OutboxMessage.objects.get(kind=alerts.KIND)
    assert message.lane == Lane.ROUNDS, "not behind the nightly verification"
    assert outbox.drain() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 1)


@pytest.fixture
def hanging() -> Iterator[str]:
    """An address that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the system accepts by itself
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_receiver_that_hangs_is_cut_off(
    settings: Any, mail_away: MailServer, hanging: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "WEBHOOK_SECONDS", 1)
    settings.ALERT_WEBHOOK, settings.ALERT_MAIL, settings.ALERT_AFTER_MINUTES = hanging, [], 0
    assert alerts.watch() == ["mail"]
    began = time.monotonic()
    assert outbox.drain() == 0
    assert time.monotonic() - began < 20
    message = OutboxMessage.objects.get(kind=alerts.KIND)
    assert (message.state, message.attempts) == ("pending", 1)
