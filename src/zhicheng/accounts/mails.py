"""Mails about an account that are sent by the way of something else."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts import brakes, rules
from zhicheng.accounts.models import User
from zhicheng.accounts.queries import reader_of
from zhicheng.foundation import clock, mail
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.foundation.transactions import one_transaction
from zhicheng.messages.actions import send_message


@platform_language()
def tell_of_new_mailbox(*, user: User, old: str, key: str) -> None:
    """Tell both mailboxes that one took the place of the other."""
    words = {
        "name": user.name,
        "username": user.username,
        "recover": settings.SITE_ADDRESS + reverse("account_reset_password"),
        "new": rules.mask_mailbox(user.email),
    }
    send_message(
        to=reader_of(user),
        words=lambda: (
            _("新邮箱已经生效，请设置新密码"),
            _(
                "%(name)s：\n\n您在%(site)s的账号（登录名 %(username)s）已改用这个邮箱，原来的密码已经作废，各处的登录都已退出。\n\n"
                "请打开 %(recover)s ，填写这个邮箱，按随后收到的邮件设置新密码，即可登录。\n"
            )
            % (words | {"site": site_name()}),
        ),
        key=f"mailbox-replaced:{key}:new",
    )
    if old:
        mail.queue_mail(
            to=old,
            subject=_("您的账号已改用另一个邮箱"),
            body=_(
                "%(name)s：\n\n您在%(site)s的账号（登录名 %(username)s）经核实身份，已改用邮箱 %(new)s，这个邮箱不再用于该账号。\n\n"
                "如果这不是您本人办理的，请立即联系单位所在县（市）人社局职称办。\n"
            )
            % (words | {"site": site_name()}),
            key=f"mailbox-replaced:{key}:old",
        )


@one_transaction
@platform_language()
def tell_of_new_device(*, user: User, address: str, browser: str) -> None:
    """Tell somebody who works for an office that their account was signed in to from a device it did not know."""
    if not user.email or not brakes.may_mail(kind="device", mailbox=user.email, account=f"user:{user.pk}"):
        return
    now = clock.now()
    send_message(
        to=reader_of(user),
        words=lambda: (
            _("您的账号在一台新设备上登录"),
            _(
                "%(name)s：\n\n您在%(site)s的账号（登录名 %(username)s）刚刚在一台以前没有用过的设备上登录。\n\n"
                "时间：%(when)s\n网络地址：%(address)s\n浏览器：%(browser)s\n\n"
                "如果是您本人，不必处理本邮件。如果不是，请马上登录，打开“登录记录”退出其他登录，修改密码，并告诉州人力资源和社会保障局。\n"
            )
            % {
                "name": user.name,
                "site": site_name(),
                "username": user.username,
                "when": clock.written(now),
                "address": address,
                "browser": rules.browser_in_words(browser),
            },
        ),
        key=f"new-device:{user.pk}:{clock.machine_now().isoformat()}",
    )


@one_transaction
@platform_language()
def tell_shared_mailbox(*, user: User, mailbox: str, unit: str) -> None:
    """To a unit's own mailbox: one of its people wanted it for the account (S-35). Under the brake of the link that it stands for."""
    if not brakes.may_mail(kind="confirm", mailbox=mailbox, account=f"user:{user.pk}"):
        return
    mail.queue_mail(
        to=mailbox,
        subject=_("有人要把个人账号的邮箱换成本单位的公用邮箱"),
        body=_(
            "%(unit)s：\n\n刚才有人要把%(site)s个人账号的邮箱换成这个邮箱，账号登记的工作单位是贵单位。这是单位的公用邮箱，别人也能收到找回密码的邮件，所以没有更换，那个账号仍用原来的邮箱。\n\n"
            "如果是本单位的人员：请本人登录后打开 %(page)s，换成本人的常用邮箱。\n"
            "如果不是，不必处理本邮件。\n"
        )
        % {"unit": unit, "site": settings.SITE_NAME, "page": settings.SITE_ADDRESS + reverse("account_email")},
        key=f"mailbox-shared:user:{user.pk}:{clock.machine_now().isoformat()}",
    )
