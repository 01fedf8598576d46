"""Files in their slots (S-47…S-63)."""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import add_material, confirm_check, remove_material, save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import requirements_of
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import draft_of, get_material, materials_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db


@told_once
def road():
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application)
    return world, application


def put(road, words, slot="other", paper="", actor=None, **place):
    world, application = road
    who = actor or world.applicant
    papers = next(b for b in requirements_of(application, draft_of(application).contents) if b.slot == slot).papers
    file = words if isinstance(words, EvidenceFile) else w.evidence(who.user_id, words)
    return add_material(
        actor=who, application_id=application.pk, file_id=file.pk, slot=slot, paper=paper or papers[0].key, **place
    )


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.problems[0].code


def test_sixth_year_of_continuing_education_is_refused(road):
    years = sorted(b.year for b in requirements_of(road[1], draft_of(road[1]).contents) if b.slot == "continuing_education")
    assert 1 <= len(years) <= 5 and years[-1] == 2022
    assert code_of(lambda: put(road, "sixth", "continuing_education", year=years[0] - 1)) == "no_such_slot"
    assert code_of(lambda: put(road, "campaign-year", "continuing_education", year=2023)) == "no_such_slot"


def test_slot_takes_no_more_than_its_number_of_files(road):
    most = next(b for b in requirements_of(road[1], draft_of(road[1]).contents) if b.slot == "other").max_files
    for n in range(most):
        put(road, f"other{n}")
    assert code_of(lambda: put(road, "one more")) == "too_many"
    assert materials_of(road[1]).filter(slot="other").count() == most


def test_same_file_twice_in_one_place_is_a_double_click(road):
    file = w.evidence(road[0].applicant.user_id, "twice")
    first = put(road, file)
    assert put(road, file).pk == first.pk


def test_same_bytes_in_another_slot_are_refused(road):
    put(road, "same bytes")
    box = next(b for b in requirements_of(road[1], draft_of(road[1]).contents) if b.slot == "title_certificate")
    Material.objects.filter(slot="title_certificate").update(removed_at=clock.now())
    assert code_of(lambda: put(road, "same bytes", "title_certificate", box.papers[0].key)) == "file_in_other_slot"


def test_one_scan_is_not_two_papers_of_a_slot_but_may_serve_several_rows(road):
    boxes = [b for b in requirements_of(road[1], draft_of(road[1]).contents) if b.slot == "education"]
    diploma, registration = boxes[0].papers[:2]
    Material.objects.filter(slot="education").update(removed_at=clock.now())
    row = {"row": boxes[0].row_id}
    put(road, "one scan", "education", diploma.key, **row)
    assert code_of(lambda: put(road, "one scan", "education", registration.key, **row)) == "file_in_other_slot"
    years = [b.year for b in requirements_of(road[1], draft_of(road[1]).contents) if b.slot == "continuing_education"]
    Material.objects.filter(slot="continuing_education").update(removed_at=clock.now())
    paper = (
        next(b for b in requirements_of(road[1], draft_of(road[1]).contents) if b.slot == "continuing_education").papers[0].key
    )
    for year in years[:2]:
        put(road, "booklet", "continuing_education", paper, year=year)


def test_another_persons_file_and_the_units_slot_are_refused(road):
    world, _ = road
    foreign = w.evidence(world.unit_admin.user_id, "foreign")
    assert code_of(lambda: put(road, foreign)) == "not_found"
    for slot in ("publicity", "review_form"):
        assert code_of(lambda slot=slot: put(road, slot, slot)) == "no_such_slot"
    assert code_of(lambda: put(road, "x", "other", "no_such_paper")) == "no_such_slot"
    assert code_of(lambda: put(road, "x", "education", row="ffffffff")) == "no_such_slot"


def test_kind_of_file_the_slot_does_not_take_is_refused(road):
    box = next(b for b in requirements_of(road[1], draft_of(road[1]).contents) if b.slot == "photo")
    assert "pdf" not in box.formats
    Material.objects.filter(slot="photo").update(removed_at=clock.now())
    if box.upload and box.owner == "applicant":
        assert code_of(lambda: put(road, "a pdf", "photo")) == "wrong_format"


