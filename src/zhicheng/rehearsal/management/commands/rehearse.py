"""``zhicheng rehearse``: fill an empty rehearsal instance with the 2023 round; ``--accounts`` prints who can sign in."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import memory
from zhicheng.foundation.errors import Refused
from zhicheng.rehearsal import seeding
from zhicheng.rehearsal.people import PASSWORD

SHOWN_APPLICANTS = 8
EVERY_SECONDS = 1.0  # how often a count is printed that changes many times a second


def _wide(text: str, width: int) -> str:
    """``text`` filled up with blanks to ``width`` columns of a terminal, where a Chinese character takes two."""
    return text + " " * max(width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text), 1)


class Command(BaseCommand):
    help = "Fill a rehearsal instance (ZHICHENG_MODE=rehearsal), going on where an earlier call was ended; when all is there it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="print the accounts and their password, change nothing")
        parser.add_argument(
            "--first", action="store_true", help="only what the first pages show; the rest may come while one looks"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.counted_at = time.monotonic()
        if options["accounts"]:
            if not seeding.is_ready():
                raise CommandError(_("只有演练环境可以放入演练数据（ZHICHENG_MODE=rehearsal）。"))
            self._print_accounts()
            return
        memory.settle()
        self._first()
        if not options["first"]:
            self._rest()

    def _first(self) -> None:
        if seeding.is_ready():
            return
        self.stdout.write(_("    先准备首页要看的；其余演练数据在系统启动以后继续放入。"))
        began = time.monotonic()
        try:
            made = seeding.seed(self.stdout.write, self._count)
        except Refused as refused:
            raise CommandError(" ".join(str(p.text) for p in refused.problems)) from refused
        self._say_what_is_there(made, time.monotonic() - began)

    def _rest(self) -> None:
        began, waiting = time.monotonic(), len(seeding.still_to_come())
        if not waiting:
            self.stdout.write("  " + _("演练数据已经就绪。"))
            return
        failed = seeding.tell_the_rest(self._count)
        for words in failed:
            self.stderr.write(_("    没有放入（下次启动时再试）：%(words)s") % {"words": words})
        self._say_what_is_there(seeding.held(), time.monotonic() - began)

    def _say_what_is_there(self, held: seeding.Seeded, seconds: float) -> None:
        numbers = {"people": held.accounts, "forms": held.applications, "seconds": seconds}
        self.stdout.write("    " + _("共 %(people)d 个账号、%(forms)d 份申请书（%(seconds).1f s）") % numbers)
        self.stdout.flush()

    def _count(self, words: str) -> None:
        now = time.monotonic()
        if now - self.counted_at >= EVERY_SECONDS:
            self.counted_at = now
            self.stdout.write(words)
            self.stdout.flush()

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
