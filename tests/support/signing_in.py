"""Sign-ins that are a while ago."""

from __future__ import annotations

from django.conf import settings
from django.test import Client


def later(client: Client) -> Client:
    """The same session when what was typed at sign-in, and since, is too long ago to stand for who sits there."""
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [record | {"at": record["at"] - 301} for record in records]
    session.save()
    assert not hasattr(settings, "ACCOUNT_REAUTHENTICATION_TIMEOUT"), "300 seconds, as the library has it"
    return client
