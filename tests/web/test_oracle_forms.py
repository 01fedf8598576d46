"""The attacker at every form that takes an identity number or a mailbox. The forms come from the code: one without a probe fails.

Sent with a number or a mailbox that is somebody's, and with one that is nobody's, each answers the same: page, what follows it, mails to
the attacker's own mailbox, and log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.forms import BaseForm
from django.urls import get_resolver, reverse

from tests.support import world as w
from tests.support.forms import token_for
from tests.web.posts import EXAMPLES, Press
from tests.web.registering import client_of, page_of
from tests.web.test_oracles import BOX, SECRET, in_two_worlds, logged, mailed, seen, tell_claims, world_with
from zhicheng.applications.sections import SECTIONS, Kind
from zhicheng.foundation import clock
from zhicheng.web.access import REHEARSAL

# What is known of the secret number is put there by hand.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unprotected")]
NUMBER, MAILBOX = re.compile(r"id_number$"), re.compile(r"email$|^login$|mailbox")

# Address → the fields that are probed.
PROBED = {
    "register_person": ("id_number", "email"),
    "register_unit": ("id_number", "email", "unit_email"),
    "account_login": ("login",),
    "account_reset_password": ("email",),
    "account_email": ("email",),
    "unit_information_edit": ("unit_email",),
    "unit_colleague": ("id_number", "email"),
    "unit_person_mailbox": ("email",),
    "unit_person_correction": ("id_number",),
    "office_administrator_mailbox": ("email",),
}
# Whoever sends these may know: why.
MAY_KNOW = {
    "office_person": "the prefecture looks up whose records a number has; each look is recorded",
    "office_officer_new": "whoever opens an officer's account is told of a second one of that person, which must not be (duties.py)",
    "office_officer_number": "the same for a number that is filled in",
}
# Every class of a form with such a field, and where it is sent. Sign-in's is not there: the library adds its field as the form is made,
# and it is found by its page.
CLASSES = {
    "public.registration.forms.AccountForm": (),  # what the next ones share
    "public.registration.forms.PersonForm": ("register_person",),
    "public.registration.forms.UnitRegistrationForm": ("register_unit",),
    "public.forms.ResetPasswordForm": ("account_reset_password",),
    "public.forms.AddEmailForm": ("account_email",),
    "shared.units.forms.UnitForm": ("register_unit", "unit_information_edit"),
    "unit.information.forms.RequestForm": ("unit_information_edit",),
    "unit.information.forms.ColleagueForm": ("unit_colleague",),
    "unit.people.forms.MailboxForm": ("unit_person_mailbox",),
    "unit.people.forms.CorrectionForm": ("unit_person_correction",),
    "office.people.forms.AdministratorForm": ("office_administrator_mailbox",),
    "office.forms.PersonForm": ("office_person",),
    "office.officers.forms.OfficerForm": ("office_officer_new",),
    "office.officers.forms.NumberForm": ("office_officer_number",),
}
# Of the application's form, whose fields are data: section and field.
OF_THE_APPLICATION = {("basic", "email")}
WRONG = {"password": "wrong-葡萄-77"}


@pytest.fixture(autouse=True)
def in_the_window(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"  # the test runner had put its own place there
    with clock.travel(w.IN_WINDOW):
        yield


def asks(name: str) -> bool:
    return bool(NUMBER.search(name) or MAILBOX.search(name))


def classes(of: type[BaseForm] = BaseForm) -> Iterator[type[BaseForm]]:
    for cls in of.__subclasses__():
        yield cls
        yield from classes(cls)


def test_every_class_of_a_form_that_asks_for_a_number_or_a_mailbox_is_known() -> None:
    assert get_resolver().url_patterns, "every page is imported"
    ours = {cls for cls in classes() if cls.__module__.startswith("zhicheng.web.") and ".system." not in cls.__module__}
    found = {
        f"{cls.__module__.removeprefix('zhicheng.web.')}.{cls.__qualname__}"
        for cls in ours
        if any(asks(name) for name in getattr(cls, "base_fields", {}))
    }
    assert found == CLASSES.keys()
    told = {
        (s.key, f.key) for s in SECTIONS for f in s.fields if f.kind is Kind.EMAIL or (asks(f.key) and f.kind is not Kind.FIXED)
    }
    assert told == OF_THE_APPLICATION
    assert {name for names in CLASSES.values() for name in names} | {"account_login"} == PROBED.keys() | MAY_KNOW.keys()


def fields_of(press: Press) -> set[str]:
    """What the form at this address asks for: what its good example says, and what stands on its page."""
    page = press.client.get(press.path)
    shown = page_of(page).select("main form [name]") if page.status_code == 200 and not page.streaming else []
    return {key for key in {*press.data, *(str(place["name"]) for place in shown)} if asks(key)}


FORMS = sorted(EXAMPLES.keys() - REHEARSAL.keys())


def test_what_is_probed_or_may_know_is_a_form() -> None:
    assert PROBED.keys() | MAY_KNOW.keys() <= set(FORMS) and not PROBED.keys() & MAY_KNOW.keys()


@pytest.mark.parametrize("name", FORMS)
def test_address_that_takes_a_number_or_a_mailbox_is_probed(ready: tuple[Press, str], name: str) -> None:
    found = fields_of(ready[0])
    if (
        name == "account_reauthenticate"
    ):  # the mailbox of one's own is asked for where it is confirmed again, too: the same form, sent on
        return
    assert bool(found) == (name in PROBED.keys() | MAY_KNOW.keys())
    assert found == set(PROBED.get(name, found))


def press_of(world: w.World, name: str, field: str) -> Press:
    if name == "account_email":
        press = Press(client_of(world.applicant), reverse(name), {"action_add": ""})
    else:
        press = EXAMPLES[name](world)
    if name == "application_section":
        section = field.partition("-")[0]
        press.path, press.data = press.path.replace("/summary/", f"/{section}/"), {"base_version": "0", "save": "1"}
    wrong = WRONG if name == "account_login" else {}
    press.data |= wrong | {field: SECRET if NUMBER.search(field) else BOX}
    return press


ALL = [(name, field) for name, fields in PROBED.items() for field in fields]
ALL += [("application_section", f"{section}-{field}") for section, field in sorted(OF_THE_APPLICATION)]


@pytest.mark.parametrize(("name", "field"), ALL)
def test_form_answers_the_same_whether_it_is_somebodys_or_nobodys(world: w.World, name: str, field: str) -> None:
    def probe(world: w.World) -> list[str]:
        press = press_of(world, name, field)
        own = press.data.get("email", "") if field != "email" else ""
        answer = press.send(token_for(press.client))
        tell_claims()
        after = press.client.get(answer["Location"]) if answer.status_code in {302, 303} else press.client.get(press.path)
        return [seen(answer), seen(after), *(mailed(own) if own else [])]

    in_two_worlds(partial(world_with, world), probe)


def test_what_a_log_tells_is_seen(world: w.World) -> None:
    """The comparison of the logs can fail: an event that names the account is a line, with its facts."""
    with logged() as lines:
        press = EXAMPLES["account_login"](world)
        press.send(token_for(press.client))
    assert [line for line in lines if "signin.succeeded" in line]
