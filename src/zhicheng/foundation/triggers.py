"""The database itself refuses to change or remove what is appended only, and what may change only together with its history.

They hold against a mistake in code or at a prompt. Against somebody with the right to drop triggers, the chain of hashes remains.
A room declares its tables once (:func:`guard`). The triggers are taken off before migrations run and put on again afterwards
(``apps.py``): SQLite rebuilds an altered table without its triggers, and refuses to rename one that a trigger elsewhere asks about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction


@dataclass(frozen=True, slots=True)
class Protected:
    """One table: the operations refused on its rows, and the sentence the database answers with.

    ``when`` is a condition in SQL on ``OLD`` and ``NEW``, the same for both databases: only where it holds the operation is refused.
    ``rule`` names that condition among those of the table; without one every row is meant, and emptying the table as well.
    """

    table: str
    operations: tuple[str, ...]
    sentence: str
    rule: str = ""
    when: str = ""


# What a function of ours asks is answered by the tables of the program: a temporary table of the same name, which the service's role might
# make, comes last, and without a path of its own a function would be answered by whatever the session put in front.
SCHEMA = "public"  # where the tables are: roles.py grants there
SEARCH_PATH = f"pg_catalog, {SCHEMA}, pg_temp"
APPEND_ONLY = "foundation_append_only"

_declared: dict[tuple[str, str], Protected] = {}
_migrating: set[str] = set()  # databases whose tables are being altered: their triggers come back afterwards, all at once


def protect(table: str, *operations: str, sentence: str, rule: str = "", when: str = "") -> Protected:
    """Declare that ``operations`` (``INSERT``, ``UPDATE``, ``DELETE``) are refused on ``table``, always or ``when`` this holds."""
    if bool(rule) != bool(when):
        raise ValueError(f"{table}: a condition has a name, and a name a condition")
    _declared[table, rule] = Protected(table, operations, sentence, rule, when)
    return _declared[table, rule]


# The head of the ledger moves on, but is never removed.
LEDGER = (
    protect("foundation_ledgerentry", "UPDATE", "DELETE", sentence="the ledger is append-only"),
    protect("foundation_ledgerhead", "DELETE", sentence="the ledger is append-only"),
)
SALTS = (
    protect(
        "foundation_ledgersalt", "UPDATE", sentence="a salt of the ledger is erased, never changed", rule="stays", when="1 = 1"
    ),
)
PROOFS = (
    protect("foundation_ledgersubtree", "UPDATE", "DELETE", sentence="the tree over the ledger is append-only"),
    protect("foundation_ledgercheckpoint", "DELETE", sentence="a checkpoint of the ledger is append-only"),
    protect(
        "foundation_ledgercheckpoint",
        "UPDATE",
        sentence="a checkpoint of the ledger takes its time stamp once",
        rule="stays",
        when="NEW.day <> OLD.day OR NEW.number <> OLD.number OR NEW.root <> OLD.root OR NEW.statement <> OLD.statement "
        "OR NEW.signature <> OLD.signature OR NEW.signature_algorithm <> OLD.signature_algorithm OR NEW.key_id <> OLD.key_id "
        "OR (OLD.timestamp <> '' AND NEW.timestamp <> OLD.timestamp)",
    ),
    protect("foundation_accesslook", "UPDATE", "DELETE", sentence="the access log is append-only"),
)
VERIFIED = (protect("foundation_systemverification", "UPDATE", "DELETE", sentence="what a verification found is append-only"),)

INSTANCE = (protect("foundation_instancemark", "UPDATE", "DELETE", sentence="what a database is was decided at its first start"),)


def declared() -> list[Protected]:
    """Everything every room declared."""
    return list(_declared.values())


def put_on(connection: Any, protected: Iterable[Protected] | None = None) -> None:
    """Create the triggers (again): of ``protected``, or of every room whose tables are there. Not while migrations run."""
    if connection.alias in _migrating:
        return
    _put_on(connection, list(protected) if protected is not None else present(connection))


def take_off(connection: Any, protected: Iterable[Protected] | None = None) -> None:
    """Remove the triggers, if they are there."""
    for table in _by_table(list(protected) if protected is not None else present(connection)):
        _run(connection, _drop_statements(connection.vendor, table))


def _put_on(connection: Any, wanted: list[Protected]) -> None:
    for table in _by_table(wanted):
        _run(connection, [*_drop_statements(connection.vendor, table), *_create_statements(connection.vendor, table)])


def _by_table(protected: list[Protected]) -> list[list[Protected]]:
    """Table by table, each a transaction of its own where the caller has none: taking a trigger off or putting one on locks its table, and
    who holds one table and waits for the next is what people's transactions would wait for in a circle."""
    tables: dict[str, list[Protected]] = {}
    for one in protected:
        tables.setdefault(one.table, []).append(one)
    return list(tables.values())


