"""The database itself refuses to change or remove what is appended only: triggers, for SQLite and PostgreSQL.

They hold against a mistake in code or at a prompt. Against somebody with the right to drop triggers, the chain of hashes remains.
A room declares its tables once (:func:`guard`), and its first migration puts the triggers on. A later migration that alters
such a table has to put them on again: SQLite rebuilds an altered table without its triggers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Guarded:
    """One table: the operations refused on every row of it, and the sentence the database answers with."""

    table: str
    operations: tuple[str, ...]
    sentence: str


_declared: dict[str, Guarded] = {}


def guard(table: str, *operations: str, sentence: str) -> Guarded:
    """Declare that ``operations`` (``UPDATE``, ``DELETE``) are refused on ``table``; emptying it at once is refused as well."""
    _declared[table] = Guarded(table, operations, sentence)
    return _declared[table]


# The head of the ledger moves on, but is never removed.
LEDGER = (
    guard("foundation_ledgerentry", "UPDATE", "DELETE", sentence="the ledger is append-only"),
    guard("foundation_ledgerhead", "DELETE", sentence="the ledger is append-only"),
)

INSTANCE = (guard("foundation_instancemark", "UPDATE", "DELETE", sentence="what a database is was decided at its first start"),)


def declared() -> list[Guarded]:
    """Every table of every room."""
    return list(_declared.values())


def put_on(connection: Any, guarded: Iterable[Guarded] | None = None) -> None:
    """Create the triggers (again): of ``guarded``, or of every room whose tables are there."""
    tables = list(guarded) if guarded is not None else _present(connection)
    take_off(connection, tables)
    with connection.cursor() as cursor:
        for statement in _create_statements(connection.vendor, tables):
            cursor.execute(statement)


def take_off(connection: Any, guarded: Iterable[Guarded] | None = None) -> None:
    """Remove the triggers, if they are there."""
    tables = list(guarded) if guarded is not None else _present(connection)
    with connection.cursor() as cursor:
        for one in tables:
            where = f" ON {one.table}" if connection.vendor == "postgresql" else ""
            for operation in (*one.operations, "TRUNCATE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {_trigger(one.table, operation)}{where}")


def _present(connection: Any) -> list[Guarded]:
    tables = set(connection.introspection.table_names())
    return [one for one in declared() if one.table in tables]


def _trigger(table: str, operation: str) -> str:
    return f"{table}_no_{operation.lower()}"


def _create_statements(vendor: str, guarded: list[Guarded]) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {_trigger(one.table, operation)} BEFORE {operation} ON {one.table} "
            f"BEGIN SELECT RAISE(ABORT, '{one.sentence}'); END"
            for one in guarded
            for operation in one.operations
        ]
    if vendor == "postgresql":
        refuse = (
            "CREATE OR REPLACE FUNCTION foundation_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        return [refuse] + [
            f"CREATE TRIGGER {_trigger(one.table, operation)} BEFORE {operation} ON {one.table} "
            f"FOR EACH {'STATEMENT' if operation == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION foundation_append_only('{one.sentence}')"
            for one in guarded
            for operation in (*one.operations, "TRUNCATE")
        ]
    raise NotImplementedError(f"no append-only triggers for {vendor}")
