"""Taking a file in: what can be said without opening it is said at once, then its bytes are held, then it waits to be examined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from zhicheng.evidence import intake, queries
from zhicheng.evidence.examination import limits_in_force
from zhicheng.evidence.inspection.verdicts import Rejected
from zhicheng.evidence.models import Intake, Lane
from zhicheng.evidence.rules import Limits, over
from zhicheng.evidence.sentences import refusal_sentence
from zhicheng.foundation import clock, holding
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import StillTheirTurn, take_turns

TURN_SECONDS = 1.0
"""How long a visitor's file waits until others' are written down; a few hundredths are usual."""


class Upload(Protocol):
    """What is needed of an uploaded file; Django's ``UploadedFile`` and ``ContentFile`` are such."""

    name: str | None

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]:
        """The content from its beginning."""


def take_file(
    *,
    upload: Upload,
    actor_id: int | None,
    network: str = "",
    purpose: str = intake.KEEP,
    subject: str = "",
    where: str = "",
    payload: dict[str, Any] | None = None,
    most_bytes: int = 0,
) -> Intake:
    """Hold ``upload`` durably and let it wait to be examined; what it was brought for is done afterwards (``intake.handler``).

    ``actor_id`` is the primary key of the user who brought it, None for a visitor, who comes from ``network`` (the part of an address that
    limits go by). ``subject`` and ``where`` name the page and the place on it that show the outcome; ``most_bytes`` is a limit of that
    place below the instance's own. Raises ``Refused`` at ``where``: ``too_large``, ``storage`` (the disk refused), and before anything is
    written ``queue_full``, ``budget``, ``space``, ``share`` when this account or network has too much waiting (or a visitor's turn does not
    come), used up its hour, or fills the room kept for visitors or its share of it.
    """
    intake.handler_for(purpose)
    size = int(getattr(upload, "size", None) or 0)
    _refuse_too_much(actor_id, network, size, where)  # before anything is written; what is counted is counted again
    held = _hold(upload, where, most_bytes)
    row = _row_of(held, upload.name or "", actor_id, network)
    row.purpose, row.subject, row.where, row.payload = purpose, subject, where, payload or {}
    try:
        with transaction.atomic():
            _wait_for_the_others(actor_id, where)
            _refuse_too_much(actor_id, network, held.size, where)
            row.save(force_insert=True)
            return row
    except (OperationalError, InterfaceError):  # it may have been committed: what nobody wants is tidied later
        raise
    except BaseException:
        holding.release(held.name)
        raise


def _row_of(held: holding.Held, name: str, actor_id: int | None, network: str) -> Intake:
    at = clock.machine_now()
    return Intake(
        held=held.name,
        sha256=held.sha256,
        size=held.size,
        name=name.replace("\0", "")[-255:],
        language=translation.get_language() or settings.LANGUAGE_CODE,
        lane=Lane.VISITORS if actor_id is None else Lane.PEOPLE,
        brought_by_id=actor_id,
        network=network[:50] if actor_id is None else "",
        due_at=at,
        arrived_at=at,
    )


def note_told(*, intakes: Iterable[Intake]) -> None:
    """Write down that the answer to the upload has said these outcomes, so that the page does not say them a second time."""
    told = [row.pk for row in intakes]
    if told:
        with transaction.atomic():
            Intake.objects.filter(pk__in=told, ended_at__isnull=False).update(told=True)


def _hold(upload: Upload, where: str, most_bytes: int) -> holding.Held:
    try:
        return holding.hold(_bounded(upload, where, most_bytes))
    except Refused as refusal:
        raise Refused(replace(problem, where=where) for problem in refusal.problems) from refusal


def _wait_for_the_others(actor_id: int | None, where: str) -> None:
    """One file at a time is counted and written down, of an account, or of all visitors; nobody who is signed in waits for a visitor.

    Whoever waits holds a thread of the pages: visitors may hold all of them for this moment and no longer.
    """
    if actor_id is not None:
        take_turns(f"intake:{actor_id}")
        return
    try:
        take_turns("intake:visitors", seconds=TURN_SECONDS)
    except StillTheirTurn as late:
        raise Refused.one(_sentence("queue_full"), where=where, code="queue_full") from late


def _refuse_too_much(actor_id: int | None, network: str, size: int, where: str) -> None:
    if actor_id is None:
        verdict = _too_much_of_visitors(network, size)
    else:
        verdict = over(
            queries.usage_of_account(actor_id),
            Limits(waiting=settings.WAITING_PER_ACCOUNT, cpu_seconds=settings.EXAMINE_SECONDS_PER_ACCOUNT),
            size=size,
        )
    if verdict:
        raise Refused.one(_sentence(verdict), where=where, code=verdict)


def _too_much_of_visitors(network: str, size: int) -> str:
    """Half of their room and of their queue is for those who have nothing there yet: beyond it a site has as many bytes as one file may,
    and all that one customer of a provider gets has the places of one network. A site has the hour of one network, however many it is.
    """
    usage = queries.usage_of_visitors(network)
    verdict = over(
        usage.own,
        Limits(
            waiting=settings.WAITING_PER_NETWORK,
            cpu_seconds=settings.EXAMINE_SECONDS_PER_NETWORK,
            held_bytes=settings.VISITOR_BYTES_PER_NETWORK,
        ),
        size=size,
    ) or over(
        usage.site, Limits(waiting=settings.WAITING_PER_NETWORK, cpu_seconds=settings.EXAMINE_SECONDS_PER_NETWORK), size=size
    )
    verdict = verdict or over(
        usage.everybody, Limits(waiting=settings.WAITING_OF_VISITORS, held_bytes=settings.VISITOR_BYTES), size=size
    )
    if not verdict and usage.everybody.waiting >= settings.WAITING_OF_VISITORS // 2:
        verdict = over(usage.provided, Limits(waiting=settings.WAITING_PER_NETWORK), size=size)
    crowded = usage.everybody.held_bytes + size > settings.VISITOR_BYTES // 2
    if not verdict and crowded and queries.unclaimed_bytes_near(network) + size > limits_in_force().max_bytes:
        return "share"
    return verdict


def _sentence(verdict: str) -> str:
    if verdict == "queue_full":
        return _("已有多个文件正在排队检查，这个文件没有收下。您填写的内容没有丢失，请等前面的检查完再上传。")
    if verdict == "budget":
        return _("最近一小时上传的文件检查用时过多，这个文件没有收下。您填写的内容没有丢失，请一小时后再上传。")
    if verdict == "share":
        return _(
            "暂存注册材料的空间紧张，您所在的网络已有上传的文件没有确认邮箱，这个文件没有收下。"
            "请先打开注册邮件中的链接确认邮箱，或者稍后再上传。"
        )
    return _("暂存注册材料的空间已满，这个文件没有收下。请稍后再上传，或者联系当地人社局职称办。")


def _bounded(upload: Upload, where: str, most_bytes: int) -> Iterator[bytes]:
    """The content, and never more of it than may be kept."""
    limits, written = limits_in_force(), 0
    if 0 < most_bytes < limits.max_bytes:
        limits = replace(limits, max_bytes=most_bytes)
    for chunk in upload.chunks():
        written += len(chunk)
        if written > limits.max_bytes:
            size = max(written, getattr(upload, "size", None) or 0)
            refusal = Rejected("too_large", size=size)
            sentence = refusal_sentence(refusal, declared_name=upload.name or "", limits=limits)
            raise Refused.one(sentence, where=where, code=refusal.code)
        yield chunk
