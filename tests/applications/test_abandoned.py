"""视为放弃: what was returned and not sent again in time (令40号 第十八条, G-02), and more time that brings it back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from tests.applications.test_jobs import mails
from tests.applications.test_years import batch
from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.applications import actions as applications
from zhicheng.applications.abandoning import to_take_up
from zhicheng.applications.actions import abandon_overdue, start
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.lifecycle import lock, make_move, moves_for, who_moved
from zhicheng.applications.models import Application, PersonYear
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.queries import notice_of, window_now
from zhicheng.campaigns.rules import choose
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.integrity.actions import annul_record, record_fraud
from zhicheng.organizations.actors import SYSTEM
from zhicheng.rehearsal import acts
from zhicheng.review.actions import reject_for_fraud
from zhicheng.web.applicant.following import advice

pytestmark = pytest.mark.django_db
MORE_TIME = "2023-12-20 18:00"


@told_once(at=w.IN_WINDOW)
def returned() -> tuple[w.World, Application]:
    world = w.make_world()
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    outbox.drain(1000)
    return world, application


def end_of(application: Application) -> datetime:
    end = window_now(application.campaign_version, application.level, w.IN_WINDOW).correct_until
    assert end is not None
    return end


def state(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


def let_it_end(at: datetime) -> int:
    with clock.travel(at):
        return abandon_overdue()


def give_more_time(application: Application) -> None:
    old = f"{end_of(application):%Y-%m-%d %H:%M}"
    text = BORTALA_2023.read_text("utf-8")
    assert f"correct_until: {old}" in text or f'correct_until: "{old}"' in text
    publish_campaign(text=text.replace(old, MORE_TIME), actor=SYSTEM)


def test_returned_application_is_given_up_with_the_last_moment_and_not_before(returned):
    _world, application = returned
    assert let_it_end(end_of(application) - timedelta(seconds=1)) == 0 and state(application) == State.RETURNED
    assert let_it_end(end_of(application)) == 1 and state(application) == State.ABANDONED
    assert let_it_end(end_of(application)) == 0
    assert PersonYear.objects.get().closed_at is None
    everything_holds()


def test_what_was_taken_back_or_waits_at_a_desk_is_not_given_up(returned):
    world, application = returned
    waiting, taken_back = w.submitted(world, world.new_applicant()), world.new_applicant()
    other = w.submitted(world, taken_back)
    applications.withdraw_application(actor=taken_back, application_id=other.pk)
    let_it_end(end_of(application) + timedelta(days=30))
    assert (state(waiting), state(other)) == (State.UNIT_REVIEW, State.DRAFT)


def test_correction_that_was_sent_and_taken_back_is_given_up(returned):
    """Not sent again (令40号 第十八条), and so it keeps nobody from another campaign of the year."""
    world, application = returned
    w.submit(world.applicant, application)
    applications.withdraw_application(actor=world.applicant, application_id=application.pk)
    with clock.travel(w.IN_WINDOW + timedelta(hours=1)):
        assert let_it_end(end_of(application) - timedelta(seconds=1)) == 0 and state(application) == State.DRAFT
    assert let_it_end(end_of(application)) == 1 and state(application) == State.ABANDONED
    other = w.submitted(batch(world, "bortala-2023-2"))
    assert other.state == State.UNIT_REVIEW
    everything_holds()


def test_correction_that_a_record_ended_in_error_is_not_given_up_when_it_is_given_back(returned):
    world, application = returned
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。")
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定材料属实，撤销记录。")
    outbox.drain(1000)
    assert state(application) == State.DRAFT
    assert let_it_end(end_of(application)) == 0
    with clock.travel(end_of(application)), pytest.raises(Refused) as refused, transaction.atomic():
        make_move(lock(application.pk, SYSTEM), "abandon", actor=SYSTEM)
    assert [p.code for p in refused.value.problems] == ["not_returned"]


def test_points_of_the_return_stand_again_when_there_is_more_time(returned):
    _world, application = returned
    later = end_of(application) + timedelta(days=1)
    let_it_end(later)
    give_more_time(application)
    let_it_end(later)
    for read in (lambda case: case.history, lambda case: case):
        case = CaseFile(Application.objects.get(pk=application.pk))
        read(case)
        assert [point.is_open for point in case.points] == [True]


def test_applicant_and_unit_are_told_once_each(returned):
    world, application = returned
    let_it_end(end_of(application))
    told = mails(application, "abandon")
    assert set(told) == {application.applicant.email, world.unit.email}
    for mail in told.values():
        assert "视为放弃" in mail["subject"]
        assert f"{end_of(application):%Y-%m-%d %H:%M}" in mail["body"] and "延长期限" in mail["body"]


def test_more_time_brings_it_back_and_it_can_be_sent(returned):
    world, application = returned
    later = end_of(application) + timedelta(days=1)
    let_it_end(later)
    give_more_time(application)
    assert let_it_end(later) == 1 and state(application) == State.RETURNED
    with clock.travel(later):
        w.submit(world.applicant, application)
    assert state(application) == State.UNIT_REVIEW
    everything_holds()


def test_year_is_open_for_another_campaign_and_the_later_application_keeps_its_place(returned):
    world, application = returned
    let_it_end(end_of(application))
    other = w.submitted(batch(world, "bortala-2023-2"))
    later = end_of(application) + timedelta(days=1)
    give_more_time(application)
    with clock.travel(later):
        assert to_take_up(later, most=10) == []  # it keeps no other one waiting
    assert let_it_end(later) == 0
    assert (state(application), state(other)) == (State.ABANDONED, State.UNIT_REVIEW)


def give_more_time_for_all(application: Application) -> None:
    """The notice takes first submissions again too, as long as corrections."""
    text = BORTALA_2023.read_text("utf-8")
    for name in ("apply_until", "correct_until"):
        old = getattr(window_now(application.campaign_version, application.level, w.IN_WINDOW), name)
        text = text.replace(f"{name}: {old:%Y-%m-%d %H:%M}", f"{name}: {MORE_TIME}")
    publish_campaign(text=text, actor=SYSTEM)


def test_nothing_is_begun_beside_what_the_clock_is_about_to_bring_back(returned):
    """More time is announced, and the clock has not gone yet: a draft for the same title would keep the old one from coming back."""
    world, application = returned
    later = end_of(application) + timedelta(days=1)
    let_it_end(later)
    give_more_time_for_all(application)
    newest = CampaignVersion.objects.latest("number")
    with clock.travel(later):
        with pytest.raises(Refused) as refused:
            acts.begin(world.applicant, newest, series="engineering", specialty="", title="engineer")
        (problem,) = refused.value.problems
        assert (problem.code, problem.link) == ("comes_back", str(application.pk)) and application.number in str(problem.text)
        assert acts.begin(world.applicant, newest, series="engineering", specialty="", title="assistant_engineer")
    assert let_it_end(later) == 1 and state(application) == State.RETURNED
    everything_holds()


def test_draft_for_the_same_title_is_told_of_and_given_up_lets_the_old_one_come_back(returned):
    """The draft was first: it was asked for in the moment in which more time was announced."""
    world, application = returned
    later = end_of(application) + timedelta(days=1)
    let_it_end(later)
    give_more_time_for_all(application)
    newest = CampaignVersion.objects.latest("number")
    choice = choose(notice_of(newest), series=application.series, specialty=application.specialty, title=application.title)
    with clock.travel(later):
        draft = start._create(world.applicant, newest, notice_of(newest), choice, world.unit)
        application.refresh_from_db()
        assert f"您另有申请书 {draft.number}" in advice(application, may_send=True)
        assert to_take_up(later, most=10) == []  # it keeps no other one waiting
        applications.discard_application(actor=world.applicant, application_id=draft.pk)
    assert let_it_end(later) == 1 and state(application) == State.RETURNED
    everything_holds()


def test_fraud_of_what_was_given_up_is_recorded_and_taken_back_to_where_it_was(returned):
    world, application = returned
    let_it_end(end_of(application))
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="业绩证明系伪造，已向出具单位核实。")
    assert state(application) == State.REJECTED_FRAUD
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定材料属实，撤销记录。")
    outbox.drain(1000)
    assert state(application) == State.ABANDONED
    everything_holds()


def test_ban_keeps_it_from_coming_back(returned):
    world, application = returned
    later = end_of(application) + timedelta(days=1)
    let_it_end(later)
    record_fraud(
        actor=world.bureau, person_index=application.person_index, name="某", application_year=2022, ban_years=5,
        source="application:0", reason="查实提供虚假业绩证明材料。",
    )  # fmt: skip
    outbox.drain(1000)
    give_more_time(application)
    assert let_it_end(later) == 0 and state(application) == State.ABANDONED


def test_whoever_comes_second_reads_that_the_clock_was_first(returned):
    world, application = returned
    let_it_end(end_of(application))
    application.refresh_from_db()
    assert "系统办理了" in who_moved(application, world.applicant)


def test_nobody_off_its_road_is_placed_to_move_it(returned):
    world, application = returned
    assert moves_for(application, world.other_admin) == [] and moves_for(application, world.applicant)
