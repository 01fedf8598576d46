"""Sessions lie in the database under a hash of their key: who reads the database, or a copy of it, cannot go on with anybody's sign-in.

The key itself is in the cookie and nowhere else. The tables are Django's (``sessions.Session``) and allauth's
(``usersessions.UserSession``); only how their column ``session_key`` is written is ours, so that everything else of both works as it is.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models

ALGORITHM = "sha256"
_LENGTH = 40  # of the libraries' column
_NAME = "session_key"


class StoredKey(str):
    """A session's key as a row holds it. Equal to the key in the cookie that it was made from."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str) and not isinstance(other, StoredKey):
            other = hashed(other)
        return str.__eq__(self, other) if isinstance(other, str) else NotImplemented

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = str.__hash__


def hashed(key: str) -> StoredKey:
    """How the session of the cookie ``key`` is found. Cut to 165 bits, which is what a key of Django's holds itself."""
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()
    return StoredKey(f"{ALGORITHM}:{digest}"[:_LENGTH])


class _HashedKeyField(models.CharField):
    """Writes and looks up the hash, whatever comes from a cookie looks like; what was read from a row stands for itself."""

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> StoredKey | None:
        return None if value is None else StoredKey(value)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        if not isinstance(prepared, str):
            return prepared
        return str.__str__(prepared if isinstance(prepared, StoredKey) else hashed(prepared))

    def deconstruct(self) -> Any:
        """The column is as the libraries made it: there is nothing to migrate."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def hash_keys() -> None:
    """Let both tables hold the hash. Once, when the process starts; sessions from before it are over."""
    for model in (Session, UserSession):
        model._meta.get_field(_NAME).__class__ = _HashedKeyField
