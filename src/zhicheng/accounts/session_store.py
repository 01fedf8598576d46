"""Sessions in the database, where requests of one person at the same time take nothing from each other.

Django writes a session back as a whole, as the request found it. A page brings twenty pictures along, and each moves the end of the session
on: one that began before an action and ended after it put the session back to what it was, and what the action had to say, or what
somebody had typed and was kept for them, was gone. Here a request writes only what it changed itself.

What a session holds is signed for its key: who can write the database, but holds no key of the instance, cannot go on with another
person's sign-in by copying what their session holds into the row of an own one.
"""

from __future__ import annotations

import json
import logging
from contextlib import nullcontext
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection, transaction
from django.db.models import QuerySet

from zhicheng.accounts.session_keys import StoredKey, hashed
from zhicheng.foundation import clock
from zhicheng.foundation.prepared import prepared


class SessionStore(DatabaseStore):
    """Django's, with another :meth:`save`."""

    _found: dict[str, str] | None = None  # what lay in the row when this request read or wrote it

    def encode(self, session_dict: Any) -> str:
        """The session as its row holds it, and no other."""
        return signing.dumps(session_dict, salt=self._salt, serializer=self.serializer, compress=True)

    def decode(self, session_data: Any) -> Any:
        """What the row holds; nothing when it was not written for this session."""
        try:
            return signing.loads(session_data, salt=self._salt, serializer=self.serializer)
        except signing.BadSignature:
            logging.getLogger("django.security.SuspiciousSession").warning("a session does not belong to its row")
            return {}

    @property
    def _salt(self) -> str:
        key = self.session_key or ""
        return f"zhicheng.session.{str.__str__(key if isinstance(key, StoredKey) else hashed(key))}"

    def _get_session_from_db(self) -> Session | None:
        """The row of the cookie's key, unless its end has passed; the key is forgotten then."""
        key = self.session_key or ""
        found = _rows(str.__str__(key if isinstance(key, StoredKey) else hashed(key)))
        if found and found[0].expire_date > clock.machine_now():
            return found[0]
        self._session_key = None
        return None

    def load(self) -> Any:
        data = super().load()
        self._found = _written(data)
        return data

    def clear(self) -> None:
        self.items()  # what is taken out has to be known
        super().clear()

    def save(self, must_create: bool = False) -> None:
        """Write what changed since it was read into the row as it is now; where nothing did, only its new end.

        :raises UpdateError: the session was ended meanwhile. What was signed out stays signed out.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            self._found = _written(dict(self.items()))
            return
        mine, found = dict(self.items()), self._found or {}
        after = _written(mine)
        changed = {name for name in after.keys() | found.keys() if after.get(name) != found.get(name)}
        row = self.model.objects.filter(session_key=self.session_key)
        if (
            not changed
        ):  # nearly every request: one statement, which is its own transaction; within another's it must not break that
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                if not row.update(expire_date=self.get_expiry_date()):
                    raise UpdateError
            return
        with transaction.atomic():
            held = row.select_for_update(no_key=True).first()
            if held is None:
                raise UpdateError
            data = self.decode(held.session_data)
            for name in changed:
                if name in mine:
                    data[name] = mine[name]
                else:
                    data.pop(name, None)
            row.update(session_data=self.encode(data), expire_date=self.get_expiry_date())
        self._session_cache, self._found = data, _written(data)


@prepared
def _rows(stored_key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=StoredKey(stored_key))


def _written(data: dict[str, Any]) -> dict[str, str]:
    """Each value as it is written, so that one changed in place is seen as changed."""
    return {name: json.dumps(value, sort_keys=True) for name, value in data.items()}
