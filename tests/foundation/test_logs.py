"""One record is one line, nothing in it is forged, and it names nobody."""

from __future__ import annotations

import json
import logging
import smtplib
from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from tests.support import world as w
from tests.support.logs import written_log
from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation import logs
from zhicheng.foundation.clock import now

logger = logging.getLogger("anything")

FORGED = [
    "x\n2026-01-01T00:00:00.000+08:00 INFO zhicheng.security - user:1 - event=signin.succeeded",
    "x\r\nevent=signin.succeeded",
    "x\x1b[2K\x1b[1Aevent=signin.succeeded",
    "x\u2028event=signin.succeeded",
    "x\u2029event=signin.succeeded",
    "x\x85event=signin.succeeded",
    "x\u202eevent=signin.succeeded",
    "x\u2066event=signin.succeeded\u2069",
    "x\x00\x08\x7fevent=signin.succeeded",
    "x\ud800event=signin.succeeded",
]


@pytest.mark.parametrize("as_json", [False, True], ids=["line", "json"])
@pytest.mark.parametrize("text", FORGED, ids=ascii)
def test_line_cannot_be_forged(text: str, as_json: bool) -> None:
    with written_log(as_json=as_json) as log:
        logger.warning("asked for %s", text)
    (line,) = log.getvalue().splitlines()
    assert log.getvalue() == line + "\n"
    assert line.isprintable()


def test_line_says_when_with_offset_and_in_which_request() -> None:
    logs.enter(request_id="00ff", address="203.0.113.9", actor="user:7")
    try:
        with written_log() as log:
            logger.info("something")
    finally:
        logs.leave()
    when, level, name, request_id, actor, address, message = log.getvalue().split()
    assert [level, name, request_id, actor, address, message] == [
        "INFO",
        "anything",
        "00ff",
        "user:7",
        "203.0.113.9",
        "something",
    ]
    assert when.endswith("+08:00")
    assert abs((now() - datetime.fromisoformat(when)).total_seconds()) < 60


def test_json_line_has_fields_and_nothing_a_library_hung_on() -> None:
    with written_log(as_json=True) as log:
        logger.info(
            "for %s", "zhang.san@example.cn", extra={"request": "<POST name=张三>", "facts": {"page": "/mailbox/12:key/"}}
        )
    found = json.loads(log.getvalue())
    assert found["message"] == "for …@…"
    assert found["facts"] == {"page": "/mailbox/…"}
    assert set(found) == {"time", "level", "logger", "message", "request_id", "actor", "address", "facts"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("/accounts/confirm-email/NA:1xW10P:rRhCwAd4RC9SOg/", "/accounts/confirm-email/…"),
        ("/accounts/password/reset/key/1-dilbxm-b31a8f76b/ 200", "/accounts/password/reset/key/…"),
        ("/mailbox/12:Qm9vLXJh/", "/mailbox/…"),
        ("GET /unit/people/5/mailbox/", "GET /unit/people/5/mailbox/"),
        ("Not Found: /accounts/confirm-email/", "Not Found: /accounts/confirm-email/"),
        ("/desk/?name=张三&number=652701199003071231", "/desk/?…"),
        ("for Zhang.San+x@mail.example.cn: refused", "for …@…: refused"),
        ("652701199003071231 and 65270119900307123x", "…number… and …number…"),
        ("652701900307123", "…number…"),
        ("call 13899990001", "call …number…"),
        (
            "2026-11-28T18:22:21.123+08:00 took 138us of 12345678901234",
            "2026-11-28T18:22:21.123+08:00 took 138us of 12345678901234",
        ),
    ],
)
def test_what_identifies_or_opens_is_left_out(text: str, written: str) -> None:
    assert logs.scrub(text) == written


SIGNED = "OTM:1xW10P:" + "rRhCwAd4RC9SOgQm9vLXJh_" + "Kx-" * 6 + "ab"
SETS_A_PASSWORD = "1-dilbxm-" + "b31a8f76" * 4
BEGINNINGS = {
    "/accounts/confirm-email/": SIGNED,
    "/accounts/password/reset/key/": SETS_A_PASSWORD,
    "/mailbox/": f"12:{SIGNED[11:]}",
} | {"/checking/": SIGNED}
BROKEN = (
    "{start} {key}/", "{start}\n{key}/", "{start}\r\n{key}", '{start}"{key}"', "{start}<{key}>", "{start}'{key}'", "{start}/{key}/",
    "{start}x/{key}", "{start}…{key}", "{start}{half} {rest}/", '{start}{half}"{rest}/', "{start}{half}\n{rest}/", "{start}{half}<{rest}>",
    "{bare} /{key}/", "/zh{start}{key}/", "/{start}{key}", "{upper}{key}", "{torn}{key}/", "{bare}{key}", "{start}%0a{key}/",
    "{start}{half}%20{rest}",
)  # fmt: skip


