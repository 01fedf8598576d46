"""Whose number is it? Anybody may claim one; a unit or an office that has seen the card says whose it is (S-07, S-18).

Of several accounts of one kind with one number at most one *holds* it: whose application a unit has passed on, or whose card was
seen. What hangs on the number (count, closed year, bans) is told to its holder and to desks, never to somebody who only claims it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts import duties, queries
from zhicheng.accounts.models import AccountKind, IdentityConfirmation, IdentityCorrection, NumberRelease, User
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.foundation.models import OutboxMessage
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction
from zhicheng.messages.actions import send_message
from zhicheng.standards.identity_number import check_identity_number

# A card is seen when it is written down, or a little earlier; not years ago.
SEEN_AT_MOST = timedelta(days=90)


def other_claims(user: User) -> QuerySet[User]:
    """The accounts of the same kind that were opened with the same number, in the order of their ids."""
    if not user.id_number:
        return User.objects.none()
    return User.objects.filter(kind=user.kind, id_number_index=user.id_number_index).exclude(pk=user.pk).order_by("id")


def holder_besides(user: User) -> User | None:
    """The other account of this kind that holds the number of ``user``."""
    return other_claims(user).filter(number_held_at__isnull=False).first()


def holding_besides() -> QuerySet[User]:
    """For an ``Exists`` over accounts: another of the same kind holds the number."""
    same = User.objects.filter(kind=OuterRef("kind"), id_number_index=OuterRef("id_number_index"), number_held_at__isnull=False)
    return same.exclude(pk=OuterRef("pk")).exclude(id_number_index="")


def holders_besides(people: Iterable[User]) -> dict[int, User]:
    """The other account that holds the number of each of these, by their ids; one query."""
    rows = list(people)
    held = User.objects.filter(id_number_index__in={one.id_number_index for one in rows} - {""}, number_held_at__isnull=False)
    by_number = {(one.kind, one.id_number_index): one for one in held}
    found = {one.pk: by_number.get((one.kind, one.id_number_index)) for one in rows}
    return {pk: holder for pk, holder in found.items() if holder is not None and holder.pk != pk}


def number_missing() -> Problem:
    """The account has lost its number to somebody who showed the card."""
    return Problem(_("这个账号的身份证号已由他人核实，须先按身份证原件更正身份证号。"), code="number_missing")


def number_is_free_for(user: User, *, over_holder: bool = False) -> list[Problem]:
    """Why this account cannot come to hold its number, for a desk to read; empty when it can.

    ``over_holder``: the prefecture has the card in hand and takes the number from an account whose card nobody has seen. Where both
    have shown one, two cards bear one number, or a desk has erred: nothing is taken before one of the two is corrected.
    """
    if not user.id_number:
        return [number_missing()]
    contested = _is_contested(user)
    holder = holder_besides(user) if contested else None
    if holder is not None and holder.identity_confirmed_at is not None and over_holder:
        text = _(
            "这个身份证号在另一个账号上也是按身份证原件核实的，两边都见过原件，不能直接改归本账号。请先查明哪一个登记有误，由其单位提出“更正姓名或身份证号”；更正以后，再核实本账号。"
        )
        return [Problem(text, code="number_held_by_another")]
    if holder is not None and not over_holder:
        text = _(
            "这个身份证号在另一个账号上已经核实或已有申请书经单位审核通过，不能再由本账号使用。请核对身份证原件：本账号填错的，请更正身份证号；确属本人的，请本人持身份证原件到州人力资源和社会保障局：另一账号没有核实过的，由该局在“身份核实”中核实；核实过的，由该局查明哪一个登记有误，先更正那一个。"
        )
        return [Problem(text, code="number_held_by_another")]
    if contested and queries.number_is_held(user.id_number_index, for_user_id=user.pk):
        return [queries.number_held(where="")]
    if user.kind == AccountKind.UNIT and duties.runs_the_system(user.id_number_index):
        return [duties.keeps_no_unit()]
    return []


def _is_contested(user: User) -> bool:
    """Whether another account holds the number of ``user``, or a correction has left it behind: one query, which sees one moment."""
    held, left = other_claims(user).filter(number_held_at__isnull=False), queries.left_behind(user.id_number_index)
    return User.objects.filter(Exists(held) | Exists(left), pk=user.pk).exists()


def hold_free_number(*, user: User) -> bool:
    """The unit passes this person's application on: from now on the number is this account's. ``user`` is locked.

    Writes nothing when it was before, nor when the number is not free: the door says so then, with everything else. Whether the account
    holds it now.
    """
    if user.number_held_at is None and not number_is_free_for(user):
        user.number_held_at = clock.now()
        _save_holder(user, ["number_held_at"])
    return user.number_held_at is not None


def unhold_number(*, user: User, since: datetime) -> None:
    """No pass of a unit stands any more that made this account the holder: it only claims its number again. ``user`` is locked.

    Writes nothing where something else made it one: its card was seen, it held the number before ``since`` (its first 上报), or it has lost
    the number since and holds what it has instead.
    """
    held = user.number_held_at
    if held is None or held < since or user.identity_confirmed_at is not None or not user.id_number:
        return
    user.number_held_at = None
    user.save(update_fields=["number_held_at"])


def check_card_seen(card_seen_on: date | None, *, checked: bool) -> list[Problem]:
    """What is missing from the statement that a card was seen."""
    today, problems = clock.today(), []
    if card_seen_on is None:
        problems.append(Problem(_("请填写查验身份证原件的日期。"), where="card_seen_on", code="card_day_missing"))
    elif not today - SEEN_AT_MOST <= card_seen_on <= today:
        text = _("查验日期应是今天，或者今天以前 90 天之内的一天。")
        problems.append(Problem(text, where="card_seen_on", code="card_day_wrong"))
    if not checked:
        text = _("请当面核对本人居民身份证原件，然后勾选。")
        problems.append(Problem(text, where="checked", code="identity_not_checked"))
    return problems


def confirm_identity(*, user: User, card_seen_on: date, confirmed_by_id: int, source: str, reason: str = "") -> list[User]:
    """Write that the card was seen, and take the number from every other account that claimed it; returns those.

    ``user`` and its other claims are locked. Raises ``Refused`` when another account holds the number; with a ``reason`` (the
    prefecture's) only where that one was confirmed with a card too. An account that held its number goes on to hold what it has
    instead, its own index: what a unit passed on and what was counted stays its own. The caller lets what hangs on the number
    follow, then writes the ledger (:func:`record_confirmation`): its head is the last lock of all.
    """
    if problems := number_is_free_for(user, over_holder=bool(reason)):
        raise Refused(problems)
    now = clock.now()
    IdentityConfirmation.objects.create(
        user=user,
        index=user.id_number_index,
        card_seen_on=card_seen_on,
        source=source,
        reason=reason,
        confirmed_by_id=confirmed_by_id,
        confirmed_at=now,
    )
    losers = take_number(user=user, index=user.id_number_index, taken_by_id=confirmed_by_id)
    user.identity_confirmed_at, user.number_held_at = now, user.number_held_at or now
    _save_holder(user, ["identity_confirmed_at", "number_held_at"])
    return losers


def take_number(*, user: User, index: str, taken_by_id: int) -> list[User]:
    """Take the number of ``index`` from every other account of this kind, for ``user``, who has it or is about to; returns those, the
    holder first. All of them are locked, and whether the holder has to give way was asked before."""
    claims = User.objects.filter(kind=user.kind, id_number_index=index).exclude(pk=user.pk).order_by("id")
    losers = sorted(claims, key=lambda one: one.number_held_at is None)
    for loser in losers:
        _take_number(loser, corrected_by_id=taken_by_id, source=f"{queries.TAKEN}{user.pk}")
    return losers


def record_confirmation(*, user: User, losers: list[User], card_seen_on: date, actor: str, source: str) -> None:
    """Write a confirmation into the ledger, and tell whoever lost the number, and what has to be looked at (bans)."""
    row = IdentityConfirmation.objects.filter(user=user).latest("pk")
    data = {
        "card_seen_on": card_seen_on.isoformat(),
        "source": source,
        "confirmation": row.pk,
        "index": row.index,
        "by": f"user:{row.confirmed_by_id}",
        "at": ledger.time_text(row.confirmed_at),
        "reason": ledger.private(row.reason),
    }
    ledger.record(event="account.identity_confirmed", subject=f"user:{user.pk}", actor=actor, data=data)
    for loser in losers:
        taken = IdentityCorrection.objects.filter(user=loser).latest("pk")
        data = {"confirmed": user.pk, "source": source, "old_name": ledger.private(taken.old_name)} | _told_of(taken)
        ledger.record(event="account.number_taken", subject=f"user:{loser.pk}", actor=actor, data=data)
        _tell_loser(loser, key=f"{user.pk}:{loser.pk}")
    outbox.queue(
        kind="account.identity_confirmed",
        payload={"user_id": user.pk},
        key=f"identity-confirmed:{user.pk}:{clock.now().isoformat()}",
    )


def announce_claim(*, user: User) -> None:
    """The mailbox of a registration was confirmed: whoever has the same number is told by the worker. The same work whether anybody has
    it or not.

    Not before: a registration with somebody else's mailbox keeps no number and is never confirmed, so what was announced at once would
    tell whoever claims the same number with another account whether that mailbox has an account.
    """
    if user.kind not in {AccountKind.APPLICANT, AccountKind.UNIT}:
        return
    outbox.queue(
        kind="account.number_claimed",
        payload={"user_id": user.pk},
        key=f"number-claimed:{user.pk}:{clock.now().isoformat()}",
    )


def correct_identity(
    *, accounts: list[User], name: str, number: str, corrected_by_id: int, source: str
) -> list[tuple[int, dict[str, Any]]]:
    """Write a checked name and number onto the locked accounts of one person, and what they were into the history (S-18).

    Call inside the transaction that decides on it; ``IntegrityError`` means somebody took the number a moment ago. Returns what
    the ledger has to say of each account, for :func:`record_correction` when everything that hangs on the person has followed.
    """
    entries: list[tuple[int, dict[str, Any]]] = []
    identity = check_identity_number(number, today=clock.today())
    index, now = queries.person_index(number), clock.now()
    for user in accounts:
        row = IdentityCorrection.objects.create(
            user=user,
            old_name=user.name,
            new_name=name,
            old_number=user.id_number,
            new_number=number,
            old_index=user.id_number_index,
            new_index=index,
            source=source,
            corrected_by_id=corrected_by_id,
            corrected_at=now,
        )
        changed = [f for f, old, new in (("name", user.name, name), ("id_number", user.id_number, number)) if old != new]
        data = {"source": source, "fields": changed, "name": ledger.private(name), "old_name": ledger.private(row.old_name)}
        data |= _told_of(row)
        user.name, user.id_number, user.id_number_index = name, number, index
        user.birth_date, user.sex, user.predates_duties = identity.birth_date, identity.sex, False
        user.save(update_fields=["name", "id_number", "id_number_index", "birth_date", "sex", "predates_duties"])
        entries.append((user.pk, data))
    return entries


def _told_of(row: IdentityCorrection) -> dict[str, Any]:
    """What the ledger keeps of every correction: the row, from which index to which, by whom and when."""
    by, at = f"user:{row.corrected_by_id}", ledger.time_text(row.corrected_at)
    return {"correction": row.pk, "from": row.old_index, "to": row.new_index, "by": by, "at": at}


def record_correction(*, entries: list[tuple[int, dict[str, Any]]], actor: str) -> None:
    """Write what :func:`correct_identity` returned into the ledger, whose head is the last lock of all."""
    for user_id, data in entries:
        ledger.record(event="account.identity_corrected", subject=f"user:{user_id}", actor=actor, data=data)


@one_transaction
def release_number(*, index: str, reason: str, released_by_id: int, actor: str, source: str) -> None:
    """Let the person register whose number a correction left behind. Raises ``Refused`` when it is not held, or no reason is given."""
    if problems := reason_problems(reason, least=10, said=_("请写明核实的情况，不少于10个字。")):
        raise Refused(problems)
    if not queries.number_is_held(index):
        raise Refused.one(_("这个号码没有被保留，不需要放行。"), code="not_held")
    row = NumberRelease.objects.create(
        index=index, reason=reason.strip()[:500], released_by_id=released_by_id, released_at=clock.now()
    )
    data = {"release": row.pk, "index": index, "by": f"user:{released_by_id}", "at": ledger.time_text(row.released_at)}
    data |= {"reason": ledger.private(row.reason)}
    ledger.record(event="account.number_released", subject=source, actor=actor, data=data)


def _number_used_by_another(other: User) -> tuple[str, str]:
    return (
        _("有人用您的身份证号注册账号"),
        _(
            "%(name)s：\n\n有人用您登记的身份证号在%(site)s注册了另一个%(kind)s。您的账号（登录名 %(username)s）没有任何变化。\n\n"
            "如果就是您本人：请用原来的账号，忘记密码的打开 %(recover)s 找回，不必使用新账号。\n"
            "如果不是您本人：%(else)s\n"
        )
        % {
            "else": _("不需要办理什么。您的身份已经核实，别人不能用这个号码申报。")
            if other.identity_confirmed_at
            else _(
                "请带居民身份证到本单位人事部门或所在县（市）人社局职称办，请他们核实您的身份；核实以后，别人不能再用这个号码申报。"
            ),
            "name": other.name,
            "site": site_name(),
            "kind": AccountKind(other.kind).label,
            "username": other.username,
            "recover": settings.SITE_ADDRESS + reverse("account_reset_password"),
        },
    )


@outbox.handler("account.number_claimed")
@platform_language()
def tell_of_claim(message: OutboxMessage) -> None:
    """Mail to the account that holds the number, at its confirmed mailbox; one a day at most. Whoever only claims it is told nothing: who
    claimed every number of a birthday would learn which one is somebody's."""
    claimed = User.objects.get(pk=message.payload["user_id"])
    if not queries.mailbox_confirmed(claimed):
        return  # queued by a version that announced at registration
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), primary=True, verified=True)
    for other in other_claims(claimed).filter(Exists(confirmed), is_active=True, number_held_at__isnull=False):
        send_message(
            to=queries.reader_of(other),
            words=partial(_number_used_by_another, other),
            key=f"number-claimed:{other.pk}:{clock.today().isoformat()}",
        )


