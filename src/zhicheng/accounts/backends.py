"""Whose password it is that somebody typed: one look, the same amount of work for every login name and every mailbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import auth_backends as library
from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from zhicheng.accounts.models import User
from zhicheng.foundation.prepared import prepared


class AuthenticationBackend(library.AuthenticationBackend):
    """A mailbox leads to the account whose owner has confirmed it, and to no other.

    Who registers with a mailbox that he cannot read must not learn by signing in with it whether it belongs to another account:
    there it would be refused, and a free one would not. Before the mailbox is confirmed the login name is the way in.
    """

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session; none that was closed."""
        found = _reading[-1](int(user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None

    def _authenticate(self, request: Any, **credentials: Any) -> Any:
        """By login name or by mailbox. The library tries a mailbox twice, which takes twice as long where there is an account."""
        name, mailbox, password = (str(credentials.get(field) or "") for field in ("username", "email", "password"))
        if mailbox and name in {"", mailbox}:
            return self._authenticate_by_email(mailbox, password)
        return self._authenticate_by_username(name, password)

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        address = EmailAddress.objects.filter(email=email.lower(), verified=True).select_related("user").first()
        if address is None or not address.user.owns_mailbox(address.email):
            return None
        return self._check_password(address.user, password)


@prepared
def _accounts(user_id: int) -> QuerySet[User]:
    return User.objects.filter(pk=user_id)


_reading: list[Callable[[int], list[User]]] = [_accounts]


def read_accounts_by(read: Callable[[int], list[User]]) -> None:
    """Let the account of a session be read by ``read``: a room below reads with it what it asks of every account, in one query."""
    _reading[:] = [read]
