"""The unit's own papers: brought after its pass, asked for before it reports upward, and fixed from then on."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.unit_slots import with_unit_slots
from tests.support.verified import everything_holds
from zhicheng.applications.actions import add_unit_material, remove_unit_material
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import get_material, materials_of, snapshot_of, unit_material_file, unit_materials_of
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db


@told_once
def world() -> w.World:
    return w.make_world(campaign_text=with_unit_slots())


@told_once
def application(world) -> Application:
    """Passed by the unit, its publicity open."""
    sent = w.submitted(world)
    w.unit_pass(world, sent)
    w.open_publicity(world, sent)
    return sent


def bring(world: w.World, application: Application, box: str, paper: str, words: str = "报告", **more: int) -> Material:
    file = w.evidence(world.unit_admin.user_id or 0, words)
    return add_unit_material(actor=world.unit_admin, application_id=application.pk, file_id=file.pk, box=box, paper=paper, **more)


def boxes(application: Application) -> list[str]:
    here = Application.objects.get(pk=application.pk)
    return [str(problem.where).removeprefix("material:") for problem in CaseFile(here).unit_missing]


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(problem.code for problem in refused.value.problems)


def test_unit_reports_upward_once_its_papers_are_there(world, application) -> None:
    report, course = boxes(application)
    assert report == "unit_report" and course.startswith("unit_roster-")
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        period = application.publicity_periods.get()
        admin = world.unit_admin
        asked = {which: w.evidence(admin.account_id, which) for which in acts.asked_after_publicity(period)}
        acts.hand_in(admin, period, asked)
        assert codes(lambda: w.report(world, application)) == ["unit_papers_missing", "unit_papers_missing"]
        first = bring(world, application, report, "report")
        bring(world, application, course, "check", "核验单")
        assert boxes(application) == []
        w.report(world, application)
    application.refresh_from_db()
    assert application.state == State.COUNTY_REVIEW
    assert unit_material_file(application, first.file_id) == first.file
    everything_holds()


def test_applicants_materials_and_submission_hold_none_of_them(world, application) -> None:
    material = bring(world, application, "unit_report", "report")
    assert material not in materials_of(application) and list(unit_materials_of(application)) == [material]
    assert get_material(world.applicant, material.pk) is None
    w.give_back(world.unit_admin, application)
    application.refresh_from_db()
    assert {problem.code for problem in CaseFile(application).missing} == {
        "point_open"
    }  # what the unit gave back, and nothing else
    submission = w.submit(world.applicant, application)
    assert material.file_id not in {file.file_id for file in snapshot_of(submission).materials}
    assert list(unit_materials_of(application)) == [material]  # what the unit wrote is not the applicant's to send again
    everything_holds()


def test_paper_is_replaced_and_removed_and_each_step_is_in_the_ledger(world, application) -> None:
    first = bring(world, application, "unit_report", "report")
    assert bring(world, application, "unit_report", "report", replaces=first.pk) == first  # the same file again: a double click
    second = bring(world, application, "unit_report", "report", "报告二", replaces=first.pk)
    assert list(unit_materials_of(application)) == [second]
    remove_unit_material(actor=world.unit_admin, application_id=application.pk, material_id=second.pk)
    remove_unit_material(actor=world.unit_admin, application_id=application.pk, material_id=second.pk)
    assert "unit_report" in boxes(application)
    told = LedgerEntry.objects.filter(event__startswith="unit.material").order_by("number")
    assert [(entry.event, entry.data["material"]) for entry in told] == [
        ("unit.material_added", first.pk),
        ("unit.material_removed", first.pk),
        ("unit.material_added", second.pk),
        ("unit.material_removed", second.pk),
    ]
    everything_holds()


def test_what_does_not_fit_is_refused_with_its_reason(world, application) -> None:
    for number in (1, 2):
        bring(world, application, "unit_report", "report", f"报告{number}")
    assert codes(lambda: bring(world, application, "unit_report", "report", "报告三")) == ["too_many"]
    assert codes(lambda: bring(world, application, "unit_report", "letter")) == ["no_such_slot"]
    assert codes(lambda: bring(world, application, "publicity", "publicity_photo")) == ["no_such_slot"]
    assert codes(lambda: bring(world, application, "commitment", "commitment")) == ["no_such_slot"]
    (course,) = [box for box in boxes(application) if box.startswith("unit_roster")]
    assert codes(lambda: bring(world, application, course, "check", "报告1")) == ["file_in_other_slot"]


def test_nobody_else_brings_them_and_nobody_after_the_report(world, application) -> None:
    file = w.evidence(world.other_admin.user_id or 0, "别家")
    facts = {"application_id": application.pk, "file_id": file.pk, "box": "unit_report", "paper": "report"}
    for actor in (world.other_admin, world.applicant, world.county_officer):
        assert codes(lambda actor=actor: add_unit_material(actor=actor, **facts)) == ["not_found"]
    assert codes(lambda: add_unit_material(actor=world.unit_admin, **facts)) == ["not_found"]  # somebody else's file
    material = bring(world, application, "unit_report", "report")
    w.give_back(world.unit_admin, application)
    assert codes(lambda: bring(world, application, "unit_report", "report", "晚了")) == ["stale"]
    for change in ({"removed_at": clock.now()}, {"slot": "other"}):
        with pytest.raises(DatabaseError, match="material changes only"), transaction.atomic():
            Material.objects.filter(pk=material.pk).update(**change)


def test_before_the_units_pass_there_is_nothing_to_bring(world) -> None:
    sent = w.submitted(world)
    assert codes(lambda: bring(world, sent, "unit_report", "report")) == ["stale"]