def _take_number(user: User, *, corrected_by_id: int, source: str) -> None:
    """The number, and what was read from it. Mailbox, password, forms and files stay."""
    index = queries.without_number(user.pk)
    IdentityCorrection.objects.create(
        user=user,
        old_name=user.name,
        new_name=user.name,
        old_number=user.id_number,
        new_number="",
        old_index=user.id_number_index,
        new_index=index,
        source=source,
        corrected_by_id=corrected_by_id,
        corrected_at=clock.now(),
    )
    user.id_number, user.id_number_index, user.birth_date, user.sex = "", index, None, ""
    user.save(update_fields=["id_number", "id_number_index", "birth_date", "sex"])


def _save_holder(user: User, fields: list[str]) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=fields)
    except IntegrityError:  # another account came to hold it a moment ago
        user.refresh_from_db(fields=fields)
        raise Refused(number_is_free_for(user)) from None


@platform_language()
def _tell_loser(user: User, *, key: str) -> None:
    if not queries.mailbox_confirmed(user):
        return
    send_message(
        to=queries.reader_of(user),
        words=lambda: (
            _("您登记的身份证号经核实属于他人"),
            _(
                "%(name)s：\n\n您在%(site)s的账号（登录名 %(username)s）登记的身份证号，经单位或职称办查验身份证原件，属于另一位申报人，已从您的账号中去掉。\n\n"
                "账号可以照常登录，已填写的内容和上传的文件都还在，已上报的申请书和计次仍是这个账号的；登记正确的身份证号以前不能上报，各级也不能再向上报送。\n"
                "请带本人居民身份证到本单位，由单位提出“更正姓名或身份证号”。如果您认为这个号码是您的，请联系所在县（市）人社局职称办。\n"
            )
            % {"name": user.name, "site": site_name(), "username": user.username},
        ),
        key=f"number-taken:{key}:{clock.now().isoformat()}",
    )
