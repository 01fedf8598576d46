"""消息 as its readers see it: whose, how many are unread, and in which language."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.organizations.test_account_requests import ask_mailbox, decide
from tests.support import world as w
from tests.web import registering as reg
from zhicheng.accounts.models import User
from zhicheng.foundation import outbox
from zhicheng.foundation.models import OutboxMessage
from zhicheng.messages.actions import send_message
from zhicheng.messages.models import Message
from zhicheng.messages.reading import Reader
from zhicheng.organizations.readers import readers_of

pytestmark = pytest.mark.django_db


def count_in_header(page: Any) -> str:
    found = page.select_one(".role-nav .nav-count")
    return found.find(string=True) if found else ""


def tell(reader: Reader, *keys: str) -> None:
    for key in keys:
        send_message(to=reader, words=lambda key=key: (f"主题 {key}", f"正文 {key}"), key=key)


def inbox(client: Client, **query: str) -> Any:
    return reg.page_of(client.get(reverse("inbox"), query))


def test_applicant_reads_of_the_returns_in_the_language_of_the_page(world: w.World) -> None:
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    outbox.drain()
    client = reg.client_of(world.applicant)
    page = inbox(client)
    assert "申报进展：已退回，请修改后重新上报" in page.text and "需要修改的全部内容" in page.text
    assert page.select_one(f'a[href="{reverse("my_application", args=[application.pk])}"]')
    client.post(reverse("set_language"), {"language": "en"})
    page = inbox(client)
    assert "Everything that needs to be changed" in page.text, page.select_one(".inbox").text
    assert "申报进展" not in page.text


def test_header_counts_what_is_unread_until_it_is_read(world: w.World) -> None:
    mine = Reader(user_id=world.applicant.account_id)
    client = reg.client_of(world.applicant)
    assert count_in_header(inbox(client)) == ""
    tell(mine, "one", "two", "three")
    page = inbox(client)
    assert count_in_header(page) == "3"
    one = page.select_one(".inbox-item.is-unread form input[name=message]")["value"]
    client.post(reverse("inbox_read"), {"whose": "mine", "message": one})
    assert count_in_header(inbox(client)) == "2"
    client.post(reverse("inbox_read"), {"whose": "mine"})
    assert count_in_header(inbox(client)) == "" and not inbox(client).select(".is-unread")


def test_employee_is_not_shown_what_the_unit_was_told(world: w.World) -> None:
    tell(readers_of(world.unit), "unit")
    page = inbox(reg.client_of(world.applicant), whose="desk")
    assert "主题 unit" not in page.text and count_in_header(page) == ""
    page = inbox(reg.client_of(world.unit_admin))
    assert "主题 unit" in page.text and count_in_header(page) == "1"
    assert "主题 unit" not in inbox(reg.client_of(world.other_admin)).text


def test_person_at_a_desk_finds_their_own_beside_the_desks(world: w.World) -> None:
    tell(Reader(user_id=world.unit_admin.account_id), "own")
    tell(readers_of(world.unit), "desk")
    client = reg.client_of(world.unit_admin)
    assert count_in_header(inbox(client)) == "2"
    assert "主题 own" not in inbox(client).text and "主题 own" in inbox(client, whose="mine").text


def test_long_inbox_goes_on_by_pages_and_bad_numbers_are_nobodys(world: w.World) -> None:
    tell(Reader(user_id=world.applicant.account_id), *(f"n{number:02d}" for number in range(25)))
    client = reg.client_of(world.applicant)
    page = inbox(client)
    assert len(page.select(".inbox-item")) == 20 and "主题 n24" in page.text and "主题 n04" not in page.text
    older = page.select_one(".pager a")["href"]
    assert len(reg.page_of(client.get(reverse("inbox") + older)).select(".inbox-item")) == 5
    assert client.post(reverse("inbox_read"), {"whose": "mine", "message": "9" * 30}).status_code == 404
    assert client.post(reverse("inbox_read"), {"whose": "mine", "message": "一"}).status_code == 404


def test_notice_about_an_account_stands_in_its_inbox_but_no_link_that_proves_a_mailbox(world: w.World) -> None:
    row = ask_mailbox(world.unit_admin, User.objects.get(pk=world.applicant.account_id), year=2023)
    client = reg.client_of(world.applicant)
    assert "有人为您的账号申请更换邮箱" in inbox(client).text
    client.post(reverse("set_language"), {"language": "en"})
    page = inbox(client)
    assert len(page.select(".inbox-item")) == 1 and "更换邮箱" not in page.select_one(".inbox").text
    decide(row, world.county_officer)
    assert OutboxMessage.objects.filter(key__startswith="mailbox-approved").exists()
    assert not Message.objects.filter(key__contains="mailbox-approved").exists()
    assert "有了结果" in inbox(reg.client_of(world.unit_admin), whose="mine").text
