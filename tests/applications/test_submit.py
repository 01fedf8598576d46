"""再次核对 and 上报: at the second, once, with everything that is missing (S-24, S-26…S-30, S-64)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import NoticeAcceptance, User
from zhicheng.applications.actions import (
    confirm_check,
    discard_application,
    remove_material,
    save_section,
    submit_application,
    withdraw_application,
)
from zhicheng.applications.models import Application, PersonYear, Submission
from zhicheng.applications.queries import draft_of, last_return, materials_of, snapshot_of
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.integrity.actions import record_fraud
from zhicheng.organizations.actions import change_employer
from zhicheng.organizations.actors import SYSTEM, actor_for
from zhicheng.rehearsal.acts import settle

pytestmark = pytest.mark.django_db


def beijing(*at: int) -> datetime:
    return datetime(*at, tzinfo=clock.BEIJING)  # type: ignore[arg-type]


@told_once
def road():
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application)
    return world, application


PAGE = "page-1"


def send(road, token=PAGE, **versions) -> Submission:
    world, application = road
    texts = notice_of(application.campaign_version).texts
    wanted = {"commitment_version": texts.commitment.version, "liability_version": texts.liability.version} | versions
    return submit_application(actor=world.applicant, application_id=application.pk, form_token=token, **wanted)


def check(road) -> None:
    settle(road[0].applicant, road[1])
    confirm_check(actor=road[0].applicant, application_id=road[1].pk)


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(p.code for p in refused.value.problems)


def test_submission_is_frozen_at_the_server_time_and_the_texts_are_kept(road):
    check(road)
    submission = send(road)
    application = Application.objects.get()
    assert (application.state, application.current_submission) == (State.UNIT_REVIEW, submission)
    assert submission.submitted_at == w.IN_WINDOW and submission.number == 1
    kept = set(NoticeAcceptance.objects.values_list("text_key", flat=True))
    slug = notice_of(application.campaign_version).slug
    assert {f"commitment:{slug}", f"liability:{slug}"} <= kept


def test_same_page_sent_twice_is_one_submission(road):
    check(road)
    first = send(road)
    assert send(road) == first
    assert Submission.objects.count() == 1
    assert Application.objects.get().history.filter(move="submit").count() == 1


def test_second_page_after_the_first_is_refused(road):
    check(road)
    send(road)
    assert codes(lambda: send(road, "page-2")) == ["not_open"]
    assert Submission.objects.count() == 1


def test_old_page_never_reports_a_returned_form_as_submitted(road):
    world, application = road
    check(road)
    send(road)
    w.give_back(world.unit_admin, application)
    check(road)
    assert codes(lambda: send(road)) == ["stale"]
    assert Application.objects.get().state == State.RETURNED
    assert send(road, "page-2").number == 2


def test_somebody_elses_token_is_no_key(road):
    world, _ = road
    check(road)
    other = world.new_applicant()
    theirs = w.start(world, other)
    w.fill(other, theirs)
    w.submit(other, theirs, token="page-1")
    assert codes(lambda: send(road)) == ["stale"]
    assert codes(lambda: submit_application(
        actor=world.applicant, application_id=theirs.pk, form_token="page-1", commitment_version="", liability_version=""
    )) == ["not_found"]  # fmt: skip


@pytest.mark.parametrize(("second", "goes"), [((17, 59, 59), True), ((18, 0, 0), False), ((18, 0, 1), False)])
def test_first_submission_keeps_to_the_second_of_the_window(road, second, goes):
    check(road)
    with clock.travel(beijing(2023, 6, 16, *second)):
        if goes:
            assert send(road).number == 1
            return
        with pytest.raises(Refused) as refused:
            send(road)
    assert [p.code for p in refused.value.problems] == ["window"]
    said = str(refused.value.problems[0].text)
    assert "2023-06-16 18:00" in said and "2023-06-16 18:00:0" in said and "没有丢失" in said
    assert Application.objects.get().state == State.DRAFT
    assert draft_of(road[1]).contents["summary"]["text"]


@pytest.mark.parametrize(("second", "goes"), [((17, 59, 59), True), ((18, 0, 0), False)])
def test_corrected_submission_has_its_own_window(road, second, goes):
    world, application = road
    check(road)
    send(road)
    w.give_back(world.unit_admin, application)
    with clock.travel(beijing(2023, 7, 21, *second)):
        check(road)
        if goes:
            assert send(road, "page-2").number == 2
        else:
            assert codes(lambda: send(road, "page-2")) == ["window"]


def test_new_version_of_the_notice_extends_the_window_of_those_who_have_begun(road):
    check(road)
    text = BORTALA_2023.read_text(encoding="utf-8")
    assert "apply_until: 2023-06-16 18:00" in text
    with clock.travel(beijing(2023, 6, 16, 18)):
        assert codes(lambda: send(road)) == ["window"]
        longer = text.replace("apply_until: 2023-06-16 18:00", "apply_until: 2023-06-20 18:00")
        publish_campaign(text=longer, actor=SYSTEM)
        assert send(road).number == 1


@pytest.mark.usefixtures("unprotected")
def test_everything_is_told_at_once(road):
    world, application = road
    record_fraud(
        actor=world.bureau, person_index=world.applicant.person_index, name="某", application_year=2022, ban_years=5,
        source="application:0", reason="查实提供虚假业绩证明材料。",
    )  # fmt: skip
    PersonYear.objects.update(closed_at=clock.now())
    world.unit.verified_year = 2022
    world.unit.save()
    save_section(actor=world.applicant, application_id=application.pk, key="summary", typed={"text": ""}, base_version=1)
    photo = materials_of(application).get(slot="commitment")
    remove_material(actor=world.applicant, application_id=application.pk, material_id=photo.pk)
    with clock.travel(beijing(2023, 8, 1, 9, 0)):
        found = codes(lambda: send(road, commitment_version="old"))
    assert found == sorted(
        [
            "window",
            "barred",
            "closed_for_year",
            "unit_not_verified",
            "field",
            "material_missing",
            "not_checked",
            "text_not_accepted",
        ]
    )
    assert Submission.objects.count() == 0


def test_unit_that_is_not_verified_is_named(road):
    world, _ = road
    check(road)
    world.unit.verified_year = 2022
    world.unit.save()
    with pytest.raises(Refused) as refused:
        send(road)
    (problem,) = refused.value.problems
    assert problem.code == "unit_not_verified" and world.unit.name in str(problem.text) and "已经保存" in str(problem.text)


def test_check_comes_first_and_is_refused_while_something_is_missing(road):
    world, application = road
    assert codes(lambda: send(road)) == ["not_checked"]
    save_section(actor=world.applicant, application_id=application.pk, key="summary", typed={"text": ""}, base_version=1)
    assert codes(lambda: check(road)) == ["field"]


def test_route_is_the_employers_of_today(road):
    world, application = road
    check(road)
    world.unit.receiving_office = world.other_county
    world.unit.save()
    submission = send(road)
    application.refresh_from_db()
    assert application.county_office == world.other_county
    assert snapshot_of(submission).offices["county_office"].name == world.other_county.name


def test_person_who_changed_employer_goes_to_the_new_ones_desk(road):
    world, application = road
    check(road)
    change_employer(user_id=world.applicant.account_id, employer_id=world.other_unit.pk)
    moved = actor_for(User.objects.get(pk=world.applicant.user_id))
    texts = notice_of(application.campaign_version).texts
    versions = {"commitment_version": texts.commitment.version, "liability_version": texts.liability.version}
    sent = {"actor": moved, "application_id": application.pk, "form_token": "moved", **versions}
    assert codes(lambda: submit_application(**sent)) == ["not_checked"], "it was the old one that was told"
    confirm_check(actor=moved, application_id=application.pk)
    submission = submit_application(**sent)
    assert snapshot_of(submission).employer.name == world.other_unit.name
    assert snapshot_of(submission).sections["basic"]["employer_nature"] == "enterprise"


def test_unit_outside_the_region_has_no_road(road):
    world, _ = road
    check(road)
    world.unit.region_code = "654002"
    world.unit.save()
    assert codes(lambda: send(road)) == ["wrong_region"]


def test_withdrawal_before_the_unit_decides_costs_nothing(road):
    world, application = road
    check(road)
    send(road)
    withdraw_application(actor=world.applicant, application_id=application.pk)
    application.refresh_from_db()
    assert (application.state, application.checked_at) == (State.DRAFT, None)
    check(road)
    assert send(road, "page-2").number == 2
    assert PersonYear.objects.get().arrivals == 0


def test_withdrawal_after_the_unit_decided_is_refused(road):
    world, application = road
    check(road)
    send(road)
    w.unit_pass(world, application)
    assert codes(lambda: withdraw_application(actor=world.applicant, application_id=application.pk)) == ["stale"]
    assert codes(lambda: discard_application(actor=world.applicant, application_id=application.pk)) == ["stale"]


def test_last_return_is_the_one_being_worked_on(road):
    world, application = road
    check(road)
    send(road)
    assert last_return(Application.objects.get()) is None
    w.give_back(world.unit_admin, application, "第一次退回的原因。")
    check(road)
    send(road, "page-2")
    w.give_back(world.unit_admin, application, "第二次退回的原因。")
    assert last_return(application).reasons[0]["text"] == "第二次退回的原因。"


def test_last_return_still_stands_when_the_resubmission_is_withdrawn(road):
    world, application = road
    check(road)
    send(road)
    w.give_back(world.unit_admin, application, "退回的原因还没有改完。")
    check(road)
    send(road, "page-2")
    withdraw_application(actor=world.applicant, application_id=application.pk)
    assert last_return(Application.objects.get()).reasons[0]["text"] == "退回的原因还没有改完。"


def test_page_that_is_confirmed_with_it_is_kept_with_what_was_said_or_nothing_is(road) -> None:
    world, application = road
    settle(world.applicant, application)
    read = w.check_read(application)["read"]
    assert codes(lambda: send(road, read="another page")) == ["changed"]
    application.refresh_from_db()
    assert application.checked_at is None and not Submission.objects.exists()
    told = snapshot_of(send(road, read=read)).checked
    assert told is not None and told.employer == application.employer_id and told.lines
    assert send(road, read=read).number == 1, "the same page again"
