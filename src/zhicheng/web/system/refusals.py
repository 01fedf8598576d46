"""被拒绝的访问 in words: the record keeps the log's own, the page says who reached for what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, User
from zhicheng.foundation.models import AccessRefusal
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Membership, OrganizationKind
from zhicheng.web.access import ACCESS
from zhicheng.web.shared.navigation import navigation_for

ROLES: dict[str, str | Promise] = {
    Role.ANONYMOUS: gettext_lazy("没有职责的账号"),
    Role.APPLICANT: gettext_lazy("申报人"),
    **{Role(kind.value): kind.label for kind in OrganizationKind},
    Role.OPERATOR: gettext_lazy("系统运维"),
    Role.SECURITY: gettext_lazy("安全管理员"),
    Role.AUDITOR: gettext_lazy("审计管理员"),
}
# What the views call an object they did not find, beside the models' own names.
_OBJECTS: dict[str, str | Promise] = {
    "application": gettext_lazy("申请书"),
    "submission": gettext_lazy("上报"),
    "material": gettext_lazy("申报材料"),
    "slot": gettext_lazy("申报材料"),
    "file": gettext_lazy("附件文件"),
    "paper": gettext_lazy("文书"),
    "publicity": gettext_lazy("公示"),
    "campaign": gettext_lazy("年度申报批次"),
    "unit verification": gettext_lazy("单位注册、年度核实"),
    "account request": gettext_lazy("账号申请"),
}
_ROLE = re.compile(r"the role (?P<role>\w+) of \S+ may not open (?P<page>\S+)")
_MODEL = re.compile(r"(?P<app>\w+)\.(?P<model>\w+) (?P<lookup>\w+=.*)")
_NAMED = re.compile(rf"\b(?P<what>{'|'.join(_OBJECTS)})(?: (?P<which>(?!of\b)[\w-]+)|(?= of\b))")


@dataclass(frozen=True, slots=True)
class Refused:
    """One line of the page."""

    record: AccessRefusal
    account: str
    role: str | Promise
    words: str


def in_words(records: Iterable[AccessRefusal]) -> list[Refused]:
    """The records as the page shows them; one query for all their accounts."""
    rows = list(records)
    accounts = accounts_of(row.actor for row in rows)
    return [Refused(row, *accounts.get(row.actor, nobody(row.actor)), words_of(row)) for row in rows]


def words_of(record: AccessRefusal) -> str:
    """Why, in the reader's language."""
    if found := _ROLE.fullmatch(record.reason):
        role = ROLES.get(found["role"], found["role"])
        if place := _place(found["page"], record.path):
            return _("“{role}”不能打开“{place}”里的这个页面。").format(role=role, place=place)
        return _("“{role}”不能打开这个页面。").format(role=role)
    if objects := _objects(record.reason):
        return _("要打开的内容不存在，或者不在这个账号能查看的范围内：{objects}。").format(objects=objects)
    return _("其他原因，按错误编号可以在日志里查到。")


def _place(page: str, path: str) -> str:
    """The entry of the navigation the page belongs to, for one of those it opens for."""
    for role in sorted(ACCESS.get(page, ())):
        for item in navigation_for(Actor(role=role), path):
            if item.current:
                return str(item.label)
    return ""


def _objects(reason: str) -> str:
    if found := _MODEL.fullmatch(reason):
        try:
            model = apps.get_model(found["app"], found["model"])
        except LookupError:
            return ""
        which = ", ".join(value.partition("=")[2] for value in found["lookup"].split(", "))
        # A model that no form shows has no name in Chinese; then the views' own word stands here, or a general one.
        said = str(model._meta.verbose_name)
        return f"{_OBJECTS.get(said, _('内容') if said.isascii() else said)} {which}"
    named = [f"{_OBJECTS[m['what']]} {m['which'] or ''}".rstrip() for m in _NAMED.finditer(reason)]
    return pgettext("between items of a list", "、").join(named)


def accounts_of(refs: Iterable[str]) -> dict[str, tuple[str, str | Promise]]:
    """Login name and present role by the ledger's name of an account."""
    ids = {int(ref.removeprefix("user:")) for ref in refs if re.fullmatch(r"user:\d{1,18}", ref)}
    desk = Membership.objects.filter(user=OuterRef("pk"), until__isnull=True, role="staff").values("organization__kind")
    users = User.objects.filter(pk__in=ids).annotate(desk=Subquery(desk[:1])).values_list("pk", "username", "kind", "desk")
    return {f"user:{pk}": (name, _role(kind, desk)) for pk, name, kind, desk in users}


def _role(kind: str, desk: str | None) -> str | Promise:
    if kind in (AccountKind.APPLICANT, *SYSTEM_KINDS):
        return ROLES[kind]
    return ROLES[desk or Role.ANONYMOUS]


def nobody(ref: str) -> tuple[str, str | Promise]:
    """How a record is signed whose account is none, or is no more."""
    return ("", _("未登录的访客")) if ref == Role.ANONYMOUS else (ref, "")
