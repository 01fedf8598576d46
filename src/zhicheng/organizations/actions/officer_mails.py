"""What the person and the office are told when an officer's account changes."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts.models import SYSTEM_KINDS, User
from zhicheng.accounts.notices import queue_notice
from zhicheng.foundation import clock
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.organizations import officers
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import FactorReset, OfficerChange, OfficerChangeKind, Organization
from zhicheng.organizations.queries import mailboxes_of


@platform_language()
def tell_change(change: OfficerChange, *, by: Actor, reset: FactorReset | None = None) -> None:
    """Queue the mails about ``change``: one to the person, one to each mailbox of the offices concerned. ``reset``: the request for it."""
    user, about = change.user, str(change.kind)

    def to_person() -> tuple[str, str]:
        named = _words(change, by, reset)
        subject, said = _said(change, named)
        greeting, whom = _("%(name)s：") % named, _WHOM_TO_ASK() % named
        return subject, f"{greeting}\n\n{said}\n\n{whom}\n"

    def to_office() -> tuple[str, str]:
        named = _words(change, by, reset)
        subject, said = _said(change, named)
        handed = _("接手的人：%(colleague)s。") % named if change.handed_to_id else ""
        why = _("理由：%(reason)s") if reset is None else _("%(asker)s写的核实情况：%(reason)s")
        why = why % named if change.reason else ""
        return subject, "\n\n".join(part for part in (said, handed, why) if part) + "\n"

    queue_notice(
        kind="officer",
        about=about,
        whose=f"user:{user.pk}",
        to=user.email,
        words=to_person,
        key=f"officer:{change.pk}:person",
    )
    for who, email in sorted(_mailboxes(change, by)):  # counted in one order by all who act at once
        if email != user.email:
            key = f"officer:{change.pk}:{who}"
            queue_notice(kind="officer", about=f"office {about}", whose=who, of_office=True, to=email, words=to_office, key=key)


@platform_language()
def tell_reset_asked(row: FactorReset, *, by: Actor) -> None:
    """Queue the mail to the person whose second factor somebody wants to reset: who did not ask for it can say so in time."""
    asker = _name(by)
    queue_notice(
        kind="officer",
        about="reset asked",
        whose=f"user:{row.user_id}",
        to=row.user.email,
        words=lambda: (
            _("有人申请重置您的两步验证"),
            _(
                "%(name)s：\n\n%(by)s申请重置您的账号（登录名 %(username)s）的两步验证，等待另一人同意。\n\n"
                "如果不是您本人提出的，请立即告诉本部门和州人力资源和社会保障局。\n"
            )
            % {"name": row.user.name, "by": asker, "username": row.user.username},
        ),
        key=f"factor-reset-asked:{row.pk}",
    )


@platform_language()
def tell_sessions_ended(*, user: User, by: str, key: str) -> None:
    """Queue the mail to somebody who was signed out everywhere by ``by``."""
    queue_notice(
        kind="officer",
        about="sessions ended",
        whose=f"user:{user.pk}",
        to=user.email,
        words=lambda: (
            _("您在各处的登录已退出"),
            _(
                "%(name)s：\n\n%(by)s已把您的账号（登录名 %(username)s）在各处的登录全部退出，账号和密码没有变化，可以重新登录。\n\n"
                "怀疑密码泄露的，请重新登录后立即修改密码。\n"
            )
            % {"name": user.name, "by": by or _("系统运维"), "username": user.username},
        ),
        key=f"officer-sessions-ended:{key}",
    )


@platform_language()
def tell_session_ended(*, user: User, by: str, since: datetime, key: str) -> None:
    """Queue the mail to somebody whom ``by`` signed out in the place where they had signed in at ``since``."""
    queue_notice(
        kind="officer",
        about="session ended",
        whose=f"user:{user.pk}",
        to=user.email,
        words=lambda: (
            _("您的一处登录已退出"),
            _(
                "%(name)s：\n\n%(by)s已把您的账号（登录名 %(username)s）%(since)s的那次登录退出，其他登录、账号和密码没有变化，可以重新登录。\n\n"
                "怀疑密码泄露的，请重新登录后立即修改密码。\n"
            )
            % {"name": user.name, "by": by or _("系统运维"), "username": user.username, "since": clock.written(since)},
        ),
        key=f"officer-session-ended:{key}",
    )


def _WHOM_TO_ASK() -> str:
    return _("如有疑问，请联系州人力资源和社会保障局。办理人：%(by)s。")


def _name(actor: Actor) -> str:
    return actor.name if actor.user_id is not None else _("系统运维")


def _words(change: OfficerChange, by: Actor, reset: FactorReset | None) -> dict[str, str]:
    asked = {}
    if reset is not None:
        asker = reset.asked_by.name if reset.asked_by is not None else _("系统运维")
        asked = {"asker": asker, "asked_at": clock.written(reset.asked_at)}
    return {
        **asked,
        "name": change.user.name,
        "username": change.user.username,
        "site": site_name(),
        "office": change.office.name if change.office else _("系统运行管理"),
        "to_office": change.to_office.name if change.to_office else "",
        "colleague": change.handed_to.name if change.handed_to else "",
        "reason": change.reason,
        "by": _name(by),
        "recover": settings.SITE_ADDRESS + reverse("account_reset_password"),
    }


def _said(change: OfficerChange, words: dict[str, str]) -> tuple[str, str]:
    """Subject and sentence."""
    kind = change.kind
    if kind == OfficerChangeKind.OPENED:
        said = _(
            "%(site)s已为%(name)s开通工作人员账号（%(office)s），登录名为 %(username)s。\n\n"
            "首次使用：打开 %(recover)s ，填写账号登记的邮箱，按随后收到的邮件设置密码，即可登录。"
        )
        return _("已开通工作人员账号"), said % words
    if kind == OfficerChangeKind.MOVED:
        said = _("%(name)s（登录名 %(username)s）已从%(office)s调到%(to_office)s，各处的登录已退出，重新登录后办理新部门的事项。")
        return _("工作人员账号已调到其他部门"), said % words
    if kind == OfficerChangeKind.CLOSED:
        said = _("%(name)s在%(office)s的账号（登录名 %(username)s）已经停用，各处的登录已退出，不能再登录。办理过的记录保留。")
        return _("账号已停用"), said % words
    if kind == OfficerChangeKind.REOPENED:
        said = _(
            "%(name)s的账号（登录名 %(username)s，%(office)s）已重新启用。原来的密码已经作废。\n\n"
            "请打开 %(recover)s ，填写账号登记的邮箱，按随后收到的邮件设置新密码，即可登录。"
        )
        return _("账号已重新启用"), said % words
    if kind == OfficerChangeKind.NUMBER:
        said = _("%(name)s的账号（登录名 %(username)s）已补填身份证号。号码只用于识别本人是否审核自己的申报、是否兼任系统管理。")
        return _("账号已补填身份证号"), said % words
    said = _(
        "经%(asker)s（%(asked_at)s 提出）、%(by)s（同意）两人核实，%(name)s的账号（登录名 %(username)s）的两步验证已经重置，各处的登录已退出。下次登录后请重新设置。"
    )
    return _("两步验证已重置"), said % words


def _mailboxes(change: OfficerChange, by: Actor) -> list[tuple[str, str]]:
    """Where the offices concerned are told; for the three who run the system: the others of them.

    What the security administrator or the server did is told to the office above as well, and of the bureau itself to the others
    who run the system: an office that consists of one new account would tell nobody else.
    """
    offices: list[Organization] = [office for office in (change.office, change.to_office) if office is not None]
    if not offices:
        return _the_three(without={change.user_id})
    found = [mailbox for office in offices for mailbox in mailboxes_of(office)]
    if by.role.value in {Role.SYSTEM.value, *SYSTEM_KINDS}:
        for office in offices:
            above = officers.bureau_over(office)
            if above is not None and above != office:
                found += mailboxes_of(above)
            else:
                found += _the_three(without={change.user_id, change.by_id})
    return list(dict(found).items())


def _the_three(*, without: set[int | None]) -> list[tuple[str, str]]:
    return [(f"user:{user.pk}", user.email) for user in officers.system_accounts() if user.pk not in without]
