"""What must be true of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from allauth.account.models import EmailAddress
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts import duties
from zhicheng.accounts.models import SYSTEM_KINDS, IdentityCorrection, User
from zhicheng.accounts.queries import person_index, without_number
from zhicheng.foundation import clock
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.sealing import SealBroken
from zhicheng.standards.identity_number import InvalidNumber, check_identity_number


@invariant("accounts.unique", gettext_lazy("登录名和邮箱不重复"))
def unique() -> Iterator[Violation]:
    """One account for one log-in name and one confirmed mailbox, whatever the case of its letters (S-07)."""
    for field in ("username", "email"):
        twice = (
            User.objects.exclude(**{field: ""}).annotate(key=Lower(field)).values("key").annotate(n=Count("pk")).filter(n__gt=1)
        )
        for row in twice.order_by("key").iterator():
            ids = User.objects.annotate(key=Lower(field)).filter(key=row["key"]).order_by("pk").values_list("pk", flat=True)
            subject = " ".join(f"user:{pk}" for pk in ids)
            yield Violation(subject, _("登录名相同。") if field == "username" else _("邮箱相同。"))


@invariant("accounts.numbers", gettext_lazy("身份证号可以解密，并与它的索引一致"))
def numbers() -> Iterator[Violation]:
    """The sealed number opens, and its blind index is the one that counts, closed years and bans go by."""
    for users in in_batches(User.objects.only("id_number", "id_number_index", "birth_date", "sex")):
        for user in users:
            try:
                number = user.id_number
            except SealBroken:
                yield Violation(f"user:{user.pk}", _("身份证号无法解密，密钥可能丢失。"))
                continue
            if user.id_number_index not in ({person_index(number)} if number else {"", without_number(user.pk)}):
                yield Violation(f"user:{user.pk}", _("身份证号与索引不一致。"))
            if (user.birth_date, user.sex) != _read_from(number):
                yield Violation(f"user:{user.pk}", _("出生日期或性别不是身份证号中的。"))


def _read_from(number: str) -> tuple[date | None, str]:
    """Birth date and sex as a number says them."""
    if not number:
        return None, ""
    try:
        read = check_identity_number(number, today=clock.today())
    except InvalidNumber:
        return None, "?"
    return read.birth_date, read.sex


@invariant("accounts.corrections", gettext_lazy("身份更正首尾相接，最后一次与账号一致"))
def corrections() -> Iterator[Violation]:
    """Each correction begins with what the one before left, and the last one left what the account says now (S-18)."""
    for users in in_batches(User.objects.filter(corrections__isnull=False).distinct().only("id_number_index", "name")):
        rows = IdentityCorrection.objects.filter(user__in=users).order_by("id")
        of = grouped(rows.defer("source"), lambda row: row.user_id)
        for user in users:
            mine = of[user.pk]
            after = [(row.old_index, row.old_name) for row in mine[1:]] + [(user.id_number_index, user.name)]
            if after != [(row.new_index, row.new_name) for row in mine]:
                yield Violation(f"user:{user.pk}", _("更正的记录与账号现在的姓名或身份证号不一致。"))
            if not all(_numbers_fit(row) for row in mine):
                yield Violation(f"user:{user.pk}", _("更正记录中的身份证号与索引不一致。"))


def _numbers_fit(row: IdentityCorrection) -> bool:
    """Whether both sealed numbers of a correction are those of its indexes."""
    try:
        pairs = [(row.old_number, row.old_index), (row.new_number, row.new_index)]
    except SealBroken:
        return False
    return all(index in ({person_index(number)} if number else {"", without_number(row.user_id)}) for number, index in pairs)


@invariant("accounts.mailboxes", gettext_lazy("账号的邮箱与登录邮箱一致"))
def mailboxes() -> Iterator[Violation]:
    """The mailbox an account shows is the one its owner signs in and recovers it with."""
    for users in in_batches(User.objects.exclude(email="").only("email")):
        rows = EmailAddress.objects.filter(user__in=users, primary=True)
        of = grouped(rows, lambda row: row.user_id)
        for user in users:
            found = of.get(user.pk, [])
            if found and [row.email.lower() for row in found] != [user.email.lower()]:
                yield Violation(f"user:{user.pk}", _("显示的邮箱不是登录所用的邮箱。"))


@invariant(
    "accounts.duties", gettext_lazy("系统运维、安全管理、审计管理由三个人分别担任，都不经手申报；工作人员都登记了身份证号")
)
def duties_are_apart() -> Iterator[Violation]:
    """Nobody holds two of the accounts that run the system, and none of the three works in an office or keeps a unit (GB/T 22239)."""
    for user in duties.older_accounts().iterator():
        said = _("没有登记身份证号，请用 zhicheng office number %(username)s 补填。") % {"username": user.username}
        yield Violation(f"user:{user.pk}", said)
    apart = User.objects.filter(duties.apart_at_work()).exclude(id_number_index="").order_by()
    running = Q(kind__in=SYSTEM_KINDS)
    several = (
        apart.values("id_number_index").annotate(n=Count("pk"), three=Count("pk", filter=running)).filter(n__gt=1, three__gt=0)
    )
    for row in several.order_by("id_number_index").iterator():
        users = apart.filter(id_number_index=row["id_number_index"]).order_by("pk")
        names = "、".join(user.username for user in users)
        said = _("%(names)s 是同一个人的账号，其中有系统管理账号，请停用其中一个。") % {"names": names}
        yield Violation(" ".join(f"user:{user.pk}" for user in users), said)
