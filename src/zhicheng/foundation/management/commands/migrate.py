"""Django's ``migrate``, made safe beside a running instance."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections
from django.db.models.signals import pre_migrate
from django.utils.translation import gettext as _

from zhicheng.foundation import memory, triggers
from zhicheng.foundation.copied_fields import fields_copied
from zhicheng.foundation.looking_first import look_first
from zhicheng.foundation.migrating_forwards import classes_kept
from zhicheng.foundation.taking_back import refuse_losses

LOCK_TIMEOUT_MS = 3000
TRIES = 10
PAUSE_SECONDS = 2.0
GIVES_WAY = ("55P03", "40P01")  # lock_not_available; deadlock_detected, which PostgreSQL sees before the time is over


class Command(DjangoMigrate):
    """On PostgreSQL no step waits longer than three seconds for a table that people are using: everybody who comes after it would wait
    behind it. It gives way and tries again, and says in words when it does not get through; what was applied until then stays, whole.
    A step is taken back only when nothing anybody wrote is lost with it, and what a later step would refuse is looked for before the first.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        memory.settle()
        connection = connections[options["database"]]
        if not options["app_label"]:
            look_first(connection)

        steps = ExitStack()

        def look(*, plan: Any, **kwargs: Any) -> None:
            refuse_losses(plan=plan, connection=connection)
            if not any(backwards for _step, backwards in plan):
                steps.enter_context(classes_kept())

        ours: dict[str, Any] = {"sender": apps.get_app_config("foundation"), "dispatch_uid": "zhicheng.foundation.taking_back"}
        pre_migrate.connect(look, **ours)
        try:
            with fields_copied(), steps:
                self._migrate(connection, *args, **options)
        finally:
            pre_migrate.disconnect(**ours)
            triggers.end_broken_migrating(connection)  # whatever ended it: what is final stays guarded

    def _migrate(self, connection: Any, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        for attempt in range(TRIES):
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}; SET statement_timeout = 0")
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in GIVES_WAY:
                    raise
                self.stderr.write(_("有一张表正在使用，这一步等了 %(n)d 秒后让开，稍后再试。") % {"n": LOCK_TIMEOUT_MS // 1000})
                time.sleep(PAUSE_SECONDS * (attempt + 1) / 2)
            else:
                break
            finally:
                if connection.connection is not None and not connection.needs_rollback:
                    with connection.cursor() as cursor:
                        cursor.execute("RESET lock_timeout; RESET statement_timeout")
        else:
            raise CommandError(
                _("更新没有全部执行：有表一直在使用。已执行的部分是完整的，页面照常；请过一会儿再运行 %(command)s。")
                % {"command": "zhicheng migrate"}
            )
