"""Whatever leads back to a page leads to one that can be opened, also where the browser shows the address of a button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.organizations import examples as ex
from tests.web.registering import IN_WINDOW, client_of, publish
from tests.web.shared.addresses import methods_of, views
from tests.web.shared.people import browser
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.web.access import ACCESS
from zhicheng.web.sent_only import SENT_ONLY
from zhicheng.web.shared.standing import page_behind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


def test_table_names_every_address_that_only_takes_what_is_sent():
    found = {name for name, view in views() if "GET" not in (methods_of(view) or ["GET"]) and name in ACCESS}
    assert found == set(SENT_ONLY)
    assert not set(SENT_ONLY.values()) & set(SENT_ONLY), "the page itself can be opened"


@pytest.mark.parametrize(
    ("button", "page"),
    [
        ("/office/registrations/7/return/", "/office/registrations/7/"),
        ("/my/applications/3/sections/basic/autosave/", "/my/applications/3/sections/basic/"),
        ("/office/officers/factor/4/", "/office/officers/"),
        ("/system/verify/?again=1", "/system/"),
        ("/register/unit/licence/", "/register/unit/form/"),
        ("/office/registrations/7/?tab=licence", "/office/registrations/7/?tab=licence"),
        ("/no/such/page/", "/no/such/page/"),
    ],
)
def test_page_behind_an_address_can_be_opened(button, page):
    assert page_behind(button) == page


def test_other_language_after_a_refused_form_leads_to_the_page_it_stands_on():
    case = ex.registered_unit(1)
    client = client_of(ex.officer(ex.county()))
    page, button = (reverse(name, args=[case.pk]) for name in ("office_registration", "office_registration_return"))
    refused = client.post(button, {"reason": ""})
    assert refused.status_code == 422
    html = BeautifulSoup(refused.content, "html.parser")
    form = html.select_one("form.language")
    assert form is not None and form.select_one("[name=next]")["value"] == page
    assert {link["href"] for link in html.select("[data-answer-lost] a, [data-session-cleared] a")} == {page}
    chosen = client.post(form["action"], {"language": "en", "next": page})
    assert client.get(chosen["Location"]).status_code == 200
    opened = BeautifulSoup(client.get(button).content, "html.parser")
    assert page in {link.get("href") for link in opened.select("#main a")}


def test_sign_in_asked_for_at_a_button_leads_to_its_page():
    officer = ex.officer(ex.county())
    case = ex.registered_unit(1)
    page, button = (reverse(name, args=[case.pk]) for name in ("office_registration", "office_registration_return"))
    assert browser().get(button)["Location"] == f"{reverse('account_login')}?next={page}"
    typed = {"login": User.objects.get(pk=officer.account_id).username, "password": ex.PASSWORD, "next": button}
    signed_in = browser().post(f"{reverse('account_login')}?next={button}", typed)
    assert signed_in.status_code == 302 and signed_in["Location"] == page


def test_sign_in_after_a_form_was_sent_from_a_refused_one_leads_to_its_page():
    case = ex.registered_unit(1)
    page, button = (reverse(name, args=[case.pk]) for name in ("office_registration", "office_registration_return"))
    asked = browser().post(button, {}, headers={"referer": f"http://testserver{button}"})
    assert asked["Location"] == f"{reverse('account_login')}?next={page}"
