"""Integrity records, told anew from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import Violation, in_batches
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.replay import listens, number_of
from zhicheng.integrity.models import IntegrityRecord

WHOM = {"integrity.recorded": "index", "integrity.moved": "to"}  # where an entry says whom a record bars


@listens("integrity.records", gettext_lazy("诚信档案记录"))
class Records:
    """Each record's source, years and reason, whom it bars, and whether it was annulled."""

    def __init__(self) -> None:
        self.recorded: dict[int, LedgerEntry] = {}
        self.annulled: set[int] = set()
        self.barred: dict[int, str] = {}  # whom, by the blind index: of records told of since its last new key

    def hear(self, entry: LedgerEntry) -> None:
        number = number_of(entry.subject, "integrity_record")
        if entry.event == "keys.reindexed":
            self.barred.clear()
        elif number is not None and entry.event in WHOM and (index := entry.data.get(WHOM[entry.event])):
            self.barred[number] = index
        if number is not None and entry.event == "integrity.recorded":
            self.recorded[number] = entry
        elif number is not None and entry.event == "integrity.annulled":
            self.annulled.add(number)

    def differences(self) -> Iterator[Violation]:
        left = dict(self.recorded)
        for records in in_batches(IntegrityRecord.objects.all()):
            for record in records:
                subject, told = f"integrity_record:{record.pk}", left.pop(record.pk, None)
                if told is None:
                    yield Violation(subject, _("台账没有记录过它。"))
                    continue
                years = [record.first_barred_year, record.last_barred_year]
                if (told.data.get("source"), told.data.get("years")) != (record.source, years):
                    yield Violation(subject, _("依据或不得申报的年度与台账不一致。"))
                if self.barred.get(record.pk, record.person_index) != record.person_index:
                    yield Violation(subject, _("登记在另一个人的名下。"))
                if ledger.says(told, told.data.get("reason"), record.reason) is False:
                    yield Violation(subject, _("查实情况与台账不一致。"))
                if (record.pk in self.annulled) != (record.annulled_at is not None):
                    yield Violation(subject, _("是否撤销与台账不同。"))
        for number in left:
            yield Violation(f"integrity_record:{number}", _("台账有记录，表中却没有。"))

    def untold(self) -> int:
        return 0
