"""What the applicant's page tests share."""

from __future__ import annotations

from django.test import Client

from zhicheng.accounts.models import User
from zhicheng.applications.queries import draft_of
from zhicheng.organizations.actors import Actor


def client_of(actor: Actor) -> Client:
    """A browser in which ``actor`` is signed in."""
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client


def page(response) -> str:
    """The words of an answer."""
    return response.content.decode()


def version_of(application, key: str) -> int:
    """The version a save of this section must name."""
    return draft_of(application).versions[key]
