"""What must be true of papers: their numbers, and that the ledger knows each of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.documents.models import Paper, SerialCounter
from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.sealing import SealBroken
from zhicheng.foundation.told import at_the_time_of, moment


@invariant("documents.serials", gettext_lazy("文书编号连续、不重复"))
def serials() -> Iterator[Violation]:
    """Every series counts 1, 2, 3 … to its counter. A number is taken under the counter's lock, so the papers lie in its order."""
    counters = {f"{row.prefix}{row.year}-": row.last for row in SerialCounter.objects.all()}
    seen: dict[str, int] = dict.fromkeys(counters, 0)
    for papers in in_batches(Paper.objects.only("serial")):
        for paper in papers:
            series, _dash, number = paper.serial.rpartition("-")
            expected = seen.get(f"{series}-", 0) + 1
            if not number.isdecimal() or int(number) != expected:
                said = _("应为第 %(expected)s 号，编号不连续或重复。") % {"expected": expected}
                yield Violation(f"paper:{paper.serial}", said)
            seen[f"{series}-"] = int(number) if number.isdecimal() else expected
    for series, last in seen.items():
        if counters.get(series) != last:
            said = _("计数器为 %(counter)s，最后一份文书为第 %(last)s 号。") % {"counter": counters.get(series), "last": last}
            yield Violation(f"serials:{series.removesuffix('-')}", said)


@invariant("documents.papers_in_ledger", gettext_lazy("每份文书的签发在台账中恰有一条记录"))
def papers_in_ledger() -> Iterator[Violation]:
    """Each paper was issued once in the ledger, with the same kind and hash; and no entry speaks of a paper that is not there."""
    issued = LedgerEntry.objects.filter(event="paper.issued")
    for papers in in_batches(Paper.objects.order_by(), size=100):
        rows = issued.filter(subject__in={paper.subject for paper in papers})
        entries = grouped(rows, lambda entry: entry.data.get("serial"))
        salts = ledger.salts_of(entry.number for found in entries.values() for entry in found)
        for paper in papers:
            found = entries.get(paper.serial, [])
            if len(found) != 1:
                said = _("台账中的签发记录有 %(count)s 条，应为 1 条。") % {"count": len(found)}
                yield Violation(f"paper:{paper.serial}", said)
            elif (found[0].data.get("kind"), found[0].data.get("snapshot_sha256"), found[0].subject) != (
                paper.kind,
                paper.snapshot_sha256,
                paper.subject,
            ):
                yield Violation(f"paper:{paper.serial}", _("种类、对象或数据校验码与台账不一致。"))
            elif not _says_what_was_issued(found[0], paper, salts):
                yield Violation(f"paper:{paper.serial}", _("文书的内容、核验码或签发时间与台账不一致。"))
    for batch in in_batches(issued):
        serials_named = {str(entry.data.get("serial")) for entry in batch}
        there = set(Paper.objects.filter(serial__in=serials_named).values_list("serial", flat=True))
        for serial in sorted(serials_named - there):
            yield Violation(f"paper:{serial}", _("台账记录了签发，文书却不存在。"))


def _says_what_was_issued(entry: LedgerEntry, paper: Paper, salts: ledger.Salts) -> bool:
    """What is printed and what it is verified by, as far as the entry tells of it (older ones do not)."""
    try:
        data = paper.data
    except SealBroken:
        return False
    here = {
        "draft": paper.draft,
        "title": paper.title,
        "version_label": paper.version_label,
        "at": moment(paper.created_at),
        "data": data,
        "code": paper.verification_code,
    }
    told = entry.data
    return all(key not in told or ledger.says(entry, told[key], value, salts) is not False for key, value in here.items())


@invariant("documents.pdf_in_ledger", gettext_lazy("每份文书的 PDF 校验码与台账一致"))
def pdfs_in_ledger() -> Iterator[Violation]:
    """The hash of a finished PDF is the one that the ledger noted when it was made, and a voided paper was voided there too."""
    told = LedgerEntry.objects.filter(event__in=["paper.made", "paper.voided"])
    for papers in in_batches(
        Paper.objects.only(
            "serial", "subject", "pdf_sha256", "certificate_sha256", "pages", "ready_at", "voided_at", "void_reason"
        )
    ):
        made: dict[str, list[LedgerEntry]] = {}
        voided: dict[str, LedgerEntry] = {}
        for entry in told.filter(subject__in={paper.subject for paper in papers}):
            if entry.event == "paper.made":
                made.setdefault(str(entry.data.get("serial")), []).append(entry)
            else:
                voided.update(dict.fromkeys(entry.data.get("serials", ()), entry))
        salts = ledger.salts_of(entry.number for entry in voided.values())
        for paper in papers:
            prints, void = made.get(paper.serial, []), voided.get(paper.serial)
            if [entry.data.get("pdf_sha256") for entry in prints] != ([paper.pdf_sha256] if paper.pdf_sha256 else []):
                yield Violation(f"paper:{paper.serial}", _("PDF 的校验码与台账不一致。"))
            elif any(
                entry.data.get("certificate_sha256", "") != paper.certificate_sha256
                or entry.data.get("pages", paper.pages) != paper.pages
                or not at_the_time_of(entry, paper.ready_at)
                for entry in prints
            ):
                yield Violation(f"paper:{paper.serial}", _("页数、签名或生成时间与台账不一致。"))
            if (paper.voided_at is not None) != (void is not None):
                yield Violation(f"paper:{paper.serial}", _("是否作废与台账不一致。"))
            elif void is not None and not (
                at_the_time_of(void, paper.voided_at)
                and ledger.says(void, void.data.get("reason"), paper.void_reason, salts) is not False
            ):
                yield Violation(f"paper:{paper.serial}", _("作废的时间或原因与台账不一致。"))
