"""What the program connects to: the operator's settings and nothing else, encrypted where it leaves the machine, never redirected."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.request import Request

import pytest
from django.db import transaction

from tests.support.sources import importing, only_in, python
from zhicheng.foundation import alerts, checks, outbox, outgoing, stamps

# What opens connections, or could, and where: everything else of the program cannot.
OPENERS = {
    "socket",
    "smtplib",
    "ssl",
    "ftplib",
    "poplib",
    "imaplib",
    "http.client",
    "urllib.request",
    "requests",
    "httpx",
    "urllib3",
    "asyncio",
}
ALLOWED = {
    "foundation/outgoing.py": "webhook and time-stamp authority",
    "foundation/deadlines.py": "cuts a connection it is handed",
    "foundation/alerts.py": "names the request it hands over",
    "messages/gateway.py": "names the request it hands over",
    "foundation/stamps.py": "names the request it hands over",
    "foundation/mail_server.py": "the mail server",
    "foundation/logs.py": "names an error of the mail library",
    "foundation/originals.py": "the name of this machine",
    "foundation/jobs.py": "the name of this machine",
    "foundation/liveness.py": "the name of this machine",
    "evidence/scanning.py": "clamd",
    "evidence/confinement/asking.py": "a pair of sockets without a network",
    "evidence/confinement/cell.py": "a pair of sockets without a network",
    "evidence/confinement/starting.py": "a pair of sockets without a network",
    "evidence/confinement/warden.py": "a pair of sockets without a network",
    "web/system/walk/browser.py": "the walk over a rehearsal, from outside",
    "web/system/walk/stations.py": "the walk over a rehearsal, from outside",
}


class _Answers(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []
    moved_to = ""

    def do_POST(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(307 if self.moved_to and self.path == "/hook" else 200)
        if self.moved_to and self.path == "/hook":
            self.send_header("Location", self.moved_to)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST

    def log_message(self, *told: Any) -> None:
        """Silent."""


def posted(address: str, data: bytes | None = b"{}") -> Request:
    return Request(address, data=data)  # noqa: S310 - a server of the test's own, or one that must not be reached


@pytest.fixture
def server() -> Iterator[str]:
    _Answers.asked, _Answers.moved_to = [], ""
    made = HTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def test_request_goes_to_an_address_of_the_settings(settings: Any, server: str) -> None:
    settings.ALERT_WEBHOOK = f"{server}/hook"
    assert outgoing.ask(posted(f"{server}/hook"), seconds=5, longest=10) == b"ok"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "file:///etc/passwd", "ftp://127.0.0.1/"])
def test_request_to_any_other_address_is_not_sent(settings: Any, server: str, address: str) -> None:
    settings.ALERT_WEBHOOK = f"{server}/hook"
    with pytest.raises(outgoing.NotAllowed):
        outgoing.ask(posted(address), seconds=5, longest=10)
    assert _Answers.asked == []


def test_answer_that_sends_on_is_not_followed(settings: Any, server: str) -> None:
    settings.ALERT_WEBHOOK = f"{server}/hook"
    _Answers.moved_to = f"{server}/inside"
    for data in (b"{}", None):
        with pytest.raises(outgoing.NotAllowed, match="elsewhere"):
            outgoing.ask(posted(f"{server}/hook", data), seconds=5, longest=10)
    assert _Answers.asked == ["/hook", "/hook"]


def test_proxy_of_the_environment_is_not_asked(settings: Any, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    settings.TSA_URL = f"{server}/stamp"
    assert outgoing.ask(posted(f"{server}/stamp"), seconds=5, longest=10) == b"ok"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"


@contextmanager
def dripping(first: bytes, letter: bytes) -> Iterator[int]:
    """A server that says ``first`` and then one ``letter`` every tenth of a second, for a minute; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _address = server.accept()
            with line, suppress(OSError):
                line.sendall(first)
                for _turn in range(600):
                    time.sleep(0.1)
                    line.sendall(letter)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("scheme", "first", "letter"),
    [
        ("http", b"", b"H"),  # the first line
        ("http", HEAD + b"X-Slow: ", b"x"),  # a header
        ("http", HEAD + b"\r\n", b"x"),  # what is answered
        ("https", b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb", b"\x00"),  # agreeing on a key
    ],
)
def test_answer_that_drips_is_given_up(settings: Any, scheme: str, first: bytes, letter: bytes) -> None:
    with dripping(first, letter) as port:
        settings.ALERT_WEBHOOK = f"{scheme}://127.0.0.1:{port}/hook"
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            outgoing.ask(posted(settings.ALERT_WEBHOOK), seconds=1, longest=1024)
        assert time.monotonic() - began < 5


