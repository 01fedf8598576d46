"""One signed-in browser for every role, for the tests of the frame around the pages."""

from __future__ import annotations

from django.test import Client

from tests.support import world as w
from zhicheng.accounts.models import SYSTEM_KINDS, User
from zhicheng.organizations.actors import Role

BACKEND = "zhicheng.accounts.backends.AuthenticationBackend"


def browser(user: User | None = None, **kwargs: object) -> Client:
    """A browser in Chinese, signed in as ``user`` if given."""
    client = Client(headers={"accept-language": "zh-CN"}, **kwargs)  # type: ignore[arg-type]
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client


def users_by_role(world: w.World) -> dict[Role, User]:
    """An account of every role that can sign in."""
    actors = {
        Role.APPLICANT: world.applicant,
        Role.UNIT: world.unit_admin,
        Role.SUPERVISING: world.supervisor,
        Role.COUNTY: world.county_officer,
        Role.PREFECTURE: world.bureau,
    }
    users = {role: User.objects.get(pk=actor.user_id) for role, actor in actors.items()}
    for kind in SYSTEM_KINDS:
        users[Role(kind.value)] = w.person(kind, kind.value, name=f"{kind.label}本人")
    return users
