"""How long one question to the database may take: a page gives up long before its visitor does, the worker has more time.

On PostgreSQL, whose ``statement_timeout`` also ends what waits for a lock. Applied to every connection this process opens after
:func:`limit_statements`.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.signals import connection_created


class _State:
    seconds: int | None = None


def limit_statements(seconds: int) -> None:
    """From now on every new connection of this process ends a statement after ``seconds``; 0 is no limit."""
    _State.seconds = seconds


def _apply(*, connection: Any, **kwargs: object) -> None:
    if _State.seconds is not None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{_State.seconds}s"])


connection_created.connect(_apply, dispatch_uid="zhicheng.foundation.statement_limit")
