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
from zhicheng.organizations import actions
from zhicheng.organizations.actors import SYSTEM
from zhicheng.organizations.models import Organization, OrganizationKind
from zhicheng.organizations.officers import officers_in, pending_reset

_KINDS = [kind.value for kind in OrganizationKind if kind is not OrganizationKind.UNIT]  # units register themselves

_KEPT_HERE = [AccountKind.OFFICER, *SYSTEM_KINDS]
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
        opened.add_argument(
            "--series", action="append", default=[], help="a series of titles it answers for, by its code; repeatable"
        )
        officer = what.add_parser(
            "officer", help="an account for somebody in an office; the number is asked for, the password is set through 找回账号"
        )
        officer.add_argument("office", help="the name of the office")
        running = [
            what.add_parser(kind.value, help=f"an account for the {duty}; password and identity number are asked for")
            for kind, duty in _DUTIES.items()
        ]
        for account in (officer, *running):
            account.add_argument("--name", required=True)
            account.add_argument("--username", required=True)
            account.add_argument("--email", required=True)
        mailbox = what.add_parser(
            "mailbox", help="another mailbox for an officer or operator who lost theirs; sessions end, the password is set anew"
        )
        mailbox.add_argument("username")
        mailbox.add_argument("--email", required=True)
        what.add_parser("list", help="the offices there are")
        self._add_officer_arguments(what)

    def _add_officer_arguments(self, what: Any) -> None:
        officers = what.add_parser("officers", help="who works in an office, and who left")
        officers.add_argument("office", help="the name of the office")
        move = what.add_parser("move", help="an officer goes to another office")
        close = what.add_parser(
            "close", help="close an account, also one of the three who run the system; its sessions end at once"
        )
        reopen = what.add_parser("reopen", help="open a closed account again")
        asking = what.add_parser(
            "ask-reset", help="ask for the reset of a lost second factor; somebody else consents on the site"
        )
        consenting = what.add_parser("consent-reset", help="consent to the reset that somebody asked for on the site")
        number = what.add_parser(
            "number", help="the identity number, which is asked for, of an account that was opened without one"
        )
        ending = what.add_parser("end-sessions", help="sign an officer out everywhere; the account stays as it is")
        for parser in (move, close, reopen, ending, asking, consenting, number):
            parser.add_argument("username")
        for parser in (move, close, reopen):
            parser.add_argument("--reason", required=True)
        for parser in (move, close):
            who = parser.add_mutually_exclusive_group()
            who.add_argument("--to", default="", help="the login name of the colleague who takes over")
            who.add_argument("--nobody-left", action="store_true", help="nobody is left in the office who could")
        for parser in (move, reopen):
            parser.add_argument("--office", default="", help="the name of the office")
        asking.add_argument("--statement", required=True, help="how the person was made sure of")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] in SYSTEM_KINDS:
                self._open_system_account(options)
            else:
                getattr(self, "_" + options["what"].replace("-", "_"))(options)
        except Refused as refused:
            raise CommandError("\n".join(str(problem.text) for problem in refused.problems)) from refused

    def _open(self, options: dict[str, Any]) -> None:
        superior = self._office(options["under"]).pk if options["under"] else None
        kind = OrganizationKind(options["kind"])
        office = actions.open_office(
            kind=kind,
            name=options["name"],
            region_code=options["region"],
            superior_office_id=superior,
            series=options["series"],
        )
        self.stdout.write(f"{office.get_kind_display()}  {office.name}")

    def _officer(self, options: dict[str, Any]) -> None:
        office = self._office(options["office"])
        user = actions.open_officer(
            actor=SYSTEM,
            office_id=office.pk,
            name=options["name"],
            email=options["email"],
            username=options["username"],
            id_number=self._asked(_("身份证号：")),
        )
        self.stdout.write(_("%(username)s：请在登录页用“忘记登录名或密码”设置密码。") % {"username": user.username})

    def _open_system_account(self, options: dict[str, Any]) -> None:
        password, number = self._asked("Password: "), self._asked(_("身份证号："))
        user = create_system_account(
            kind=AccountKind(options["what"]),
            name=options["name"],
            email=options["email"],
            username=options["username"],
            password=password,
            id_number=number,
        )
        self.stdout.write(user.username)

    def _asked(self, prompt: str) -> str:
        """From the terminal or a pipe, never from the command line: there every user of the machine could read it."""
        return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    def _number(self, options: dict[str, Any]) -> None:
        found = self._user(options["username"])
        user = actions.fill_in_number(actor=SYSTEM, user_id=found.pk, id_number=self._asked(_("身份证号：")))
        self.stdout.write(_("%(username)s：已补填身份证号。") % {"username": user.username})

    def _mailbox(self, options: dict[str, Any]) -> None:
        # Applicants and units have people who vouch for them (organizations.actions.request_mailbox): never from here.
        user = self._user(options["username"])
        email = Particulars("", "", "", options["email"], user.username).tidied().email
        changed = replace_mailbox(user_id=user.pk, email=email, actor="system")
        self.stdout.write(
            _("%(username)s：邮箱已改为 %(email)s，请在登录页用“忘记登录名或密码”设置密码。")
            % {"username": changed.username, "email": changed.email}
        )

    def _officers(self, options: dict[str, Any]) -> None:
        office = self._office(options["office"])
        for user in officers_in(office):
            state = _("在用") if user.is_active else _("已停用")
            self.stdout.write(f"{user.username}  {user.name}  {state}")

    def _move(self, options: dict[str, Any]) -> None:
        user = actions.move_officer(
            actor=SYSTEM,
            user_id=self._user(options["username"]).pk,
            to_office_id=self._office(options["office"]).pk,
            **self._leaving(options),
        )
        self.stdout.write(f"{user.username}  {options['office']}")

    def _close(self, options: dict[str, Any]) -> None:
        user = actions.close_officer(actor=SYSTEM, user_id=self._user(options["username"]).pk, **self._leaving(options))
        self.stdout.write(_("%(username)s：账号已停用，各处的登录已退出。") % {"username": user.username})

    def _reopen(self, options: dict[str, Any]) -> None:
        office = self._office(options["office"]).pk if options["office"] else None
        found = self._user(options["username"])
        user = actions.reopen_officer(actor=SYSTEM, user_id=found.pk, office_id=office, reason=options["reason"])
        self.stdout.write(_("%(username)s：请在登录页用“忘记登录名或密码”设置密码。") % {"username": user.username})

    def _end_sessions(self, options: dict[str, Any]) -> None:
        user = actions.end_officer_sessions(actor=SYSTEM, user_id=self._user(options["username"]).pk)
        self.stdout.write(_("%(username)s：各处的登录已退出。") % {"username": user.username})

    def _ask_reset(self, options: dict[str, Any]) -> None:
        found = self._user(options["username"])
        actions.request_factor_reset(actor=SYSTEM, user_id=found.pk, statement=options["statement"])
        self.stdout.write(_("已提出，等待州局工作人员或者安全管理员在网页上同意，7天内有效。"))

    def _consent_reset(self, options: dict[str, Any]) -> None:
        reset = pending_reset(self._user(options["username"]).pk)
        if reset is None:
            raise CommandError(_("没有等待同意的重置申请。"))
        actions.decide_factor_reset(actor=SYSTEM, request_id=reset.pk, consent=True)
        self.stdout.write(_("%(username)s：两步验证已重置。") % {"username": options["username"]})

    def _leaving(self, options: dict[str, Any]) -> dict[str, Any]:
        colleague = self._user(options["to"]).pk if options["to"] else None
        return {"reason": options["reason"], "colleague_id": colleague, "nobody_left": options["nobody_left"]}

    def _user(self, username: str) -> User:
        user = User.objects.filter(username__iexact=username, kind__in=_KEPT_HERE).first()
        if user is None:
            said = _("没有登录名为“%(username)s”的工作人员账号，也没有这样的运维、安全管理、审计管理账号。")
            raise CommandError(said % {"username": username})
        return user

    def _list(self, options: dict[str, Any]) -> None:
        for office in Organization.objects.exclude(kind=OrganizationKind.UNIT).order_by("kind", "region_code", "name"):
            self.stdout.write(f"{office.get_kind_display()}  {office.region_code}  {office.name}")

    def _office(self, name: str) -> Organization:
        office = Organization.objects.exclude(kind=OrganizationKind.UNIT).filter(name=name).first()
        if office is None:
            raise CommandError(_("没有名为“%(name)s”的单位或机构；zhicheng office list 列出全部。") % {"name": name})
        return office
