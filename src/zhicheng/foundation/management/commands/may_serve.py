"""``zhicheng may_serve``: whether this program may serve this database; what serves asks before it starts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhicheng.foundation.checks import refuse_unsafe_start
from zhicheng.foundation.instance import UnsafeStart


class Command(BaseCommand):
    help = "Exit status 0 when settings, database and migrations are fit for serving; otherwise 1, and what to do."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        may_serve(self)


def may_serve(command: BaseCommand) -> None:
    """Run every check for ``command``; raise ``CommandError`` with every reason not to serve."""
    command.check(databases=["default"])
    try:
        refuse_unsafe_start(serving=True)
    except UnsafeStart as refused:
        raise CommandError(str(refused).strip()) from refused
