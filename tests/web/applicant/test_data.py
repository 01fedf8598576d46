"""我的数据 over HTTP: asked for with a press, downloaded by its owner after a fresh sign-in, by nobody else; and what the page says."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.signing_in import later
from tests.web.applicant.kit import client_of, page
from tests.web.posts import PASSWORD
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import clock, outbox
from zhicheng.library.actions import keep_item
from zhicheng.organizations.models import MembershipRole
from zhicheng.personal.models import TRIED_FOR, DataCopy

pytestmark = pytest.mark.django_db
PAGE, ASK, COPY, REMOVE = (reverse(name) for name in ("person_data", "person_data_ask", "person_data_copy", "person_data_remove"))


def _fresh(client: Client) -> Client:
    answer = client.post(reverse("account_reauthenticate") + f"?next={COPY}", {"password": PASSWORD, "next": COPY})
    assert answer.status_code == 302
    return client


def test_copy_is_asked_for_made_and_downloaded_after_the_password(world: w.World) -> None:
    client = client_of(world.applicant)
    assert "生成副本" in page(client.get(PAGE))
    assert client.post(ASK).url == PAGE
    assert "正在生成" in page(client.get(PAGE)) and client.get(COPY).status_code in {302, 404}
    outbox.drain()
    assert "下载副本" in page(client.get(PAGE))
    client = Client()
    client.post(reverse("account_login"), {"login": "applicant", "password": PASSWORD})
    asked = later(client).get(COPY)
    assert asked.status_code == 302 and reverse("account_reauthenticate") in asked.url
    answer = _fresh(client).get(COPY)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith('attachment; filename="my-data-')
    whole = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(whole)) as content:
        assert {"data.json", "README.txt"} <= set(content.namelist())


def test_copy_is_nobody_elses_and_gone_after_its_time(world: w.World) -> None:
    client = client_of(world.applicant)
    client.post(ASK)
    outbox.drain()
    other = client_of(w.member(w.person(AccountKind.APPLICANT, "another", serial=78), world.unit, MembershipRole.EMPLOYEE))
    assert _fresh(other).get(COPY).status_code == 404
    assert client_of(world.unit_admin).get(PAGE).status_code in {403, 404}
    _fresh(client)
    goes_at = DataCopy.objects.get().goes_at
    assert goes_at is not None
    with clock.travel(goes_at - timedelta(minutes=1)):
        answer = client.get(COPY)
        assert answer.status_code == 302 or b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with clock.travel(goes_at):
        assert client.get(COPY).status_code in {404, 302}
        shown = page(client.get(PAGE))
        assert "下载副本" not in shown and "生成副本" in shown, "what is not there any more is not offered until the next tidying"


def test_copy_is_removed_with_a_press(world: w.World) -> None:
    client = client_of(world.applicant)
    client.post(ASK)
    outbox.drain()
    assert client.post(REMOVE).url == PAGE
    assert not DataCopy.objects.exists() and "生成副本" in page(client.get(PAGE))


def test_copy_that_is_being_made_is_removed_and_one_that_never_came_is_asked_for_again(world: w.World) -> None:
    client = client_of(world.applicant)
    client.post(ASK)
    shown = page(client.get(PAGE))
    assert f'action="{REMOVE}"' in shown and f'action="{ASK}"' not in shown
    assert client.post(REMOVE).url == PAGE
    assert f'action="{ASK}"' in page(client.get(PAGE))
    client.post(ASK)
    with clock.travel(DataCopy.objects.get().asked_at + TRIED_FOR):
        assert f'action="{ASK}"' in page(client.get(PAGE))


def test_page_names_what_can_be_deleted_now_and_the_office(world: w.World, settings: Any) -> None:
    application = w.start(world)
    keep_item(actor=world.applicant, kind="awards", content={"name": "科技进步奖"})
    shown = page(client_of(world.applicant).get(PAGE))
    assert reverse("application_discard", args=[application.pk]) in shown and f"作废 {application.number}" in shown
    assert reverse("library_empty") in shown and world.county.name in shown
    assert "第四十五条" in shown and "随档案保存" in shown


def test_asked_without_end_is_braked(world: w.World) -> None:
    client = client_of(world.applicant)
    answers = []
    for _turn in range(4):
        answers.append(client.post(ASK).status_code)
        outbox.drain()
    assert answers[:3] == [303, 303, 303] and answers[3] == 429
