"""What a paper says is judged at its place: which paper, whose, of which year; advice that 上报 never waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests.applications.test_persons import corrected
from tests.support import world as w
from tests.support.checking import check_due, read_due
from tests.support.told_once import told_once
from tests.support.uploads import keep_file
from tests.support.written_papers import FILLER, pdf
from zhicheng.applications.actions import add_material, carry_application, confirm_file, remove_material, save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.sent_invariants import submissions
from zhicheng.applications.told import said_of_materials
from zhicheng.evidence.inspection.reading.lines import COLOURLESS, Line, PageText
from zhicheng.evidence.queries import describe_warnings, what_is_said
from zhicheng.evidence.reading import Read, tell
from zhicheng.foundation import clock
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db

READING = "内容核对中，结果稍后显示；不影响上报。"


@told_once
def road():
    """A complete application."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application)
    return world, application


def name_of(application: Application) -> str:
    return str(CaseFile(Application.objects.get(pk=application.pk)).contents["basic"]["name"])


def bring(road: Any, slot: str, paper: str, *pages: tuple[str, ...], beside: bool = False) -> Material:
    """A paper with these lines in the place of what lies there, or beside it."""
    world, application = road
    old = Material.objects.filter(application=application, slot=slot, paper=paper, removed_at=None).order_by("pk").last()
    assert old is not None
    file = keep_file(upload=ContentFile(pdf(*pages), name="材料.pdf"), actor_id=world.applicant.account_id)
    place = {"slot": slot, "paper": paper, "year": old.year, "row": old.row}
    replaces = 0 if beside else old.pk
    return add_material(actor=world.applicant, application_id=application.pk, file_id=file.pk, replaces=replaces, **place)


def again(material: Material) -> Material:
    return Material.objects.select_related("file").get(pk=material.pk)


def codes(material: Material) -> list[str]:
    return [warning["code"] for warning in again(material).noticed]


def test_file_is_in_its_place_before_it_is_read_and_says_so(road: Any) -> None:
    material = bring(road, "education", "diploma", ("毕业证书", FILLER))
    assert material.reading and READING in what_is_said(again(material)).notes
    assert CaseFile(Application.objects.get()).missing == []


def test_paper_of_the_applicant_says_nothing(road: Any) -> None:
    material = bring(road, "education", "diploma", ("毕业证书", f"学生　{name_of(road[1])}", FILLER))
    read_due()
    assert not again(material).reading and again(material).noticed == [] and READING not in what_is_said(again(material)).notes


def test_another_paper_and_another_person_are_told_at_their_place(road: Any) -> None:
    material = bring(road, "education", "diploma", ("劳动合同", "姓名：王二麻", FILLER))
    read_due()
    assert codes(material) == ["wrong_paper", "wrong_person"]
    paper, person = describe_warnings(again(material))
    assert "第 1 页上有“劳动合同”字样" in paper and "第 1 页框出的姓名不是申报人的" in person
    assert {"left", "top", "width_of", "height_of"} <= again(material).noticed[0].keys()
    assert [one.code for one in CaseFile(Application.objects.get()).missing] == ["not_looked_at"]


def test_paper_of_another_year_is_told(road: Any) -> None:
    name = name_of(road[1])
    material = bring(road, "continuing_education", "continuing_education_certificate", ("继续教育证书", "1999年度", name, FILLER))
    read_due()
    assert codes(material) == ["wrong_year"]
    assert f"不是 {material.year} 年度的材料" in describe_warnings(again(material))[0]


def test_contract_that_has_ended_is_told_with_its_day(road: Any) -> None:
    name = name_of(road[1])
    material = bring(road, "appointment", "appointment_letter", ("聘书", name, "聘期：2015年1月1日至2016年12月31日", FILLER))
    read_due()
    assert codes(material) == ["expired"] and "2016-12-31" in describe_warnings(again(material))[0]