@pytest.mark.parametrize("start", BEGINNINGS, ids=lambda start: start.strip("/").replace("/", "-"))
@pytest.mark.parametrize("broken", BROKEN, ids=ascii)
def test_no_part_of_a_link_is_left_however_it_was_broken(start: str, broken: str) -> None:
    """Mail programs wrap a link and put it into brackets; the key in it is whole and alive all the same."""
    key = BEGINNINGS[start]
    half, rest = key[: len(key) // 2], key[len(key) // 2 :]
    names = {"start": start, "bare": start.rstrip("/"), "upper": start.upper(), "torn": f"{start[:5]}\n{start[5:]}"}
    path = broken.format(key=key, half=half, rest=rest, **names)
    for text in (path, f"Not Found: {path}", f'"GET {path} HTTP/1.1" 404 179'):
        written = logs.scrub(text)
        assert not [part for part in (half[-12:], rest[:12], rest[-12:]) if part in written], written


@pytest.mark.parametrize(
    "text", ["/" * 200_000, "a" * 200_000, "?" * 200_000, "1" * 200_000, "a@" * 100_000], ids=lambda t: t[:2]
)
def test_long_text_is_cut(text: str) -> None:
    assert len(logs.scrub(text)) <= logs.LONGEST + 1


def _raise_integrity() -> None:
    w.person(AccountKind.OPERATOR, "zhangsan")
    with transaction.atomic():
        User.objects.create(username="ZhangSan", email="other@example.cn", name="张三", kind="unit", created_at=now())


def _raise_smtp() -> None:
    raise smtplib.SMTPRecipientsRefused({"zhangsan@example.cn": (550, b"no such user zhangsan")})


def _raise_value() -> None:
    try:
        raise KeyError("zhangsan 张三")
    except KeyError as error:
        raise ValueError("张三 zhangsan\nforged") from error


@pytest.mark.django_db
@pytest.mark.parametrize("fail", [_raise_integrity, _raise_smtp, _raise_value], ids=lambda f: f.__name__)
@pytest.mark.parametrize("as_json", [False, True], ids=["line", "json"])
def test_error_is_logged_by_type_and_place_without_its_words(fail: Callable[[], None], as_json: bool) -> None:
    with written_log(as_json=as_json) as log:
        try:
            fail()
        except Exception:
            logger.exception("it failed")
    text = log.getvalue()
    assert len(text.splitlines()) == 1
    assert "Error" in text or "Refused" in text
    assert "test_logs.py" in text and fail.__name__ in text
    for word in ("zhangsan", "ZhangSan", "张三", "\\u5f20", "forged"):
        assert word not in text


def test_cause_of_an_error_is_named_before_it() -> None:
    with pytest.raises(ValueError, match="forged") as raised:
        _raise_value()
    words = logs.describe_traceback(raised.value).splitlines()
    assert words.index("KeyError") < words.index("ValueError")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPDataError(554, b"zhangsan"), "SMTPDataError: smtp 554"),
        (OSError(28, "No space left on device", "/var/lib/张三.pdf"), "OSError: errno 28 No space left on device"),
        (ImproperlyConfigured("set ZHICHENG_X"), "ImproperlyConfigured: set ZHICHENG_X"),
        (AttributeError("'NoneType' object has no attribute 'pk'"), "AttributeError: 'NoneType' object has no attribute 'pk'"),
        (ValueError("张三"), "ValueError"),
    ],
)
def test_error_says_what_cannot_be_about_a_person(error: Exception, words: str) -> None:
    assert logs.describe_error(error) == words


@pytest.mark.django_db
def test_database_error_names_the_constraint(settings: pytest.FixtureRequest) -> None:
    with pytest.raises(IntegrityError) as raised:
        _raise_integrity()
    words = logs.describe_error(raised.value)
    assert words.startswith("IntegrityError")
    if hasattr(raised.value.__cause__, "sqlstate"):  # PostgreSQL
        assert words == "IntegrityError: sqlstate 23505, constraint username_once_whatever_case"
