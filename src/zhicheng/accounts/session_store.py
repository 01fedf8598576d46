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
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection, transaction
from django.db.models import QuerySet

from zhicheng.accounts.session_keys import StoredKey, hashed
from zhicheng.foundation import clock
from zhicheng.foundation.prepared import prepared


def end_moves() -> timedelta:
    """How far the end of an idle session may lie behind the last request: a thirtieth of how long it lives, a minute of half an hour."""
    return timedelta(seconds=settings.SESSION_COOKIE_AGE / 30)


class SessionStore(DatabaseStore):
    """Django's, with another :meth:`save`."""

    _found: dict[str, str] | None = None  # what lay in the row when this request read or wrote it
    _row: Session | None = None  # as this request read it

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
            self._row = found[0]
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
        """Write what changed since it was read into the row as it is now; where nothing did, only its new end, once a minute.

        :raises UpdateError: the session was ended meanwhile. What was signed out stays signed out.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            self._found, self._row = _written(dict(self.items())), None
            return
        mine, found, read = dict(self.items()), self._found or {}, self._row
        after = _written(mine)
        changed = {name for name in after.keys() | found.keys() if after.get(name) != found.get(name)}
        if not changed:  # nearly every request
            self._move_end(read)
        elif not self._write_over(read, mine):
            mine = self._write_beside(mine, changed)
            after = _written(mine)
        if changed:
            self._session_cache, self._found, self._row = mine, after, None

    def _move_end(self, read: Session | None) -> None:
        """One statement, which is its own transaction; within another's it must not break that. None while the end has hardly moved."""
        end = self.get_expiry_date()
        if read is not None and read.session_key == self.session_key and timedelta() <= end - read.expire_date < end_moves():
            return
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            if not self.model.objects.filter(session_key=self.session_key).update(expire_date=end):
                raise UpdateError

    def _write_over(self, read: Session | None, mine: dict[str, Any]) -> bool:
        """Put ``mine`` in the place of what was read, in one statement; False where the row is no longer as it was read."""
        if read is None or read.session_key != self.session_key:
            return False
        as_read = self.model.objects.filter(session_key=self.session_key, session_data=read.session_data)
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return bool(as_read.update(session_data=self.encode(mine), expire_date=self.get_expiry_date()))

    def _write_beside(self, mine: dict[str, Any], changed: set[str]) -> dict[str, Any]:
        """Put what ``changed`` beside what others have written meanwhile; return what the session holds then."""
        row = self.model.objects.filter(session_key=self.session_key)
        with transaction.atomic():
            held = row.select_for_update(no_key=True).first()
            if held is None:
                raise UpdateError
            data: dict[str, Any] = self.decode(held.session_data)
            for name in changed:
                if name in mine:
                    data[name] = mine[name]
                else:
                    data.pop(name, None)
            row.update(session_data=self.encode(data), expire_date=self.get_expiry_date())
        return data


@prepared
def _rows(stored_key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=StoredKey(stored_key))


def _written(data: dict[str, Any]) -> dict[str, str]:
    """Each value as it is written, so that one changed in place is seen as changed."""
    return {name: json.dumps(value, sort_keys=True) for name, value in data.items()}
