"""What each role finds in the header: one short list, in the words of the notice."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhicheng.organizations.actors import Actor, Role
from zhicheng.web.access import DESKS
from zhicheng.web.shared.addresses import reverse

# role → (URL name, words). Add the entry pages of your audience here; a name must also be in web/access.py.
_DESK_ALONE: list[tuple[str, str | Promise]] = [("desk_queue", _("工作台")), ("inbox", _("消息")), ("help", _("帮助"))]
NAVIGATION: dict[Role, list[tuple[str, str | Promise]]] = {
    **dict.fromkeys(DESKS, _DESK_ALONE),
    Role.ANONYMOUS: [("home", _("首页")), ("help", _("帮助"))],
    Role.APPLICANT: [
        ("my_titles", _("我的职称")),
        ("my_applications", _("我的申请书")),
        ("library", _("我的资料库")),
        ("person_information", _("我的信息")),
        ("inbox", _("消息")),
        ("help", _("帮助")),
    ],
    Role.UNIT: [
        ("desk_queue", _("工作台")),
        ("unit_people", _("本单位人员")),
        ("unit_information", _("我的信息")),
        ("inbox", _("消息")),
        ("help", _("帮助")),
    ],
    Role.COUNTY: [
        ("desk_queue", _("工作台")),
        ("office_registrations", _("单位注册审核")),
        ("office_account_requests", _("账号申请")),
        ("office_objections", _("公示异议")),
        ("inbox", _("消息")),
        ("help", _("帮助")),
    ],
    Role.PREFECTURE: [
        ("desk_queue", _("工作台")),
        ("office_registrations", _("单位注册审核")),
        ("office_account_requests", _("账号申请")),
        ("office_person", _("查询申报人")),
        ("office_integrity", _("诚信档案")),
        ("office_officers", _("工作人员")),
        ("office_calendars", _("工作日历")),
        ("inbox", _("消息")),
        ("help", _("帮助")),
    ],
    Role.OPERATOR: [
        ("system_health", _("系统状态")),
        ("system_stuck", _("失败的消息")),
        ("office_calendars", _("工作日历")),
        ("inbox", _("消息")),
        ("help", _("帮助")),
    ],
    Role.SECURITY: [
        ("office_officers", _("工作人员")),
        ("system_brakes", _("登录限制")),
        ("inbox", _("消息")),
        ("help", _("帮助")),
    ],
    Role.AUDITOR: [
        ("system_audit", _("审计")),
        ("system_ledger", _("台账")),
        ("system_refusals", _("被拒绝的访问")),
        ("system_looks", _("查看记录")),
        ("inbox", _("消息")),
        ("help", _("帮助")),
    ],
}

# Pages that belong to an item of the header without lying below its address.
BELONGING: dict[str, tuple[str, ...]] = {
    "desk_queue": ("/unit/applications/", "/office/applications/", "/office/arrivals/"),
    "unit_information": ("/accounts/password/change/", "/accounts/email/", "/accounts/sessions/"),
    "person_information": ("/accounts/password/change/", "/accounts/email/", "/accounts/sessions/"),
}


@dataclass(frozen=True, slots=True)
class NavigationItem:
    label: str | Promise
    href: str
    current: bool
    count: int = 0


def navigation_for(actor: Actor, path: str, unread: int = 0) -> list[NavigationItem]:
    """The header's links for ``actor``; the one whose address, or what belongs to it, is the longest beginning of ``path`` is current.
    ``unread``: how many messages wait, for the link to them."""
    found: list[tuple[str | Promise, str, int, int]] = []
    for name, label in NAVIGATION.get(actor.role, []):
        try:
            href = reverse(name)
        except NoReverseMatch:  # an audience whose pages are not installed
            continue
        starts = [
            start for start in (href, *BELONGING.get(name, ())) if path == start or (start != "/" and path.startswith(start))
        ]
        found.append((label, href, max(map(len, starts), default=0), unread if name == "inbox" else 0))
    best = max((length for _label, _href, length, _count in found), default=0)
    return [NavigationItem(label, href, 0 < length == best, count) for label, href, length, count in found]
