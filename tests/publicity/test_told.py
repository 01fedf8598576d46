"""A period of publicity that the ledger does not tell of is named, but for those of before it told of any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support import world as w
from tests.support.verified import violated
from zhicheng.foundation import clock
from zhicheng.publicity.models import PublicityPeriod

pytestmark = pytest.mark.django_db


@pytest.fixture
def period() -> Iterator[PublicityPeriod]:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        yield w.open_publicity(world, application)


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
