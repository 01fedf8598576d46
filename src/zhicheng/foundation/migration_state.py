"""Whether the database has exactly the migrations of this program: what serves refuses to start otherwise.

With open ones a page would ask for columns that are not there; with unknown ones a later version has been here, and nobody tried this
one on what it left. Apps that are not installed any more may have left theirs.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from zhicheng.foundation.instance import Finding


def open_migrations(connection: Any) -> list[str]:
    """The migrations of this program that were not applied, as ``foundation.0003_lanes``, in the order they would be; a hole counts."""
    loader = MigrationExecutor(connection).loader
    wanted = dict.fromkeys(node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf))
    return [f"{app}.{name}" for app, name in wanted if (app, name) not in loader.applied_migrations]


def unknown_migrations(connection: Any) -> list[str]:
    """What was applied and is not in this program, of the apps that are installed."""
    loader = MigrationExecutor(connection).loader
    installed = {config.label for config in apps.get_app_configs()}
    known = set(loader.disk_migrations) | {
        replaced for migration in loader.disk_migrations.values() for replaced in migration.replaces
    }
    return sorted(f"{app}.{name}" for app, name in set(loader.applied_migrations) - known if app in installed)


def findings(alias: str = "default") -> list[Finding]:
    """Why this program must not serve this database; empty when it may."""
    connection = connections[alias]
    found = []
    if waiting := open_migrations(connection):
        found.append(
            Finding(
                _("数据库还差 %(n)d 个更新没有执行：%(names)s。") % {"n": len(waiting), "names": _some(waiting)},
                _("请先运行：%(command)s")
                % {"command": "zhicheng_owner migrate" if connection.vendor == "postgresql" else "zhicheng migrate"},
                "E026",
            )
        )
    if strange := unknown_migrations(connection):
        found.append(
            Finding(
                _("数据库已经由更新的程序版本改动过：%(names)s。") % {"names": _some(strange)},
                _("请装回那个版本的程序，或者恢复更新以前的备份（docs/operations.md，回退一节）。"),
                "E027",
            )
        )
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
