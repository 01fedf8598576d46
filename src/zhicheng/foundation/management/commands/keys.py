"""``zhicheng keys``: which keys are in use, and sealing everything with the current one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from zhicheng.foundation.resealing import count_keys, reseal_all
from zhicheng.foundation.sealing import SealBroken, key_ids


class Command(BaseCommand):
    help = "Show with which keys the sealed columns were sealed (status), or seal them all with the current key (reseal)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["status", "reseal"])

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("现用密钥：%(keys)s（第一个用于加密）") % {"keys": ", ".join(key_ids())})
        try:
            if options["what"] == "reseal":
                for column, changed in reseal_all(connection).items():
                    self.stdout.write(_("%(column)s：重新加密 %(n)d 项") % {"column": column, "n": changed})
                return
            self._show()
        except SealBroken as error:
            raise CommandError(_("有一项内容无法解密，没有改动：%(why)s") % {"why": error}) from error

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
