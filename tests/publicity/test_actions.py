"""公示 from its opening to the report upward (S-38…S-40, S-51, S-65…S-75, G-08)."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime, timedelta

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.queries import draft_of
from zhicheng.applications.states import State
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.publicity import actions
from zhicheng.publicity.models import Objection, PublicityPeriod
from zhicheng.publicity.queries import period_of, running_periods

pytestmark = pytest.mark.django_db


def at(*when: int):
    return clock.travel(datetime(*when, tzinfo=clock.BEIJING))  # type: ignore[arg-type]


@told_once
def road():
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    return world, application


def open_(road, start: date, end: date, **changes):
    world, application = road
    application.refresh_from_db()
    return actions.open_publicity(
        actor=world.unit_admin, application_id=application.pk, submission_id=application.current_submission_id, starts_on=start,
        ends_on=end, text=dataclasses.replace(w.NOTICE_TEXT, **changes),
    )  # fmt: skip


def codes(call) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return sorted(p.code for p in refused.value.problems)


def object_(world, period, **changes) -> Objection:
    return actions.register_objection(
        **{
            "actor": world.unit_admin,
            "period_id": period.pk,
            "channel": "phone",
            "content": "业绩与事实不符。",
            "received_at": clock.now(),
        }
        | changes
    )


def decide(world, objection, upheld: bool) -> Objection:
    return actions.decide_objection(
        actor=world.unit_admin, objection_id=objection.pk, upheld=upheld, finding="经核实，情况如实。"
    )


WHY = "主要业绩不属于本人，不能作为申报依据。"


def stop(world, application, reason: str = WHY) -> StatusChange:
    return actions.stop_for_objection(actor=world.unit_admin, application_id=application.pk, reason=reason)


# --- opening ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "earliest"),
    [((2023, 4, 18), (2023, 4, 24)), ((2023, 6, 21), (2023, 7, 3)), ((2023, 11, 6), (2023, 11, 10))],
)
def test_end_too_early_names_the_earliest_legal_date(road, start, earliest):
    with at(*start, 9, 0):
        legal = date(*earliest)
        with pytest.raises(Refused) as refused:
            open_(road, date(*start), legal - timedelta(days=1))
        (problem,) = refused.value.problems
        assert problem.code == "too_short" and legal.isoformat() in str(problem.text)
        assert PublicityPeriod.objects.count() == 0
        period = open_(road, date(*start), legal)
    assert (period.earliest_end, period.working_days, period.calendar_version != "") == (legal, 5, True)


def test_opening_tells_dates_and_words_at_once(road):
    found = codes(lambda: open_(road, date(2023, 5, 19), date(2023, 5, 22), political_conduct=" ", phone="12", office="字" * 61))
    assert found == ["field", "field", "field", "starts_in_past", "too_short"]


def test_opening_makes_the_notice_with_the_number_masked(road):
    world, application = road
    period = w.open_publicity(world, application)
    application.refresh_from_db()
    assert application.state == State.IN_PUBLICITY
    assert period.facts["id_number"] == "652701**********" + w.identity_number(12)[-2:]
    assert w.identity_number(12) not in str(period.facts)
    (notice,) = papers_of(f"application:{application.pk}").filter(kind="publicity_notice")
    assert w.identity_number(12) not in notice.data


def test_stale_page_and_second_opening_are_refused(road):
    world, application = road
    old = Application.objects.get().current_submission_id
    w.give_back(world.unit_admin, application)
    w.submit(world.applicant, application)
    w.unit_pass(world, application)
    text = w.NOTICE_TEXT
    span = {"starts_on": date(2023, 5, 22), "ends_on": date(2023, 5, 31)}
    assert codes(lambda: actions.open_publicity(
        actor=world.unit_admin, application_id=application.pk, submission_id=old, text=text, **span
    )) == ["stale"]  # fmt: skip
    w.open_publicity(world, application)
    assert codes(lambda: open_(road, date(2023, 5, 22), date(2023, 5, 31))) == ["stale"]
    assert PublicityPeriod.objects.count() == 1


def test_other_units_find_nothing(road):
    world, application = road
    period = w.open_publicity(world, application)
    for call in (
        lambda: actions.make_publicity_result(actor=world.other_admin, period_id=period.pk),
        lambda: object_(world, period, actor=world.other_admin),
        lambda: actions.add_publicity_paper(actor=world.county_officer, period_id=period.pk, which="notice_file", file_id=1),
        lambda: actions.report_upward(actor=world.other_admin, application_id=application.pk, submission_id=1),
    ):
        assert codes(call) == ["not_found"]


# --- the end ------------------------------------------------------------------------------------------------------------------


def test_nothing_goes_up_before_the_last_day_has_passed(road):
    world, application = road
    period = open_(road, date(2023, 5, 22), date(2023, 5, 26))
    with at(2023, 5, 26, 23, 59):
        assert codes(lambda: w.report(world, application)) == ["not_over", "papers_missing"]
        assert codes(lambda: actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk)) == ["not_over"]
        assert codes(lambda: w.add_papers(world, period)) == ["not_over"]  # notice and photo are in, the result is too early
    with at(2023, 5, 27, 0, 0):
        assert codes(lambda: w.report(world, application)) == ["papers_missing"]
        assert actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk).kind == "publicity_result"
        file = w.evidence(world.unit_admin.user_id, "result")
        actions.add_publicity_paper(actor=world.unit_admin, period_id=period.pk, which="result_file", file_id=file.pk)
        w.report(world, application)
    application.refresh_from_db()
    assert application.state == State.COUNTY_REVIEW and application.reached_county


def test_public_list_shows_a_period_from_its_first_to_its_last_day(road):
    world, application = road
    period = open_(road, date(2023, 5, 24), date(2023, 5, 31))
    for day, shown in ((23, False), (24, True), (31, True)):
        assert list(running_periods(date(2023, 5, day))) == ([period] if shown else [])
    assert not running_periods(date(2023, 6, 1)).exists()
    w.give_back(world.unit_admin, application)
    assert not running_periods(date(2023, 5, 25)).exists()


def test_three_papers_are_three_files(road):
    world, application = road
    period = w.open_publicity(world, application)
    file = w.evidence(world.unit_admin.user_id, "one")
    actions.add_publicity_paper(actor=world.unit_admin, period_id=period.pk, which="notice_file", file_id=file.pk)
    again = w.evidence(world.unit_admin.user_id, "one")
    assert codes(lambda: actions.add_publicity_paper(
        actor=world.unit_admin, period_id=period.pk, which="photo_file", file_id=again.pk
    )) == ["file_in_other_slot"]  # fmt: skip
    foreign = w.evidence(world.applicant.user_id, "two")
    assert codes(lambda: actions.add_publicity_paper(
        actor=world.unit_admin, period_id=period.pk, which="photo_file", file_id=foreign.pk
    )) == ["not_found"]  # fmt: skip
    assert codes(lambda: actions.add_publicity_paper(
        actor=world.unit_admin, period_id=period.pk, which="facts", file_id=again.pk
    )) == ["not_found"]  # fmt: skip


# --- objections -----------------------------------------------------------------------------------------------------------------


def test_open_objection_holds_the_result_and_a_dismissed_one_lets_go(road):
    world, application = road
    period = w.open_publicity(world, application)
    first = object_(world, period)
    second = object_(world, period, channel="written", from_name="", from_contact="")
    with clock.travel(clock.now() + timedelta(days=10)):
        assert codes(lambda: actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk)) == ["objection_open"]
        decide(world, first, upheld=False)
        assert codes(lambda: w.report(world, application)) == ["objection_open", "papers_missing"]
        decide(world, second, upheld=False)
        w.add_papers(world, period)
        w.report(world, application)


def test_objection_after_the_result_withdraws_it_and_the_next_one_says_so(road):
    world, application = road
    period = w.open_publicity(world, application)
    with clock.travel(clock.now() + timedelta(days=10)):
        first = actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        w.add_papers(world, period)
        decide(world, object_(world, period), upheld=False)
        first.refresh_from_db()
        assert first.voided_at is not None
        assert codes(lambda: w.report(world, application)) == ["papers_missing"]
        second = actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        assert json.loads(second.data)["dismissed"] == 1


def test_upheld_objection_stops_the_application_with_its_finding(road):
    world, application = road
    period = w.open_publicity(world, application)
    assert codes(lambda: stop(world, application)) == ["no_upheld_objection"]
    decide(world, object_(world, period), upheld=True)
    with clock.travel(clock.now() + timedelta(days=10)):
        assert codes(lambda: w.report(world, application)) == ["objection_upheld", "papers_missing"]
        assert codes(lambda: stop(world, application, " 太短 ")) == ["reason_missing"]
        change = stop(world, application)
    application.refresh_from_db()
    assert (application.state, change.note) == (State.STOPPED, f"经核实，情况如实。\n{WHY}")
    assert all(p.voided_at for p in papers_of(f"application:{application.pk}").filter(kind="review_form"))


def test_objection_is_decided_once_and_with_a_finding(road):
    world, application = road
    objection = object_(world, w.open_publicity(world, application))
    assert codes(lambda: actions.decide_objection(
        actor=world.unit_admin, objection_id=objection.pk, upheld=False, finding="无"
    )) == ["field"]  # fmt: skip
    decide(world, objection, upheld=False)
    assert codes(lambda: decide(world, objection, upheld=True)) == ["stale"]


def test_objection_tells_all_that_is_wrong_with_it(road):
    world, application = road
    period = w.open_publicity(world, application)
    late = clock.now() + timedelta(minutes=1)
    assert codes(lambda: object_(world, period, channel="pigeon", content="无", received_at=late)) == ["field", "field", "field"]
    early = datetime(2023, 5, 21, 23, 59, tzinfo=clock.BEIJING)
    assert codes(lambda: object_(world, period, received_at=early)) == ["field"]
    assert object_(world, period, received_at=datetime(2023, 5, 22, 0, 0, tzinfo=clock.BEIJING)).state == "open"


def test_nobody_handles_objections_to_themselves(road):
    world, application = road
    period = w.open_publicity(world, application)
    objection = object_(world, period)
    same_human = dataclasses.replace(world.unit_admin, person_index=application.person_index)
    assert codes(lambda: actions.decide_objection(
        actor=same_human, objection_id=objection.pk, upheld=False, finding="经核实不成立。"
    )) == ["self_review"]  # fmt: skip


# --- once more (G-08) -------------------------------------------------------------------------------------------------------------


def to_county_and_back(road) -> PublicityPeriod:
    world, application = road
    period = w.open_publicity(world, application)
    with clock.travel(clock.now() + timedelta(days=10)):
        w.add_papers(world, period)
        w.report(world, application)
        w.give_back(world.county_officer, application)
    return period


def test_unchanged_facts_are_not_shown_again(road):
    world, application = road
    period = to_county_and_back(road)
    with clock.travel(clock.now() + timedelta(days=11)):
        save_section(
            actor=world.applicant,
            application_id=application.pk,
            key="summary",
            typed={"text": "改过的总结。" * 80},
            base_version=1,
        )
        w.submit(world.applicant, application)
        w.unit_pass(world, application)
        w.report(world, application)
    application.refresh_from_db()
    assert application.state == State.COUNTY_REVIEW and period_of(CaseFile(application)) == period


def test_changed_fact_is_shown_again(road):
    world, application = road
    to_county_and_back(road)
    with clock.travel(clock.now() + timedelta(days=11)):
        rows = draft_of(application).contents["achievements"]
        rows[0]["role"] = "参与人"
        save_section(actor=world.applicant, application_id=application.pk, key="achievements", typed=rows, base_version=1)
        w.submit(world.applicant, application)
        w.unit_pass(world, application)
        assert codes(lambda: w.report(world, application)) == ["not_publicised"]
        second = w.open_publicity(world, application)
        assert PublicityPeriod.objects.filter(cancelled_at__isnull=False).count() == 1
        assert period_of(CaseFile(application)) == second


def test_period_broken_off_by_a_return_does_not_count(road):
    world, application = road
    w.open_publicity(world, application)
    with clock.travel(clock.now() + timedelta(days=2)):
        w.give_back(world.unit_admin, application)
        w.submit(world.applicant, application)
        w.unit_pass(world, application)
    with clock.travel(clock.now() + timedelta(days=20)):
        assert codes(lambda: w.report(world, application)) == ["not_publicised"]


def test_new_period_does_not_wash_objections_away(road):
    world, application = road
    period = w.open_publicity(world, application)
    objection = object_(world, period)
    w.give_back(world.unit_admin, application)
    w.submit(world.applicant, application)
    w.unit_pass(world, application)
    assert codes(lambda: w.open_publicity(world, application)) == ["objection_open"]
    decide(world, objection, upheld=True)
    assert codes(lambda: w.open_publicity(world, application)) == ["objection_upheld"]
    assert stop(world, application).to_state == State.STOPPED
