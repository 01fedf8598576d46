"""Three people run an instance, each in one account, and none of them sees a case: who may have which account beside which.

One person is recognised by the identity number, which every account of an office and of the three has. What older accounts lack is
named (:func:`older_accounts`) and filled in (:func:`fill_in_number`); until then they go on working. An applicant's account is
everybody's to have: it shows its owner's own application and nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhicheng.accounts.models import AT_WORK, SYSTEM_KINDS, AccountKind, User
from zhicheng.accounts.queries import person_index
from zhicheng.accounts.rules import Particulars, check_identity
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.standards.identity_number import check_identity_number
from zhicheng.standards.text import compact


def conflicts_of_duties(person: Particulars, *, kind: AccountKind) -> list[Problem]:
    """Why this person may not have an account of this ``kind`` beside those they have, closed ones among them: who runs the system
    decides on no case, and operation, accounts and audit are three people's. By the identity number, or else the mobile number.
    """
    apart = AT_WORK if kind in SYSTEM_KINDS else SYSTEM_KINDS
    others = User.objects.filter(kind__in=[other for other in apart if other != kind])
    index = person_index(person.id_number)
    found = others.filter(id_number_index=index).first() if index else None
    if found is None and index and kind in SYSTEM_KINDS:
        found = User.objects.filter(kind=AccountKind.UNIT, id_number_index=index, number_held_at__isnull=False).first()
    problems = [_conflict(found, where="id_number")] if found is not None else []
    same_mobile = others.filter(mobile=person.mobile).first() if person.mobile else None
    return problems + ([_conflict(same_mobile, where="mobile")] if same_mobile is not None else [])


def number_taken_at_work(person: Particulars, *, kind: AccountKind) -> list[Problem]:
    """That this person has an account of this kind already: told to whoever makes accounts for an office or the system, to nobody else."""
    index = person_index(person.id_number)
    if not index or not User.objects.filter(kind=kind, id_number_index=index).exists():
        return []
    text = _("这个身份证号已有一个%(kind)s。") % {"kind": AccountKind(kind).label}
    return [Problem(text, where="id_number", code="id_number_taken")]


def conflicts_of_correction(people: Iterable[User], *, index: str) -> list[Problem]:
    """Why these accounts of one person cannot all come to have the number of ``index``: somebody else has it at work. For the office
    that decides on a correction.
    """
    own = list(people)
    kinds = {AccountKind(user.kind) for user in own} & {*AT_WORK, AccountKind.UNIT}
    others = User.objects.filter(id_number_index=index).exclude(pk__in=[user.pk for user in own])
    against: set[AccountKind] = set()
    for kind in kinds:
        against |= set(AT_WORK) if kind in AT_WORK else set(SYSTEM_KINDS)
    found = others.filter(kind__in=against).first()
    if found is None and kinds & set(SYSTEM_KINDS):
        found = others.filter(kind=AccountKind.UNIT, number_held_at__isnull=False).first()
    return [_conflict(found, where="id_number")] if found is not None else []


def runs_the_system(index: str) -> bool:
    """Whether the person of this index holds one of the three accounts that run the system."""
    return bool(index) and User.objects.filter(kind__in=SYSTEM_KINDS, id_number_index=index).exists()


def keeps_no_unit() -> Problem:
    """Why somebody who runs the system cannot be confirmed as a unit's administrator."""
    text = _(
        "这个人是系统运维、安全管理或审计管理人员，不能同时担任单位管理员：单位管理员要审核本单位的申报。请单位换一位经办人。"
    )
    return Problem(text, code="duties_conflict")


def older_accounts() -> QuerySet[User]:
    """Accounts in use at work that have no number, by login name: opened before it was asked for."""
    return User.objects.filter(kind__in=AT_WORK, is_active=True, id_number_index="").order_by("username")


def number_missing() -> Problem:
    """Why an account without a number is not opened again."""
    text = _("这个账号没有登记身份证号，无法识别是否兼任系统管理、是否审核自己的申报。请先补填身份证号。")
    return Problem(text, code="number_missing")


def number_there() -> Problem:
    """The account has a number, which is not written a second time."""
    text = _("这个账号已经登记了身份证号。登记错的，请停用这个账号，用正确的身份证号重新开通。")
    return Problem(text, where="id_number", code="number_there")


def fill_in_number(*, user: User, number: str) -> None:
    """Write the number of a locked account at work that has none, and what is read from it.

    The caller writes the ledger, and looks again at an ``IntegrityError``: somebody came to have it a moment ago. Raises ``Refused``:
    there is one already, it cannot be one, somebody else at work has it.
    """
    if user.kind not in AT_WORK:
        raise ValueError(f"{user.kind} is not an account at work")
    number = compact(number)
    if user.id_number_index:
        raise Refused([number_there()])
    problems = check_identity(number, today=clock.today())
    if not problems:
        person = Particulars(user.name, number, "", user.email, user.username)
        problems = conflicts_of_duties(person, kind=AccountKind(user.kind)) + number_taken_at_work(
            person, kind=AccountKind(user.kind)
        )
    if problems:
        raise Refused(problems)
    identity = check_identity_number(number, today=clock.today())
    user.id_number, user.id_number_index = number, person_index(number)
    user.birth_date, user.sex = identity.birth_date, identity.sex
    user.number_held_at, user.predates_duties = clock.now(), False
    user.save(update_fields=["id_number", "id_number_index", "birth_date", "sex", "number_held_at", "predates_duties"])


def apart_at_work() -> Q:
    """Of accounts in use: everybody whose duties are kept apart."""
    return Q(is_active=True) & (Q(kind__in=AT_WORK) | Q(kind=AccountKind.UNIT, number_held_at__isnull=False))


def _conflict(found: User, *, where: str) -> Problem:
    text = _(
        "这个人已有%(kind)s。系统运维、安全管理、审计管理须由三个人分别担任，也不能同时是各部门的工作人员，不能同时是单位管理员。"
    )
    return Problem(text % {"kind": AccountKind(found.kind).label}, where=where, code="duties_conflict")