def begin_migrating(connection: Any) -> None:
    """Take every trigger off until :func:`end_migrating`."""
    _migrating.add(connection.alias)  # first: when it ends in the middle, some are off already
    take_off(connection)


def end_migrating(connection: Any) -> None:
    """Every table has its final shape: put every trigger on."""
    _put_on(connection, present(connection))
    _migrating.discard(connection.alias)  # last: when it ends in the middle, some are off still


def end_broken_migrating(connection: Any) -> None:
    """A migration has ended in the middle: put on again what the tables allow as they are now, each by itself. Does nothing where none
    was begun."""
    if connection.alias not in _migrating:
        return
    _migrating.discard(connection.alias)
    if connection.in_atomic_block and connection.needs_rollback:
        return  # what was begun is undone as a whole
    for one in present(connection):
        with suppress(DatabaseError), transaction.atomic(using=connection.alias):
            put_on(connection, [one])


@contextmanager
def lifted(connection: Any, *tables: str) -> Iterator[None]:
    """Without the triggers of these tables while the block runs: for an operator's command that has to touch what is protected, and
    says so in the ledger (a new blind-index key). Needs the right to alter the tables.
    """
    wanted = [one for one in present(connection) if one.table in tables]
    take_off(connection, wanted)
    try:
        yield
    except BaseException:
        with suppress(DatabaseError):  # of a transaction that has failed: what it took off comes back with it
            put_on(connection, wanted)
        raise
    put_on(connection, wanted)


def missing(connection: Any) -> set[str]:
    """The names of the declared triggers that are not in the database."""
    there = _names_in_database(connection)
    return {name for one in present(connection) for name in _names(connection.vendor, one)} - there


def _names_in_database(connection: Any) -> set[str]:
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:  # 'O': it fires as usual; a trigger that was switched off is as good as none
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def present(connection: Any) -> list[Protected]:
    """What is declared of the tables that are there."""
    tables = set(connection.introspection.table_names())
    return [one for one in declared() if one.table in tables]


def _run(connection: Any, statements: list[str]) -> None:
    if not statements:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(";\n".join(statements))  # one journey
            return
        for statement in statements:
            cursor.execute(statement)


def operations_of(vendor: str, one: Protected) -> tuple[str, ...]:
    """What is refused: on PostgreSQL emptying the table as well, where every row is meant."""
    return (*one.operations, "TRUNCATE") if vendor == "postgresql" and not one.rule else one.operations


def name_of(one: Protected, operation: str) -> str:
    """The name of the trigger in the database."""
    return f"{one.table}_{one.rule}_{operation.lower()}" if one.rule else f"{one.table}_no_{operation.lower()}"


def _names(vendor: str, one: Protected) -> list[str]:
    return [name_of(one, operation) for operation in operations_of(vendor, one)]


def _drop_statements(vendor: str, protected: list[Protected]) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {name}" + (f" ON {one.table}" if vendor == "postgresql" else "")
        for one in protected
        for name in _names(vendor, one)
    ]


def _create_statements(vendor: str, protected: list[Protected]) -> list[str]:
    if vendor == "sqlite":
        return [statement_for_sqlite(one, operation) for one in protected for operation in one.operations]
    if vendor == "postgresql":
        functions = {function_of(one): one for one in protected}
        return [
            *(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {SEARCH_PATH} "
                f"AS $${source_of(one)}$$"
                for name, one in functions.items()
            ),
            *(
                f"CREATE TRIGGER {name_of(one, operation)} BEFORE {operation} ON {one.table} "
                f"FOR EACH {'STATEMENT' if operation == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION {_call_for_postgres(one)}"
                for one in protected
                for operation in operations_of(vendor, one)
            ),
        ]
    raise NotImplementedError(f"no append-only triggers for {vendor}")


def statement_for_sqlite(one: Protected, operation: str) -> str:
    """What makes the trigger on SQLite, which keeps it word for word."""
    return (
        f"CREATE TRIGGER {name_of(one, operation)} BEFORE {operation} ON {one.table} FOR EACH ROW "
        f"{_condition_for_sqlite(one)}BEGIN SELECT RAISE(ABORT, '{one.sentence}'); END"
    )


def _condition_for_sqlite(one: Protected) -> str:
    return f"WHEN ({one.when.replace('IS DISTINCT FROM', 'IS NOT')}) " if one.when else ""


def function_of(one: Protected) -> str:
    """The name of the function that refuses, on PostgreSQL. A condition has one of its own: the WHEN of a trigger may not ask other tables."""
    return f"{one.table}_{one.rule}" if one.rule else APPEND_ONLY


def source_of(one: Protected) -> str:
    """What that function does, word for word."""
    if not one.rule:
        return " BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END "
    return (
        f" BEGIN IF {one.when} THEN RAISE EXCEPTION '%', '{one.sentence}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END "  # NEW is nothing there: the row would silently stay
    )


def _call_for_postgres(one: Protected) -> str:
    return f"{function_of(one)}()" if one.rule else f"{function_of(one)}('{one.sentence}')"
