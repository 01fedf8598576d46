"""What 再次核对 says is kept with the submission, and a form that is no longer what was read is not confirmed (S-26, S-64)."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import answer_findings, confirm_check, remove_material, save_section
from zhicheng.applications.authorships import findings_to_answer
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.check_page import lines_shown, page_read
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.queries import draft_of, snapshot_of
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db
SAID = "2022年度总学时72，少于规定的90学时。"


@told_once
def road():
    """Somebody who is some hours of continuing education short."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application, w.short_of_hours())
    return world, application


def case_of(application) -> CaseFile:
    return CaseFile(Application.objects.get(pk=application.pk))


def read_now(application) -> str:
    case = case_of(application)
    return page_read(case, findings_to_answer(case), case.application.employer_id)


def test_everything_the_page_says_is_a_line(road):
    case = case_of(road[1])
    lines = lines_shown(case, findings_to_answer(case))
    assert {line.kind for line in lines} >= {"finding", "note", "condition"}
    (hours,) = [line for line in lines if line.text == SAID]
    assert hours.place.startswith("继续教育（5. 2022）") and "人社部令25号" in hours.source
    assert [line.result for line in lines if line.kind == "condition"] == ["met"] * len(case.conditions.results)


def test_warned_file_is_a_line_with_its_name(road):
    world, application = road
    material = w.bring_warned(world.applicant, application)
    case = case_of(application)
    lines = [line for line in lines_shown(case, []) if line.kind == "file"]
    assert any(material.file.name in line.text for line in lines)


def test_sentences_are_frozen_with_time_and_language_and_the_answers(road):
    world, application = road
    case = case_of(application)
    key = next(told.finding.key for told in case.findings if told.finding.text == SAID)
    answer_findings(actor=world.applicant, application_id=application.pk, answers={key: "下半年已补足。"}, base_version=0)
    w.submit(world.applicant, application)
    checked = snapshot_of(Submission.objects.get()).checked
    assert (checked.at, checked.language) == (clock.now().astimezone(clock.BEIJING).isoformat(timespec="seconds"), "zh-hans")
    assert [(line.text, line.answer) for line in checked.lines if line.text == SAID] == [(SAID, "下半年已补足。")]


def test_sentences_are_kept_in_the_language_they_were_read_in(road):
    world, application = road
    with translation.override("en"):
        confirm_check(actor=world.applicant, application_id=application.pk, read=read_now(application))
    kept = case_of(application).check_record
    assert kept["language"] == "en" and not any(line["text"] == SAID for line in kept["lines"])


def test_page_of_another_language_is_another_page(road):
    before = read_now(road[1])
    with translation.override("en"):
        assert read_now(road[1]) != before


def test_every_change_is_seen(road):
    world, application = road
    seen = {read_now(application)}
    draft = draft_of(application)
    save_section(
        actor=world.applicant,
        application_id=application.pk,
        key="summary",
        typed={"text": draft.contents["summary"]["text"] + "补充一句。"},
        base_version=draft.versions["summary"],
    )
    seen.add(read_now(application))
    case = case_of(application)
    answer_findings(
        actor=world.applicant, application_id=application.pk, answers={case.findings[0].finding.key: "已补。"}, base_version=0
    )
    seen.add(read_now(application))
    remove_material(actor=world.applicant, application_id=application.pk, material_id=case.materials[0].pk)
    seen.add(read_now(application))
    assert len(seen) == 4


def test_confirming_again_what_was_not_changed_is_the_same_page(road):
    world, application = road
    before = read_now(application)
    confirm_check(actor=world.applicant, application_id=application.pk, read=before)
    assert read_now(application) == before
    with clock.travel(clock.now().replace(hour=17)):
        confirm_check(actor=world.applicant, application_id=application.pk, read=before)
        assert case_of(application).check_record["at"].startswith("2023-05-22T17")


def test_what_is_no_longer_as_it_was_read_is_not_confirmed(road):
    world, application = road
    with pytest.raises(Refused) as refused:
        confirm_check(actor=world.applicant, application_id=application.pk, read="another page")
    assert [problem.code for problem in refused.value.problems] == ["changed"]
    application.refresh_from_db()
    assert application.checked_at is None and case_of(application).check_record is None
