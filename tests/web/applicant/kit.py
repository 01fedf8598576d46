"""What the applicant's page tests share."""

from __future__ import annotations

from django.test import Client

from tests.support.world import World
from zhicheng.accounts.models import User
from zhicheng.applications.queries import draft_of
from zhicheng.integrity.actions import record_fraud
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


def bar_for_fraud(world: World) -> None:
    """The world's applicant has a record of 2022 and is barred until 2027 (S-80, S-81)."""
    record_fraud(
        actor=world.bureau,
        person_index=world.applicant.person_index,
        name=world.applicant.name,
        application_year=2022,
        ban_years=5,
        source="test:1",
        reason="伪造毕业证书，经学校核实无此毕业生。",
    )
