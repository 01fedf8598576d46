"""Every address of the site, opened once by everybody: what came back is looked at by each test that says what every answer must be like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.shared.addresses import address, patterns
from tests.web.shared.people import browser, users_by_role
from zhicheng.organizations.actors import Role


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``role`` got at the address of this name; the body to its end."""

    name: str
    path: str
    role: Role
    status: int
    headers: Mapping[str, str]  # which nobody changes: by their names in small letters
    body: bytes

    def get(self, header: str) -> str:
        """A header, or nothing."""
        return self.headers.get(header.lower(), "")

    def __deepcopy__(self, memo: dict[int, Any]) -> Answer:
        return self


@told_once(dear=True)
def answers(world: w.World) -> list[Answer]:
    """Of every address, to a visitor and to one person of each role that can sign in."""
    people = {Role.ANONYMOUS: browser()} | {role: browser(user) for role, user in users_by_role(world).items()}
    found = []
    for name, chain in patterns():
        path = address(chain)
        for role, client in people.items():
            answer: Any = client.get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            headers = {header.lower(): value for header, value in answer.items()}
            found.append(Answer(name, path, role, answer.status_code, MappingProxyType(headers), body))
    return found
