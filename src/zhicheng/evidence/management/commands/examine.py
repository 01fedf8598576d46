"""``zhicheng examine``: the processes that examine uploaded files, in the foreground, until they are told to stop."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhicheng.evidence.confinement.platform import check_chinese_is_shown
from zhicheng.evidence.pool import run_pool
from zhicheng.foundation.actions import mark_instance
from zhicheng.foundation.management.commands.may_serve import may_serve


class Command(BaseCommand):
    help = "Examine the files that people and visitors upload."

    def handle(self, *args: Any, **options: Any) -> None:
        may_serve(self)
        if missing := check_chinese_is_shown(None):
            raise CommandError(str(missing[0]))
        mark_instance()
        run_pool()
