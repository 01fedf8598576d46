"""``zhicheng rehearse``: fill an empty rehearsal instance with the 2023 round; ``--accounts`` prints who can sign in."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Refused
from zhicheng.web.system.rehearsal import seeding
from zhicheng.web.system.rehearsal.people import PASSWORD

SHOWN_APPLICANTS = 8


def _wide(text: str, width: int) -> str:
    """``text`` filled up with blanks to ``width`` columns of a terminal, where a Chinese character takes two."""
    return text + " " * max(width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text), 1)


class Command(BaseCommand):
    help = "Fill a rehearsal instance (ZHICHENG_MODE=rehearsal); a second call changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="print the accounts and their password, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            if not seeding.is_ready():
                raise CommandError(_("只有演练环境可以放入演练数据（ZHICHENG_MODE=rehearsal）。"))
            self._print_accounts()
            return
        if seeding.is_ready():
            self.stdout.write("  " + _("演练数据已经就绪。"))
            return
        began = time.monotonic()
        try:
            made = seeding.seed(self.stdout.write)
        except Refused as refused:
            raise CommandError(" ".join(str(p.text) for p in refused.problems)) from refused
        seconds = time.monotonic() - began
        self.stdout.write(
            "    "
            + _("共 %(people)d 个账号、%(forms)d 份申请书（%(seconds).1f s）")
            % {"people": made.accounts, "forms": made.applications, "seconds": seconds}
        )

    def _print_accounts(self) -> None:
        rows = seeding.account_rows()
        applicants = [row for row in rows if row[3].startswith("sbr")]
        shown = [row for row in rows if row not in applicants] + applicants[:SHOWN_APPLICANTS]
        self.stdout.write(_("演练账号（密码都是 %(password)s）：") % {"password": PASSWORD})
        for kind, name, place, username in shown:
            self.stdout.write(f"  {_wide(username, 18)}{_wide(kind, 18)}{_wide(name, 18)}{place}")
        if len(applicants) > SHOWN_APPLICANTS:
            self.stdout.write(
                "  " + _("另有申报人账号到 %(last)s，都可以从“演练入口”的“身份证（样本）”进入。") % {"last": applicants[-1][3]}
            )
