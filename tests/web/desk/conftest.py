"""The world the desk's tests stand in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from zhicheng.accounts.models import User
from zhicheng.organizations.actors import Actor


@pytest.fixture
def signed_in() -> Callable[[Actor], Client]:
    """A browser in which this actor has signed in."""

    def client_of(actor: Actor) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
        return client

    return client_of
