"""The identity number is masked on screen; looking behind the mask is recorded."""

from __future__ import annotations

import pytest

from tests.support import world as w
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.review.actions import show_identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def road():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        yield world, w.submitted(world)


def test_desk_reads_the_whole_number_and_that_is_recorded(road):
    world, application = road
    number = show_identity_number(actor=world.unit_admin, application_id=application.pk)
    assert number == application.applicant.id_number
    entry = LedgerEntry.objects.latest("id")
    assert (entry.event, entry.subject, entry.actor) == ("identity.shown", f"application:{application.pk}", world.unit_admin.ref)
    assert number not in str(entry.data), "the record does not repeat what it protects"


def test_stranger_reads_nothing_and_nothing_is_recorded(road):
    world, application = road
    before = LedgerEntry.objects.count()
    with pytest.raises(Refused) as refused:
        show_identity_number(actor=world.other_admin, application_id=application.pk)
    assert refused.value.problems[0].code == "not_found" and LedgerEntry.objects.count() == before
