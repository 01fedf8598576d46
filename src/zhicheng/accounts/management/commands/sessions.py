"""``zhicheng sessions end LOGIN`` / ``--everybody``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from zhicheng.accounts.models import User
from zhicheng.accounts.sessions import end_everybodys_sessions, end_sessions_of


class Command(BaseCommand):
    """End sign-ins from the server: of one account of any kind, or of everybody at once."""

    help = "end: sign an account out everywhere (LOGIN), or everybody (--everybody). Accounts and passwords stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["end"])
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("username", nargs="?", default="", help="the login name of an account of any kind")
        whose.add_argument("--everybody", action="store_true", help="every session there is, this instance's whole")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["everybody"]:
            ended = end_everybodys_sessions(actor="system")
            self.stdout.write(_("所有账号的登录都已退出，共 %(n)d 个。") % {"n": ended})
            return
        user = User.objects.filter(username__iexact=options["username"]).first()
        if user is None:
            raise CommandError(_("没有登录名为“%(username)s”的账号。") % {"username": options["username"]})
        end_sessions_of(user_id=user.pk, actor="system")
        self.stdout.write(_("%(username)s：各处的登录已退出。") % {"username": user.username})
