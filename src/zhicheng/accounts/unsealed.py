"""Accounts whose password or mailbox is not the one the program wrote, and those an older version opened while this one was installed.

The version before knows nothing of the seals. Whoever registers with it after the columns were added and before the services run with
this version has none, and cannot sign in; ``zhicheng accounts seal`` gives them theirs, named in the ledger. A seal that says
something else than its column is never renewed here, nor is an empty one of an account that is older than the columns: the owner sets
a password, an office the mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Q
from django.db.models.functions import Length

from zhicheng.accounts.models import User
from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import in_batches
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.transactions import one_transaction

COLUMNS = ("accounts", "0015_own_passwords_and_mailboxes")


@dataclass(frozen=True, slots=True)
class NotOwn:
    """An account with a ``password`` or a ``mailbox`` that is not its own; ``newer``: an older version opened it since."""

    user: User
    password: bool
    mailbox: bool
    newer: bool


def not_own() -> Iterator[NotOwn]:
    """Every account whose hash or mailbox does not agree with its seal."""
    since = _columns_since()
    for users in in_batches(User.objects.only("username", "password", "password_seal", "email", "email_seal")):
        for user in users:
            password, mailbox = not user.password_is_own(), not user.mailbox_is_own()
            if password or mailbox:
                yield NotOwn(user, password, mailbox, newer=_opened_since(user, since) is not None)


@one_transaction
def seal_newer(*, actor: str = "system") -> list[User]:
    """Seal the hash and the mailbox of every account that has neither seal and was opened since there are any; return them.

    When it was opened the ledger says, which nobody rewrites unseen, not the row. Each account becomes an entry of the ledger.
    """
    since = _columns_since()
    bare = User.objects.annotate(length=Length("password_seal") + Length("email_seal")).filter(length=0)
    locked = bare.exclude(Q(password="") & Q(email="")).select_for_update(no_key=True).order_by("pk")
    sealed = [(user, opened) for user in locked if (opened := _opened_since(user, since)) is not None]
    for user, _opened in sealed:
        user.password_seal, user.email_seal = user.password, user.email
        user.save(update_fields=["password_seal", "email_seal"])
    for user, opened in sealed:
        ledger.record(event="account.sealed", subject=f"user:{user.pk}", actor=actor, data={"opened": opened})
    return [user for user, _opened in sealed]


def _columns_since() -> datetime | None:
    """When the seals' columns were added to this database."""
    app, name = COLUMNS
    recorded = MigrationRecorder(connection).migration_qs.filter(app=app, name=name)
    at: datetime | None = recorded.values_list("applied", flat=True).first()
    return at


def _opened_since(user: User, since: datetime | None) -> int | None:
    """The number of the entry that tells of the account's first opening, if that was after ``since``."""
    told = LedgerEntry.objects.filter(event="account.opened", subject=f"user:{user.pk}").order_by("number").first()
    return told.number if told is not None and since is not None and told.at >= since else None
