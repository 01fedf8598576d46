"""``zhicheng maintenance on|off|status``: announce that the site is being worked on."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import clock, maintenance


class Command(BaseCommand):
    help = "Show every visitor a page that says that the site is being worked on, and until when."
    requires_system_checks: list[str] = []  # it has to work when nothing else does

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["on", "off", "status"])
        parser.add_argument("--until", type=_moment, metavar='"YYYY-MM-DD HH:MM"', help="Beijing time")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until"] is not None and options["until"] <= clock.machine_now():
            raise CommandError(_("结束时间已经过去，请写一个以后的时间（北京时间）。"))
        if options["what"] == "on":
            maintenance.announce(until=options["until"])
        elif options["what"] == "off":
            maintenance.end()
        found = maintenance.current()
        if found is None:
            self.stdout.write(_("没有维护公告，页面照常。"))
        elif found.until is None:
            self.stdout.write(_("维护公告已打开，没有写明结束时间。结束后运行：zhicheng maintenance off"))
        else:
            said = _("维护公告已打开，预计 %(until)s 结束。结束后运行：zhicheng maintenance off")
            self.stdout.write(said % {"until": clock.written(found.until)})


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=clock.BEIJING)
    except ValueError as error:
        raise ArgumentTypeError(_("时间请写成 2026-11-28 14:00 的样子。")) from error
