"""``zhicheng backup``: make a whole copy of the database, or check the last one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import backups


class Command(BaseCommand):
    help = "Copy the whole database into ZHICHENG_BACKUP_DIR (make), or check that a copy is whole and unchanged (verify)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["make", "verify"])
        parser.add_argument(
            "--folder", type=Path, help="make: where the copy goes; verify: the copy itself (default: the newest)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] == "make":
                copy = backups.make(options["folder"])
                self.stdout.write(_("已备份到 %(folder)s") % {"folder": copy})
            else:
                chosen: Path | None = options["folder"] or backups.latest()
                if chosen is None:
                    raise CommandError(_("还没有备份。请先运行 zhicheng backup make。"))
                copy = chosen
            found = backups.verify(copy)
        except backups.BackupFailed as error:
            raise CommandError(_("备份有问题：%(why)s") % {"why": error}) from error
        self.stdout.write(
            _("备份完整：%(at)s 开始，台账到第 %(n)d 条 %(head)s，密钥 %(keys)s（不在备份中，须另行保管）")
            % {"at": found.made_at, "n": found.ledger_number, "head": found.ledger_hash, "keys": ", ".join(found.keys)}
        )
