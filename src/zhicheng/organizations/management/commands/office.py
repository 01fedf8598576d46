"""``zhicheng office``: the bureau, the county offices, the supervising bodies and the first people in them.

Units and applicants register themselves on the site; what comes before them is opened here, by whoever runs the server.
"""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from zhicheng.accounts.actions import create_system_account, replace_mailbox
from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, User
from zhicheng.accounts.rules import Particulars
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actions import create_officer, open_office
from zhicheng.organizations.models import Organization, OrganizationKind

_KINDS = [OrganizationKind.PREFECTURE.value, OrganizationKind.COUNTY.value, OrganizationKind.SUPERVISING.value]

_DUTIES = {
    AccountKind.OPERATOR: "operator, who keeps the system running",
    AccountKind.SECURITY: "security administrator, who keeps the officers' accounts",
    AccountKind.AUDITOR: "auditor, who reads ledger and logs",
}


class Command(BaseCommand):
    help = "Open the offices of an instance and give accounts to the people in them, and to the three who run the system."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        opened = what.add_parser("open", help="open an office; the prefecture's first, the counties name it")
        opened.add_argument("kind", choices=_KINDS)
        opened.add_argument("name")
        opened.add_argument("--region", required=True, help="six digits, e.g. 652701")
        opened.add_argument("--under", default="", help="for a county: the name of the prefecture's bureau")
        officer = what.add_parser("officer", help="an account for somebody in an office; the password is set through 找回账号")
        officer.add_argument("office", help="the name of the office")
        running = [
            what.add_parser(kind.value, help=f"an account for the {duty}; password and identity number are asked for")
            for kind, duty in _DUTIES.items()
        ]
        for account in (officer, *running):
            account.add_argument("--name", required=True)
            account.add_argument("--username", required=True)
            account.add_argument("--email", required=True)
        officer.add_argument("--id-number", default="", help="lets the system see that somebody would review himself (S-08)")
        mailbox = what.add_parser(
            "mailbox", help="another mailbox for an officer or operator who lost theirs; sessions end, the password is set anew"
        )
        mailbox.add_argument("username")
        mailbox.add_argument("--email", required=True)
        what.add_parser("list", help="the offices there are")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] in SYSTEM_KINDS:
                self._open_system_account(options)
            else:
                getattr(self, f"_{options['what']}")(options)
        except Refused as refused:
            raise CommandError("\n".join(str(problem.text) for problem in refused.problems)) from refused

    def _open(self, options: dict[str, Any]) -> None:
        superior = self._office(options["under"]).pk if options["under"] else None
        kind = OrganizationKind(options["kind"])
        office = open_office(kind=kind, name=options["name"], region_code=options["region"], superior_office_id=superior)
        self.stdout.write(f"{office.get_kind_display()}  {office.name}")

    def _officer(self, options: dict[str, Any]) -> None:
        office = self._office(options["office"])
        user = create_officer(
            organization_id=office.pk,
            name=options["name"],
            email=options["email"],
            username=options["username"],
            id_number=options["id_number"],
            actor="system",
        )
        self.stdout.write(_("%(username)s：请在登录页用“找回账号”设置密码。") % {"username": user.username})

    def _open_system_account(self, options: dict[str, Any]) -> None:
        # From the terminal or a pipe, never from the command line: there every user of the machine could read them.
        if sys.stdin.isatty():
            password, number = getpass.getpass(), getpass.getpass(_("身份证号："))
        else:
            password, number = (sys.stdin.readline().rstrip("\n") for _line in range(2))
        user = create_system_account(
            kind=AccountKind(options["what"]),
            name=options["name"],
            email=options["email"],
            username=options["username"],
            password=password,
            id_number=number,
        )
        self.stdout.write(user.username)

    def _mailbox(self, options: dict[str, Any]) -> None:
        # Applicants and units have people who vouch for them (organizations.actions.request_mailbox): never from here.
        kinds = [AccountKind.OFFICER, *SYSTEM_KINDS]
        user = User.objects.filter(username__iexact=options["username"], kind__in=kinds).first()
        if user is None:
            raise CommandError(
                _("没有登录名为“%(username)s”的工作人员账号，也没有这样的运维、安全管理、审计管理账号。")
                % {"username": options["username"]}
            )
        email = Particulars("", "", "", options["email"], user.username).tidied().email
        changed = replace_mailbox(user_id=user.pk, email=email, actor="system")
        self.stdout.write(
            _("%(username)s：邮箱已改为 %(email)s，请在登录页用“找回账号”设置密码。")
            % {"username": changed.username, "email": changed.email}
        )

    def _list(self, options: dict[str, Any]) -> None:
        for office in Organization.objects.exclude(kind=OrganizationKind.UNIT).order_by("kind", "region_code", "name"):
            self.stdout.write(f"{office.get_kind_display()}  {office.region_code}  {office.name}")

    def _office(self, name: str) -> Organization:
        office = Organization.objects.exclude(kind=OrganizationKind.UNIT).filter(name=name).first()
        if office is None:
            raise CommandError(_("没有名为“%(name)s”的单位或机构；zhicheng office list 列出全部。") % {"name": name})
        return office
