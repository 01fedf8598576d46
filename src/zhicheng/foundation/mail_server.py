"""The way to the mail server: one connection for many mails, short time-outs, and a breaker for a server that does not answer.

What the server says about one mail is told apart from what it says about itself. A recipient it does not know is that mail's end; a
server that cannot be reached, is silent, or refuses us altogether costs no mail an attempt: after ``FAILURES`` in a row it is left alone
for a while, then asked once, and only when it answers does the mail go on.
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import threading
import time
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db.models import Q

from zhicheng.foundation import clock, originals, outgoing
from zhicheng.foundation.deadlines import cut_after
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.logs import describe_error
from zhicheng.foundation.models import Failure, MailServer
from zhicheng.foundation.outbox import GivenUp, Postponed
from zhicheng.foundation.text import fit_text
from zhicheng.foundation.transactions import one_transaction
from zhicheng.foundation.worker import gate

logger = logging.getLogger(__name__)

FAILURES = 3
PAUSES = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300))
FIRST_PAUSE = timedelta(seconds=5)  # before the breaker has opened
WHOLE_SECONDS = 30.0  # for connecting, greeting and signing in together; for handing over one mail
MAILS_PER_CONNECTION = 100
IDLE_SECONDS = 20.0
# The server refuses us, not this mail: authentication wanted, failed, or too weak; not available; too many connections.
_ABOUT_US = {421, 454, 530, 534, 535, 538}
TOO_LARGE = 552
_EXACT = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


class _Line(threading.local):
    """The open connection of this thread, and its socket, known before the server has greeted, so that it can be cut."""

    backend: Any = None
    socket: socket.socket | None = None
    sent: int = 0
    used_at: float = 0.0


_line = _Line()


class BoundedSMTP(smtplib.SMTP):
    """An SMTP connection that can be cut from the first byte on, also after STARTTLS, which takes the first socket's place."""

    def _get_socket(self, *where: Any) -> socket.socket:
        opened: socket.socket = super()._get_socket(*where)  # type: ignore[misc]
        _forget_socket()
        _line.socket = opened.dup()
        return opened


class BoundedSMTPS(smtplib.SMTP_SSL, BoundedSMTP):
    """The same with TLS from the beginning: its connection is known before the two have agreed on a key."""


class Backend(EmailBackend):
    """Django's SMTP backend over them."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return BoundedSMTPS if self.use_ssl else BoundedSMTP


def _within(seconds: float) -> AbstractContextManager[threading.Event]:
    """Cut this thread's connection when the whole takes too long: a server that sends one byte at a time never times out. Gives what
    tells whether that was done."""
    here = _line.__dict__  # the timer's thread has another one
    return cut_after(seconds, lambda: here.get("socket"))


def _forget_socket() -> None:
    if _line.socket is not None:
        _line.socket.close()
    _line.socket = None


@gate(Lane.MAIL)
def may_send(due: bool) -> bool:
    """Whether mail may be handed over now. Asks a server that was away, once its pause is over: a lane that waits takes no mail in
    hand. When nothing is ``due``, a connection that was not used for a while is closed."""
    if not outgoing.mail_leaves():
        return True
    if _line.backend is not None and time.monotonic() - _line.used_at > IDLE_SECONDS:
        hang_up()
    if due and not originals.is_original():
        return False  # a restored copy keeps silent
    if not due or _line.backend is not None:
        return due
    try:
        _open()
    except Postponed:
        return False
    return True


def send(mail: EmailMessage) -> None:
    """Hand ``mail`` over, on the connection that is open or a new one.

    Raises ``outbox.Postponed`` when the server is away (nothing was tried), ``outbox.GivenUp`` when it refuses this mail for good, and
    whatever went wrong otherwise: such an attempt counts.
    """
    if not outgoing.mail_leaves():
        get_connection(settings.DELIVERY_BACKEND, fail_silently=False).send_messages([mail])
        return
    if not originals.is_original():
        raise Postponed("this is a restored copy", until=clock.machine_now() + PAUSES[-1])
    if _line.backend is None:
        _open()
    try:
        with _within(WHOLE_SECONDS):
            _line.backend.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        _refused(int(code), _text(said), error)
    except smtplib.SMTPResponseException as error:
        _refused(int(error.smtp_code), _text(error.smtp_error), error)
    except (
        OSError,
        smtplib.SMTPException,
    ) as error:  # silent or gone in the middle: about the server, and an attempt all the same
        hang_up()
        note_failure(describe_error(error))
        raise
    else:
        _line.sent, _line.used_at = _line.sent + 1, time.monotonic()
        note_answer()
        if _line.sent >= MAILS_PER_CONNECTION:
            hang_up()


def hang_up() -> None:
    """Close this thread's connection, without waiting for a server that is silent."""
    backend, _line.backend, _line.sent = _line.backend, None, 0
    if backend is not None:
        with suppress(Exception), _within(3):
            backend.close()
    _forget_socket()


