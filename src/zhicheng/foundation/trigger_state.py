"""Whether the triggers in the database do what the program would make them do: a trigger keeps its name when what it calls is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from zhicheng.foundation import triggers


class Fault(Enum):
    """What is wrong with a trigger."""

    MISSING = "missing"  # or switched off
    OTHER = "other"  # it does something else than the program's
    STRANGE = "strange"  # no trigger of the program, on a protected table: it may change what ours have let pass


@dataclass(frozen=True, slots=True)
class _Made:
    """A trigger as the database keeps it: on which table, and all that says what it does."""

    table: str
    does: tuple[Any, ...]


# The bits of pg_trigger.tgtype.
_ROW, _BEFORE = 1, 2
_OPERATION = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}

# Nothing is asked by its bare name: the session that asks may have tables of its own.
_TRIGGERS = """
SELECT t.tgname, n.nspname, c.relname, t.tgenabled IN ('O', 'A'), t.tgtype::int, t.tgqual IS NULL,
       t.tgattr::text = '', t.tgconstraint = 0, pg_catalog.encode(t.tgargs, 'hex'),
       f.nspname, p.proname, l.lanname, p.prosecdef, p.prosrc, p.proconfig
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
  JOIN pg_catalog.pg_namespace f ON f.oid = p.pronamespace
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
 WHERE NOT t.tgisinternal
"""
# A rule rewrites a statement before any trigger sees it.
_RULES = """
SELECT r.rulename, c.relname FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::pg_catalog.regnamespace
"""
_SWITCHED_OFF = """
SELECT pg_catalog.current_setting('session_replication_role') = 'replica' OR EXISTS (
  SELECT 1 FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) one
   WHERE one = 'session_replication_role=replica'
     AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())))
"""


def findings(connection: Any) -> Iterator[tuple[str, Fault]]:
    """Each trigger that is not as the program would make it, by name, and how."""
    there = _there(connection)
    wanted = {
        triggers.name_of(one, operation): _wanted(connection.vendor, one, operation)
        for one in triggers.present(connection)
        for operation in triggers.operations_of(connection.vendor, one)
    }
    for name, made in sorted(wanted.items()):
        found = there.get((made.table, name))
        if found is None:
            yield name, Fault.MISSING
        elif found != made:
            yield name, Fault.OTHER
    guarded = {one.table for one in wanted.values()}
    for table, name in sorted(there):
        if table in guarded and name not in wanted:
            yield name, Fault.STRANGE


def all_switched_off(connection: Any) -> bool:
    """Whether this session, or a role's next one in this database, has every trigger switched off at once (PostgreSQL)."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(_SWITCHED_OFF)
        return bool(cursor.fetchone()[0])


def _there(connection: Any) -> dict[tuple[str, str], _Made]:
    """Every trigger that fires, by table and name."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, tbl_name, sql FROM main.sqlite_master WHERE type = 'trigger'")
            return {(table, name): _Made(table, (sql,)) for name, table, sql in cursor.fetchall()}
        cursor.execute(_TRIGGERS)
        found = {
            (table, name): _Made(table, tuple(map(_plain, does)))
            for name, schema, table, fires, *does in cursor.fetchall()
            if fires and schema == triggers.SCHEMA
        }
        cursor.execute(_RULES)
        return found | {(table, name): _Made(table, ("rule",)) for name, table in cursor.fetchall()}


def _wanted(vendor: str, one: triggers.Protected, operation: str) -> _Made:
    """What :func:`_there` finds when the trigger is as ``triggers.put_on`` makes it."""
    if vendor == "sqlite":
        return _Made(one.table, (triggers.statement_for_sqlite(one, operation),))
    when = _BEFORE | _OPERATION[operation] | (0 if operation == "TRUNCATE" else _ROW)
    words = "" if one.rule else one.sentence.encode().hex() + "00"
    settings = (f"search_path={triggers.SEARCH_PATH}",)
    function = (triggers.SCHEMA, triggers.function_of(one), "plpgsql", False, triggers.source_of(one), settings)
    return _Made(one.table, (when, True, True, True, words, *function))


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
