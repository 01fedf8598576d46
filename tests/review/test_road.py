"""The whole road through the actions: from 上报 to 已受理, and the three strikes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import world as w
from tests.support.verified import everything_holds
from zhicheng.applications.models import PersonYear
from zhicheng.applications.states import State
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_invariant_holds_afterwards(db):
    """``zhicheng verify`` after every story, before and after the worker has done what follows."""
    yield
    everything_holds()
    outbox.drain(1000)
    everything_holds()


def test_road_from_submission_to_acceptance():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        assert application.state == State.UNIT_REVIEW
        w.publicise_and_report(world, application)
        w.pass_on(world.county_officer, application)
        assert (application.state, application.arrivals) == (State.PREFECTURE_REVIEW, 1)
        w.pass_on(world.bureau, application)
    assert application.state == State.ACCEPTED
    moves = list(application.history.order_by("id").values_list("move", flat=True))
    assert moves == ["start", "submit", "unit_pass", "open_publicity", "report_to_county", "county_pass", "prefecture_pass"]
    assert ledger.verify().ok
    outbox.drain(1000)
    outbox.drain(1000)
    assert list(OutboxMessage.objects.exclude(state="done").values_list("key", "last_error")) == []


def test_third_returned_arrival_closes_the_year_and_third_passed_does_not():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.publicise_and_report(world, application)
    with clock.travel(w.IN_WINDOW + timedelta(days=11)):
        for arrival in (1, 2, 3):
            if arrival > 1:
                # Nothing publicised changed: the earlier publicity still counts (G-08).
                w.unit_pass(world, application)
                w.report(world, application)
            w.pass_on(world.county_officer, application)
            assert application.arrivals == arrival
            w.give_back(world.bureau, application)
            if arrival < 3:
                assert application.state == State.RETURNED
                w.submit(world.applicant, application)
        assert application.state == State.CLOSED_FOR_YEAR
        year = PersonYear.objects.get(person_index=application.person_index)
        assert year.closed_at is not None
        with pytest.raises(Refused) as refused:
            w.start(world)
        assert refused.value.has("closed_for_year")


def test_returns_by_unit_and_county_cost_nothing():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.give_back(world.unit_admin, application)
        w.submit(world.applicant, application)
        w.publicise_and_report(world, application)
        w.give_back(world.county_officer, application)
        assert (application.state, application.arrivals) == (State.RETURNED, 0)
