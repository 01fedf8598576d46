"""``zhicheng calendar check FILE``, ``load FILE``, ``withdraw NAME`` and ``list``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.campaigns.actions import publish_calendar, withdraw_calendar
from zhicheng.campaigns.calendars import CalendarFile
from zhicheng.campaigns.loading import load_calendar_file
from zhicheng.campaigns.management.files import read_or_say
from zhicheng.campaigns.queries import calendars_loaded
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import SYSTEM


class Command(BaseCommand):
    help = (
        "Check a file with holidays and make-up working days, or load it: a new layer, or a new version of one. Running publicity periods "
        "are measured again, and their units told. A file that cannot be used: every error with its line, exit status 1. Withdraw a "
        "layer by its name, or list those that hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["check", "load", "withdraw", "list"])
        parser.add_argument("file", type=Path, metavar="FILE|NAME", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        what, path = options["what"], options["file"]
        if what == "list":
            self._list()
            return
        if path is None:
            raise CommandError(_("请写明文件，或者要撤下的日历名称。"))
        try:
            if what == "withdraw":
                version = withdraw_calendar(name=str(path), actor=SYSTEM)
                self.stdout.write(_("%(name)s：已撤下，不再计入工作日历。") % {"name": version.name})
                return
            read = read_or_say(self, load_calendar_file, path)
            if what == "check":
                words = {"file": path, "title": read.title, "days": len(read.days)}
                self.stdout.write(_("%(file)s：没有问题。“%(title)s”，%(days)d 天。") % words)
                return
            version = publish_calendar(text=path.read_text(encoding="utf-8-sig"), actor=SYSTEM)
        except Refused as refused:
            raise CommandError("\n".join(str(problem.text) for problem in refused.problems)) from refused
        words = {"name": version.name, "number": version.number, "digest": version.sha256}
        self.stdout.write(_("%(name)s：现行第 %(number)s 版，校验值 %(digest)s。") % words)

    def _list(self) -> None:
        for version in calendars_loaded():
            read = CalendarFile.model_validate(version.content)
            self.stdout.write(f"{version.name} v{version.number}  {read.title}  {version.sha256}")
