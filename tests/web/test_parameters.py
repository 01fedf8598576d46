"""A value counts from the one place it belongs to, however often and wherever else it is sent (ASVS 15.3.3, 15.3.6, 15.3.7)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.sources import python
from zhicheng.accounts.models import AccountKind, User
from zhicheng.web import access

WEB = Path(access.__file__).parent
SCRIPTS = sorted((WEB / "static" / "zhicheng").rglob("*.js"))


def pages() -> list[tuple[str, str]]:
    """Name and text of every file of code of the pages."""
    return [(source.name, source.text) for source in python() if source.parts[0] == "web"]


@pytest.mark.django_db
def test_what_stands_in_the_address_is_no_answer_to_a_form() -> None:
    person = w.person(AccountKind.AUDITOR, "auditor")
    other = w.person(AccountKind.OPERATOR, "other")
    other.set_password("another-secret-2f")
    other.save()
    person.set_password("the-real-secret-1e")
    person.save()
    client = Client()
    address = reverse("account_login") + "?login=other&password=another-secret-2f"
    client.post(address, {})
    assert "_auth_user_id" not in client.session, "the address alone signs nobody in"
    client.post(address, {"login": "auditor", "password": "the-real-secret-1e"})
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.django_db
def test_value_sent_twice_is_one_and_always_the_same_one() -> None:
    person = w.person(AccountKind.AUDITOR, "auditor")
    person.set_password("the-real-secret-1e")
    person.save()
    client = Client()
    client.post(reverse("account_login"), {"login": ["nobody", "auditor"], "password": ["wrong", "the-real-secret-1e"]})
    assert client.session["_auth_user_id"] == str(person.pk), "the last one counts, everywhere"
    refused = Client()
    refused.post(reverse("account_login"), {"login": ["auditor", "nobody"], "password": "the-real-secret-1e"})
    assert "_auth_user_id" not in refused.session


def test_no_page_mixes_what_was_sent_with_the_address() -> None:
    mixed = re.compile(r"\.REQUEST\b|request\.(?:GET|POST)\s*\|\s*(?!None)request\.|\{\s*\*\*request\.(?:GET|POST|COOKIES|META)")
    assert not [name for name, text in pages() if mixed.search(text)]


def test_no_form_takes_the_columns_of_a_model() -> None:
    """Each form names its fields; nothing is written into a row because it was sent."""
    found = re.compile(
        r"\bModelForm\b|modelform_factory|setattr\(\w+, (?:name|key|field)|\*\*request\.(?:POST|GET)|\.update\(\*\*form"
    )
    assert not [name for name, text in pages() if found.search(text)]
    assert (
        User._meta.get_field("kind").name
        not in Path(WEB / "public" / "registration" / "forms.py").read_text(encoding="utf-8").split()
    )


def found_in_scripts(pattern: str, *, without_comments: bool = False) -> list[str]:
    """Every place in a script of our own where ``pattern`` is found."""
    assert SCRIPTS
    return [
        f"{script.name}:{number}: {found[0]}"
        for script in SCRIPTS
        for number, line in enumerate(script.read_text(encoding="utf-8").splitlines(), 1)
        for found in re.finditer(pattern, line.partition("//")[0] if without_comments else line)
    ]


def test_own_scripts_give_no_way_to_the_prototype() -> None:
    """No key that comes from elsewhere is written into an object; no text becomes code or an object."""
    assert not found_in_scripts(r"(?<![\w\])\"'])\w+\[(?!\d)\w[\w.]*\]\s*=(?!=)", without_comments=True)
    assert not found_in_scripts(
        r"__proto__|\.prototype\b|Object\.assign|JSON\.parse|\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write",
        without_comments=True,
    )


def test_own_scripts_keep_nothing_readable_in_the_browser() -> None:
    found = found_in_scripts(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open")
    assert {line.split(":")[0] + line.split(":")[2] for line in found} == {"drafts.js localStorage"}, (
        "sealed: docs/decisions/0019"
    )