@one_transaction
def note_failure(said: str) -> None:
    """The server was silent or refused us. After the third time in a row it is left alone for a while."""
    row = MailServer.objects.select_for_update(no_key=True).get_or_create(name=outgoing.mail_server())[0]
    row.failures += 1
    row.failing_since = row.failing_since or clock.machine_now()
    row.last_error = fit_text(said, 500)
    if row.failures >= FAILURES:
        pause = PAUSES[min(row.failures - FAILURES, len(PAUSES) - 1)]
        row.closed_until = clock.machine_now() + pause
        logger.error("the mail server %s does not take mail (%s): left alone for %s", row.name, row.last_error, pause)
    row.save()


def note_answer() -> None:
    """The server has taken a mail, or answered about one."""
    row = _row()
    recent = row.answered_at is not None and abs(clock.machine_now() - row.answered_at) < timedelta(minutes=1)
    if recent and not row.failures:
        return
    values = {"failures": 0, "failing_since": None, "closed_until": None, "answered_at": clock.machine_now()}
    MailServer.objects.update_or_create(name=outgoing.mail_server(), defaults=values)


def _row() -> MailServer:
    return MailServer.objects.filter(name=outgoing.mail_server()).first() or MailServer(name=outgoing.mail_server())


def _my_turn() -> bool:
    """Whether the breaker lets us through: it is shut, or its pause is over and we are the one who asks first."""
    row = _row()
    if row.closed_until is None:
        return True
    at = clock.machine_now()
    over = Q(closed_until__lte=at) | Q(closed_until__gt=at + PAUSES[-1] + timedelta(seconds=WHOLE_SECONDS))  # a clock put back
    # Whoever changes the row first asks; the others wait as long as that may take.
    mine = MailServer.objects.filter(over, name=row.name)
    return bool(mine.update(closed_until=at + timedelta(seconds=WHOLE_SECONDS)))


def _open() -> None:
    """Connect, greet and sign in; raises ``outbox.Postponed`` when the server is left alone, does not answer or will not have us."""
    if not _my_turn():
        raise _postponed(_row().last_error)
    backend = Backend(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        username=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        use_tls=settings.EMAIL_USE_TLS,
        use_ssl=settings.EMAIL_USE_SSL,
        timeout=settings.EMAIL_TIMEOUT,
    )
    try:
        with _within(WHOLE_SECONDS) as was_cut:
            backend.open()
        if was_cut.is_set():  # half a greeting was taken for a whole one
            raise TimeoutError("the greeting took too long")
    except (OSError, smtplib.SMTPException) as error:
        if backend.connection is not None:
            backend.connection.close()
        _forget_socket()
        said = describe_error(error)
        note_failure(said)
        raise _postponed(said) from error
    _line.backend, _line.sent, _line.used_at = backend, 0, time.monotonic()


def _postponed(said: str) -> Postponed:
    return Postponed(said, until=_row().closed_until or clock.machine_now() + FIRST_PAUSE)


def _refused(code: int, said: str, error: smtplib.SMTPException) -> None:
    """What the server answered about a mail: for good (5xx), for now (4xx), or about us."""
    about_us = code in _ABOUT_US or (isinstance(error, smtplib.SMTPSenderRefused) and code != TOO_LARGE)
    if about_us:
        hang_up()
        note_failure(f"smtp {code} {said}".strip())
        raise _postponed(f"smtp {code} {said}".strip()) from error
    note_answer()
    if 500 <= code < 600:
        recipient = isinstance(error, smtplib.SMTPRecipientsRefused)
        raise GivenUp(Failure.RECIPIENT if recipient else Failure.REFUSED, f"smtp {code} {said}".strip()) from error
    raise error


def _text(said: Any) -> str:
    """Of the server's words only the code that says more exactly what is meant (RFC 3463): the rest may repeat the mailbox."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    found = _EXACT.match(words)
    return found[0] if found else ""
