"""The database itself refuses to change or remove what is appended only: triggers, for SQLite and PostgreSQL.

They hold against a mistake in code or at a prompt. Against somebody with the right to drop triggers, the chain of hashes remains.
"""

from __future__ import annotations

from typing import Any

# Table → what is refused on it. The head of the ledger moves on, but is never removed.
GUARDED = {
    "foundation_ledgerentry": ("UPDATE", "DELETE"),
    "foundation_ledgerhead": ("DELETE",),
}
_SENTENCE = "the ledger is append-only"


def put_on(connection: Any) -> None:
    """Create the triggers (again)."""
    take_off(connection)
    with connection.cursor() as cursor:
        for statement in _create_statements(connection.vendor):
            cursor.execute(statement)


def take_off(connection: Any) -> None:
    """Remove the triggers, if they are there."""
    with connection.cursor() as cursor:
        for table, operations in GUARDED.items():
            for operation in (*operations, "TRUNCATE"):
                where = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {_trigger(table, operation)}{where}")


def _trigger(table: str, operation: str) -> str:
    return f"{table}_no_{operation.lower()}"


def _create_statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {_trigger(table, operation)} BEFORE {operation} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END"
            for table, operations in GUARDED.items()
            for operation in operations
        ]
    if vendor == "postgresql":
        refuse = (
            "CREATE OR REPLACE FUNCTION foundation_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        return [refuse] + [
            f"CREATE TRIGGER {_trigger(table, operation)} BEFORE {operation} ON {table} "
            f"FOR EACH {'STATEMENT' if operation == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION foundation_append_only()"
            for table, operations in GUARDED.items()
            for operation in (*operations, "TRUNCATE")
        ]
    raise NotImplementedError(f"no append-only triggers for {vendor}")
