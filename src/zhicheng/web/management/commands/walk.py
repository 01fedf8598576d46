"""``zhicheng walk --address URL --papers FOLDER``: the whole story over HTTP against a rehearsal that runs already."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = "Walk one application through every station over HTTP; exit status 1 at the first station that fails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", required=True, metavar="URL", help="where the rehearsal serves, http://127.0.0.1:8000")
        parser.add_argument("--papers", required=True, type=Path, metavar="FOLDER", help="where the papers are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from zhicheng.web.system.walk.stations import Walk, walk_all
        except ModuleNotFoundError as missing:  # httpx and beautifulsoup4 come with the extra "dev"
            raise CommandError(_("缺少程序库 %(name)s，请用 ./run --walk。") % {"name": missing.name}) from missing
        logging.getLogger("httpx").setLevel(logging.WARNING)
        options["papers"].mkdir(parents=True, exist_ok=True)
        walk = Walk(options["address"], options["papers"], self._say)
        try:
            passed = walk_all(walk)
        finally:
            walk.close()
        if not passed:
            sys.exit(1)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
