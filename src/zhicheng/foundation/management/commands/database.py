"""``zhicheng database grant ROLE``: give the role the service runs under its rights, as the owner of the tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection, transaction
from django.utils.translation import gettext as _

from zhicheng.foundation import roles


class Command(BaseCommand):
    help = (
        "Give the database role of the service the rights it needs on every table, and no more (PostgreSQL; after each migrate)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["grant"])
        parser.add_argument("role", help="the role the web server and the worker sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError(_("只有 PostgreSQL 数据库有角色，SQLite 不需要这一步。"))
        if not roles.owns_its_tables(connection):
            raise CommandError(
                _("请以表的所有者身份运行这条命令（ZHICHENG_DATABASE_URL 写所有者的地址），并先运行 zhicheng migrate。")
            )
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in roles.grant_statements(connection, options["role"]):
                    cursor.execute(statement)
        except ProgrammingError as error:
            raise CommandError(_("没有授权成功：%(why)s") % {"why": str(error).splitlines()[0]}) from error
        self.stdout.write(_("角色 %(role)s 已得到运行所需的权限。") % {"role": options["role"]})
        if roles.may_make_temporary_tables(connection, options["role"]):
            database = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
            self.stderr.write(
                _("角色 %(role)s 仍能建临时表，请以数据库的所有者身份执行：%(statement)s")
                % {
                    "role": options["role"],
                    "statement": f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {options['role']}",
                }
            )
