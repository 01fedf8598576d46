"""What the tests of registration pages share: a published notice, a browser, a page to read."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.evidence import files
from tests.organizations import examples as ex
from tests.support.world import IN_WINDOW
from zhicheng.accounts.models import User
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.organizations.actors import SYSTEM, Actor
from zhicheng.web.public.registration.notices import registration_notice

__all__ = [
    "IN_WINDOW",
    "client_of",
    "errors_of",
    "link_in",
    "mails",
    "page_of",
    "publish",
    "read",
    "read_and_accept",
    "summary_of",
]


def publish() -> CampaignVersion:
    """The 2023 notice, published."""
    return publish_campaign(text=BORTALA_2023.read_text(encoding="utf-8"), actor=SYSTEM)


def client_of(actor: Actor) -> Client:
    """A browser in which ``actor`` is signed in."""
    client = Client()
    user = User.objects.get(pk=actor.user_id)
    client.force_login(user, backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client


def page_of(response: Any) -> BeautifulSoup:
    """The page as read by a browser."""
    return BeautifulSoup(response.content.decode(), "html.parser")


def read(response: Any) -> bytes:
    """All of a file; the test client closes it at its end."""
    return b"".join(response.streaming_content)


def summary_of(response: Any) -> list[str]:
    """The lines of the error summary."""
    box = page_of(response).select_one("[data-error-summary]")
    return [line.get_text(strip=True) for line in box.select("li")] if box else []


def errors_of(response: Any, field: str) -> str:
    """What stands beside one field."""
    place = page_of(response).select_one(f"#id_{field}_error")
    return place.get_text(strip=True) if place else ""


def read_and_accept(client: Client, audience: str) -> Any:
    """Where a registration begins, as a browser does it: a unit's notice has a page of its own, a person's stands above the form."""
    if audience == "person":
        return client.get(reverse("register_person"))
    address = reverse("register_unit_notice")
    shown = page_of(client.get(address)).select_one("input[name=shown]")
    assert shown is not None
    return client.post(address, {"shown": shown["value"], "accepted": "on"})


def accepted(audience: str) -> Client:
    """A browser in which a registration was begun (:func:`read_and_accept`)."""
    client = Client()
    assert read_and_accept(client, audience).status_code < 400
    return client


def mails(to: str) -> list[dict[str, Any]]:
    """Every mail to this address, oldest first."""
    payloads = [read_mail(m) for m in OutboxMessage.objects.filter(kind="mail").order_by("pk")]
    return [p for p in payloads if p["to"] == [to]]


def link_in(mail: dict[str, Any]) -> str:
    """The path of the first link in a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", mail["body"])
    assert found is not None
    return found[1]


def licence_upload(name: str = "营业执照.jpg") -> SimpleUploadedFile:
    """A licence as a browser sends it."""
    return SimpleUploadedFile(name, files.jpeg(800, 1130), content_type="image/jpeg")


def person_typed(number: int = 1, **changes: Any) -> dict[str, Any]:
    """个人注册 as typed into the form."""
    typed = ex.applicant_data(number)
    typed = {key: typed[key] for key in ("name", "id_number", "mobile", "email", "username", "password")}
    notice = registration_notice("person")
    ticked = {"accepted": "on", "shown": notice.sha256 if notice else ""}
    return typed | ticked | {"password_again": ex.PASSWORD, "employer_words": "", "employer_id": ""} | changes


def unit_typed(number: int = 1, **changes: Any) -> dict[str, Any]:
    """单位注册 as typed into the form, without its licence."""
    person, unit = ex.administrator(number), ex.unit_particulars(number)
    return {
        "name": person.name,
        "id_number": person.id_number,
        "position": person.position,
        "mobile": person.mobile,
        "email": person.email,
        "username": person.username,
        "password": ex.PASSWORD,
        "password_again": ex.PASSWORD,
        "unit_name": unit.name,
        "uscc": unit.uscc,
        "nature": unit.nature,
        "region_code": unit.region_code,
        "address": unit.address,
        "contact_person": unit.contact_person,
        "contact_phone": unit.contact_phone,
        "unit_email": "",
        "receiving_office": str(unit.receiving_office_id),
        "supervising_body": "",
        "licence_kind": "institution",
        "licence_issued_on": "2021.5.6",
        "licence_valid_until": "",
    } | changes