@pytest.mark.django_db
def test_webhook_and_time_stamp_authority_that_drip_hold_nobody(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "WEBHOOK_SECONDS", 1)
    monkeypatch.setattr(stamps, "SECONDS", 1)
    began = time.monotonic()
    with dripping(HEAD + b"\r\n", b"x") as port:
        settings.ALERT_WEBHOOK = f"http://127.0.0.1:{port}/hook"
        with transaction.atomic():
            message = outbox.queue(kind=alerts.KIND, payload={"name": "disk"}, key="one")
        assert not outbox.process_message(message.pk)
    message.refresh_from_db()
    assert "TimeoutError" in message.last_error
    with dripping(HEAD + b"\r\n", b"x") as port:
        settings.TSA_URL = f"http://127.0.0.1:{port}/stamp"
        with pytest.raises(stamps.NoStamp, match="too long"):
            stamps.stamp(b"head")
    assert time.monotonic() - began < 8


def test_no_other_module_opens_a_connection() -> None:
    only_in(ALLOWED, importing(OPENERS), python(), "name it in ALLOWED with what it connects to, and in outgoing.destinations()")


def unsafe(settings: Any) -> list[str]:
    settings.MODE = "production"
    return [p.msg for p in checks.check_configuration(None) if p.id == "zhicheng.E025"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("EMAIL_HOST", "mail.example.cn"),
        ("ALERT_WEBHOOK", "http://alarm.example.cn/x"),
        ("TSA_URL", "http://tsa.example.cn/"),
        ("CLAMD", "tcp://scanner.example.cn:3310"),
    ],
)
def test_what_leaves_the_machine_in_the_open_is_refused(settings: Any, setting: str, value: str) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "localhost"
    assert unsafe(settings) == []
    setattr(settings, setting, value)
    assert len(unsafe(settings)) == 1


def test_what_is_encrypted_or_stays_on_the_machine_passes(settings: Any) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "mail.example.cn", True
    settings.ALERT_WEBHOOK, settings.TSA_URL = "https://alarm.example.cn/x", "https://tsa.example.cn/"
    settings.CLAMD = "unix:///run/clamav/clamd.ctl"
    assert unsafe(settings) == []
    settings.CLAMD, settings.ALERT_WEBHOOK = "tcp://127.0.0.1:3310", "http://[::1]:9000/x"
    assert unsafe(settings) == []


@pytest.mark.parametrize(
    ("host", "mode", "refused"),
    [
        ("db.example.cn", "", True),
        ("10.0.0.5", "require", True),  # encrypted, and nobody looks with whom
        ("db.example.cn", "verify-full", False),
        ("/run/postgresql", "", False),
        ("", "", False),
        ("127.0.0.1", "", False),
    ],
)
def test_database_elsewhere_shows_a_certificate_that_is_checked(
    settings: Any, monkeypatch: pytest.MonkeyPatch, host: str, mode: str, refused: bool
) -> None:
    options = {"sslmode": mode} if mode else {}
    told = {"ENGINE": "django.db.backends.postgresql", "HOST": host, "OPTIONS": options}
    monkeypatch.setitem(settings.DATABASES, "default", told)
    settings.DELIVERY_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "localhost"
    assert bool(unsafe(settings)) is refused


def test_certificate_of_the_mail_server_is_checked() -> None:
    import ssl

    from zhicheng.foundation.mail_server import Backend

    context = Backend(host="mail.example.cn", use_tls=True).ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
