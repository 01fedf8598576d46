"""The foundation's own invariants: the ledger is whole, and every stored file that a row names is there."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation import blobs, ledger, leftovers, triggers
from zhicheng.foundation.invariants import Violation, in_batches, invariant


@invariant("foundation.ledger", gettext_lazy("台账逐条相连，没有改动"))
def ledger_is_whole() -> Iterator[Violation]:
    """Every entry carries its hash and that of the one before, up to the head. Times are not compared: a clock may be put back."""
    found = ledger.verify()
    if not found.ok:
        yield Violation(f"ledger:{found.first_bad}", ledger.in_words(found))


@invariant("foundation.guards", gettext_lazy("数据库中的防改触发器齐全"))
def guards_are_on() -> Iterator[Violation]:
    """Every trigger the rooms declare is in the database (a restored or altered table may have lost its own)."""
    for name in sorted(triggers.missing(connection)):
        yield Violation(f"trigger:{name}", _("触发器不在数据库中。"))


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
                if reference.size and size != getattr(row, reference.size):
                    words = {"sha256": sha256[:16], "size": size, "noted": getattr(row, reference.size)}
                    yield Violation(subject, _("文件 %(sha256)s 有 %(size)s 字节，登记为 %(noted)s 字节。") % words)
