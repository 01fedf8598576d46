"""SMS: the request as the gateway wants it, what it answers, and that nobody gets one unasked, at night, or twice a day."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.support import world as w
from tests.web import registering as reg
from zhicheng.accounts.models import User
from zhicheng.accounts.queries import reader_of
from zhicheng.foundation import clock, outbox, readiness
from zhicheng.foundation.models import Failure, OutboxMessage, OutboxState
from zhicheng.messages import gateway
from zhicheng.messages.digests import send_digests
from zhicheng.messages.models import Digest, Sms
from zhicheng.messages.signature import authorization, query_of
from zhicheng.messages.sms import choose_sms, kept_in_rehearsal
from zhicheng.review.jobs import remind

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AT = w.IN_WINDOW.replace(month=6, day=14, hour=18)  # two days before the end of a draft


def test_signature_is_that_of_the_published_example() -> None:
    """“V3 request structure and signature”, the fixed parameters of its example and what it says comes out."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = query_of({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
    keys = {"key_id": "YourAccessKeyId", "secret": "YourAccessKeySecret"}
    said = authorization(method="POST", path="/", query=query, headers=headers, **keys)
    assert said == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


class Gateway:
    """A gateway of one's own: what it was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, list[str]], dict[str, str]]] = []
        self.code, self.status = "OK", 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked.append((parse_qs(urlsplit(self.path).query), {k.lower(): v for k, v in self.headers.items()}))
                body = json.dumps({"Code": outer.code, "BizId": "1"}).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def there(settings: Any) -> Iterator[Gateway]:
    found = Gateway()
    settings.SMS_URL, settings.SMS_KEY_ID, settings.SMS_SECRET = found.address, "id", "secret"
    settings.SMS_SIGN, settings.SMS_TEMPLATE = "职称申报", "SMS_1"
    yield found
    found.close()


def a_day(world: w.World) -> list[OutboxMessage]:
    """The draft's mail of a day two days before its end, and what was queued for the gateway."""
    with clock.travel(AT):
        outbox.drain(1000)
        remind()
        send_digests()
    return list(OutboxMessage.objects.filter(kind="sms"))


def deliver(message: OutboxMessage, *, at: Any = AT) -> OutboxMessage:
    with clock.travel(at):
        outbox.process_message(message.pk)
    return OutboxMessage.objects.get(pk=message.pk)


def test_who_wants_none_gets_none(world: w.World, there: Gateway) -> None:
    w.start(world)
    assert not a_day(world) and Digest.objects.exists() and not Sms.objects.exists()


def test_who_wants_them_gets_one_with_the_mail_of_the_day(world: w.World, there: Gateway) -> None:
    w.start(world)
    choose_sms(user_id=world.applicant.account_id, wanted=True)
    (message,) = a_day(world)
    assert "1381234" not in json.dumps(message.payload), "the number stands in the account alone"
    assert deliver(message).state == OutboxState.DONE
    ((query, headers),) = there.asked
    assert query["PhoneNumbers"] == ["13812345678"] and query["TemplateCode"] == ["SMS_1"]
    assert json.loads(query["TemplateParam"][0]) == {"count": "1"} and query["OutId"] == [message.key]
    assert headers["x-acs-action"] == "SendSms" and headers["authorization"].startswith("ACS3-HMAC-SHA256 Credential=id,")


def test_night_keeps_it_till_the_morning(world: w.World, there: Gateway) -> None:
    w.start(world)
    choose_sms(user_id=world.applicant.account_id, wanted=True)
    (message,) = a_day(world)
    assert deliver(message, at=AT.replace(hour=23)).state == OutboxState.PENDING and not there.asked


def test_who_wants_none_any_more_gets_none_that_waits(world: w.World, there: Gateway) -> None:
    w.start(world)
    choose_sms(user_id=world.applicant.account_id, wanted=True)
    (message,) = a_day(world)
    choose_sms(user_id=world.applicant.account_id, wanted=False)
    assert deliver(message).state == OutboxState.DONE and not there.asked


def test_no_more_in_a_day_than_the_office_pays_for(world: w.World, there: Gateway, settings: Any) -> None:
    settings.SMS_DAY_LIMIT = 1
    for person in (world.applicant, world.new_applicant()):
        w.start(world, person)
        choose_sms(user_id=person.account_id, wanted=True)
    assert len(a_day(world)) == 1 and Digest.objects.count() == 2


