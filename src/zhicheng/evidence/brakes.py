"""What stops a file before it is taken in: it is too large, or its account or network has brought too much."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from zhicheng.evidence import queries
from zhicheng.evidence.examination import limits_in_force
from zhicheng.evidence.inspection.verdicts import Rejected
from zhicheng.evidence.rules import Limits, over
from zhicheng.evidence.sentences import refusal_sentence
from zhicheng.foundation.errors import Refused


def most_bytes_of(most_bytes: int) -> int:
    """The limit in force at a place that has one of its own (0: none): the instance's is never exceeded."""
    limit: int = limits_in_force().max_bytes
    return min(most_bytes, limit) if most_bytes > 0 else limit


def refuse_too_large(name: str, *, size: int, where: str, most_bytes: int) -> None:
    """Raise ``Refused`` (``too_large``) at ``where`` when a file has more bytes than its place takes."""
    limits = replace(limits_in_force(), max_bytes=most_bytes_of(most_bytes))
    if size > limits.max_bytes:
        refusal = Rejected("too_large", size=size)
        raise Refused.one(refusal_sentence(refusal, declared_name=name, limits=limits), where=where, code=refusal.code)


def refuse_too_much(actor_id: int | None, network: str, size: int, where: str) -> None:
    """Raise ``Refused`` at ``where`` when one more file of ``size`` bytes would be more than this account, or a visitor from ``network``, may
    have waiting, may cost in an hour or may fill: ``queue_full``, ``budget``, ``space``, ``share``.
    """
    if actor_id is None:
        verdict = _too_much_of_visitors(network, size)
    else:
        verdict = over(
            queries.usage_of_account(actor_id),
            Limits(waiting=settings.WAITING_PER_ACCOUNT, cpu_seconds=settings.EXAMINE_SECONDS_PER_ACCOUNT),
            size=size,
        )
    if verdict:
        raise Refused.one(sentence_over(verdict), where=where, code=verdict)


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


def sentence_over(verdict: str) -> str:
    """What is said to whom ``verdict`` stops."""
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
