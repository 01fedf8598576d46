"""``zhicheng backup``: make a whole copy of the database, or check the last one and the archived log that goes with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from zhicheng.foundation import backups


class Command(BaseCommand):
    help = (
        "make: copy the whole database into ZHICHENG_BACKUP_DIR, and remove old copies and what none of them wants of the log in ZHICHENG_WAL_DIR. "
        "verify: whether a copy is whole and unchanged, and every piece of the log from its beginning to the newest one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["make", "verify"])
        parser.add_argument(
            "--folder", type=Path, help="make: where the copy goes; verify: the copy itself (default: the newest)"
        )
        parser.add_argument("--wal", type=Path, help="the folder of the archived log (default: ZHICHENG_WAL_DIR)")
        parser.add_argument("--copy-alone", action="store_true", help="verify: leave the archived log unread")
        parser.add_argument("--unsigned", action="store_true", help="verify: take a copy that carries no mark of ours")

    def handle(self, *args: Any, **options: Any) -> None:
        log: Path | None = options["wal"] or (Path(settings.WAL_DIR) if settings.WAL_DIR else None)
        makes = options["what"] == "make"
        try:
            if makes:
                copy, found = backups.back_up(options["folder"])
                self.stdout.write(_("已备份到 %(folder)s") % {"folder": copy})
            else:
                chosen: Path | None = options["folder"] or backups.latest()
                if chosen is None:
                    raise CommandError(_("还没有备份。请先运行 zhicheng backup make。"))
                copy, found = chosen, backups.verify(chosen, unsigned=options["unsigned"])
            self._say(found)
            if found.kind != "sqlite" and not options["copy_alone"]:
                self._read_log(copy, log, makes=makes)
        except backups.BackupFailed as error:
            raise CommandError(_("备份有问题：%(why)s") % {"why": error}) from error

    def _say(self, found: backups.Manifest) -> None:
        self.stdout.write(
            _("备份完整：%(at)s 开始，台账到第 %(n)d 条 %(head)s，密钥 %(keys)s（不在备份中，须另行保管）")
            % {"at": found.made_at, "n": found.ledger_number, "head": found.ledger_hash, "keys": ", ".join(found.keys)}
        )
        if not found.mark:
            self.stdout.write(_("这份备份没有本系统的校验标记，无法确认未被改动。"))

    def _read_log(self, copy: Path, log: Path | None, *, makes: bool) -> None:
        if log is None:
            self.stdout.write(_("没有设置 ZHICHENG_WAL_DIR，日志归档未核对。"))
            return
        if makes:
            backups.prune_archive(Path(settings.BACKUP_DIR), log)
        archive = backups.verify_archive(copy, log, patience=backups.ARCHIVED_WITHIN if makes else 0)
        self.stdout.write(
            _("日志归档完整：从 %(first)s 到 %(last)s，共 %(n)d 段，%(size)s")
            % {"first": archive.first, "last": archive.last, "n": archive.pieces, "size": filesizeformat(archive.kept_bytes)}
        )
