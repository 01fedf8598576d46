"""What every log line looks like: one record is one line, it says who, from where and in which request, and it holds nobody's data.

Three things are kept out of every record, whichever library wrote it: a line that somebody forged by a line break or a control
character, a link that opens an account, and what identifies a person. An exception is written with its type and its place in the
code, not with its words: those often repeat what was typed (``Key (email)=(…) already exists``).
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from logging.config import dictConfig
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from pythonjsonlogger.json import JsonFormatter

from zhicheng.foundation.clock import BEIJING

# A link out of a mail: whoever reads it in the log before it was used opens an account with it. Everything behind such a beginning is
# left out, to the end of the text: a mail program breaks a link with a blank, a quote, a bracket or a line, and the key is whole all
# the same. deploy/nginx.conf says it again for the proxy's log.
ONE_TIME = re.compile(
    r"((?:confirm-email|reset[\s/]+key|/mailbox|/checking|/[VG][\s/]+[\w-]+)(?![\w.-])/*)[^/].*", re.DOTALL | re.IGNORECASE
)
# The same keys by their form, where even the beginning is broken: a signature, or what sets a password.
_KEY = re.compile(r"(?:(?<=:)|(?<=%3A))[\w-]{43}(?![\w-])|-[0-9a-z]{6}-[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)
_QUERY = re.compile(r"\?[^\s\"'<>?]+")
_MAILBOX = re.compile(r"[^\s\"'<>()\[\]{},;:=@]{1,64}@[^\s\"'<>()\[\]{},;:=@]+")
# An identity number of 18 or 15 places, or a mobile number, that is not a part of something longer.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?![0-9A-Za-z])")
# Their words name code, files of the program and settings; everybody else's words may name a person.
_SPEAKING = (AttributeError, NameError, ImportError, ImproperlyConfigured, RecursionError)
DEEPEST = 60  # frames of one traceback
LONGEST = 20_000  # characters of one record


@dataclass(frozen=True, slots=True)
class Context:
    """In which request, for whom and from where something is logged; ``-`` where there is none."""

    request_id: str = "-"
    actor: str = "-"
    address: str = "-"


_context: ContextVar[Context] = ContextVar("log_context", default=Context())  # noqa: B039 - it is frozen


def current() -> Context:
    """The context of this thread, as every record made now gets it."""
    return _context.get()


def enter(*, request_id: str, address: str, actor: str = "-") -> None:
    """From now on this thread works for that request."""
    _context.set(Context(request_id=request_id, actor=actor, address=address))


def set_actor(actor: str) -> None:
    """Who it is has become known: the ledger's name, ``user:12`` or ``anonymous``."""
    _context.set(replace(_context.get(), actor=actor))


def leave(**kwargs: object) -> None:
    """The request is over."""
    _context.set(Context())


@contextmanager
def working_on(request_id: str, *, actor: str = "system") -> Iterator[None]:
    """Records made inside belong to ``request_id``, for example ``outbox-12``."""
    token = _context.set(Context(request_id=request_id, actor=actor))
    try:
        yield
    finally:
        _context.reset(token)


class ContextFilter(logging.Filter):
    """Puts request id, actor and address on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; what was put on it already stays."""
        context = _context.get()
        for name in ("request_id", "actor", "address"):
            if not hasattr(record, name):
                setattr(record, name, getattr(context, name))
        return True


def escape(text: str) -> str:
    """``text`` in one line and readable as it is: a backslash, a line break, a control or bidirectional character as its escape."""
    return "".join(_escaped(c) for c in text)


