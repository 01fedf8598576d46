"""The accounts that are there are taken as they are: their hash and their mailbox are sealed, once.

A batch is a transaction of its own, with its rows locked: who writes meanwhile waits a moment, and what they write is what is sealed.
Broken off, it goes on with what has no seal yet. Nothing after this step seals what somebody else may have written, but the command
``zhicheng accounts seal``, for accounts that an older version opened beside it.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, transaction

from zhicheng.foundation.fields import FIELD
from zhicheng.foundation.sealing import seal

BATCH = 200
_COLUMNS = ("password", "email", "new_email")


def seal_all(apps: Any, schema_editor: Any) -> None:
    connection, after = schema_editor.connection, 0
    while True:
        with transaction.atomic(using=connection.alias):
            rows = _next_rows(connection, after)
            for pk, *found in rows:
                values, seals = found[:3], found[3:]
                missing = [(n, v) for n, v, there in zip(_COLUMNS, values, seals, strict=True) if v and not there]
                _write(connection, pk, {f"{name}_seal": _sealed(name, value, pk) for name, value in missing})
        if not rows:
            return
        after = rows[-1][0]


def _next_rows(connection: Any, after: int) -> list[tuple[Any, ...]]:
    """Id, hash, mailbox and the mailbox that is to take its place, and the three seals."""
    locking = " FOR NO KEY UPDATE OF u" if connection.vendor == "postgresql" else ""
    waiting = 'SELECT max(a.email) FROM account_emailaddress a WHERE a.user_id = u.id AND NOT a.verified AND NOT a."primary"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT u.id, u.password, u.email, ({waiting}), u.password_seal, u.email_seal, u.new_email_seal "  # noqa: S608
            f"FROM accounts_user u WHERE u.id > %s ORDER BY u.id LIMIT {BATCH}{locking}",
            [after],
        )
        return list(cursor.fetchall())


def _sealed(name: str, value: str, pk: int) -> str:
    return seal(value, purpose=FIELD, place=f"accounts_user.{name}_seal.{pk}")


def _write(connection: Any, pk: int, seals: dict[str, str]) -> None:
    if seals:
        columns = ", ".join(f"{name} = %s" for name in seals)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE accounts_user SET {columns} WHERE id = %s", [*seals.values(), pk])  # noqa: S608


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0015_own_passwords_and_mailboxes"), ("account", "0001_initial")]
    operations = [migrations.RunPython(seal_all, migrations.RunPython.noop)]
