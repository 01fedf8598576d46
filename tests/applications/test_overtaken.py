"""A move that waited for the lock of another one tells the ledger of the application as it is then."""

from __future__ import annotations

import pytest

from tests.organizations.test_overtaken import overtaken
from tests.support import world as w
from zhicheng.applications import actions
from zhicheng.foundation import clock, replay


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_move_that_waited_for_a_submission_tells_of_that_one() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.start(world)
        w.fill(world.applicant, application)
        answer = overtaken(
            lambda: w.submit(world.applicant, application),
            lambda: actions.withdraw_application(actor=world.applicant, application_id=application.pk),
        )
        assert not isinstance(answer, Exception), answer
        assert [one.name for one in replay.replay() if one.differences] == []
