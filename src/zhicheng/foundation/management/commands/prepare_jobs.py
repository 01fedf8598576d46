"""``zhicheng prepare_jobs``: write the regular jobs into the worker's timetable."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from zhicheng.foundation import jobs


class Command(BaseCommand):
    help = "Write the regular jobs into the worker's timetable. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        names = jobs.prepare_schedules()
        self.stdout.write(_("定时任务已就绪：%(names)s") % {"names": ", ".join(names)})
