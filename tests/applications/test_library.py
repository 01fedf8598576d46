"""Between a form and the library: nothing is typed or uploaded twice, and neither takes anything from the other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import (
    discard_application,
    keep_in_library,
    remove_material,
    save_section,
    take_from_library,
)
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.from_library import Offer, offers_for
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of, get_application, materials_of
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.to_library import KNOWN_BY
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.library.actions import empty_library, keep_item
from zhicheng.library.models import LibraryItem
from zhicheng.library.queries import content_of, items_of
from zhicheng.library.rules import KINDS

pytestmark = pytest.mark.django_db


@told_once
def road():
    """An application in which everything is filled in, and a second, empty one of the same person."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application)
    return world, application, w.start(world, specialty="construction")


def case_of(world: w.World, application: Application) -> CaseFile:
    found = get_application(world.applicant, application.pk)
    assert found is not None
    return CaseFile(found)


def offers(world: w.World, application: Application, key: str) -> list[Offer]:
    return offers_for(case_of(world, application), BY_KEY[key], items_of(world.applicant, kinds=[key]))


def take(world: w.World, application: Application, key: str, typed: Any = None, **more: Any) -> Any:
    given = {
        "typed": typed if typed is not None else ([] if BY_KEY[key].rows else {}),
        "base_version": draft_of(application).versions[key],
        "item_ids": list(items_of(world.applicant, kinds=[key]).values_list("pk", flat=True)),
    }
    return take_from_library(actor=world.applicant, application_id=application.pk, key=key, **(given | more))


def test_every_kind_is_a_section_and_known_by_fields_of_it() -> None:
    assert set(KNOWN_BY) == set(KINDS) <= set(BY_KEY)
    assert all(BY_KEY[kind].field(name) for kind, names in KNOWN_BY.items() for name in names)


def test_one_press_keeps_all_of_an_application_with_its_files(road) -> None:
    world, application, _second = road
    kept = keep_in_library(actor=world.applicant, application_id=application.pk)
    assert (kept.new, kept.changed) == (15, 0)
    contents = draft_of(application).contents
    education = LibraryItem.objects.get(kind="education")
    told = dict(contents["education"][0])
    told.pop("id")
    assert content_of(education) == told
    proofs = {m.file_id for m in materials_of(application) if m.row == contents["education"][0]["id"]}
    assert {row.file_id for row in education.files.all()} == proofs != set()
    by_year = {m.year: m.file_id for m in materials_of(application) if m.slot == "continuing_education"}
    for item in LibraryItem.objects.filter(kind="continuing_education"):
        wanted = by_year.get(content_of(item)["year"])
        assert [row.file_id for row in item.files.all()] == ([wanted] if wanted else [])
    assert by_year


def test_kept_twice_is_kept_once_and_a_newer_row_takes_the_place_of_the_older(road) -> None:
    world, application, _second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    again = keep_in_library(actor=world.applicant, application_id=application.pk)
    assert (again.new, again.changed, again.same) == (0, 0, 15)
    rows = [dict(draft_of(application).contents["education"][0]) | {"certificate_number": "107581201305009999"}]
    with clock.travel(clock.now() + timedelta(hours=1)):
        save_section(
            actor=world.applicant,
            application_id=application.pk,
            key="education",
            typed=rows,
            base_version=draft_of(application).versions["education"],
        )
        changed = keep_in_library(actor=world.applicant, application_id=application.pk, key="education")
    assert (changed.new, changed.changed) == (0, 1)
    item = LibraryItem.objects.get(kind="education")
    assert (content_of(item)["certificate_number"], item.version) == ("107581201305009999", 2)


def test_older_application_does_not_undo_what_was_corrected_in_the_library(road) -> None:
    world, application, _second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    item = LibraryItem.objects.get(kind="education")
    corrected = content_of(item) | {"certificate_number": "1"}
    with clock.travel(clock.now() + timedelta(hours=1)):
        keep_item(actor=world.applicant, kind="education", content=corrected, item_id=item.pk, base_version=1)
        keep_in_library(actor=world.applicant, application_id=application.pk)
    item.refresh_from_db()
    assert content_of(item) == corrected


def test_what_fits_is_offered_and_taken_with_its_files(road) -> None:
    world, application, second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    [offer] = offers(world, second, "education")
    assert (offer.label, offer.why_not) == ("新疆农业大学 水利水电工程", "")
    taken = take(world, second, "education")
    assert (taken.items, taken.left) == (1, [])
    row = draft_of(second).contents["education"][0]
    first = draft_of(application).contents["education"][0]
    assert {**row, "id": ""} == {**first, "id": ""}
    files = {m.file_id for m in materials_of(application) if m.row == first["id"]}
    assert {m.file_id for m in materials_of(second) if m.row == row["id"]} == files
    assert taken.files == len(files) > 0
    assert not offers(world, second, "education")


def test_years_the_page_offered_are_filled_and_not_doubled(road) -> None:
    world, application, second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    typed = [{"id": "0a1b2c3d", "year": "2021", "hours_total": "77"}]
    take(world, second, "continuing_education", typed)
    rows = draft_of(second).contents["continuing_education"]
    assert sorted(row["year"] for row in rows) == list(range(2018, 2023))
    [typed_row] = [row for row in rows if row["year"] == 2021]
    assert (typed_row["id"], typed_row["hours_total"], typed_row["hours_professional"]) == ("0a1b2c3d", 77, 60)


