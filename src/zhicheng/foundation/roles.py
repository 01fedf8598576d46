"""Two roles on PostgreSQL: one owns the tables and changes them (migrations), the other serves and owns nothing.

Who takes over a web process then has the rights of the second: it can write what an application writes, and can neither change
what is append-only, nor take a trigger off, nor make or drop a table, a temporary one neither: it would stand in front of the real one for
whatever asks by the bare name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connections
from django.utils.translation import gettext as _

from zhicheng.foundation import triggers


@register(Tags.database)
def check_role(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """In production the role of the service does not own the tables. A warning: the commands of the owner run with these settings, too."""
    if settings.MODE != "production":
        return []
    for alias in databases or ():
        connection = connections[alias]
        try:
            if connection.vendor == "postgresql" and owns_its_tables(connection):
                return [
                    Warning(
                        _("连接数据库所用的角色拥有各个表，触发器对它不起作用。"),
                        hint=_(
                            "网站和后台进程应使用另一个角色：见 docs/operations.md 中的两个数据库角色和命令 zhicheng database grant。"
                        ),
                        id="zhicheng.W022",
                    )
                ]
        except DatabaseError:
            return []  # another check says that the database cannot be reached
    return []


def grant_statements(connection: Any, role: str) -> list[str]:
    """What gives ``role`` the rights of the service on every table there is, and nothing more. Said again after each migration."""
    quoted = connection.ops.quote_name(role)
    guarded = {one.table: one.operations for one in triggers.declared() if not one.rule}
    tables = sorted(connection.introspection.table_names())
    database = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    statements = [
        f"GRANT CONNECT ON DATABASE {database} TO {quoted}",  # said for databases where PUBLIC has lost it
        *([f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {quoted}"] if owns_the_database(connection) else []),
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
    ]
    for table in tables:
        name = connection.ops.quote_name(table)
        statements.append(f"REVOKE ALL ON {name} FROM {quoted}")
        statements.append(f"GRANT {', '.join(_rights(table, guarded.get(table, ())))} ON {name} TO {quoted}")
    return statements


def owns_the_database(connection: Any) -> bool:
    """Whether the role of this connection may say what everybody may do in this database (on SQLite nobody is asked)."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()")
        return bool(cursor.fetchone()[0])


def may_make_temporary_tables(connection: Any, role: str) -> bool:
    """Whether ``role`` still may, because the database belongs to somebody else who lets everybody, or it got the right another way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')", [role])
        return bool(cursor.fetchone()[0])


def owns_its_tables(connection: Any) -> bool:
    """Whether the role of this connection owns the ledger (or stands above all rights): then triggers do not hold against it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('foundation_ledgerentry')"
        )
        found = cursor.fetchone()
    return bool(found and found[0])


def _rights(table: str, refused: tuple[str, ...]) -> list[str]:
    if table == "django_migrations":
        return ["SELECT"]
    return [right for right in ("SELECT", "INSERT", "UPDATE", "DELETE") if right not in refused]