def _escaped(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character == " " or character.isprintable():
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def scrub(text: str) -> str:
    """``text`` without one-time links, query strings, mailboxes, identity and mobile numbers, whoever put them there."""
    text = hide_keys(text if len(text) <= LONGEST else text[:LONGEST] + "…")
    text = _QUERY.sub("?…", text)
    text = _MAILBOX.sub("…@…", text)
    return _NUMBER.sub("…number…", text)


def hide_keys(text: str) -> str:
    """``text``, best a path alone, without the key of a link from a mail: nothing behind its beginning is kept."""
    return _KEY.sub("…", ONE_TIME.sub(r"\1…", text))


def describe_error(error: BaseException) -> str:
    """An exception for a log or an operator's page: its type, and of its words only what cannot be about a person.

    A database error gives its SQLSTATE and the constraint, a mail server's answer its code, an operating system's error its name.
    """
    said = [type(error).__name__]
    cause = error.__cause__ if error.__cause__ is not None else error
    for source in {id(error): error, id(cause): cause}.values():
        if state := getattr(source, "sqlstate", None):
            said.append(f"sqlstate {state}")
        if constraint := getattr(getattr(source, "diag", None), "constraint_name", None):
            said.append(f"constraint {constraint}")
    if isinstance(error, SMTPRecipientsRefused):  # by recipient, each with a code and words that repeat the mailbox
        said += sorted({f"smtp {int(answer[0])}" for answer in error.recipients.values()})
    elif isinstance(code := getattr(error, "smtp_code", None), int):
        said.append(f"smtp {code}")
    elif isinstance(error, OSError) and error.errno is not None:
        said.append(f"errno {error.errno} {error.strerror or ''}".strip())
    if isinstance(error, _SPEAKING):
        said.append(str(error))
    return scrub(": ".join([said[0], ", ".join(said[1:])]) if len(said) > 1 else said[0])


def describe_traceback(error: BaseException) -> str:
    """The way to an exception, and to what caused it, as places in the code; the words of none of them."""
    parts: list[str] = []
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        places = [
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(now.__traceback__, limit=-DEEPEST)
        ]
        parts.insert(0, "\n".join([*places, describe_error(now)]))
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return "\n".join(parts)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, BEIJING).isoformat(timespec="milliseconds")


def _said(record: logging.LogRecord) -> str:
    """The words of a record, scrubbed; those of one that is marked ``clean`` were made of scrubbed values (the server's own log)."""
    return record.getMessage() if getattr(record, "clean", False) is True else scrub(record.getMessage())


class LineFormatter(logging.Formatter):
    """One line: time with its offset, level, logger, request, actor, address, message, and where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        text = _said(record)
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + scrub(describe_traceback(record.exc_info[1]))
        context = _context.get()
        who = [str(getattr(record, name, getattr(context, name))) for name in ("request_id", "actor", "address")]
        return escape(" ".join([_moment(record), record.levelname, record.name, *who, text]))


JSON_FIELDS = frozenset(
    ("time", "level", "logger", "message", "exc_info", "stack_info", "request_id", "actor", "address", "facts")
)


class JsonLineFormatter(JsonFormatter):
    """The same as one JSON object in one line; every character outside of ASCII is escaped by JSON itself."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s", rename_fields={"levelname": "level", "name": "logger"})

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Time first; every text of it scrubbed."""
        log_data["time"] = _moment(record)
        super().add_fields(log_data, record, message_dict)
        context = _context.get()
        for name in ("request_id", "actor", "address"):
            log_data.setdefault(name, getattr(context, name))
        for name, value in list(log_data.items()):
            if name not in JSON_FIELDS:  # what a library hangs on a record can be a whole request
                del log_data[name]
            elif name == "message":
                log_data[name] = _said(record)
            elif isinstance(value, str):
                log_data[name] = scrub(value)
            elif isinstance(value, dict):
                log_data[name] = {key: scrub(v) if isinstance(v, str) else v for key, v in value.items()}

    def formatException(self, ei: Any) -> str:
        """Where it came from, without its words."""
        return describe_traceback(ei[1]) if ei[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one JSON object. What another handler's formatter made of the error is not used: it holds its words."""
        kept, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = kept


class CarefulHandler(logging.StreamHandler[Any]):
    """Writes to a stream that may be full, broken or gone, and disturbs nobody by it.

    The library's own way is to say on the standard error what could not be written, with the words and values of the record as they
    were handed over: what every formatter here keeps out of the log would come into it that way. Here a record that cannot be written
    is counted, and the next one that can be written is preceded by how many are missing.
    """

    lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record. Never raises, whatever is wrong with the record or the stream."""
        try:
            text = self._text(record)
            if self.lost:
                missing = logging.LogRecord(__name__, logging.WARNING, "", 0, _MISSING, (self.lost,), None)
                text = f"{self._text(missing)}{self.terminator}{text}"
            self.stream.write(text + self.terminator)
            self.flush()
        except Exception:
            self.lost += 1
        else:
            self.lost = 0

    def _text(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record)
        except Exception as error:  # a mistake at the place that logs: its values are not looked at again
            where = f"{record.pathname}:{record.lineno}"
            said = logging.LogRecord(record.name, record.levelno, "", 0, _UNSAYABLE, (where, describe_error(error)), None)
            return self.format(said)


_MISSING = "the log could not be written: %d records before this one may be missing"
_UNSAYABLE = "a record made at %s cannot be put into words: %s"


def configure(config: dict[str, Any]) -> None:
    """Django's way of setting the logs up (``LOGGING_CONFIG``), with Python's own warnings among them."""
    dictConfig(config)
    logging.captureWarnings(True)
