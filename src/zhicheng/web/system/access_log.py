"""查看记录 for the auditor: who was given other people's files and whole numbers, and when. No content, and no number, is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhicheng.accounts.queries import ref_of_typed
from zhicheng.applications.queries import id_of_number, numbers_of
from zhicheng.foundation import looks, queries
from zhicheng.foundation.models import AccessLook
from zhicheng.standards.dates import read_day
from zhicheng.standards.errors import InvalidNumber
from zhicheng.web.shared.look_words import thing_words, what_words
from zhicheng.web.shared.paging import page_of
from zhicheng.web.system.refusals import accounts_of, nobody

_SUBJECTS: dict[str, str | Promise] = {
    "application": gettext_lazy("申请书"),
    "verification": gettext_lazy("单位注册、年度核实"),
    "account_request": gettext_lazy("账号申请"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the page."""

    record: AccessLook
    account: str
    role: str | Promise
    what: str | Promise
    subject: str
    thing: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the auditor typed to narrow the list, and what of it cannot be found."""

    day: str = ""
    account: str = ""
    application: str = ""
    problems: tuple[str, ...] = ()


@require_safe
def show_looks(request: HttpRequest) -> HttpResponse:
    """查看记录, newest first; ``day``, ``account`` (a login name, or ``user:12``) and ``application`` (its number) narrow the list."""
    typed = {name: " ".join(request.GET.get(name, "").split())[:80] for name in ("day", "account", "application")}
    day, actor, subject, problems = _narrowed(**typed)
    found = queries.looks(day=day, actor=actor, subject=subject)
    page = page_of(request, found.none() if problems else found, order=("-id",))
    context = {
        "page": page,
        "rows": in_words(page),
        "asked": Asked(**typed, problems=tuple(problems)),
        "sealed": looks.sealed_up_to(),
    }
    return render(request, "system/looks.html", context)


def _narrowed(*, day: str, account: str, application: str) -> tuple[date | None, str, str, list[str]]:
    """What was typed as the log names it, and a sentence for each part that names nothing."""
    wanted, actor, subject, problems = None, "", "", []
    if day:
        try:
            wanted = read_day(day, months=False)
        except InvalidNumber as error:
            problems.append(_("“{label}”：{what}").format(label=_("日期"), what=_(error.template)))
    if account and not (actor := ref_of_typed(account)):
        problems.append(_("没有登录名是“{name}”的账号，请核对。").format(name=account))
    if application:
        number = id_of_number(application)
        if number is None:
            problems.append(_("没有编号是“{number}”的申请书，请核对。").format(number=application))
        subject = f"application:{number}"
    return wanted, actor, subject, problems


def in_words(records: Iterable[AccessLook]) -> list[Look]:
    """The records as the page shows them; one query for their accounts, one for the numbers of their applications."""
    rows = list(records)
    accounts = accounts_of(row.actor for row in rows)
    numbers = numbers_of([int(n) for kind, n in (_parts(row.subject) for row in rows) if kind == "application"])
    return [
        Look(
            record=row,
            account=(account := accounts.get(row.actor, nobody(row.actor)))[0],
            role=account[1],
            what=what_words(row),
            subject=_subject(row.subject, numbers),
            thing=thing_words(row.thing),
        )
        for row in rows
    ]


def _parts(ref: str) -> tuple[str, str]:
    kind, _colon, which = ref.partition(":")
    return (kind, which) if which.isdecimal() and len(which) <= 18 else ("", "")


def _subject(ref: str, numbers: dict[int, str]) -> str:
    kind, which = _parts(ref)
    if kind not in _SUBJECTS:
        return ref
    return f"{_SUBJECTS[kind]} {numbers.get(int(which), which) if kind == 'application' else which}"
