"""Scans that were read: a sheet goes to its place once, whoever asks again; what was refused on its way is put there by hand."""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.sheets import brought_scan, commitment_code, read_scan
from zhicheng.applications.actions import land_scans, place_scan
from zhicheng.applications.models import Application
from zhicheng.evidence.codes import Code
from zhicheng.evidence.models import Intake, IntakeState
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(world: w.World) -> Application:
    return w.start(world)


def land(application: Application) -> Intake:
    row = brought_scan(application)
    codes = {row.pk: [Code(1, commitment_code(application), 180)]}
    for _time in (1, 2):
        land_scans(application_id=application.pk, batch=row.payload["batch"], codes=codes)
    row.refresh_from_db()
    return row


def test_sheet_goes_to_its_place_once_and_upright(application: Application) -> None:
    row = land(application)
    (going,) = Intake.objects.filter(purpose="material")
    assert row.result["entries"] == [
        {"fate": "lands", "leaves": [[row.pk, 1, 180]], "sheet": "commitment", "missing": [], "number": "", "intake": going.pk}
    ]
    assert going.payload["made_of"]["leaves"] == [[0, 1, 180]]


def test_next_scan_of_a_sheet_that_is_on_its_way_waits_for_an_answer(application: Application) -> None:
    land(application)
    assert [entry["fate"] for entry in land(application).result["entries"]] == ["held"]


def test_sheet_that_was_refused_on_its_way_is_put_by_hand(world: w.World, application: Application) -> None:
    row = land(application)
    place = {"scan_id": row.pk, "entry": 0, "box": "commitment", "paper": "commitment"}
    first = Intake.objects.get(purpose="material")
    assert place_scan(actor=world.applicant, application_id=application.pk, **place) == first
    Intake.objects.filter(pk=first.pk).update(state=IntakeState.REFUSED, problem_code="damaged")
    assert place_scan(actor=world.applicant, application_id=application.pk, **place) != first


def test_page_is_put_by_its_owner_alone_and_into_a_box_that_is_there(world: w.World, application: Application) -> None:
    place = {"application_id": application.pk, "scan_id": read_scan(application).pk, "entry": 0, "paper": "commitment"}
    for actor in (world.new_applicant(), world.unit_admin):
        with pytest.raises(Refused) as refused:
            place_scan(actor=actor, box="commitment", **place)
        assert refused.value.has("not_found")
    with pytest.raises(Refused) as refused:
        place_scan(actor=world.applicant, box="no_such_box", **place)
    assert refused.value.has("no_such_slot")
