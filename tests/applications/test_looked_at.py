"""Files that carry a warning: each is looked at by the applicant before 上报, and the confirmation is of this very file."""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import confirm_check, confirm_file, remove_material
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.looked_at import key_of_look, to_look_at, when_looked_at
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import get_application, materials_of, snapshot_of
from zhicheng.applications.snapshot import frozen_file
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db


@told_once
def road():
    """An application that is complete, with a pale scan among its files."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application)
    return world, application, w.bring_warned(world.applicant, application)


def case_of(road) -> CaseFile:
    found = get_application(road[0].applicant, road[1].pk)
    assert found is not None
    return CaseFile(found)


def confirm(road, material=None, actor=None):
    return confirm_file(actor=actor or road[0].applicant, application_id=road[1].pk, material_id=(material or road[2]).pk)


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [p.code for p in refused.value.problems]


def test_warned_file_stands_against_submission_until_it_is_confirmed(road):
    world, application, material = road
    (problem,) = case_of(road).missing
    assert (problem.code, problem.where) == ("not_looked_at", f"material:{material.slot}-{material.row}")
    assert material.file.name in problem.text
    assert codes(lambda: confirm_check(actor=world.applicant, application_id=application.pk)) == ["not_looked_at"]
    confirm(road)
    assert case_of(road).missing == []


def test_confirmation_is_frozen_with_its_time_and_of_this_file_alone(road):
    world, application, material = road
    confirm(road)
    at = case_of(road).looked_at[material.file.sha256]
    acts.submit(world.applicant, application)
    application.refresh_from_db()
    frozen = {f.id: f.looked_at for f in snapshot_of(application.current_submission).materials}
    assert frozen.pop(material.pk) == at == "2023-05-22T10:00:00+08:00"
    assert set(frozen.values()) == {None}


def test_another_file_in_its_place_wants_a_confirmation_of_its_own(road):
    world, application, material = road
    confirm(road)
    other = w.bring_warned(world.applicant, application, "another pale scan")
    assert [p.code for p in case_of(road).missing] == ["not_looked_at"]
    confirm(road, other)
    assert case_of(road).missing == []
    assert set(case_of(road).looked_at) == {material.file.sha256, other.file.sha256}


def test_confirmed_twice_the_first_stands_and_of_a_clear_file_nothing_is_kept(road):
    _world, application, material = road
    confirm(road)
    before = case_of(road).looked_at
    confirm(road)
    confirm(road, next(m for m in materials_of(application) if m.pk != material.pk))
    assert case_of(road).looked_at == before


def booklet(road) -> list[Material]:
    """The same clear scan at the places of two years, with something else noticed at each."""
    places = [m for m in materials_of(road[1]) if m.year is not None and m.pk != road[2].pk]
    first = places[0]
    second = next(m for m in places if (m.slot, m.paper) == (first.slot, first.paper) and m.year != first.year)
    found = [{"code": "wrong_year", "page": 1, "expected": 0, "read": "1999"}]
    Material.objects.filter(pk__in=[first.pk, second.pk]).update(file=first.file, noticed=found, noticed_at=clock.now())
    return list(Material.objects.filter(pk__in=[first.pk, second.pk]).select_related("file").order_by("pk"))


@pytest.mark.usefixtures("unprotected")
def test_what_was_noticed_at_one_place_is_confirmed_there_alone(road):
    _world, _application, warned = road
    confirm(road)
    first, second = booklet(road)
    assert [p.code for p in case_of(road).missing] == ["not_looked_at"] * 2
    confirm(road, first)
    looked_at = case_of(road).looked_at
    assert when_looked_at(first, looked_at) is not None and when_looked_at(second, looked_at) is None
    assert [p.where for p in case_of(road).missing] == [f"material:{second.slot}-{second.year}"]
    assert (
        frozen_file(first, looked_at).looked_at == looked_at[key_of_look(first)]
        and frozen_file(second, looked_at).looked_at is None
    )
    confirm(road, second)
    assert case_of(road).missing == [] and when_looked_at(warned, case_of(road).looked_at) is not None


@pytest.mark.usefixtures("unprotected")
def test_confirmation_of_the_hash_alone_says_nothing_of_what_was_noticed_at_a_place(road):
    first, second = booklet(road)
    kept = {first.file.sha256: "2099-01-01T00:00:00+08:00"}
    assert to_look_at([first, second], kept) == [first, second]
    first.noticed, second.noticed = [], [{"code": "unread", "why": "off"}]
    first.file.warnings = second.file.warnings = [w.BLANK]
    assert to_look_at([first, second], kept) == [], "what the file itself says is the same at both"


def test_removed_file_another_persons_and_a_closed_form_are_refused(road):
    world, application, material = road
    assert codes(lambda: confirm(road, actor=world.new_applicant())) == ["not_found"]
    acts.settle(world.applicant, application)
    acts.submit(world.applicant, application)
    assert codes(lambda: confirm(road)) == ["not_open"]
    w.give_back(world.unit_admin, application)
    remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    assert codes(lambda: confirm(road)) == ["not_found"]
    assert Application.objects.get().checked_at is None
