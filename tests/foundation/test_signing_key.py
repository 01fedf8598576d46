"""The key that signs sessions and links is changed, and nobody is signed out."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from tests.support import world as w
from tests.support.keys import new_key
from zhicheng.accounts.models import User
from zhicheng.foundation import clock


@pytest.mark.django_db
def test_session_and_link_outlive_a_new_signing_key(settings: Any, client: Client) -> None:
    with clock.travel(w.IN_WINDOW):
        applicant = w.make_world().applicant
    away = Client()
    for browser in (client, away):
        browser.force_login(User.objects.get(pk=applicant.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
    link = signing.dumps({"file": 1}, salt="test")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], f"test-only-{new_key()}"
    assert client.get("/my/").status_code == 200
    assert signing.loads(link, salt="test") == {"file": 1}
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/my/").status_code == 200  # the session was signed anew meanwhile
    assert away.get("/my/").status_code == 302  # nobody was there while the old key was still accepted
    with pytest.raises(signing.BadSignature):
        signing.loads(link, salt="test")
