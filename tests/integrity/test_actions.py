"""Recording fraud and annulling a record (S-80, S-81)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.integrity.actions import annul_record, record_fraud
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.queries import ban_for, records_visible_to

pytestmark = pytest.mark.django_db
REASON = "业绩证明系伪造，已向出具单位核实。"


def record(world, **changes) -> IntegrityRecord:
    facts = {
        "actor": world.bureau, "person_index": world.applicant.person_index, "name": "某", "application_year": 2023, "ban_years": 5,
        "source": "application:1", "reason": REASON,
    }  # fmt: skip
    return record_fraud(**facts | changes)


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(p.code for p in refused.value.problems)


def test_record_is_made_once_for_a_source(world):
    first = record(world)
    assert record(world, reason="另一个理由，也写得足够长。") == first
    assert LedgerEntry.objects.filter(event="integrity.recorded").count() == 1
    assert record(world, source="application:2") != first


def test_record_needs_the_bureau_and_a_reason(world):
    assert codes(lambda: record(world, actor=world.county_officer, reason=" 短 ")) == ["not_yours", "reason_missing"]
    assert IntegrityRecord.objects.count() == 0


def test_annulled_record_bars_nobody_and_stays(world):
    made = record(world)
    assert ban_for(world.applicant.person_index, 2024) is not None
    assert codes(lambda: annul_record(actor=world.bureau, record_id=made.pk, reason="错")) == ["reason_missing"]
    for actor in (world.county_officer, world.unit_admin):
        assert codes(lambda actor=actor: annul_record(actor=actor, record_id=made.pk, reason=REASON)) == ["not_found"]
    annul_record(actor=world.bureau, record_id=made.pk, reason=REASON)
    assert codes(lambda: annul_record(actor=world.bureau, record_id=made.pk, reason=REASON)) == ["already_annulled"]
    assert ban_for(world.applicant.person_index, 2024) is None
    assert list(records_visible_to(world.bureau)) == [made]
    assert record(world) != made  # found true after all: a new record


def test_bans_are_read_by_the_person_and_by_nobody_without_a_number(world):
    record(world)
    assert ban_for("", 2024) is None and ban_for("0" * 64, 2024) is None
    for actor in (world.county_officer, world.unit_admin, world.applicant):
        assert not records_visible_to(actor).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_barred_year": 2023},
        {"first_barred_year": 2025},
        {"last_barred_year": 2023},
        {"reason": ""},
        {"annulment_reason": "x"},
    ],
)
def test_database_refuses_a_record_that_cannot_be(world, wrong):
    made = record(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        IntegrityRecord.objects.filter(pk=made.pk).update(**wrong)


def test_database_refuses_an_annulment_without_its_reason_and_a_second_live_record(world):
    made = record(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        IntegrityRecord.objects.filter(pk=made.pk).update(annulled_at=clock.now())
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()
