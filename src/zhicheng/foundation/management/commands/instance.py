"""``zhicheng instance``: what this database and its folder of files are; ``adopt-files`` marks a folder that has no mark."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from zhicheng.foundation import actions, instance
from zhicheng.foundation.errors import Refused


class Command(BaseCommand):
    help = "Say which instance the database and the files belong to; adopt-files marks a folder of files without a mark."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["show", "adopt-files"], nargs="?", default="show")

    def handle(self, *args: Any, **options: Any) -> None:
        instance.overlooked.update({"E023", "E024"})  # a folder that does not fit is what this command is asked about
        if options["what"] == "adopt-files":
            try:
                actions.adopt_files()
            except Refused as refused:
                raise CommandError(" ".join(str(p.text) for p in refused.problems)) from refused
        for what, mark in (
            (_("数据库"), instance.mark_of_database(connection)),
            (_("文件目录"), instance.mark_of_files()),
        ):
            told = f"{instance.mode_words(mark.mode)} {mark.instance}" if mark else _("没有标记")
            self.stdout.write(f"{what}: {told}")