def test_database_holds_one_a_day_for_a_person(world: w.World) -> None:
    days = [Digest.objects.create(user_id=world.applicant.account_id, day=(AT + n * DAY).date(), at=AT) for n in range(2)]
    Sms.objects.create(digest=days[0], user_id=world.applicant.account_id, day=AT.date())
    with pytest.raises(IntegrityError), transaction.atomic():
        Sms.objects.create(digest=days[1], user_id=world.applicant.account_id, day=AT.date())


@pytest.mark.parametrize(
    ("code", "failure"),
    [("isv.MOBILE_NUMBER_ILLEGAL", Failure.RECIPIENT), ("isv.DAY_LIMIT_CONTROL", Failure.REFUSED)],
)
def test_what_the_gateway_says_of_one_number_ends_that_sms_alone(world: w.World, there: Gateway, code: str, failure: str) -> None:
    w.start(world)
    choose_sms(user_id=world.applicant.account_id, wanted=True)
    (message,) = a_day(world)
    there.code = code
    gone = deliver(message)
    row = gateway.health()
    assert (gone.state, gone.failure) == (OutboxState.FAILED, failure) and row is not None and not row.failures


def test_gateway_that_fails_is_tried_again_left_alone_and_named(world: w.World, there: Gateway) -> None:
    w.start(world)
    choose_sms(user_id=world.applicant.account_id, wanted=True)
    (message,) = a_day(world)
    there.status = 500
    for _time in range(5):
        OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=clock.machine_now() - DAY)
        assert deliver(message).state == OutboxState.PENDING
    assert len(there.asked) == 3, "after the third time it is left alone"
    found = {check.name: check.level for check in readiness.conditions()}
    assert found["sms"] == readiness.WARN
    row = gateway.health()
    assert row is not None and "13812345678" not in row.last_error
    row.failing_since = clock.machine_now() - timedelta(minutes=11)
    row.closed_until = clock.machine_now() - timedelta(seconds=1)
    row.save()
    assert {check.name: check.level for check in readiness.conditions()}["sms"] == readiness.BAD
    there.status = 200
    OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=clock.machine_now() - DAY)
    assert deliver(message).state == OutboxState.DONE
    assert {check.name: check.level for check in readiness.conditions()}["sms"] == readiness.OK


def test_rehearsal_keeps_them_in_a_folder_and_shows_them(world: w.World, settings: Any, tmp_path: Any) -> None:
    settings.SMS_URL, settings.DATA_DIR = "file:", tmp_path
    w.start(world)
    choose_sms(user_id=world.applicant.account_id, wanted=True)
    (message,) = a_day(world)
    for _time in range(2):
        OutboxMessage.objects.filter(pk=message.pk).update(state="pending", done_at=None, attempts=0, last_error="")
        deliver(message)
    (kept,) = kept_in_rehearsal()
    assert kept.number == "13812345678" and "1件事请留意" in kept.text
    page = reg.page_of(reg.client_of(world.applicant).get(reverse("rehearsal_sms")))
    assert kept.number in page.text


def test_person_sees_what_one_costs_and_chooses(world: w.World, settings: Any) -> None:
    client, page = reg.client_of(world.applicant), reverse("person_information")
    assert "短信提醒" not in client.get(page).content.decode(), "an instance without a gateway offers none"
    settings.SMS_URL = "https://sms.example.cn"
    shown = reg.page_of(client.get(page))
    assert "每条约0.05元，由人社部门承担，不向您收费" in shown.text and "没有开通" in shown.text
    client.post(reverse("person_sms"), {"wanted": "yes"})
    assert "已开通" in reg.page_of(client.get(page)).select_one("main").text
    client.post(reverse("person_sms"), {"wanted": "no"})
    assert "没有开通" in reg.page_of(client.get(page)).text
    User.objects.filter(pk=world.applicant.account_id).update(mobile="")
    client.post(reverse("person_sms"), {"wanted": "yes"})
    assert "没有开通" in reg.page_of(client.get(page)).text
    assert reader_of(User.objects.get(pk=world.applicant.account_id)).mobile == ""
