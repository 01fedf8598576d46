"""The guard that keeps GET requests from writing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_WRITE = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|CREATE|ALTER|DROP|COPY|WITH\b.*?\b(?:INSERT|UPDATE|DELETE))\b", re.I | re.S
)
_TABLE = re.compile(r"\b(?:INTO|UPDATE|FROM)\s+(?:ONLY\s+)?[\"`]?(\w+)[\"`]?", re.I)

# What a look may leave behind: that it was a look at somebody else's file (foundation.looks), the sign-in itself, the note of who was
# turned away, the sign-in library tidying its own lists (ended sessions, that recovery codes were shown, the mailbox of an account while
# a recovery link is checked), counts of tries that ran out.
MAY_BE_WRITTEN = re.compile(
    r"django_session|foundation_accessrefusal|foundation_accesslook|foundation_cache|usersessions_usersession|account_emailaddress"
    r"|mfa_authenticator"
)


class WroteOnGetError(RuntimeError):
    """A view wrote while it was only being looked at: a mistake of ours, never the visitor's."""


def refuse_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A database execute wrapper (Django) that lets reads and the tables of :data:`MAY_BE_WRITTEN` through and raises otherwise."""
    text = str(sql)
    if _WRITE.match(text):
        table = _TABLE.search(text)
        if table is None or not MAY_BE_WRITTEN.fullmatch(table[1]):
            raise WroteOnGetError(f"a GET request may not write: {text[:120]}")
    return execute(sql, params, many, context)
