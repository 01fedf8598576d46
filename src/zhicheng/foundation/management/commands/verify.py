"""``zhicheng verify``: look at every invariant of the system and name, in words, what violates one."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import invariants, rolling, verification
from zhicheng.foundation.language import platform_language


class Command(BaseCommand):
    help = "Verify every invariant of what is stored; exit status 1 with a list of what violates one. People may go on working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this invariant alone (may be repeated)")
        parser.add_argument("--list", action="store_true", help="name the invariants and what each makes sure of")
        parser.add_argument(
            "--files", action="store_true", help="read the bytes of every stored file first (without it: compare sizes)"
        )
        parser.add_argument("--keep", action="store_true", help="keep the result and show it on the operator's page")

    def handle(self, *args: Any, **options: Any) -> None:
        with platform_language():
            if options["list"]:
                for one in invariants.registered():
                    self.stdout.write(f"{one.name}  {one.label}")
                return
            self.all_files = options["files"]
            unknown = set(options["only"]) - {one.name for one in invariants.registered()}
            if unknown:
                raise CommandError(_("没有这项核验：%(names)s") % {"names": ", ".join(sorted(unknown))})
            if self.all_files:
                rolling.read_all()
            if options["keep"] and not options["only"]:
                kept = verification.verify_and_keep(actor="system")
                lines = [f"{row['invariant']} {row['subject']}: {row['said']}" for row in kept.listed]
                self._end(lines, kept.found, kept.checks, with_files=True)
                return
            found = 0
            for violation in invariants.verify(options["only"]):
                found += 1
                self.stderr.write(f"{violation} [{violation.invariant.label}]")
            of_files = not options["only"] or any(name.startswith("foundation.files") for name in options["only"])
            self._end([], found, len(options["only"]) or len(invariants.registered()), with_files=self.all_files or of_files)

    def _end(self, lines: list[str], found: int, checks: int, *, with_files: bool) -> None:
        for line in lines:
            self.stderr.write(line)
        if with_files:
            self.stdout.write(self._files())
        if found:
            self.stderr.write(_("核验 %(checks)d 项，发现 %(found)d 处不一致。") % {"checks": checks, "found": found})
            sys.exit(1)
        self.stdout.write(_("核验 %(checks)d 项，全部一致。") % {"checks": checks})

    def _files(self) -> str:
        read = rolling.bytes_read()
        if self.all_files:
            return _("登记的文件 %(stored)d 个，这次逐字节全部读过。") % {"stored": read.stored}
        return " ".join(
            [rolling.in_words(read), _("全部读一遍：zhicheng verify --files")] if read.rest else [rolling.in_words(read)]
        )
