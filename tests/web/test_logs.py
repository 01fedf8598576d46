"""What an instance's log holds after people have used it badly: ids and numbers of accounts, nobody's data, no link that opens one."""

from __future__ import annotations

import json
import re
import smtplib
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, include, path, reverse

from tests.organizations import examples as ex
from tests.support.logs import written_log
from tests.web.registering import link_in, mails, person_typed, publish, read_and_accept
from tests.web.shared.people import browser
from zhicheng import urls as site_urls
from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import User
from zhicheng.foundation import logs, outbox
from zhicheng.foundation.models import AccessRefusal, OutboxMessage
from zhicheng.web.access import KEY_IN_ADDRESS

pytestmark = pytest.mark.django_db(transaction=True)


class Unwilling(BaseEmailBackend):
    """A mail server that repeats the address when it refuses."""

    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({email_messages[0].to[0]: (550, f"<{email_messages[0].to[0]}> unknown".encode())})


def falls_over(request: HttpRequest) -> HttpResponse:
    """A mistake of ours whose words repeat what was typed."""
    raise RuntimeError(f"cannot take {request.POST.dict()} of {request.GET.dict()}")


urlpatterns = [path("falls-over/", falls_over, name="home"), path("", include(site_urls.urlpatterns))]
handler400, handler403, handler404, handler429, handler500 = (
    getattr(site_urls, f"handler{n}") for n in (400, 403, 404, 429, 500)
)


@pytest.fixture(autouse=True)
def through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"


@pytest.mark.parametrize("as_json", [False, True], ids=["line", "json"])
@pytest.mark.urls(__name__)
def test_log_holds_nobodys_data_whatever_goes_wrong(settings: Any, as_json: bool) -> None:
    publish()
    user = ex.registered_applicant(ex.approved_unit())
    typed = person_typed(7, name="艾合买提江", email="ahmatjan@mail.example", username="ahmatjan")
    settings.DELIVERY_BACKEND = f"{__name__}.Unwilling"
    with written_log(as_json=as_json) as log:
        client = browser(raise_request_exception=False)
        read_and_accept(client, "person")
        client.post(reverse("register_person"), typed | {"password_again": "another"})  # an error in the form
        client.post(reverse("register_person"), typed | {"id_number": user.id_number, "email": user.email})
        client.post("/falls-over/?name=艾合买提江", typed)
        client.post(reverse("account_login"), {"login": user.email, "password": "ahmatjan-2023"})
        client.post(reverse("account_login"), {"login": "ahmatjan@mail.example", "password": "ahmatjan-2023"})
        client.post(reverse("account_reset_password"), {"email": user.email})
        Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": user.email})
        accounts.send_confirmation(user=user)
        outbox.drain()
        outbox.drain()
    text = log.getvalue()
    assert "event=signin.failed" in text and "RuntimeError" in text and "smtp 550" in text, "the paths were walked"
    written = [value for value in typed.values() if value != "on"]  # a box that was ticked is nobody's data
    private = [*written, user.name, user.id_number, user.email, user.mobile, user.username, "ahmatjan"]
    links = [part for mail in mails(user.email) for part in re.findall(r"/(?:key|confirm-email)/([^/\s]+)", mail["body"])]
    assert links
    for word in [*private, *links, ex.PASSWORD]:
        if len(word) > 1:
            assert word not in text, word
            assert word.encode("unicode_escape").decode() not in text, word
    assert all(user.email not in message.last_error for message in OutboxMessage.objects.all())


def test_outbox_does_not_hold_a_link_as_its_key() -> None:
    user = ex.registered_applicant(ex.approved_unit())
    accounts.send_confirmation(user=user)
    key_of_link = link_in(mails(user.email)[-1]).rstrip("/").rsplit("/", 1)[-1]
    assert key_of_link in mails(user.email)[-1]["body"]
    assert not [m.key for m in OutboxMessage.objects.all() if key_of_link in m.key]


