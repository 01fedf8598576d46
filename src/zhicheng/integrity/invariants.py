"""What must be true of integrity records: the ledger knows each of them as it is."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.integrity.models import IntegrityRecord


@invariant("integrity.records_in_ledger", gettext_lazy("每条诚信档案记录及其撤销在台账中恰有一条记录"))
def records_in_ledger() -> Iterator[Violation]:
    """Source, years and whether a record was annulled are as the ledger says; and no entry tells of a record that is not there."""
    told = LedgerEntry.objects.filter(event__in=["integrity.recorded", "integrity.annulled"])
    for records in in_batches(IntegrityRecord.objects.all()):
        subjects = {f"integrity_record:{record.pk}" for record in records}
        entries = grouped(told.filter(subject__in=subjects), lambda entry: (entry.subject, entry.event))
        for record in records:
            subject = f"integrity_record:{record.pk}"
            recorded = entries.get((subject, "integrity.recorded"), [])
            annulled = entries.get((subject, "integrity.annulled"), [])
            if len(recorded) != 1 or len(annulled) != (record.annulled_at is not None):
                yield Violation(subject, _("登记或撤销与台账中的记录不一致。"))
            elif (recorded[0].data.get("source"), recorded[0].data.get("years")) != (
                record.source,
                [record.first_barred_year, record.last_barred_year],
            ):
                yield Violation(subject, _("依据或不得申报的年度与台账不一致。"))
    for batch in in_batches(told.filter(event="integrity.recorded")):
        named = {entry.subject.rpartition(":")[2] for entry in batch}
        there = IntegrityRecord.objects.filter(pk__in=[int(n) for n in named if n.isdecimal()]).values_list("pk", flat=True)
        for number in sorted(named - {str(pk) for pk in there}):
            yield Violation(f"integrity_record:{number}", _("台账记录了这条诚信档案，它却不存在。"))
