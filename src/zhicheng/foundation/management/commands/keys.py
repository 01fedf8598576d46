"""``zhicheng keys``: which keys are in use, sealing everything with the current one, and a new key for the index of numbers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection
from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Refused
from zhicheng.foundation.reindexing import reindex_all
from zhicheng.foundation.resealing import count_keys, reseal_all
from zhicheng.foundation.sealing import SealBroken, key_ids

REFUSED = "42501"  # PostgreSQL: insufficient privilege


class Command(BaseCommand):
    help = (
        "Show with which keys the sealed columns were sealed (status), seal them all with the current key (reseal), "
        "or compute the index of identity numbers anew after its key was changed (reindex; nothing else may run)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["status", "reseal", "reindex"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] == "reindex":
                self._reindex()
            else:
                self._show_or_reseal(options["what"])
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", None) != REFUSED or options["what"] == "status":
                raise
            words = (  # the service's role: it may not lift the guards of an append-only table
                _("这一步须以数据表的所有者运行：zhicheng_owner keys reseal。已经重新加密的仍然有效：%(why)s")
                if options["what"] == "reseal"
                else _("这一步须以数据表的所有者运行：zhicheng_owner keys reindex。没有作任何改动：%(why)s")
            )
            raise CommandError(words % {"why": str(error).splitlines()[0]}) from error
        except SealBroken as error:
            raise CommandError(_("有一项内容无法解密，没有改动：%(why)s") % {"why": error}) from error

    def _show_or_reseal(self, what: str) -> None:
        self.stdout.write(_("现用密钥：%(keys)s（第一个用于加密）") % {"keys": ", ".join(key_ids())})
        if what == "reseal":
            for column, changed in reseal_all(connection).items():
                self.stdout.write(_("%(column)s：重新加密 %(n)d 项") % {"column": column, "n": changed})
            return
        self._show()

    def _reindex(self) -> None:
        try:
            done = reindex_all(connection)
        except Refused as refused:
            raise CommandError(" ".join(str(problem.text) for problem in refused.problems)) from refused
        for column, changed in done.changed.items():
            self.stdout.write(_("%(column)s：重算索引 %(n)d 项") % {"column": column, "n": changed})

    def _show(self) -> None:
        missing = set()
        for column, counts in count_keys(connection).items():
            with_keys = ", ".join(f"{key or 'v1'} × {n}" for key, n in sorted(counts.items())) or "—"
            self.stdout.write(f"{column}: {with_keys}")
            missing |= {key for key in counts if key and key not in key_ids()}
        if missing:
            raise CommandError(
                _("缺少密钥 %(keys)s：用它加密的内容无法读取。请把它放回 ZHICHENG_FIELD_KEYS。")
                % {"keys": ", ".join(sorted(missing))}
            )