def test_database_holds_no_link_that_opens_an_account() -> None:
    """Whoever reads the database, or a backup of it, could press the link of a mail that is on its way."""
    user = ex.registered_applicant(ex.approved_unit())
    accounts.send_confirmation(user=user)
    Client().post(reverse("account_reset_password"), {"email": user.email})
    keys = [link_in(mail).rstrip("/").rsplit("/", 1)[-1] for mail in mails(user.email) if "/accounts/" in mail["body"]]
    assert len(keys) >= 2
    for message in OutboxMessage.objects.all():
        stored = json.dumps(message.payload, ensure_ascii=False) + message.key + message.last_error
        assert not [key for key in keys if key in stored] and user.name not in stored


def test_same_link_is_mailed_once_and_a_newer_one_again() -> None:
    """The key of the mail is made of the link: what is pressed twice in one moment is one mail."""
    user = ex.registered_applicant(ex.approved_unit())
    before = len(mails(user.email))
    accounts.send_confirmation(user=user)
    assert len(mails(user.email)) <= before + 1
    assert accounts.confirmation_link(user=user) in mails(user.email)[-1]["body"]


def _patterns(found: Any, prefix: str = "") -> list[tuple[str, str]]:
    """(name, address) of every address with a part that may be anything."""
    rows: list[tuple[str, str]] = []
    for one in found:
        if isinstance(one, URLResolver):
            rows += _patterns(one.url_patterns, prefix + str(one.pattern))
        elif (
            isinstance(one, URLPattern)
            and any(type(converter).__name__ != "IntConverter" for converter in one.pattern.converters.values())
        ) or (isinstance(one, URLPattern) and "(?P<" in str(one.pattern)):
            rows.append((one.name or "", prefix + str(one.pattern)))
    return rows


# Parts of addresses that may be anything and open nothing: names of sections, materials, notices, the printed number of a paper.
HARMLESS = {"serial", "slug", "slot", "box", "paper", "which"}
SECTIONS = {"application_section", "application_autosave", "application_row", "application_section_history", "library_new"}


def test_every_address_with_a_key_in_it_is_known() -> None:
    """A new address whose parts may be anything is either harmless or in ``KEY_IN_ADDRESS``, and the log leaves its key out."""
    named = {name: set(re.findall(r"<(?:\w+:)?(\w+)>", address)) for name, address in _patterns(get_resolver().url_patterns)}
    open_still = {
        name
        for name, parts in named.items()
        if name not in SECTIONS and {p for p in parts if not p.endswith("_id")} - HARMLESS - {"page"}
    }
    assert open_still == KEY_IN_ADDRESS


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("account_confirm_email", {"key": "NA:1xW10P:rRhCwAd4RC9"}),
        ("account_reset_password_from_key", {"uidb36": "1", "key": "dilbxm-b31a8f76"}),
        ("mailbox_confirm", {"token": "12:Qm9vLXJh"}),
        ("files_checking", {"token": "12:Qm9vLXJh"}),
        ("verify_scanned", {"serial": "PS2023-000123", "code": "7KQ2MXW9RT34CDEF7KQ2MXW9RT34"}),
    ],
)
def test_filter_of_the_log_knows_every_address_with_a_key(name: str, parts: dict[str, str]) -> None:
    assert {name} <= KEY_IN_ADDRESS
    assert list(parts.values())[-1] not in logs.scrub(f"GET {reverse(name, kwargs=parts)} 500")


