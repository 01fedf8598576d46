"""``zhicheng ledger verify``: read the whole ledger and say whether it is as it was written."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import ledger


class Command(BaseCommand):
    help = "Verify the append-only ledger; exit status 1 when it is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument(
            "--known", type=_noted, metavar="NUMBER:HASH", help="a number and hash printed by an earlier run and kept elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = ledger.verify(known=options["known"])
        if found.ok:
            self.stdout.write(
                _("台账完整：共 %(n)d 条记录，逐条相连，没有改动。末条 %(n)d:%(head)s") % {"n": found.entries, "head": found.head}
            )
            return
        sentence = ledger.in_words(found)
        self.stderr.write(_("台账损坏：%(what)s（此前 %(n)d 条完好）。") % {"what": sentence, "n": found.entries})
        sys.exit(1)


def _noted(text: str) -> tuple[int, str]:
    number, _colon, entry_hash = text.partition(":")
    return int(number), entry_hash