def test_form_keeps_what_was_typed_and_is_filled_where_it_is_blank(road) -> None:
    world, application, second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    take(world, second, "current_title", {"authority": "新疆维吾尔自治区人社厅"})
    content = draft_of(second).contents["current_title"]
    assert (content["authority"], content["title_name"]) == ("新疆维吾尔自治区人社厅", "助理工程师")
    assert materials_of(second).filter(slot="title_certificate").exists()
    assert not offers(world, second, "current_title")


def test_what_does_not_fit_says_why(road) -> None:
    world, _application, second = road
    actor = world.applicant
    save_section(actor=actor, application_id=second.pk, key="current_title", typed=w.sections()["current_title"], base_version=0)
    keep_item(actor=actor, kind="continuing_education", content={"year": 2009, "hours_total": 90})
    keep_item(actor=actor, kind="appraisals", content={"year": 2009, "result": "competent"})
    keep_item(actor=actor, kind="publications", content={"title": "渠系改造", "published_on": "2012-05-01"})
    keep_item(actor=actor, kind="achievements", content={"name": "旧工程", "started_on": "2009-01-01", "ended_on": "2010-01-01"})
    keep_item(actor=actor, kind="appointment", content={"post": "技术员"}, valid_until=date(2020, 1, 1))
    words = {key: [offer.why_not for offer in offers(world, second, key)] for key in KINDS}
    assert words["continuing_education"] == ["本次申报不需要2009年度。"]
    assert words["appraisals"] == ["本次申报不需要2009年度。"]
    assert "不在任期内" in words["publications"][0]
    assert "不在近五年" in words["achievements"][0] or "不在近5年" in words["achievements"][0]
    assert "已经到期" in words["appointment"][0]


def test_item_removed_while_a_draft_uses_it_leaves_the_draft_its_own(road) -> None:
    """Bad input of the issue: nothing that was filled in is lost."""
    world, application, second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    take(world, second, "education")
    before = draft_of(second).contents["education"], list(materials_of(second).values_list("file_id", flat=True))
    empty_library(actor=world.applicant)
    assert (draft_of(second).contents["education"], list(materials_of(second).values_list("file_id", flat=True))) == before


def test_item_removed_before_it_was_taken_is_told_and_what_was_typed_is_saved(road) -> None:
    world, _application, second = road
    taken = take(world, second, "education", [{"school": "博州职业学院"}], item_ids=[4711])
    assert (taken.items, taken.left) == (0, ["有的内容已经从资料库删除，没有填入。"])
    assert draft_of(second).contents["education"][0]["school"] == "博州职业学院"


def test_paper_that_has_a_file_already_gets_no_other(road) -> None:
    world, application, second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    take(world, second, "education")
    row = draft_of(second).contents["education"][0]
    held = [m.pk for m in materials_of(second)]
    again = take(world, second, "education", [row])
    assert (again.files, [m.pk for m in materials_of(second)]) == (0, held)


def test_file_without_a_box_in_this_notice_is_named(road) -> None:
    world, application, second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    LibraryItem.objects.get(kind="education").files.update(slot="of_another_notice")
    taken = take(world, second, "education")
    assert taken.files == 0
    assert "没有对应的材料" in taken.left[0]


def test_discarded_application_keeps_the_library_and_may_still_be_taken_from(road) -> None:
    world, application, _second = road
    keep_in_library(actor=world.applicant, application_id=application.pk, key="education")
    discard_application(actor=world.applicant, application_id=application.pk)
    assert items_of(world.applicant).count() == 1
    assert keep_in_library(actor=world.applicant, application_id=application.pk).new == 14


def test_nobody_takes_from_anothers_application_or_library(road) -> None:
    world, application, _second = road
    other = world.new_applicant()
    with pytest.raises(Refused) as refused:
        keep_in_library(actor=other, application_id=application.pk)
    assert refused.value.has("not_found")
    keep_in_library(actor=world.applicant, application_id=application.pk)
    foreign = w.start(world, other)
    ids = list(LibraryItem.objects.values_list("pk", flat=True))
    taken = take_from_library(actor=other, application_id=foreign.pk, key="education", typed=[], base_version=0, item_ids=ids)
    assert taken.items == 0
    assert draft_of(foreign).contents["education"] == []


def test_nothing_ticked_is_said_and_nothing_is_there_is_said(road) -> None:
    world, _application, second = road
    with pytest.raises(Refused) as refused:
        take(world, second, "education", item_ids=[])
    assert refused.value.has("nothing_chosen")
    with pytest.raises(Refused) as refused:
        keep_in_library(actor=world.applicant, application_id=second.pk)
    assert refused.value.has("nothing_there")


def test_file_taken_out_of_a_draft_stays_in_the_library(road) -> None:
    world, application, _second = road
    keep_in_library(actor=world.applicant, application_id=application.pk)
    kept = set(LibraryItem.objects.get(kind="education").files.values_list("file_id", flat=True))
    for material in materials_of(application):
        remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    assert set(LibraryItem.objects.get(kind="education").files.values_list("file_id", flat=True)) == kept