@pytest.mark.parametrize("as_json", [False, True], ids=["line", "json"])
def test_live_link_pasted_wrongly_is_in_no_log_and_no_refusal(as_json: bool) -> None:
    user = ex.registered_applicant(ex.approved_unit(), confirmed=False)
    key = link_in(mails(user.email)[-1]).rstrip("/").rsplit("/", 1)[-1]
    paths = [f"/accounts/confirm-email/{between}{key}/" for between in (" ", "\n", '"', "<", "x/")]
    paths += [
        f"/accounts//confirm-email/{key}/",
        f"/accounts/confirm-email /{key}/",
        f"/accounts/confirm-email/{key[:9]} {key[9:]}/",
    ]
    paths += [f"/confirm-email/{key}/", f"/accounts/confirm-emai\nl/{key}/"]
    with written_log(as_json=as_json) as log:
        for path in paths:
            browser().get(path)
            Client(enforce_csrf_checks=True).post(path, {"x": "1"})
    kept = log.getvalue() + "".join(AccessRefusal.objects.values_list("path", flat=True))
    signature = key.rsplit(":", 1)[-1]
    assert "confirm-email" in kept, "something was written"
    assert not [part for part in (key, signature, signature[:20], signature[-20:]) if part in kept]


def test_refusal_keeps_no_key_of_a_link(settings: Any) -> None:
    """403 at a mailed link: the auditor's page shows the address, not the key."""
    from django.test import RequestFactory

    from zhicheng.web.shared.http import safe_path

    address = reverse("account_reset_password_from_key", kwargs={"uidb36": "4f", "key": "dilbxm-b31a8f76"})
    request = RequestFactory().get(address)
    request.resolver_match = get_resolver().resolve(address)
    assert safe_path(request) == "/accounts/password/reset/key/…-…/"


def test_every_line_of_a_request_carries_the_id_of_its_answer() -> None:
    user = ex.registered_applicant(ex.approved_unit())
    with written_log() as log:
        first = browser().post(
            reverse("account_login"),
            {"login": user.username, "password": "wrong"},
            headers={"X-Request-ID": "forged"},
            REMOTE_ADDR="203.0.113.9",
        )
        second = browser(user).get(reverse("desk_queue"))
    assert re.fullmatch(r"[0-9a-f]{16}", first["X-Request-ID"])
    assert first["X-Request-ID"] != second["X-Request-ID"]
    lines = [line for line in log.getvalue().splitlines() if "zhicheng.security" in line]
    (failed,) = [line for line in lines if "signin.failed" in line]
    assert f" {first['X-Request-ID']} anonymous 203.0.113.9 " in failed
    assert f"subject=user:{user.pk}" in failed
    (refused,) = [line for line in lines if "access.refused" in line]
    assert f" {second['X-Request-ID']} user:{user.pk} 127.0.0.1 " in refused
    assert f"page=desk_queue error_id={AccessRefusal.objects.get().error_id}" in refused
    assert "forged" not in log.getvalue()
    assert logs.current() == logs.Context(), "the next request starts without any"


def test_signing_in_and_out_limited_and_closed_are_events() -> None:
    user = ex.registered_applicant(ex.approved_unit())
    User.objects.filter(pk=user.pk).update(password=User.objects.get(pk=user.pk).password)
    accounts.confirm_mailbox(user_id=user.pk, actor="system")
    client = browser()
    with written_log() as log:
        client.post(reverse("account_login"), {"login": user.username, "password": ex.PASSWORD})
        client.post(reverse("account_logout"))
        for _ in range(12):
            browser().post(reverse("account_login"), {"login": user.username, "password": "wrong"})
    assert f"user:{user.pk} 127.0.0.1 event=signin.succeeded result=ok kind=applicant" in log.getvalue()
    assert f"user:{user.pk} 127.0.0.1 event=signout result=ok" in log.getvalue()
    assert f"event=signin.limited result=refused subject=user:{user.pk}" in log.getvalue()
    User.objects.filter(pk=user.pk).update(is_active=False)
    from django.core.cache import cache

    cache.clear()
    with written_log() as log:
        shown = browser().post(reverse("account_login"), {"login": user.username, "password": ex.PASSWORD}, follow=True)
    assert shown.request["PATH_INFO"] == reverse("account_inactive")
    assert f"event=signin.inactive result=refused subject=user:{user.pk}" in log.getvalue()
