"""How a head of the ledger leaves the database: a file, mails, a time stamp. Each on its own, so that one failing holds no other."""

from __future__ import annotations

import base64
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from zhicheng.foundation import checkpoints, clock, jobs, originals, outbox, stamps
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.models import LedgerCheckpoint, OutboxMessage

STAMP, FILE = "ledger.stamp", "ledger.head_file"


@jobs.regular("ledger.checkpoint", minutes=30)
def sign_daily() -> bool:
    """Sign today's head if that was not done yet; whether it was due now. Never in a restored copy, which has to keep silent."""
    return not originals.is_known_copy() and checkpoints.make_checkpoint() is not None


@outbox.handler(checkpoints.LEAVES, lane=Lane.CHECKS)
@platform_language()
def let_out(message: OutboxMessage) -> None:
    """Queue the mails, the file and the time stamp of a head. Idempotent: each has a key of its own."""
    checkpoint = LedgerCheckpoint.objects.get(pk=message.payload["checkpoint"])
    name = checkpoints.name_of(checkpoint)
    for address in checkpoints.receivers():
        queue_mail(to=address, subject=_subject(checkpoint), body=_body(checkpoint), key=f"head:{name}:{address}")
    if settings.LEDGER_HEADS_DIR:
        outbox.queue(kind=FILE, payload={"checkpoint": checkpoint.pk}, key=f"head:{name}")
    if stamps.is_wanted():
        outbox.queue(kind=STAMP, payload={"checkpoint": checkpoint.pk}, key=f"head:{name}")


@outbox.handler(FILE, lane=Lane.CHECKS, lease=timedelta(minutes=2))
def write_file(message: OutboxMessage) -> None:
    """Write the head into ``ZHICHENG_LEDGER_HEADS_DIR``. A restored copy leaves what the original wrote there alone."""
    originals.require()
    write_head(LedgerCheckpoint.objects.get(pk=message.payload["checkpoint"]))


@outbox.handler(STAMP, lane=Lane.CHECKS, lease=timedelta(minutes=2))
def take_stamp(message: OutboxMessage) -> None:
    """Let the authority stamp the head, keep the stamp, and write the file anew with it. A restored copy asks nobody."""
    originals.require()
    checkpoint = LedgerCheckpoint.objects.get(pk=message.payload["checkpoint"])
    if not checkpoint.timestamp:
        checkpoint.timestamp = base64.b64encode(stamps.stamp(checkpoint.statement.encode())).decode()
        with transaction.atomic():
            checkpoint.save(update_fields=["timestamp"])
    if settings.LEDGER_HEADS_DIR:
        write_head(checkpoint)


def write_head(checkpoint: LedgerCheckpoint) -> Path:
    """The file ``ledger-head-2023-05-22.json`` in the folder of the heads; whole or not at all."""
    folder = Path(settings.LEDGER_HEADS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"ledger-head-{checkpoints.name_of(checkpoint)}.json"
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with made.open("w", encoding="utf-8") as target:
        json.dump(checkpoints.document_of(checkpoint), target, ensure_ascii=False, indent=1)
        target.flush()
        os.fsync(target.fileno())
    made.replace(path)
    return path


def _subject(checkpoint: LedgerCheckpoint) -> str:
    return _("台账校验点 {day}：第 {number} 条").format(day=checkpoint.day, number=checkpoint.number)


def _body(checkpoint: LedgerCheckpoint) -> str:
    statement = json.loads(checkpoint.statement)
    lines = [
        _("这是平台台账当天的校验点。请保存这封邮件，不需要回复，也不需要办理什么。"),
        _("以后台账如被截去、重写或调换，用下面的内容就能发现，方法见 docs/ledger.md："),
        "",
        _("条数：{number}").format(number=checkpoint.number),
        _("根校验值：{root}").format(root=checkpoint.root),
        _("签发时间：{at}（北京时间）").format(at=clock.written(datetime.fromisoformat(statement["at"]))),
        "",
        _("以下内容存为 head.json 后，可运行：{command}").format(command="zhicheng ledger compare head.json"),
        "",
        json.dumps(checkpoints.document_of(checkpoint), ensure_ascii=False, indent=1),
    ]
    return "\n".join(lines)
