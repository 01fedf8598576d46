"""The foundation's own invariants: the ledger is whole, and every stored file that a row names is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation import blobs, checkpoints, clock, ledger, leftovers, merkle, proofs, resealing, signing, trigger_state
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerCheckpoint, LedgerEntry, LedgerSubtree, OutboxMessage


@invariant("foundation.ledger", gettext_lazy("台账逐条相连，没有改动"))
def ledger_is_whole() -> Iterator[Violation]:
    """Every entry carries its hash and that of the one before, up to the head. Times are not compared: a clock may be put back."""
    found = ledger.verify()
    if not found.ok:
        yield Violation(f"ledger:{found.first_bad}", ledger.in_words(found))


@invariant("foundation.salts", gettext_lazy("台账中加盐的校验值都能核对，依法删除的除外"))
def salts_are_there() -> Iterator[Violation]:
    """Without its salt a text beside the ledger can be changed unnoticed: it is gone only where an entry says that it was erased."""
    erased = ledger.erased_numbers()
    for entries in in_batches(LedgerEntry.objects.filter(format__gt=1)):
        there = ledger.salts_of(entry.number for entry in entries)
        for entry in entries:
            hashes = {found for value in entry.data.values() for found in ledger.private_in(value)}
            if entry.number in erased:
                continue
            salts = [there.get((entry.number, one)) for one in hashes]
            if not all(salts):
                yield Violation(f"ledger:{entry.number}", _("校验值的盐不在了，台账却没有依法删除的记录。"))
            elif ledger.SALTS in entry.data and ledger.salts_digest(filter(None, salts)) != entry.data[ledger.SALTS]:
                yield Violation(f"ledger:{entry.number}", _("校验值的盐不是写入台账时的盐。"))


@invariant("foundation.checkpoints", gettext_lazy("每天签发的台账校验点与台账一致"))
def checkpoints_hold() -> Iterator[Violation]:
    """Every head that was signed is the one the entries still have, its signature holds, and so does every kept part of the tree."""
    heads = grouped(LedgerCheckpoint.objects.order_by("number"), lambda row: row.number)
    kept = {(row.level, row.position): row.hash for row in LedgerSubtree.objects.all()}
    growing = merkle.Growing()
    for entry in LedgerEntry.objects.order_by("number").iterator(chunk_size=2000):
        try:
            leaf = checkpoints.leaf_of(entry)
        except (TypeError, ValueError):
            yield Violation(f"ledger:{entry.number}", _("这条记录的内容无法核对。"))
            return
        for level, position, found in growing.add(leaf):
            if kept.pop((level, position), found.hex()) != found.hex():
                yield Violation(f"ledger_tree:{level}/{position}", _("保存的校验树与台账不一致。"))
        for head in heads.pop(growing.size, []):
            statement = json.loads(head.statement)
            if (growing.root().hex(), entry.hash) != (head.root, statement["head"]) or statement["root"] != head.root:
                yield Violation(f"checkpoint:{head.day}", _("台账已与当天签发的校验点不一致。"))
            signed = datetime.fromisoformat(statement["at"]).astimezone(clock.BEIJING).date()
            if head.day not in {
                signed,
                signed - timedelta(days=1),
            }:  # the version before took its day first, perhaps before midnight
                yield Violation(f"checkpoint:{head.day}", _("校验点的日期不是它签发的那一天。"))
    yield from (Violation(f"checkpoint:{head.day}", _("台账短于当天签发的校验点。")) for rows in heads.values() for head in rows)
    yield from (Violation(f"ledger_tree:{level}/{position}", _("保存的校验树与台账不一致。")) for level, position in kept)
    yield from _signatures()


@invariant("foundation.checkpoints_kept", gettext_lazy("签发过的台账校验点都还在"))
def checkpoints_are_kept() -> Iterator[Violation]:
    """Every head that was to leave the database is there, its message tells of it, also when the row was removed; and every row is one
    that was to leave.
    """
    told = set()
    for messages in in_batches(OutboxMessage.objects.filter(kind=checkpoints.LEAVES).only("key", "payload")):
        there = set(
            LedgerCheckpoint.objects.filter(pk__in=[m.payload.get("checkpoint") for m in messages]).values_list("pk", flat=True)
        )
        told |= there
        for message in messages:
            if message.payload.get("checkpoint") not in there:
                yield Violation(f"checkpoint:{message.key.split(':')[1]}", _("这一天签发过校验点，现在不在数据库中。"))
    for head in LedgerCheckpoint.objects.order_by("pk").only("day").iterator():
        if head.pk not in told:
            yield Violation(f"checkpoint:{head.day}", _("没有签发这个校验点的记录，它不是平台写入的。"))


def _signatures() -> Iterator[Violation]:
    """Of the key that signs now; an older key's public part is with whoever kept it. Once heads are signed there are none without."""
    try:
        key = signing.signing_key()
    except ImproperlyConfigured as error:
        yield Violation("checkpoints", _("签发密钥读不出来，签名没有核对：{error}").format(error=error))
        return
    if key is None:
        return
    public, begun = key.public_key(), False
    for head in LedgerCheckpoint.objects.order_by("pk").iterator():
        if not head.signature:
            if begun:
                yield Violation(f"checkpoint:{head.day}", _("没有签名，此前的校验点都有。"))
            continue
        begun = True
        if head.key_id != proofs.key_id(public):
            continue
        statement = head.statement.encode()
        if not proofs.is_signed(statement, algorithm=head.signature_algorithm, signature=head.signature, key=public):
            yield Violation(f"checkpoint:{head.day}", _("签名与内容不符。"))