def test_removed_file_stays_in_the_history_and_is_missing_again(road):
    world, application = road
    material = materials_of(application).get(slot="commitment")
    remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    again = remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    assert again.removed_at == Material.objects.get(pk=material.pk).removed_at is not None
    assert [p.where for p in CaseFile(application).missing] == ["material:commitment"]
    assert EvidenceFile.objects.filter(pk=material.file_id).exists()


def test_adding_and_removing_undo_the_check(road):
    world, application = road
    confirm_check(actor=world.applicant, application_id=application.pk)
    material = put(road, "added")
    assert Application.objects.get().checked_at is None
    confirm_check(actor=world.applicant, application_id=application.pk)
    remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    assert Application.objects.get().checked_at is None


def test_removed_row_takes_its_files_out_and_only_its_own(road):
    world, application = road
    rows = draft_of(application).contents["education"]
    more = [*rows, rows[0] | {"id": "", "school": "伊犁师范大学"}]
    added = save_section(actor=world.applicant, application_id=application.pk, key="education", typed=more, base_version=1)
    put(road, "second diploma", "education", row=added.content[1]["id"])
    save_section(actor=world.applicant, application_id=application.pk, key="education", typed=rows, base_version=2)
    left = set(materials_of(application).filter(slot="education").values_list("row", flat=True))
    assert left == {rows[0]["id"]}


def test_locked_form_takes_no_files(road):
    world, application = road
    w.submit(world.applicant, application)
    material = materials_of(application).first()
    assert code_of(lambda: put(road, "late")) == "not_open"
    assert (
        code_of(lambda: remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk))
        == "not_open"
    )


def test_a_desk_never_gets_a_material_of_the_draft(road):
    world, application = road
    w.submit(world.applicant, application)
    material = materials_of(application).first()
    assert get_material(world.applicant, material.pk) == material
    for actor in (world.unit_admin, world.county_officer, world.bureau, world.new_applicant()):
        assert get_material(actor, material.pk) is None


# --- what the nature of the employer changes (S-60) -------------------------------------------------------------------------


def enterprise(road, natures: dict[int, str], since: str = "2013-07-01") -> list[str]:
    """What is missing of appraisals for somebody who works in an enterprise ``since``, in an institution before, and wrote these rows."""
    world, application = road
    world.unit.nature = "enterprise"
    world.unit.save()
    rows = [{"year": y, "result": "competent", "employer_nature": n} for y, n in natures.items()]
    save_section(actor=world.applicant, application_id=application.pk, key="appraisals", typed=rows, base_version=1)
    here, there = dict(w.sections()["work_history"][0]), dict(w.sections()["work_history"][0])
    here["started_on"], there["ended_on"], there["employer_nature"] = since, since, "institution"
    jobs = [there | {"employer": "州水利局"}, here] if since > "2014" else [here]
    save_section(actor=world.applicant, application_id=application.pk, key="work_history", typed=jobs, base_version=1)
    Material.objects.filter(slot="appraisals").update(removed_at=clock.now())
    application = Application.objects.select_related("employer", "campaign_version", "applicant").get()
    return [p.where for p in CaseFile(application).missing if "appraisals" in p.where]


def test_enterprise_staff_need_no_appraisal_row_and_no_form(road):
    assert enterprise(road, {}) == []


def test_years_in_an_institution_still_need_their_form(road):
    rows = {2018: "institution", 2019: "institution", 2020: "enterprise"}
    assert enterprise(road, rows, since="2020-01-02") == [
        "material:appraisals-2018",
        "material:appraisals-2019",
        "material:appraisals-2020",
    ]


def test_enterprise_by_ones_own_word_alone_is_no_exemption(road):
    assert enterprise(road, dict.fromkeys(range(2018, 2023), "enterprise"), since="2022-01-01") == [
        f"material:appraisals-{year}" for year in (2018, 2019, 2020, 2021)
    ]


def test_institution_staff_need_a_row_for_every_year_of_the_tenure(road):
    world, application = road
    rows = draft_of(application).contents["appraisals"][:-2]
    save_section(actor=world.applicant, application_id=application.pk, key="appraisals", typed=rows, base_version=1)
    found = [p for p in CaseFile(application).missing if p.where == "appraisals"]
    assert [str(p.text) for p in found] == ["年度考核缺少以下年度：2021、2022。"]
