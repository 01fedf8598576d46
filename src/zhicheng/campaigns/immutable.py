"""The database refuses to change a published version of a notice: a trigger, for SQLite and PostgreSQL.

Removal needs no trigger of its own: an application holds its version with a protecting foreign key. A later migration
that alters the table has to call :func:`put_on` again, because SQLite rebuilds an altered table without its triggers.
"""

from __future__ import annotations

from typing import Any

_TABLE = "campaigns_campaignversion"
_TRIGGER = f"{_TABLE}_is_frozen"
_SENTENCE = "a published version of a notice is never changed"


def put_on(connection: Any) -> None:
    """Create the trigger (again)."""
    take_off(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END")
        elif connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION campaigns_is_frozen() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{_SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION campaigns_is_frozen()"
            )
        else:
            raise NotImplementedError(f"no trigger for {connection.vendor}")


def take_off(connection: Any) -> None:
    """Remove the trigger, if it is there."""
    where = f" ON {_TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {_TRIGGER}{where}")
