"""Every connection this program opens by itself, and how each is protected on its way.

There are six: the database (``pg_basebackup`` reaches it by the same address), the mail server, clamd, the webhook for alarms, the time-stamp authority and the SMS gateway. Their addresses are the
operator's settings and nothing a person types: :func:`destinations` lists them, and a request over HTTP goes to one of them or not at
all (:func:`ask`). On one machine a connection may be plain; what leaves it is encrypted, and the other side shows a certificate that is
checked. ``checks.py`` refuses to start a production instance otherwise. ``tests/foundation/test_outgoing.py`` holds that no other module
opens a connection.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from django.conf import settings

from zhicheng.foundation.addresses import is_local
from zhicheng.foundation.deadlines import Deadline, cut_after

VERIFYING = ("verify-ca", "verify-full")


class NotAllowed(OSError):
    """A request to an address that is not among the settings, or an answer that sends it on to another one."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One place the program connects to: the variable that names it, host and port, and whether the way there is protected."""

    variable: str
    host: str
    port: int
    protected: bool

    @property
    def local(self) -> bool:
        """Whether it is a socket in the file system, or this very machine."""
        return is_local(self.host)

    @property
    def safe(self) -> bool:
        """Encrypted with a certificate that is checked, or never off this machine."""
        return self.protected or self.local


def mail_leaves() -> bool:
    """Whether mail goes over the network at all; in tests and rehearsals it does not."""
    return str(settings.DELIVERY_BACKEND) == "django.core.mail.backends.smtp.EmailBackend"


def mail_server() -> str:
    """``host:port`` of the server the mail goes to."""
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def destinations() -> Iterator[Destination]:
    """Everything the settings let this instance connect to."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        options = database.get("OPTIONS", {})
        checked = options.get("sslmode") in VERIFYING
        host = str(database.get("HOST") or options.get("host") or "")
        yield Destination("ZHICHENG_DATABASE_URL", host, int(database.get("PORT") or 5432), checked)
    if mail_leaves():
        encrypted = bool(settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)  # Django checks the certificate
        yield Destination("ZHICHENG_MAIL_URL", settings.EMAIL_HOST, int(settings.EMAIL_PORT), encrypted)
    if settings.CLAMD:
        place = urlsplit(settings.CLAMD)
        yield Destination("ZHICHENG_CLAMD", place.hostname or "", place.port or 3310, False)
    for variable, address in _addresses():
        place = urlsplit(address)
        yield Destination(variable, place.hostname or "", _port(place), place.scheme == "https")


def ask(request: Request, *, seconds: float, longest: int) -> bytes:
    """Send ``request`` and return at most ``longest`` bytes of a 2xx answer; ``seconds`` for all of it, from the first attempt to connect
    to the last byte.

    No proxy of the environment, no redirect. Raises :class:`NotAllowed` (an ``OSError``) for an address that is not in the settings
    or a redirect, ``OSError`` for everything else that fails.
    """
    wanted = urlsplit(request.full_url)
    if (wanted.scheme, wanted.hostname, _port(wanted)) not in {_place(address) for _variable, address in _addresses()}:
        raise NotAllowed(f"{wanted.scheme}://{wanted.hostname} is not an address of the settings")
    line = _Line(seconds)
    opener = build_opener(ProxyHandler({}), _NoRedirects(), _Http(line), _Https(line))
    try:
        with cut_after(seconds, line.opened) as was_cut:
            try:
                with opener.open(request, timeout=seconds) as answer:
                    said = bytes(answer.read(longest))
            except (OSError, HTTPException) as error:
                if was_cut.is_set() or isinstance(getattr(error, "reason", None), TimeoutError):
                    raise TimeoutError("the answer took too long") from error
                if isinstance(error, OSError):
                    raise
                raise ConnectionError(str(error)) from error
        if was_cut.is_set():
            raise TimeoutError("the answer took too long")
        return said
    finally:
        line.close()


class _Line:
    """The connection of one request: opened within its deadline, and kept a second time so that it can be cut also inside of TLS."""

    def __init__(self, seconds: float) -> None:
        self._deadline = Deadline(seconds)
        self._socket: socket.socket | None = None

    def open(self, where: tuple[str, int], timeout: Any = None, source: Any = None) -> socket.socket:
        """As ``socket.create_connection``, but the deadline holds for all addresses of the name together."""
        failed: OSError | None = None
        for _family, _kind, _proto, _name, place in socket.getaddrinfo(*where, type=socket.SOCK_STREAM):
            try:
                opened = socket.create_connection((str(place[0]), int(place[1])), timeout=self._deadline.left())
            except OSError as error:
                failed = failed or error
                continue
            self._socket = opened.dup()
            return opened
        raise failed or OSError(f"{where[0]} has no address")

    def opened(self) -> socket.socket | None:
        """What is to be cut."""
        return self._socket

    def close(self) -> None:
        """Let go of it."""
        if self._socket is not None:
            self._socket.close()


def _over(line: _Line, kind: type[HTTPConnection], host: str, **more: Any) -> HTTPConnection:
    made = kind(host, **more)
    vars(made)["_create_connection"] = line.open  # where the library lets another way be used
    return made


class _Http(HTTPHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def http_open(self, req: Request) -> Any:
        return self.do_open(partial(_over, self._line, HTTPConnection), req)


class _Https(HTTPSHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def https_open(self, req: Request) -> Any:
        return self.do_open(partial(_over, self._line, HTTPSConnection), req)


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> Any:
        raise NotAllowed(f"the answer {code} sends the request elsewhere")


def _addresses() -> list[tuple[str, str]]:
    sms = settings.SMS_URL if settings.SMS_URL.startswith("http") else ""
    told = (("ZHICHENG_ALERT_WEBHOOK", settings.ALERT_WEBHOOK), ("ZHICHENG_TSA_URL", settings.TSA_URL), ("ZHICHENG_SMS_URL", sms))
    return [(variable, address) for variable, address in told if address]


def _place(address: str) -> tuple[str, str | None, int]:
    place = urlsplit(address)
    return (place.scheme, place.hostname, _port(place)) if place.scheme in {"http", "https"} else ("", None, 0)


def _port(place: SplitResult) -> int:
    return place.port or (443 if place.scheme == "https" else 80)
