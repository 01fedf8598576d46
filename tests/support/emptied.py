"""After a test whose transactions are real the database is as ``flush`` would leave it, in a tenth of the time.

Django's test case empties every table, has what each model and permission is called written anew, and every guard taken off and put on
twice: a third of a second, after each such test. Here the rows go of those tables that have any. Once, after the first such test, PostgreSQL's
tables are made short as well: two hundred megabytes that were rolled back would go with each copy of the database.

What the code says of its models, and the mark of the instance, stay as the run began with them: where a test has changed them, flush itself
makes them anew.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from django.test import TransactionTestCase

from zhicheng.foundation import triggers
from zhicheng.foundation.ledger import GENESIS
from zhicheng.foundation.models import InstanceMark, LedgerHead

_truncated: set[str] = set()  # databases whose files hold no more what thousands of tests before have rolled back
# What the code says, and what the database is.
STAYING = (ContentType, Permission, InstanceMark)
STAYS = {model._meta.db_table for model in STAYING}
_began: dict[str, dict[str, list[Any]]] = {}  # the rows of these, by the database's alias
_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def empty_after_each() -> None:
    """Let every such test end with :func:`empty`."""
    TransactionTestCase._fixture_teardown = _empty_all  # type: ignore[attr-defined]


def remember(connection: Any) -> None:
    """Take what stays as it is now, in a database that nobody has written into, for what each test begins with."""
    _began[connection.alias] = _staying(connection)


def _empty_all(case: Any) -> None:
    changed = []
    for name in case._databases_names(include_mirrors=False):
        if _began[name] == _staying(connections[name]):
            empty(connections[name])
        else:
            changed.append(name)
            _mark_again(connections[name])
    if changed:
        _flush(case)
    for name in changed:
        remember(connections[name])


def _staying(connection: Any) -> dict[str, list[Any]]:
    rows = {}
    for model in STAYING:
        rows[model._meta.db_table] = list(model._base_manager.using(connection.alias).order_by("pk").values_list())
    return rows


def _mark_again(connection: Any) -> None:
    """The mark of the database is as it was; flush keeps the one that is there, and puts the guards on."""
    triggers.take_off(connection)
    InstanceMark.objects.using(connection.alias).all().delete()
    fields = [field.attname for field in InstanceMark._meta.concrete_fields]
    for row in _began[connection.alias][InstanceMark._meta.db_table]:
        InstanceMark.objects.using(connection.alias).create(**dict(zip(fields, row, strict=True)))


def empty(connection: Any) -> None:
    """Remove every row but those of ``STAYS``; the ledger begins anew, and every guard is on."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - STAYS
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        full = _with_rows(cursor, sorted(tables))
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # no guard and no foreign key asks
            if connection.alias not in _truncated:
                _truncated.add(connection.alias)
                cursor.execute(f"TRUNCATE {', '.join(map(connection.ops.quote_name, tables))}")
            _remove(cursor, full)
        else:
            guards = [one for one in triggers.declared() if one.table in full]
            triggers.take_off(connection, guards)
            _remove(cursor, full)
            triggers.put_on(connection, guards)
    LedgerHead.objects.using(connection.alias).create(pk=1, number=0, hash=GENESIS)
    if triggers.missing(connection):
        triggers.put_on(connection)


def _with_rows(cursor: Any, tables: list[str]) -> list[str]:
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables)  # noqa: S608 - names of ours
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]


def _remove(cursor: Any, tables: list[str]) -> None:
    for table in tables:
        cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name of ours
