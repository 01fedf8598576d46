"""An organization's people as those who are told something together."""

from __future__ import annotations

from zhicheng.messages.reading import Reader
from zhicheng.organizations.models import Organization
from zhicheng.organizations.queries import mailboxes_of


def readers_of(organization: Organization) -> Reader:
    """The people of an organization as those who are told something together."""
    return Reader(organization_id=organization.pk, mailboxes=tuple(mailboxes_of(organization)))
