"""``zhicheng accounts status`` / ``seal``: passwords and mailboxes that the program did not write."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from zhicheng.accounts.unsealed import NotOwn, not_own, seal_newer


class Command(BaseCommand):
    help = (
        "status: name the accounts whose password or mailbox the program did not write. "
        "seal: after an update, take over those that the version before opened while this one was installed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["status", "seal"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "seal":
            for user in seal_newer():
                self.stdout.write(_("%(username)s：更新期间由旧版本开通，已补上密封。") % {"username": user.username})
        found = list(not_own())
        for one in found:
            self.stdout.write(_in_words(one))
        if found:
            raise CommandError(_("有 %(n)d 个账号的密码或邮箱不是本系统写入的，上面逐个列出。") % {"n": len(found)})
        self.stdout.write(_("所有账号的密码和邮箱都是本系统写入的。"))


def _in_words(one: NotOwn) -> str:
    words = {"username": one.user.username}
    if one.newer:
        return _("%(username)s：更新期间由旧版本开通，还没有密封；运行 zhicheng accounts seal 补上。") % words
    if one.mailbox:
        return _("%(username)s：邮箱不是本系统写入的，不能用来登录和找回账号；请核实本人后重新登记邮箱。") % words
    return _("%(username)s：密码不是本系统写入的，不能用来登录；请本人用“找回账号”重新设置密码。") % words
