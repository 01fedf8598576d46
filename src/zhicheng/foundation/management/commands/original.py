"""``zhicheng original``: whether this database is the original, and saying that it is."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import originals


class Command(BaseCommand):
    help = "Show whether this database sends mail (show), or say after a restore or a move that it is the original now (confirm)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["show", "confirm"])
        parser.add_argument("--by", default="", help="confirm: who says so (default: the user at this terminal)")
        parser.add_argument("--also", action="store_true", help="confirm: one more machine of this instance; the others remain")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "confirm":
            new = originals.declare(by=options["by"] or getpass.getuser(), also=options["also"])
            said = _("已确认：这是正式的数据库，邮件开始发送。") if new else _("这里已经确认过，没有变化。")
            self.stdout.write(said)
        elif originals.is_original():
            self.stdout.write(_("这是正式的数据库，邮件照常发送。"))
        else:
            raise CommandError(
                _(
                    "这是恢复出来的副本，或者数据库换了地方：邮件一律暂停。原来的系统确已停用的，运行 zhicheng original confirm；几台机器一起运行、这台是新加的，加 --also。"
                )
            )
