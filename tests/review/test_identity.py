"""The identity number is masked on screen; looking behind the mask is recorded."""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import AccessLook, LedgerEntry
from zhicheng.review.actions import show_identity_number

pytestmark = pytest.mark.django_db


@told_once
def road():
    world = w.make_world()
    return world, w.submitted(world)


def test_desk_reads_the_whole_number_and_that_is_recorded(road):
    world, application = road
    before = LedgerEntry.objects.count()
    number = show_identity_number(actor=world.unit_admin, application_id=application.pk).number
    assert number == application.applicant.id_number
    look = AccessLook.objects.get()
    assert (look.what, look.subject, look.actor) == ("number", f"application:{application.pk}", world.unit_admin.ref)
    assert number not in look.thing, "the record does not repeat what it protects"
    assert LedgerEntry.objects.count() == before, "a look does not touch the head of the ledger"


def test_stranger_reads_nothing_and_nothing_is_recorded(road):
    world, application = road
    before = AccessLook.objects.count()
    with pytest.raises(Refused) as refused:
        show_identity_number(actor=world.other_admin, application_id=application.pk)
    assert refused.value.problems[0].code == "not_found" and AccessLook.objects.count() == before
