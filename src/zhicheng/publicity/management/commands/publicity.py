"""``zhicheng publicity recheck``: after an update that corrects the calendar."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from zhicheng.publicity.actions import recheck_periods


class Command(BaseCommand):
    help = "Measure the publicity periods again with the calendar of this version; later ends are announced by mail. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        """One word: what to do."""
        parser.add_argument("what", choices=["recheck"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, and say what came of it."""
        done = recheck_periods()
        self.stdout.write(
            _("按现行工作日历重新计算了 %(n)d 个公示期：%(moved)d 个顺延，%(short)d 个已结束的不足规定天数（已记入台账）。")
            % {"n": done.measured, "moved": done.moved, "short": done.found_short}
        )
