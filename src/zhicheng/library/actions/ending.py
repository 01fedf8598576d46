"""The end of a library: its owner wants it, or has used it for years for nothing. And the ends of papers, told in time."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts.notices import queue_notice
from zhicheng.accounts.queries import reader_of
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.library.models import Library, LibraryItem
from zhicheng.library.reminding import key_of_ends
from zhicheng.library.rules import ENDS_SOON, TOLD_BEFORE, goes_at, unused_before
from zhicheng.messages.actions import send_reminder
from zhicheng.organizations.actors import SYSTEM, Actor, Role

AT_ONCE = 200  # libraries in one run: the rest follow with the next


@one_transaction
def empty_library(*, actor: Actor) -> int:
    """Remove everything that is kept, for good; how many facts. Drafts and submissions keep their own. Twice is the same as once.

    Raises :class:`Refused` (``not_found``) for whoever keeps no library.
    """
    _refuse_others(actor)
    if not lock_rows(Library.objects.filter(pk=actor.account_id)):
        return 0
    return _remove(actor.account_id, by=actor, because="asked")


@one_transaction
def keep_on(*, actor: Actor) -> None:
    """继续保留: the owner wants to keep what they have not used for a long time. Nothing where nothing is kept.

    Raises :class:`Refused` (``not_found``) for whoever keeps no library.
    """
    _refuse_others(actor)
    lock_rows(Library.objects.filter(pk=actor.account_id))
    Library.objects.filter(pk=actor.account_id).update(used_at=clock.now(), told_at=None)


@one_transaction
@platform_language()
def tell_unused() -> int:
    """Tell the owners of libraries that nobody has used for nearly the years of the setting when they go, once each; how many were told."""
    now, years = clock.now(), settings.LIBRARY_KEPT_YEARS
    due = Library.objects.filter(told_at=None, used_at__lt=unused_before(now + TOLD_BEFORE, years=years))
    ids = lock_rows(Library.objects.filter(pk__in=list(due.order_by("used_at").values_list("pk", flat=True)[:AT_ONCE])))
    told = list(due.filter(pk__in=ids).select_related("owner"))
    for library in told:
        library.told_at = now
        library.save(update_fields=["told_at"])
        if library.owner.email:
            named = {
                "name": library.owner.name,
                "years": years,
                "day": clock.written(goes_at(library.used_at, now, years=years)),
                "url": settings.SITE_ADDRESS + reverse("library"),
            }
            queue_notice(
                kind="library-unused",
                about=f"library:{library.pk}",
                whose=f"user:{library.pk}",
                to=library.owner.email,
                words=partial(_unused, named),
                key=f"library-unused:{library.pk}:{library.used_at.isoformat()}",
                warns=False,
            )
    return len(told)


def _unused(named: dict[str, Any]) -> tuple[str, str]:
    body = _(
        "%(name)s：\n\n您保存在“我的资料库”里的内容已有将近 %(years)d 年没有使用。%(day)s 以后仍没有使用的，系统将全部删除，"
        "已经填写和上报的申请书不受影响。\n\n要继续保留的，请登录后打开 %(url)s ，点“继续保留”。不需要的，可以不用处理。\n"
    )
    return _("您的资料库长期没有使用，即将删除"), body % named


@one_transaction
def remove_unused() -> int:
    """Remove the libraries that nobody has used for the years of the setting and whose owners were told long enough ago; how many."""
    now, years = clock.now(), settings.LIBRARY_KEPT_YEARS
    due = Library.objects.filter(told_at__lt=now - TOLD_BEFORE, used_at__lt=unused_before(now, years=years))
    ids = lock_rows(Library.objects.filter(pk__in=list(due.order_by("used_at").values_list("pk", flat=True)[:AT_ONCE])))
    gone = list(due.filter(pk__in=ids).values_list("pk", flat=True))
    for owner_id in gone:
        _remove(owner_id, by=SYSTEM, because="unused")
    return len(gone)


@one_transaction
@platform_language()
def tell_of_ends() -> int:
    """Tell each owner once of the papers in their library that end soon (a contract, a code of 学信网); how many owners were told."""
    today = clock.today()
    soon = LibraryItem.objects.filter(valid_until__gte=today, valid_until__lte=today + ENDS_SOON).filter(
        Q(told_until=None) | ~Q(told_until=F("valid_until"))
    )
    owners = sorted(set(soon.order_by().values_list("library_id", flat=True)))[:AT_ONCE]
    locked = lock_rows(Library.objects.filter(pk__in=owners))
    told: dict[int, list[LibraryItem]] = {}
    for item in soon.filter(library_id__in=locked).select_related("library__owner").order_by("valid_until", "id"):
        told.setdefault(item.library_id, []).append(item)
    for items in told.values():
        _tell_of_ends(items)
    return len(told)


def _tell_of_ends(items: list[LibraryItem]) -> None:
    owner = items[0].library.owner
    for item in items:
        item.told_until = item.valid_until
        item.save(update_fields=["told_until"])
    first = items[0].valid_until
    named = {"name": owner.name, "count": len(items), "day": first.isoformat() if first else ""}

    def words() -> tuple[str, str]:
        text = _(
            "%(name)s：\n\n您“我的资料库”里有 %(count)d 项材料快到期，最早的有效期至 %(day)s 。学信网在线验证报告可以在学信网延长验证有效期，"
            "聘用合同请与单位续签。\n\n登录后查看是哪几项，换上新的材料以后，下一次申报就不用再找。"
        )
        return _("您资料库里有材料快到期"), text % named

    send_reminder(to=reader_of(owner), words=words, key=key_of_ends(items), path=reverse("library"))


def _refuse_others(actor: Actor) -> None:
    if actor.role is not Role.APPLICANT:
        raise Refused.one(_("只有申报人有自己的资料库。"), code="not_found")


def _remove(owner_id: int, *, by: Actor, because: str) -> int:
    """Remove a library that is locked, with all that is in it; the entry tells how much it was and nothing of what."""
    count = LibraryItem.objects.filter(library_id=owner_id).count()
    Library.objects.filter(pk=owner_id).delete()
    data = {"items": count, "because": because}
    ledger.record(event="library.emptied", subject=f"user:{owner_id}", actor=by.ref, data=data)
    return count
