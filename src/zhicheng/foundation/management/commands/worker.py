"""``zhicheng worker``: the background worker, in the foreground, until it is told to stop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from zhicheng.foundation import actions, jobs, worker
from zhicheng.foundation.management.commands.may_serve import may_serve
from zhicheng.foundation.startup import note_changed_settings
from zhicheng.foundation.statement_limit import limit_statements


class Command(BaseCommand):
    help = "Run the background worker: a process for each lane (effects, papers, rounds, checks, mail)."

    def handle(self, *args: Any, **options: Any) -> None:
        may_serve(self)
        limit_statements(settings.WORKER_STATEMENT_SECONDS)
        actions.mark_instance()
        note_changed_settings()
        jobs.prepare_schedules()
        worker.run_worker()