@invariant("foundation.sealed_values", gettext_lazy("加密保存的内容都在原来的位置，都能读取"))
def sealed_values_open() -> Iterator[Violation]:
    """Every sealed value opens where it lies: one that was changed or put elsewhere locks somebody out, or a form or paper away."""
    for place in resealing.broken(connection):
        yield Violation(place, _("加密的内容打不开：被改动过，或者不属于这一行。"))


@invariant("foundation.guards", gettext_lazy("数据库中的防改触发器齐全，内容与平台的一致"))
def protection_is_on() -> Iterator[Violation]:
    """Every trigger the rooms declare is in the database, does what the program would make it do, and none besides changes a guarded table
    (a restored or altered table may have lost its own; a function keeps its name when it is replaced)."""
    said = {
        trigger_state.Fault.MISSING: _("触发器不在数据库中，或者已停用。"),
        trigger_state.Fault.OTHER: _("触发器的内容不是平台写入的，可能已不起作用。"),
        trigger_state.Fault.STRANGE: _("这个触发器或规则不是平台的，可能绕过防改触发器。"),
    }
    for name, fault in trigger_state.findings(connection):
        yield Violation(f"trigger:{name}", said[fault])
    if trigger_state.all_switched_off(connection):
        yield Violation("trigger:*", _("数据库的设置停用了全部触发器（session_replication_role）。"))


@invariant("foundation.files_are_there", gettext_lazy("登记的每个文件都在存储中，大小一致"))
def files_are_there() -> Iterator[Violation]:
    """Whatever a row of any room names by its hash is stored, with as many bytes as the row says."""
    for reference in leftovers.references():
        columns = [name for name in (reference.column, reference.size) if name]
        model = apps.get_model(reference.model)
        rows = model._base_manager.filter(**{f"{reference.column}__gt": ""}).only(*columns)
        for batch in in_batches(rows):
            for row in batch:
                sha256 = getattr(row, reference.column)
                subject = f"{reference.model.lower()}:{row.pk}"
                try:
                    size = blobs.blob_size(sha256)
                except blobs.BlobMissing:
                    yield Violation(subject, _("文件 %(sha256)s 不在存储中。") % {"sha256": sha256[:16]})
                    continue
                except OSError:
                    yield Violation(subject, _("文件 %(sha256)s 读不出来，请检查磁盘。") % {"sha256": sha256[:16]})
                    continue
                if reference.size and size != getattr(row, reference.size):
                    words = {"sha256": sha256[:16], "size": size, "noted": getattr(row, reference.size)}
                    yield Violation(subject, _("文件 %(sha256)s 有 %(size)s 字节，登记为 %(noted)s 字节。") % words)
