"""The world the desk's tests stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from tests.support import world as w
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor


@pytest.fixture
def world() -> Iterator[w.World]:
    with clock.travel(w.IN_WINDOW):
        yield w.make_world()


@pytest.fixture
def signed_in() -> Callable[[Actor], Client]:
    """A browser in which this actor has signed in."""

    def client_of(actor: Actor) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
        return client

    return client_of
