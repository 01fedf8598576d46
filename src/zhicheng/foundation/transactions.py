"""What must stand or fall together has to be in one transaction; this module says so loudly when it is not."""

from __future__ import annotations

from django.db import transaction


class NotInTransaction(RuntimeError):
    """Code that must share its cause's transaction was called outside of one: a mistake of the programmer."""


def require_transaction(what: str) -> None:
    """Raise :class:`NotInTransaction`, naming ``what``, unless the default database is inside ``transaction.atomic()``."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{what} must be called inside transaction.atomic(), in the same transaction as its cause.")
