"""What must be true of integrity records: the ledger knows each of them as it is."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.told import ACTOR, Telling, last_new_key, moment, person, told
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.replay import WHOM


@invariant("integrity.records_in_ledger", gettext_lazy("每条诚信档案记录及其撤销在台账中恰有一条记录"))
def records_in_ledger() -> Iterator[Violation]:
    """Source, years and whether a record was annulled are as the ledger says; and no entry tells of a record that is not there."""
    entries_of = LedgerEntry.objects.filter(event__in=["integrity.recorded", "integrity.annulled"])
    for records in in_batches(IntegrityRecord.objects.all()):
        subjects = {f"integrity_record:{record.pk}" for record in records}
        entries = grouped(entries_of.filter(subject__in=subjects), lambda entry: (entry.subject, entry.event))
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
    for batch in in_batches(entries_of.filter(event="integrity.recorded")):
        named = {entry.subject.rpartition(":")[2] for entry in batch}
        there = IntegrityRecord.objects.filter(pk__in=[int(n) for n in named if n.isdecimal()]).values_list("pk", flat=True)
        for number in sorted(named - {str(pk) for pk in there}):
            yield Violation(f"integrity_record:{number}", _("台账记录了这条诚信档案，它却不存在。"))


@invariant("integrity.records_of_whom", gettext_lazy("每条诚信档案记录登记在台账所说的人名下"))
def records_of_whom() -> Iterator[Violation]:
    """A ban is found by the number alone: it stands under the one that the last entry about it names. Entries of before the last new
    key of the blind index, and of before they named anybody, are not compared; the application it was found in is (``review.records_bar``).
    """
    since = last_new_key()
    for records in in_batches(IntegrityRecord.objects.all()):
        subjects = {f"integrity_record:{record.pk}" for record in records}
        entries = LedgerEntry.objects.filter(event__in=WHOM, subject__in=subjects, number__gt=since).order_by("number")
        whom = {entry.subject: entry.data[WHOM[entry.event]] for entry in entries if WHOM[entry.event] in entry.data}
        for record in records:
            subject = f"integrity_record:{record.pk}"
            if whom.get(subject, record.person_index) != record.person_index:
                yield Violation(subject, _("登记在另一个人的名下。"))


told(
    "integrity.records_as_told",
    gettext_lazy("诚信档案记录的姓名、查实情况、登记人和时间与台账一致"),
    Telling(
        events=("integrity.recorded",),
        rows=IntegrityRecord.objects.all,
        kind="integrity_record",
        belongs="pk",
        values={
            ACTOR: lambda row: person(row.recorded_by_id),
            "reason": lambda row: row.reason,
            "name": lambda row: row.name,
            "for": lambda row: row.recorded_for_id,
            "at": lambda row: moment(row.recorded_at),
        },
    ),
)
told(
    "integrity.annulments_as_told",
    gettext_lazy("撤销诚信档案记录的理由、撤销人和时间与台账一致"),
    Telling(
        events=("integrity.annulled",),
        rows=lambda: IntegrityRecord.objects.filter(annulled_at__isnull=False),
        kind="integrity_record",
        belongs="pk",
        values={
            ACTOR: lambda row: person(row.annulled_by_id),
            "reason": lambda row: row.annulment_reason,
            "at": lambda row: moment(row.annulled_at),
        },
    ),
)
