"""解除异议 at the moment in which the applicant goes on with another application: one wins, the other reads a sentence (S-19, S-40).

PostgreSQL only, like ``tests/review/test_at_once``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.publicity.test_lifting import LATER, lift, stop, upheld
from tests.review.test_at_once import at_once, send
from tests.support import world as w
from tests.support.verified import everything_holds
from zhicheng.applications import actions as applications
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.publicity.models import Objection

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stopped() -> Iterator[tuple[w.World, Application, Objection]]:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        objection = upheld(world, w.open_publicity(world, application), at=w.IN_WINDOW)
        stop(world, application)
        yield world, application, objection
    with clock.travel(LATER):
        everything_holds()


def one_after_the_other(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[list[Any], list[str]]:
    """``second`` begins while what ``first`` did is not committed yet: what they gave, and the codes of what was refused."""
    begun = threading.Event()

    def slowly() -> Any:
        with transaction.atomic():
            given = first()
            begun.set()
            time.sleep(1)
        return given

    def after() -> Any:
        begun.wait(20)
        return second()

    given, refused = at_once(slowly, after)
    return given, [p.code for no in refused for p in no.problems]


@pytest.mark.parametrize("first", ["lifts", "sends"])
def test_lifting_and_sending_another_application_wait_for_each_other(stopped, first):
    world, application, objection = stopped
    other = w.start(world, title="assistant_engineer")
    w.fill(world.applicant, other)
    applications.confirm_check(actor=world.applicant, application_id=other.pk)

    def lifts() -> Objection:
        return lift(world.county_officer, objection)

    def sends() -> Submission:
        return send(world, other, "page")

    given, codes = one_after_the_other(*((lifts, sends) if first == "lifts" else (sends, lifts)))
    application.refresh_from_db()
    assert len(given) == 1
    assert codes == (["sent_already"] if first == "lifts" else ["another_application"])
    assert application.state == (State.UNIT_REVIEW if first == "lifts" else State.STOPPED)


@pytest.mark.parametrize("first", ["lifts", "begins"])
def test_lifting_and_beginning_anew_wait_for_each_other(stopped, first):
    world, application, objection = stopped

    def lifts() -> Objection:
        return lift(world.county_officer, objection)

    def begins() -> Application:
        return w.begin(world)

    given, codes = one_after_the_other(*((lifts, begins) if first == "lifts" else (begins, lifts)))
    application.refresh_from_db()
    assert len(given) == 1
    assert codes == (["sent_already"] if first == "lifts" else ["another_application"])
    assert application.state == (State.UNIT_REVIEW if first == "lifts" else State.STOPPED)
