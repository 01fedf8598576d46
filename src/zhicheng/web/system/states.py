"""How each part of the system is, as a tag of the page 系统状态: of the sentences of a part the first that holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class PartState:
    """What ``{% tag %}`` takes."""

    label: str
    tone: str
    icon: str


def good(label: str = "") -> PartState:
    """All is well."""
    return PartState(label or _("正常"), "good", "check-circle")


def bad(label: str) -> PartState:
    """Somebody has to do something now."""
    return PartState(label, "bad", "x-circle")


def warn(label: str) -> PartState:
    """Not as it should be, and the program is at it."""
    return PartState(label, "warn", "exclamation-triangle")


def none(label: str) -> PartState:
    """Nothing there yet, or nothing wanted."""
    return PartState(label, "neutral", "minus")


def part_states(seen: Mapping[str, Any], *, rehearsal: bool) -> dict[str, PartState]:
    """The tag of each part, by its name. ``seen``: what ``web/system/health.py`` gives the page."""
    states = {
        "database": good() if seen["database"] else bad(_("异常")),
        "worker": _worker(seen["worker"]),
        "mail": _mail(seen["mail_server"], unused=rehearsal and not seen["mail_leaves"]),
        "sms": _sms(seen["sms"], used=seen["sms_used"]),
        "outbox": _outbox(seen["outbox"], worker_alive=seen["worker"].alive),
        "intake": bad(_("没有响应")) if seen["intake"].is_stuck else good(),
        "scanner": _scanner(seen["scanner"].state),
        "ledger": _ledger(seen),
        "whole": _whole(seen["whole"]),
        "head": _head(seen["head"], late=seen["head_late"]),
        "files": _files(seen["files"]),
        "second": _second(seen["second_owed"], compared=seen["second_compared"], rehearsal=rehearsal),
        "backup": _backup(seen["backup"], rehearsal=rehearsal),
        "disk": bad(_("空间不足")) if seen["disk_is_low"] else good(),
    }
    if seen["archive"]:
        states["archive"] = _archive(seen["archive"].level, rehearsal=rehearsal)
    return states


def _worker(worker: Any) -> PartState:
    if not worker.alive:
        return bad(_("没有响应"))
    return bad(_("部分没有响应")) if worker.silent else good(_("运行中"))


def _mail(server: Any, *, unused: bool) -> PartState:
    if unused:
        return none(_("演练中不外发"))
    if not server:
        return none(_("还没有用过"))
    if server.closed_until:
        return bad(_("暂停发送"))
    return warn(_("重试中")) if server.failures else good()


def _sms(gateway: Any, *, used: bool) -> PartState:
    if not used:
        return none(_("没有启用"))
    return (
        bad(_("暂停发送")) if gateway and gateway.closed_until else warn(_("重试中")) if gateway and gateway.failures else good()
    )


def _outbox(outbox: Any, *, worker_alive: bool) -> PartState:
    if outbox.failed:
        return bad(_("有失败"))
    if outbox.waiting and not worker_alive:
        return warn(_("等待中"))
    return warn(_("重试中")) if outbox.retrying else good()


def _scanner(state: str) -> PartState:
    return {"ready": good(), "off": none(_("没有配置")), "stuck": bad(_("不检查文件"))}.get(state, bad(_("没有响应")))


def _ledger(seen: Mapping[str, Any]) -> PartState:
    if not seen["verification"]:
        return none(_("尚未核验"))
    return good(_("完整")) if seen["verified"].get("ok") else bad(_("损坏"))


def _whole(whole: Any) -> PartState:
    if not whole:
        return none(_("尚未核验"))
    return bad(_("有不一致")) if whole.found else good(_("全部一致"))


def _head(head: Any, *, late: bool) -> PartState:
    if not head:
        return none(_("尚未签发"))
    if late:
        return bad(_("没有按天签发"))
    return good(_("已签发")) if head.signature else warn(_("没有签名"))


def _files(files: Any) -> PartState:
    if files.bad:
        return bad(_("有损坏"))
    if files.ahead:
        return bad(_("时间不对"))
    return good() if files.checked else none(_("尚未复核"))


def _second(owed: int | None, *, compared: bool | None, rehearsal: bool) -> PartState:
    if owed is None:
        return none(_("不需要")) if rehearsal else warn(_("没有设置"))
    if owed:
        return warn(_("正在补齐"))
    return warn(_("正在复制")) if compared is False else good()


def _backup(backup: Any, *, rehearsal: bool) -> PartState:
    if backup.level == "bad":
        return bad(_("太旧") if backup.fact else _("没有备份"))
    if backup.level == "ok":
        return good()
    return none(_("不需要") if rehearsal else _("还没有"))


def _archive(level: str, *, rehearsal: bool) -> PartState:
    known = {"bad": bad(_("没有归档")), "warn": warn(_("重试中")), "ok": good()}
    return known.get(level) or none(_("不需要") if rehearsal else _("没有设置"))
