"""A period of publicity that the ledger does not tell of is named, but for those of before it told of any."""

from __future__ import annotations

from copy import copy
from datetime import timedelta

import pytest
from django.db import transaction

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import violated
from zhicheng.foundation import clock, invariants, ledger
from zhicheng.publicity.models import Objection, PublicityPeriod

pytestmark = pytest.mark.django_db


@told_once
def period() -> PublicityPeriod:
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    return w.open_publicity(world, application)


def named() -> set[str]:
    return {subject for _name, subject in violated("publicity.periods_in_ledger")}


def put_in(period: PublicityPeriod, *, number: int, later: int) -> None:
    """A copy of ``period`` that no action made: opened ``later`` hours after it, and cancelled."""
    PublicityPeriod.objects.filter(pk=number).delete()
    copy = PublicityPeriod.objects.get(pk=period.pk)
    copy.pk, copy.opened_at = number, period.opened_at + timedelta(hours=later)
    copy.cancelled_at, copy.cancel_reason = copy.opened_at, "另行公示"
    copy.save(force_insert=True)


@pytest.mark.parametrize(("after", "later"), [(1, 1), (1, -1), (-1, 1)])
def test_period_put_in_since_the_ledger_tells_of_them_is_named(period: PublicityPeriod, after: int, later: int) -> None:
    """Also when its time, or its number, is made to look older."""
    assert named() == set()
    put_in(period, number=period.pk + after, later=later)
    assert named() == {f"publicity:{period.pk + after}"}


def test_period_of_before_the_ledger_told_of_them_is_not_named(period: PublicityPeriod) -> None:
    put_in(period, number=period.pk - 1, later=-1)
    assert named() == set()


def _numbered(one: Objection, number: int) -> Objection:
    """Sealed columns are bound to their row."""
    other = copy(one)
    other.pk = number
    return other


def test_one_old_entry_that_names_no_row_stands_for_one_row(period: PublicityPeriod) -> None:
    """Also when the rows of its subject are more than are read at once."""
    one = Objection(
        period=period,
        channel="phone",
        content="不实",
        received_at=clock.now(),
        registered_at=clock.now(),
        registered_by=period.opened_by,
    )
    Objection.objects.bulk_create(_numbered(one, number) for number in range(1, invariants.BATCH + 2))
    with transaction.atomic():
        ledger.record(
            event="publicity.objection_registered",
            subject=f"publicity:{period.pk}",
            actor=f"user:{period.opened_by_id}",
            data={"channel": "phone"},
        )
    objections = next(one for one in invariants.registered() if one.name == "publicity.objections_in_ledger")
    assert len(list(objections.look())) == invariants.BATCH
