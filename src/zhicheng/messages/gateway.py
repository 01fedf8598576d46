"""The way of an SMS out: over HTTP to the gateway of ``ZHICHENG_SMS_URL``, or into a folder of a rehearsal.

The gateway is asked as 阿里云 短信服务 is (SendSms of 2017-05-25): a template the carrier has approved, with its parameters. What it says about
one number ends that SMS; a gateway that is away or refuses us is left alone for a while after ``FAILURES`` attempts in a row, as the mail
server is, and the SMS waits.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request
from uuid import uuid4

from django.conf import settings

from zhicheng.foundation import clock, outgoing
from zhicheng.foundation.logs import describe_error
from zhicheng.foundation.mail_server import FAILURES, PAUSES
from zhicheng.foundation.models import Failure, MailServer
from zhicheng.foundation.outbox import GivenUp, Postponed
from zhicheng.foundation.text import fit_text
from zhicheng.foundation.transactions import one_transaction
from zhicheng.messages.signature import authorization, query_of

logger = logging.getLogger(__name__)

SECONDS = 10.0
LONGEST = 4096
VERSION, ACTION = "2017-05-25", "SendSms"
TO_FILES = "file:"
# What is said about this number or this SMS: trying again is of no use.
_OF_THE_NUMBER = {"isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT"}
_OF_THE_SMS = {"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL"}


def is_there() -> bool:
    """Whether this instance sends SMS at all."""
    return bool(settings.SMS_URL)


def folder() -> Path:
    """Where a rehearsal keeps what it would have sent."""
    return Path(settings.DATA_DIR) / "sms"


def send(*, number: str, params: Mapping[str, str], name: str) -> None:
    """Hand one SMS over. ``name``: the same for a second attempt at it. Raises ``outbox.Postponed`` while the gateway is left alone, ``outbox.GivenUp``
    where it refuses this SMS for good, ``OSError`` otherwise: such an attempt counts."""
    if settings.SMS_URL.startswith(TO_FILES):
        _keep(number, params, name)
        return
    row = health()
    if row is not None and row.closed_until is not None and row.closed_until > clock.machine_now():
        raise Postponed(row.last_error, until=row.closed_until)
    try:
        said = json.loads(outgoing.ask(_request(number, params, name), seconds=SECONDS, longest=LONGEST))
        code = str(said.get("Code", "")) if isinstance(said, dict) else ""
    except (OSError, ValueError) as error:
        note_failure(said=describe_error(error))
        raise OSError("the SMS gateway did not take it") from error
    if code in _OF_THE_NUMBER | _OF_THE_SMS:
        note_answer()
        raise GivenUp(Failure.RECIPIENT if code in _OF_THE_NUMBER else Failure.REFUSED, f"sms {code}")
    if code != "OK":  # about us: a key, a template, a bill
        note_failure(said=f"sms {code[:60]}")
        raise OSError(f"the SMS gateway answered {code[:60]}")
    note_answer()


def health() -> MailServer | None:
    """What is known of the gateway; ``None`` before its first SMS. One query."""
    return MailServer.objects.filter(name=_name()).first() if is_there() else None


@one_transaction
def note_failure(*, said: str) -> None:
    """The gateway was silent or refused us. After the third time in a row it is left alone for a while."""
    row = MailServer.objects.select_for_update(no_key=True).get_or_create(name=_name())[0]
    row.failures += 1
    row.failing_since = row.failing_since or clock.machine_now()
    row.last_error = fit_text(said, 500)
    if row.failures >= FAILURES:
        row.closed_until = clock.machine_now() + PAUSES[min(row.failures - FAILURES, len(PAUSES) - 1)]
        logger.error("the SMS gateway does not take anything (%s)", row.last_error)
    row.save()


def note_answer() -> None:
    """The gateway has taken an SMS, or answered about one."""
    values = {"failures": 0, "failing_since": None, "closed_until": None, "answered_at": clock.machine_now()}
    MailServer.objects.update_or_create(name=_name(), defaults=values)


def _request(number: str, params: Mapping[str, str], name: str) -> Request:
    place = urlsplit(settings.SMS_URL)
    query = query_of(
        {
            "PhoneNumbers": number,
            "SignName": settings.SMS_SIGN,
            "TemplateCode": settings.SMS_TEMPLATE,
            "TemplateParam": json.dumps(dict(params), ensure_ascii=False, separators=(",", ":")),
            "OutId": name,
        }
    )
    path = place.path or "/"
    headers = {
        "host": place.netloc,
        "x-acs-action": ACTION,
        "x-acs-version": VERSION,
        "x-acs-date": clock.machine_now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid4().hex,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
    }
    signed = authorization(
        method="POST", path=path, query=query, headers=headers, key_id=settings.SMS_KEY_ID, secret=settings.SMS_SECRET
    )
    return Request(  # noqa: S310 - the address is the operator's own setting, checked to be http(s) at start
        f"{place.scheme}://{place.netloc}{path}?{query}",
        data=b"",
        headers={**headers, "Authorization": signed, "Accept": "application/json", "User-Agent": "zhicheng"},
        method="POST",
    )


def _keep(number: str, params: Mapping[str, str], name: str) -> None:
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept: dict[str, Any] = {"number": number, "params": dict(params), "at": clock.now().isoformat()}
    (place / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json").write_text(json.dumps(kept, ensure_ascii=False), "utf-8")


def _name() -> str:
    return f"sms {urlsplit(settings.SMS_URL).netloc}"
