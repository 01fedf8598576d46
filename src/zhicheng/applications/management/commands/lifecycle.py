from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhicheng.applications.diagram import lifecycle_page


class Command(BaseCommand):
    help = "Writes the state diagram and tables of the application's lifecycle (docs/lifecycle.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="where to write; prints when left out")
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file differs from the table")

    def handle(self, *args: Any, **options: Any) -> None:
        page = lifecycle_page()
        if not options["file"]:
            self.stdout.write(page)
            return
        path = Path(options["file"])
        if options["check"]:
            if not path.exists() or path.read_text("utf-8") != page:
                raise CommandError(f"{path} no longer says what the lifecycle table says: run `zhicheng lifecycle {path}`.")
            return
        path.write_text(page, "utf-8")
