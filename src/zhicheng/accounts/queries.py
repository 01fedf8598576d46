"""Reads about accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhicheng.accounts.models import AccountKind, IdentityCorrection, NoticeAcceptance, NumberRelease, User
from zhicheng.accounts.rules import Particulars, mailbox_is_released
from zhicheng.foundation import clock, mail
from zhicheng.foundation.errors import Problem
from zhicheng.foundation.fields import NO_NUMBER, blind_index
from zhicheng.foundation.models import OutboxMessage
from zhicheng.messages.reading import Reader

# As long as the page says that no second mail is sent for signing in again.
CONFIRM_PAUSE = timedelta(minutes=3)
# How the source of a correction begins that took a number from an account which only claimed it.
TAKEN = "confirmation_of:"


def person_index(id_number: str) -> str:
    """The blind index of an identity number; empty for an empty one. How one human is recognised (S-08)."""
    return blind_index(id_number) if id_number else ""


def without_number(user_id: int) -> str:
    """The person index of an account that has no number, or none any more: its own, and nobody else's. No hash: it hides nothing."""
    return f"{NO_NUMBER}{user_id}"


def reader_of(user: User) -> Reader:
    """A person as somebody who is told something: in the inbox of the site, and by mail where a mailbox is theirs."""
    return Reader(user_id=user.pk, mailboxes=(("", user.email),) if user.email else (), mobile=user.mobile)


def account_with_mailbox(email: str) -> User | None:
    """The account this mailbox belongs to, confirmed or not."""
    return User.objects.filter(email__iexact=email).first()


def was_asked_to_confirm(user: User, *, mailbox: str) -> bool:
    """Whether a mail about confirming this mailbox went out within the last few minutes, to the account or to whose mailbox it is."""
    start = f"confirm-mailbox:{user.pk}:"
    if not user.email and (holder := account_with_mailbox(mailbox)) is not None:
        start = f"mailbox-taken:{holder.pk}:"
    now = clock.now()
    return OutboxMessage.objects.filter(
        kind=mail.KIND, key__startswith=start, created_at__gt=now - CONFIRM_PAUSE, created_at__lte=now
    ).exists()


def unit_sharing(user: User, *, mailbox: str) -> str:
    """The name of the applicant's employer when ``mailbox`` is the one its people share (S-35); empty when it is not."""
    if user.kind != AccountKind.APPLICANT:
        return ""
    now = user.memberships.filter(until__isnull=True, organization__email__iexact=mailbox).exclude(organization__email="")
    return now.values_list("organization__name", flat=True).first() or ""


def account_tried(credentials: Mapping[str, Any]) -> str:
    """The ledger's name of the account somebody tried to sign in to; empty when there is none of that login name or mailbox.

    A mailbox names an account when it is confirmed, as at the sign-in itself: whoever registered with a stranger's would else learn
    from the brake on both names whether it was free.
    """
    typed = str(credentials.get("username") or credentials.get("email") or "")
    confirmed = EmailAddress.objects.filter(email=typed.lower(), verified=True).values("user_id")
    found = User.objects.filter(Q(username__iexact=typed) | Q(pk__in=confirmed)).values_list("pk", flat=True).first()
    return f"user:{found}" if typed and found is not None else ""


def ref_of_login(name: str) -> str:
    """The ledger's name (``user:12``) of the account with this login name; ``""`` when there is none."""
    pk = User.objects.filter(username__iexact=name).values_list("pk", flat=True).first()
    return f"user:{pk}" if pk is not None else ""


def ref_of_typed(text: str) -> str:
    """The ledger's name behind what an auditor typed: a login name, or that name itself (``user:12``, ``system``); ``""`` for neither."""
    if re.fullmatch(r"user:[1-9][0-9]{0,18}|system|anonymous", text):
        return text
    return ref_of_login(text)


def mailbox_confirmed(user: User) -> bool:
    """Whether the owner of the account's mailbox has confirmed it."""
    return EmailAddress.objects.filter(user=user, verified=True).exists()


def account_to_reuse(person: Particulars, *, kind: AccountKind, password: str | None) -> User | None:
    """An account of this log-in name that was never confirmed, and whose password this person knows: registered anew.

    A mistyped mailbox or number must not shut its owner out (S-35). The number has no part in it: whether it is the one the account
    was opened with would be an answer. The account could never be signed in to, so nothing is lost.
    """
    account = User.objects.filter(username__iexact=person.username, kind=kind).first()
    if account is None or password is None or mailbox_confirmed(account) or not account.check_password(password):
        return None
    return account


def conflicts_with_others(person: Particulars, *, reuse: User | None, now: datetime) -> list[Problem]:
    """What is taken already: the log-in name. Never a word about number or mailbox, nor about who it is (S-36)."""
    same_name = User.objects.filter(username__iexact=person.username).first()
    if same_name is None or same_name == reuse or username_is_released(same_name, now=now):
        return []
    return [Problem(_("这个登录名已有人使用，请换一个。"), where="username", code="username_taken")]


def username_is_released(account: User, *, now: datetime) -> bool:
    """Whether an account no longer holds its log-in name: it was never confirmed and its link has run out, like its mailbox."""
    return mailbox_is_released(confirmed=mailbox_confirmed(account), opened_at=account.created_at, now=now)


def mailbox_holder(email: str, *, reuse: User | None, now: datetime) -> User | None:
    """Another account that still holds this mailbox. None when it is free, or was never confirmed in time."""
    holder = account_with_mailbox(email)
    if holder is None or holder == reuse:
        return None
    if mailbox_is_released(confirmed=mailbox_confirmed(holder), opened_at=holder.created_at, now=now):
        return None
    return holder


def acceptance_of(*, user_id: int, text_key: str, version: str) -> NoticeAcceptance | None:
    """When this account accepted this version of a text; None when it has not."""
    return NoticeAcceptance.objects.filter(user_id=user_id, text_key=text_key, version=version).order_by("-id").first()


def number_is_held(index: str, *, for_user_id: int | None = None) -> bool:
    """Whether a number was left behind by a correction and not released since; never held against the account that left it.

    Ask only after looking for the account that holds it: between the two a correction may be committed, and then this one finds it.
    """
    if not index:
        return False
    leaving = left_behind(index)
    left = leaving.order_by("-id").first()
    if left is None:
        return False
    if for_user_id is not None and leaving.filter(source=left.source, user_id=for_user_id).exists():
        return False  # one decision corrects every account of the person
    return not NumberRelease.objects.filter(index=index, released_at__gte=left.corrected_at).exists()


def left_behind(index: str) -> QuerySet[IdentityCorrection]:
    """The corrections that led away from this number. Where it was taken from a claim because somebody else showed the card, it was not
    left behind: that person has it."""
    return IdentityCorrection.objects.filter(old_index=index).exclude(new_index=index).exclude(source__startswith=TAKEN)


def number_held(*, where: str) -> Problem:
    """What to say of a held number: nothing about whose it was, only where to go."""
    return Problem(
        _(
            "该身份证号曾登记在另一账号上，后来作了更正，现在不能直接使用。请带本人居民身份证到所在县（市）人社局职称办说明，由州人力资源和社会保障局核实后放行。"
        ),
        where=where,
        code="id_number_held",
    )


def accounts_of_person(index: str) -> QuerySet[User]:
    """Every account opened with this identity number, of whatever kind (S-08), in the order of their ids."""
    return User.objects.filter(id_number_index=index).order_by("id")
