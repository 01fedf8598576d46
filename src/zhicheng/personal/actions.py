"""Asking for a copy of one's data, keeping it for a short time, and throwing it away. The only code of this room that writes."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts.models import User
from zhicheng.accounts.notices import queue_notice
from zhicheng.foundation import clock, holding, ledger, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.organizations.actors import Actor, Role
from zhicheng.personal.models import TRIED_FOR, DataCopy

MAKE = "personal.copy"


@one_transaction
def ask_copy(*, actor: Actor) -> DataCopy:
    """Have a copy made of everything that is kept about the actor; one that is being made already is not begun twice, unless it should have come
    long ago; one that lies there goes.

    Raises :class:`Refused` (``not_found``) for whoever is no applicant.
    """
    _refuse_others(actor)
    lock_rows(User.objects.filter(pk=actor.account_id))  # two presses at once: the second finds the first's
    copy = _locked(actor.account_id)
    now = clock.now()
    if copy is not None and not copy.is_ready and copy.asked_at > now - TRIED_FOR:
        return copy
    earlier = copy.round if copy is not None else 0
    _let_go(copy)
    copy = DataCopy.objects.create(owner_id=actor.account_id, round=earlier + 1, asked_at=now)
    payload = {"owner_id": copy.owner_id, "round": copy.round, "asked_at": copy.asked_at.isoformat()}
    outbox.queue(kind=MAKE, payload=payload, key=f"{copy.owner_id}:{copy.round}:{copy.asked_at.isoformat()}")
    ledger.record(
        event="data.asked", subject=f"user:{copy.owner_id}", actor=actor.ref, data={"at": ledger.time_text(copy.asked_at)}
    )
    return copy


@one_transaction
def keep_copy(*, owner_id: int, round_asked: int, asked_at: datetime, held: holding.Held) -> bool:
    """A copy that was made is kept and told of; whether it was still wanted. One that was not goes at once.

    The round alone does not name it: after one was removed the next is the first again, and what is packed for the removed one may still come.
    """
    copy = _locked(owner_id)
    if copy is None or copy.is_ready or (copy.round, copy.asked_at) != (round_asked, asked_at):
        holding.release(held.name)
        return False
    now = clock.now()
    until = now + timedelta(hours=settings.DATA_COPY_HOURS)
    copy.held, copy.size, copy.ready_at, copy.goes_at = held.name, held.size, now, until
    copy.save(update_fields=["held", "size", "ready_at", "goes_at"])
    owner = User.objects.filter(pk=owner_id, is_active=True).first()
    if owner is not None and owner.email:
        _tell(owner, copy, until)
    return True


def _tell(owner: User, copy: DataCopy, until: datetime) -> None:
    named = {"name": owner.name, "until": clock.written(until), "url": settings.SITE_ADDRESS + reverse("person_data")}
    queue_notice(
        kind="data-copy",
        about=f"user:{owner.pk}",
        whose=f"user:{owner.pk}",
        to=owner.email,
        words=partial(_ready, named),
        key=f"data-copy:{owner.pk}:{copy.round}:{copy.asked_at.isoformat()}",
    )


def _ready(named: dict[str, Any]) -> tuple[str, str]:
    body = _(
        "%(name)s：\n\n您要的个人数据副本已经备好，%(until)s（北京时间）以前可以下载，之后自动删除：%(url)s 。下载前可能需要再输入一次密码。\n\n"
        "如果不是您本人要的，请马上修改密码，并联系州人力资源和社会保障局。\n"
    )
    return _("您的个人数据副本已经备好"), body % named


@one_transaction
def remove_copy(*, actor: Actor) -> None:
    """Throw the copy away before its time, also one that is being made. Nothing where there is none.

    Raises :class:`Refused` (``not_found``) for whoever is no applicant.
    """
    _refuse_others(actor)
    _let_go(_locked(actor.account_id))


@one_transaction
def remove_past_copies() -> int:
    """Throw away the copies whose time is over; how many."""
    past = lock_rows(DataCopy.objects.filter(goes_at__lte=clock.now()))
    for copy in DataCopy.objects.filter(pk__in=past):
        _let_go(copy)
    return len(past)


def _locked(owner_id: int) -> DataCopy | None:
    lock_rows(DataCopy.objects.filter(pk=owner_id))
    return DataCopy.objects.filter(pk=owner_id).first()


def _let_go(copy: DataCopy | None) -> None:
    """The row now, the bytes when that is certain."""
    if copy is None:
        return
    if copy.held:
        transaction.on_commit(partial(holding.release, copy.held))
    copy.delete()


def _refuse_others(actor: Actor) -> None:
    if actor.role is not Role.APPLICANT:
        raise Refused.one(_("没有找到。"), code="not_found")
