"""What the database knows of a session opens none."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from zhicheng.accounts.models import AccountKind
from zhicheng.accounts.session_keys import StoredKey, hashed

pytestmark = pytest.mark.django_db


def signed_in() -> Client:
    """Somebody who signed in as people do, so that both tables know of it."""
    w.person(AccountKind.AUDITOR, "guli")
    client = Client()
    answer = client.post(reverse("account_login"), {"login": "guli", "password": "rehearsal-2023"})
    assert answer.status_code == 302
    client.get(reverse("usersessions_list"))
    return client


def in_the_database() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session UNION ALL SELECT session_key FROM usersessions_usersession")
        return [row[0] for row in cursor.fetchall()]


def opens(key: str) -> bool:
    """Whether this cookie is somebody's sign-in."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    return thief.get(reverse("system_audit")).status_code == 200


def test_key_in_the_cookie_stands_nowhere_in_the_database() -> None:
    key = signed_in().cookies[settings.SESSION_COOKIE_NAME].value
    found = in_the_database()
    assert len(found) == 2
    assert set(found) == {str(hashed(key))}
    assert opens(key)


def test_what_the_database_holds_opens_nothing_as_a_cookie() -> None:
    signed_in()
    assert not [key for key in in_the_database() if opens(key)]


def test_row_is_found_by_key_and_is_the_same_as_it() -> None:
    key = str(signed_in().cookies[settings.SESSION_COOKIE_NAME].value)
    row, listed = Session.objects.get(pk=key), UserSession.objects.get(session_key=key)
    assert row.pk == key == listed.session_key
    assert row.pk == listed.session_key
    assert row.pk != "another"
    assert isinstance(row.pk, StoredKey)
    assert listed.exists()
    listed.end()
    assert not Session.objects.exists()
    assert not opens(key)