def test_paper_that_is_neither_sealed_nor_signed_is_told(road: Any) -> None:
    material = bring(road, "work_summary", "work_summary", ("专业技术工作总结", FILLER, "本人签名："))
    read_due()
    assert codes(material) == ["not_sealed", "not_signed"]
    seal, name = describe_warnings(again(material))
    assert "没有看到红色公章或者电子签章" in seal and "第 1 页框出的签名处看起来没有签名" in name
    world, application = road
    assert [one.code for one in CaseFile(Application.objects.get()).missing] == ["not_looked_at"]
    with clock.travel(clock.now() + timedelta(minutes=1)):
        confirm_file(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    assert CaseFile(Application.objects.get()).missing == []
    bring(road, "work_summary", "work_summary", ("专业技术工作总结", FILLER), beside=True)
    read_due()
    assert codes(material) == [], "the other file may be the sealed page"


def test_seal_of_a_copy_without_colours_is_said_to_be_unchecked(road: Any) -> None:
    material = bring(road, "work_summary", "work_summary", ("专业技术工作总结", FILLER))
    shown = PageText(1, (Line("专业技术工作总结", 100, 50, 600, 20, 99), Line(FILLER, 100, 90, 600, 20, 99)), True, COLOURLESS)
    tell(material.file, Read((shown,), whole=True))
    said = what_is_said(again(material))
    assert said.warnings == [] and any("公章核对未做：文件是黑白的" in note for note in said.notes)
    assert CaseFile(Application.objects.get()).missing == [], "nothing to confirm"


def test_what_was_confirmed_before_it_was_read_is_to_be_confirmed_anew(road: Any) -> None:
    world, application = road
    material = bring(road, "education", "diploma", ("劳动合同", name_of(application), FILLER))
    material.file.warnings = [w.BLANK]
    material.file.save(update_fields=["warnings"])
    with_id = {"actor": world.applicant, "application_id": application.pk, "material_id": material.pk}
    now = clock.now()
    for minutes, act, open_points in (
        (1, lambda: confirm_file(**with_id), 0),
        (2, read_due, 1),
        (3, lambda: confirm_file(**with_id), 0),
    ):
        with clock.travel(now + timedelta(minutes=minutes)):
            act()
            assert len(CaseFile(Application.objects.get()).missing) == open_points


def test_instance_that_does_not_read_says_undone_and_never_good(road: Any, settings: Any) -> None:
    settings.READING = False
    material = bring(road, "education", "diploma", ("劳动合同", FILLER))
    read_due()
    said = what_is_said(again(material))
    assert said.warnings == [] and any("内容核对未做：系统没有开启文字识别" in note for note in said.notes)
    assert CaseFile(Application.objects.get()).missing == [], "nothing to confirm"


def test_text_that_cannot_be_read_says_undone(road: Any) -> None:
    material = bring(road, "education", "diploma", ("证",))
    read_due()
    assert any("文件上的文字没有读清" in note for note in what_is_said(again(material)).notes)


def test_paper_in_two_files_is_one_paper(road: Any) -> None:
    name = name_of(road[1])
    first = bring(road, "appointment", "appointment_letter", ("培训通知", "兹有李国强同志", FILLER))
    read_due()
    assert codes(first) == ["wrong_paper", "wrong_person"]
    second = bring(road, "appointment", "appointment_letter", ("聘书", name, FILLER), beside=True)
    read_due()
    assert codes(first) == [] and codes(second) == []
    world, application = road
    remove_material(actor=world.applicant, application_id=application.pk, material_id=second.pk)
    assert again(first).reading
    read_due()
    assert codes(first) == ["wrong_paper", "wrong_person"]


def test_former_name_typed_after_the_upload_is_held_against_the_paper(road: Any) -> None:
    material = bring(road, "education", "diploma", ("毕业证书", "姓名：王二麻", FILLER))
    contract = bring(road, "appointment", "appointment_letter", ("劳动合同", f"姓名：{name_of(road[1])}", FILLER))
    read_due()
    assert codes(material) == ["wrong_person"] and codes(contract) == ["wrong_paper"]
    world, application = road
    with clock.travel(clock.now() + timedelta(minutes=1)):
        confirm_file(actor=world.applicant, application_id=application.pk, material_id=contract.pk)
    with clock.travel(clock.now() + timedelta(minutes=2)):
        basic = save_basic(road, former_name="王二麻")
        assert again(material).reading
        read_due()
    assert codes(material) == [] and codes(contract) == ["wrong_paper"]
    assert CaseFile(Application.objects.get()).missing == [], "what was confirmed and is noticed again is confirmed"
    save_basic(road, **basic)
    assert not again(material).reading, "no name was changed"
    save_basic(road, former_name="")
    read_due()
    assert codes(material) == ["wrong_person"]


def test_name_corrected_by_an_office_is_held_against_the_paper(road: Any) -> None:
    world, _application = road
    material = bring(road, "education", "diploma", ("毕业证书", "姓名：王二麻", FILLER))
    read_due()
    assert codes(material) == ["wrong_person"]
    corrected(world, world.applicant, name="王二麻")
    assert again(material).reading
    read_due()
    assert codes(material) == [] and again(material).noticed_at is not None


def test_former_name_brought_along_is_held_against_what_lies_there(road: Any) -> None:
    world, application = road
    save_basic(road, former_name="王二麻")
    second = w.start(world, specialty="construction")
    file = keep_file(
        upload=ContentFile(pdf(("毕业证书", "姓名：王二麻", FILLER)), name="材料.pdf"), actor_id=world.applicant.account_id
    )
    typed = CaseFile(Application.objects.get(pk=application.pk)).contents["education"]
    place = {"slot": "education", "paper": "diploma"}
    save_section(actor=world.applicant, application_id=second.pk, key="education", typed=typed, base_version=0)
    box = next(box for box in CaseFile(Application.objects.get(pk=second.pk)).requirements if box.slot == "education")
    where = {"year": box.year, "row": box.row_id or ""}
    material = add_material(actor=world.applicant, application_id=second.pk, file_id=file.pk, **place, **where)
    read_due()
    assert codes(material) == ["wrong_person"]
    carry_application(actor=world.applicant, application_id=second.pk, from_id=application.pk)
    read_due()
    assert codes(material) == []


def save_basic(road: Any, **changes: str) -> dict[str, Any]:
    """What was typed in the basic information with these changes."""
    world, application = road
    case = CaseFile(Application.objects.get(pk=application.pk))
    typed = case.contents["basic"] | changes
    version = case.draft_rows["basic"].version
    save_section(actor=world.applicant, application_id=application.pk, key="basic", typed=typed, base_version=version)
    return dict(typed)


def test_paper_of_which_the_notice_reads_nothing_is_not_read(road: Any) -> None:
    boxes = CaseFile(Application.objects.get()).requirements
    unread = {(box.slot, paper.key) for box in boxes for paper in box.papers if not paper.is_read}
    there = Material.objects.filter(application=road[1]).values_list("slot", "paper")
    slot, paper = next(place for place in there if place in unread)
    material = bring(road, slot, paper, ("论文", FILLER))
    assert not material.reading and read_due() == 0


def test_what_is_read_after_sending_reaches_the_desk_and_changes_nothing_of_what_was_sent(road: Any) -> None:
    world, application = road
    material = bring(road, "education", "diploma", ("劳动合同", name_of(application), FILLER))
    acts.submit(world.applicant, application)
    frozen = next(one for one in snapshot_of(Application.objects.get().current_submission).materials if one.id == material.pk)
    assert frozen.warnings is None
    assert READING in said_of_materials([material.pk])[material.pk].notes
    read_due()
    assert "劳动合同" in said_of_materials([material.pk])[material.pk].warnings[0]
    assert list(submissions()) == []


def test_what_another_file_of_the_paper_may_still_show_is_not_frozen_as_missing(road: Any) -> None:
    world, application = road
    first = bring(road, "appointment", "appointment_letter", ("培训通知", "兹有李国强同志", FILLER))
    check_due()
    read_due()
    assert codes(first) == ["wrong_paper", "wrong_person"]
    confirm_file(actor=world.applicant, application_id=application.pk, material_id=first.pk)
    second = bring(road, "appointment", "appointment_letter", ("聘书", name_of(application), FILLER), beside=True)
    check_due()
    acts.submit(world.applicant, application)
    frozen = {one.id: one for one in snapshot_of(Application.objects.get().current_submission).materials}
    assert frozen[first.pk].warnings is None and frozen[second.pk].warnings is None
    read_due()
    assert first.pk not in said_of_materials([first.pk])
    assert list(submissions()) == []


def test_what_was_read_before_sending_is_frozen_with_it(road: Any) -> None:
    world, application = road
    material = bring(road, "education", "diploma", ("劳动合同", name_of(application), FILLER))
    check_due()
    read_due()
    acts.submit(world.applicant, application)
    frozen = next(one for one in snapshot_of(Application.objects.get().current_submission).materials if one.id == material.pk)
    assert [warning["code"] for warning in frozen.warnings] == ["wrong_paper"] and frozen.looked_at
    assert list(submissions()) == []
