"""由××于××核对: the same words with the same papers, passed by an office before; told to desks alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.registering import client_of
from zhicheng.applications.actions import add_material, carry_application, discard_application, save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of, materials_of
from zhicheng.foundation import clock
from zhicheng.integrity.actions import annul_record, record_fraud
from zhicheng.review.actions import take_back_pass
from zhicheng.review.checked import checked_before

pytestmark = pytest.mark.django_db
NEXT = w.IN_WINDOW + w.UNTIL_REPORT + timedelta(days=3)


def sign_anew(world: w.World, application: Application) -> None:
    file = w.evidence(world.applicant.account_id, f"commitment-{application.pk}")
    place = {"slot": "commitment", "paper": "commitment"}
    add_material(actor=world.applicant, application_id=application.pk, file_id=file.pk, **place)


def sent(world: w.World, application: Application) -> CaseFile:
    w.submit(world.applicant, application)
    return CaseFile(Application.objects.get(pk=application.pk))


@told_once
def road():
    """An application that the county passed and the bureau returned, given up; and another one filled from it."""
    world = w.make_world()
    application = w.submitted(world)
    w.to_bureau(world, application)
    with clock.travel(NEXT):
        w.give_back(world.bureau, application)
        discard_application(actor=world.applicant, application_id=application.pk)
        second = w.start(world, specialty="construction")
        carry_application(actor=world.applicant, application_id=second.pk, from_id=application.pk)
        sign_anew(world, second)
    return world, application, second


def test_what_an_office_passed_keeps_its_mark(road) -> None:
    world, _application, second = road
    case = sent(world, second)
    told = checked_before(case)
    row = draft_of(second).contents["education"][0]["id"]
    assert told[f"education.{row}"].office == world.county.name
    assert told["current_title"].on == told[f"education.{row}"].on
    assert "work_history" not in {place.partition(".")[0] for place in told}  # nothing proves it


def test_desk_reads_it_and_the_applicant_does_not(road) -> None:
    world, _application, second = road
    sent(world, second)
    words = f"由{world.county.name}于"
    assert words in client_of(world.unit_admin).get(reverse("desk_case", args=[second.pk])).content.decode()
    for name in ("my_application", "application_tasks"):
        assert words not in client_of(world.applicant).get(reverse(name, args=[second.pk])).content.decode()


def test_another_value_or_another_file_ends_it(road) -> None:
    world, _application, second = road
    content = draft_of(second).contents
    rows = [dict(content["education"][0]) | {"certificate_number": "107581201305009999"}]
    save_section(
        actor=world.applicant,
        application_id=second.pk,
        key="education",
        typed=rows,
        base_version=draft_of(second).versions["education"],
    )
    title = materials_of(second).get(slot="title_certificate")
    another = w.evidence(world.applicant.account_id, "another scan")
    place = {"slot": title.slot, "paper": title.paper, "replaces": title.pk}
    add_material(actor=world.applicant, application_id=second.pk, file_id=another.pk, **place)
    places = {place.partition(".")[0] for place in checked_before(sent(world, second))}
    assert places.isdisjoint({"education", "current_title"})
    assert "appointment" in places


def test_paper_that_has_ended_is_not_checked_any_more(road) -> None:
    world, _application, second = road
    case = sent(world, second)
    assert "appointment" in checked_before(case)
    case.snapshot.sections["appointment"]["appointed_until"] = "2023-01-01"
    assert "appointment" not in checked_before(case)


def test_integrity_record_ends_it_and_its_annulment_gives_it_back(road) -> None:
    world, application, second = road
    case = sent(world, second)
    found = {
        "actor": world.bureau,
        "person_index": world.applicant.person_index,
        "name": world.applicant.name,
        "application_year": 2022,
        "ban_years": 5,
        "source": f"application:{application.pk}",
        "reason": "伪造毕业证书，经学校核实无此毕业生。",
    }
    with clock.travel(NEXT):
        record = record_fraud(**found)
    assert not checked_before(CaseFile(case.application))
    annul_record(actor=world.bureau, record_id=record.pk, reason="经复核，证明属实，原登记有误。")
    assert checked_before(CaseFile(case.application))


def test_pass_of_the_unit_alone_is_none_of_an_office(world) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    w.give_back(world.unit_admin, application)
    discard_application(actor=world.applicant, application_id=application.pk)
    second = w.start(world, specialty="construction")
    carry_application(actor=world.applicant, application_id=second.pk, from_id=application.pk)
    sign_anew(world, second)
    assert not checked_before(sent(world, second))


def test_anothers_pass_is_not_told(road) -> None:
    world, _application, _second = road
    other = world.new_applicant()
    assert not checked_before(CaseFile(w.submitted(world, other)))


def test_pass_that_was_taken_back_is_none(world) -> None:
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    with clock.travel(NEXT):
        w.pass_on(world.county_officer, application)
        change = application.history.latest("id")
        take_back_pass(
            actor=world.county_officer,
            application_id=application.pk,
            change_id=change.pk,
            reason="看错了一位申报人，撤回重新核对。",
        )
        w.give_back(world.county_officer, application)
        discard_application(actor=world.applicant, application_id=application.pk)
        second = w.start(world, specialty="construction")
        carry_application(actor=world.applicant, application_id=second.pk, from_id=application.pk)
        sign_anew(world, second)
        assert not checked_before(sent(world, second))
