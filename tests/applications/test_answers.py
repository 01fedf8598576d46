"""Answers to findings: kept with the draft, frozen with the submission, gone when the finding is."""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import answer_findings, confirm_check, save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.queries import draft_of, snapshot_of
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db
HOURS = "continuing_education.hours_total"


@told_once
def road():
    """An application in which everything is filled in; its form has too few hours of continuing education for 2022."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application, w.short_of_hours())
    return world, application


def told(application: Application) -> dict[str, str]:
    """Code → answer of every finding of the draft that may be answered."""
    fresh = Application.objects.select_related("employer", "campaign_version", "applicant").get(pk=application.pk)
    return {each.finding.code: each.answer for each in CaseFile(fresh).findings if not each.finding.is_note}


def key_of(application: Application, code: str = HOURS) -> str:
    fresh = Application.objects.select_related("employer", "campaign_version", "applicant").get(pk=application.pk)
    return next(e.finding.key for e in CaseFile(fresh).findings if e.finding.code == code)


def answer(world, application, text: str, *, version: int = 0, key: str = ""):
    return answer_findings(
        actor=world.applicant,
        application_id=application.pk,
        answers={key or key_of(application): text},
        base_version=version,
    )


def test_answer_is_kept_with_the_draft_and_frozen_with_the_submission(road):
    world, application = road
    assert told(application) == {HOURS: ""}
    answer(world, application, "  2022年借调在外，学时未满。 ")
    assert told(application) == {HOURS: "2022年借调在外，学时未满。"}
    w.submit(world.applicant, application)
    snapshot = snapshot_of(Submission.objects.get())
    (frozen,) = snapshot.answers
    assert frozen.answer == "2022年借调在外，学时未满。" and frozen.said == "2022年度总学时72，少于规定的90学时。"
    assert "answers" not in snapshot.sections
    fresh = Application.objects.select_related("employer", "campaign_version").get()
    assert [(e.finding.code, e.answer) for e in CaseFile(fresh).sent_findings if e.answer] == [(HOURS, frozen.answer)]


def test_a_later_answer_does_not_reach_what_was_sent(road):
    world, application = road
    answer(world, application, "第一次的说明")
    w.submit(world.applicant, application)
    w.give_back(world.unit_admin, application)
    answer(world, application, "改过的说明", version=1)
    assert [a.answer for a in snapshot_of(Submission.objects.get()).answers] == ["第一次的说明"]


def test_answering_undoes_the_check(road):
    world, application = road
    confirm_check(actor=world.applicant, application_id=application.pk)
    answer(world, application, "说明")
    assert Application.objects.get().checked_at is None


def test_an_empty_answer_takes_the_old_one_away_and_an_unknown_finding_keeps_none(road):
    world, application = road
    answer(world, application, "说明")
    assert (
        answer(world, application, "没有这一条", version=1, key="work.gap@work_history.0000000f.started_on")[0].answer == "说明"
    )
    assert answer(world, application, " ", version=1) == []
    assert told(application) == {HOURS: ""}


def test_an_answer_goes_with_its_finding(road):
    world, application = road
    answer(world, application, "说明")
    rows = [r for r in draft_of(application).contents["continuing_education"] if r["year"] != 2022]
    version = draft_of(application).versions["continuing_education"]
    save_section(
        actor=world.applicant, application_id=application.pk, key="continuing_education", typed=rows, base_version=version
    )
    assert told(application) == {}
    assert answer_findings(actor=world.applicant, application_id=application.pk, answers={}, base_version=1) == []


def test_an_older_window_does_not_overwrite_a_newer_answer(road):
    world, application = road
    answer(world, application, "新的")
    with pytest.raises(Refused) as refused:
        answer(world, application, "旧的", version=0)
    assert refused.value.has("conflict")
    assert answer(world, application, "新的", version=0)[0].answer == "新的"  # the same again is no conflict


def test_an_answer_is_a_sentence_and_a_closed_form_takes_none(road):
    world, application = road
    with pytest.raises(Refused) as refused:
        answer(world, application, "长" * 301)
    assert [(p.code, p.where.split(".")[0]) for p in refused.value.problems] == [("too_long", "continuing_education")]
    key = key_of(application)
    w.submit(world.applicant, application)
    with pytest.raises(Refused) as refused:
        answer(world, application, "说明", key=key)
    assert refused.value.has("not_open")
    with pytest.raises(Refused) as refused:
        answer_findings(actor=world.new_applicant(), application_id=application.pk, answers={key: "x"}, base_version=0)
    assert refused.value.has("not_found")
