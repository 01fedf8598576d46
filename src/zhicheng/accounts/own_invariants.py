"""Passwords and mailboxes are the ones the program wrote: whoever can write the database gives nobody another way in unnamed."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.models import User
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant

_READ = ("password", "password_seal", "email", "email_seal", "new_email_seal")


@invariant("accounts.own", gettext_lazy("每个账号的密码和邮箱都是本系统为它写入的"))
def own() -> Iterator[Violation]:
    """Hash and mailbox agree with their seals, and every mailbox in the library's table is the account's or one it asked for.

    A registration with somebody else's mailbox keeps none; the library's row of it is never confirmed.
    """
    for users in in_batches(User.objects.only(*_READ)):
        of = grouped(EmailAddress.objects.filter(user__in=users), lambda row: row.user_id)
        for user in users:
            if not user.password_is_own():
                yield Violation(f"user:{user.pk}", _("密码不是本系统写入的。"))
            if not user.mailbox_is_own():
                yield Violation(f"user:{user.pk}", _("邮箱不是本系统写入的。"))
            if any(_strange(user, row) for row in of.get(user.pk, [])):
                yield Violation(f"user:{user.pk}", _("登录邮箱中有一个不是账号登记过的。"))


def _strange(user: User, row: EmailAddress) -> bool:
    if row.email.lower() == user.email.lower():
        return False
    if not user.email:
        return bool(row.verified)
    return bool(row.verified or row.primary) or not user.expects_mailbox(row.email)
