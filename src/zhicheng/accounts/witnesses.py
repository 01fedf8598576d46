"""Who operates the instance gets every signed head of the ledger by mail. Loaded on start-up."""

from __future__ import annotations

from collections.abc import Iterable

from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation.checkpoints import also_to


@also_to
def operators() -> Iterable[str]:
    """The mailboxes of the operators whose accounts are open."""
    found = User.objects.filter(kind=AccountKind.OPERATOR, is_active=True).order_by("pk")
    return list(found.values_list("email", flat=True))
