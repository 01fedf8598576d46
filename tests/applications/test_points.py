"""Points of a return: each is mended or answered before 上报, and what was answered is frozen with the submission (令40号 第十八条)."""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import add_material, answer_points, confirm_check, save_section, withdraw_application
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.point_answers import answer_problem, point_answers_in
from zhicheng.applications.queries import draft_of, get_application, materials_of, snapshot_of
from zhicheng.foundation.errors import Refused
from zhicheng.rehearsal import acts
from zhicheng.review.rules import ReturnReason

pytestmark = pytest.mark.django_db
WHY = "原件的印章本来就淡，已请单位核对。"


@told_once
def road():
    """Returned with three points: a scan, the summary, and the application as a whole's appraisals of which nothing is wrong."""
    world = w.make_world()
    application = w.submitted(world)
    row = draft_of(application).contents["education"][0]["id"]
    acts.give_back(
        world.unit_admin,
        application,
        [
            ReturnReason(f"material:education-{row}:diploma", "illegible", "毕业证书不清晰，请重新扫描。"),
            ReturnReason("summary", "incorrect", "总结没有写明本人承担的工作。"),
            ReturnReason("appraisals", "incorrect", "2021年度考核结果请核对。"),
        ],
    )
    return world, application


def case_of(road) -> CaseFile:
    world, application = road
    found = get_application(world.applicant, application.pk)
    assert found is not None
    return CaseFile(found)


def mend_two(road) -> None:
    world, application = road
    old = next(m for m in materials_of(application) if m.paper == "diploma")
    file = w.evidence(world.applicant.account_id, "a clear scan")
    place = {"slot": old.slot, "paper": old.paper, "row": old.row}
    add_material(actor=world.applicant, application_id=application.pk, file_id=file.pk, replaces=old.pk, **place)
    draft = draft_of(application)
    text = draft.contents["summary"]["text"] + "本人负责施工图会审。"
    version = draft.versions["summary"]
    save_section(actor=world.applicant, application_id=application.pk, key="summary", typed={"text": text}, base_version=version)


def answer(road, text: str, *, number: int = 3, version: int = 0):
    world, application = road
    key = case_of(road).points[number - 1].key
    return answer_points(actor=world.applicant, application_id=application.pk, answers={key: text}, base_version=version)


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [p.code for p in refused.value.problems]


def test_untouched_points_stand_against_submission_and_a_mended_one_does_not(road):
    world, application = road
    assert [p.code for p in case_of(road).missing] == ["point_open"] * 3
    mend_two(road)
    assert [(bool(p.changes), p.is_open) for p in case_of(road).points] == [(True, False), (True, False), (False, True)]
    assert codes(lambda: confirm_check(actor=world.applicant, application_id=application.pk)) == ["point_open"]
    answer(road, WHY)
    assert case_of(road).missing == []
    confirm_check(actor=world.applicant, application_id=application.pk)


def test_answer_is_frozen_with_the_submission_and_later_ones_do_not_reach_it(road):
    world, application = road
    mend_two(road)
    answer(road, f"  {WHY} ")
    point = case_of(road).points[2]
    w.submit(world.applicant, application)
    application.refresh_from_db()
    (frozen,) = snapshot_of(application.current_submission).point_answers
    assert (frozen.returned, frozen.number, frozen.where) == (point.returned, 3, "appraisals")
    assert (frozen.said, frozen.answer) == ("2021年度考核结果请核对。", WHY)
    change = application.history.filter(move="unit_return").get()
    sent = CaseFile(Application.objects.get()).sent_points(change)
    assert [bool(p.changes) for p in sent] == [True, True, False] and [p.answer for p in sent] == ["", "", WHY]
    w.give_back(world.unit_admin, application)
    answer(road, "另一条的说明", number=1, version=1)
    assert [a.answer for a in snapshot_of(application.current_submission).point_answers] == [WHY]
    assert [a.answer for a in point_answers_in(case_of(road).contents)] == [WHY, "另一条的说明"]


def test_change_taken_back_leaves_the_point_open_again(road):
    world, application = road
    before = draft_of(application).contents["summary"]["text"]
    mend_two(road)
    version = draft_of(application).versions["summary"]
    save_section(
        actor=world.applicant, application_id=application.pk, key="summary", typed={"text": before}, base_version=version
    )
    assert [p.is_open for p in case_of(road).points] == [False, True, True]


def test_withdrawn_submission_still_has_the_points_of_the_return_before_it(road):
    world, application = road
    mend_two(road)
    answer(road, WHY)
    w.submit(world.applicant, application)
    withdraw_application(actor=world.applicant, application_id=application.pk)
    points = case_of(road).points
    assert [bool(p.changes) for p in points] == [True, True, False] and points[2].answer == WHY


def test_empty_answer_takes_the_old_one_away_and_an_unknown_point_keeps_none(road):
    world, application = road
    answer(road, WHY)
    kept = answer_points(actor=world.applicant, application_id=application.pk, answers={"0-1": "没有这一条"}, base_version=1)
    assert [one.answer for one in kept] == [WHY]
    assert answer(road, " ", version=1) == []
    assert case_of(road).points[2].is_open


def test_older_window_does_not_overwrite_a_newer_answer(road):
    answer(road, WHY)
    assert codes(lambda: answer(road, "旧的说明", version=0)) == ["conflict"]
    assert answer(road, WHY, version=0)[0].answer == WHY


def test_answering_undoes_the_check(road):
    world, application = road
    mend_two(road)
    answer(road, WHY)
    confirm_check(actor=world.applicant, application_id=application.pk)
    answer(road, "核对过了，没有错。", version=1)
    assert Application.objects.get().checked_at is None


def test_closed_form_and_strangers_answer_nothing(road):
    world, application = road
    key = case_of(road).points[0].key
    stranger = world.new_applicant()
    call = {"application_id": application.pk, "answers": {key: WHY}, "base_version": 0}
    assert codes(lambda: answer_points(actor=stranger, **call)) == ["not_found"]
    mend_two(road)
    answer(road, WHY)
    w.submit(world.applicant, application)
    assert codes(lambda: answer_points(actor=world.applicant, **call)) == ["not_open"]


@pytest.mark.parametrize(
    ("text", "refused"), [("。。！", True), ("好", True), ("没错", False), ("长" * 300, False), ("长" * 301, True)]
)
def test_answer_is_in_words_and_a_sentence_or_two(road, text, refused):
    assert bool(answer_problem(3, text)) is refused
    if refused:
        assert codes(lambda: answer(road, text)) == ["field"]
    else:
        assert answer(road, text)[0].answer == text
