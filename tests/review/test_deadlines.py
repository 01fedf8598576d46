"""The last moment of each desk, which is the notice's: refused a second later, told what can still be done (G-01, G-02)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.campaigns.files import other_text
from tests.review.test_second_campaign import CHOICE, LATER, START, form, to_supervising
from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, DESKS, HOLDER
from zhicheng.applications.lifecycle import BY_NAME, MOVES, objections_to
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations.actors import SYSTEM, Actor, Role
from zhicheng.organizations.models import Organization
from zhicheng.review import actions as review

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
UNIT_END = datetime(2025, 10, 24, 20, tzinfo=clock.BEIJING)
COUNTY_END = datetime(2025, 11, 7, 20, tzinfo=clock.BEIJING)
CORRECT_END = datetime(2025, 10, 31, 20, tzinfo=clock.BEIJING)


def make_world(text: str) -> w.World:
    world = w.make_world(with_supervising=True, campaign_text=text)
    Organization.objects.update(region_code="653001")
    Organization.objects.filter(kind="unit").update(verified_year=2025)
    world.unit.refresh_from_db()
    return world


def submitted(world: w.World) -> Application:
    application = w.start(world, **CHOICE)
    w.fill(world.applicant, application, form())
    w.submit(world.applicant, application)
    application.refresh_from_db()
    return application


@told_once(at=START)
def world() -> w.World:
    return make_world(other_text())


def refused(call) -> list[Problem]:
    with pytest.raises(Refused) as refusal:
        call()
    return [p for p in refusal.value.problems if p.code == "desk_deadline"]


def counts() -> tuple[int, int]:
    return StatusChange.objects.count(), LedgerEntry.objects.count()


def test_unit_passes_in_the_last_second_and_not_one_later(world) -> None:
    application = submitted(world)
    before = counts()
    with clock.travel(UNIT_END):
        (problem,) = refused(lambda: w.unit_pass(world, application))
        assert str(problem.text) == (
            "本环节的审核和上报已于2025-10-24 20:00（北京时间）截止，不能再审核通过或向上报送；"
            "仍可以将申请书退回申报人。延长期限须由州人社局发布通知的新版本。"
        )
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW and counts() == before
    with clock.travel(UNIT_END - SECOND):
        w.unit_pass(world, application)
    application.refresh_from_db()
    assert application.state == State.UNIT_PASSED


def test_unit_returns_after_its_end(world) -> None:
    application = submitted(world)
    with clock.travel(UNIT_END + SECOND):
        w.give_back(world.unit_admin, application)
    assert application.state == State.RETURNED


def test_unit_neither_opens_a_publicity_nor_reports_after_its_end(world) -> None:
    application = submitted(world)
    w.unit_pass(world, application)
    with clock.travel(UNIT_END):
        assert refused(lambda: w.open_publicity(world, application, days=20))
    period = w.open_publicity(world, application, days=10)
    with clock.travel(LATER):
        w.add_papers(world, period)
    with clock.travel(UNIT_END):
        assert refused(lambda: w.report(world, application))
    with clock.travel(UNIT_END - SECOND):
        w.report(world, application)
    application.refresh_from_db()
    assert application.state == State.SUPERVISING_REVIEW


def at_county(world: w.World) -> Application:
    application = submitted(world)
    to_supervising(world, application)
    with clock.travel(LATER):
        w.record_dossier(world.supervisor, application, copies=3)
        review.pass_application(
            actor=world.supervisor, application_id=application.pk, submission_id=application.current_submission_id or 0
        )
        w.record_dossier(world.county_officer, application, copies=3)
    return application


def county_pass(world: w.World, application: Application) -> None:
    application.refresh_from_db()
    review.pass_application(
        actor=world.county_officer, application_id=application.pk, submission_id=application.current_submission_id or 0
    )


def test_county_passes_in_the_last_second_and_not_one_later_but_returns(world) -> None:
    application = at_county(world)
    before = counts()
    with clock.travel(COUNTY_END):
        (problem,) = refused(lambda: county_pass(world, application))
        assert "2025-11-07 20:00（北京时间）" in str(problem.text)
        assert counts() == before
    with clock.travel(COUNTY_END - SECOND):
        county_pass(world, application)
    application.refresh_from_db()
    assert application.state == State.ACCEPTED


def test_county_returns_after_its_end(world) -> None:
    application = at_county(world)
    with clock.travel(COUNTY_END):
        w.give_back(world.county_officer, application)
    assert application.state == State.RETURNED


def test_corrected_application_is_passed_until_corrections_end(world) -> None:
    application = submitted(world)
    w.give_back(world.unit_admin, application)
    with clock.travel(CORRECT_END - SECOND):  # long after the unit's own end, and the last second in which it may come
        w.submit(world.applicant, application)
        application.refresh_from_db()
        assert application.state == State.UNIT_REVIEW
    with clock.travel(CORRECT_END):
        (problem,) = refused(lambda: w.unit_pass(world, application))
        assert "2025-10-31 20:00（北京时间）" in str(problem.text)
    with clock.travel(CORRECT_END - SECOND):
        w.unit_pass(world, application)
    application.refresh_from_db()
    assert application.state == State.UNIT_PASSED


def test_new_version_of_the_notice_extends_for_those_under_way_and_never_shortens(world) -> None:
    application = submitted(world)
    publish_campaign(text=other_text(("      unit: 2025-10-24 20:00", "      unit: 2025-10-20 20:00")), actor=SYSTEM)
    with clock.travel(UNIT_END):
        assert "2025-10-24 20:00" in str(refused(lambda: w.unit_pass(world, application))[0].text)
    publish_campaign(text=other_text(("      unit: 2025-10-24 20:00", "      unit: 2025-10-28 20:00")), actor=SYSTEM)
    with clock.travel(UNIT_END):
        w.unit_pass(world, application)
    application.refresh_from_db()
    assert application.state == State.UNIT_PASSED


def test_new_version_without_an_end_takes_it_away(world) -> None:
    application = submitted(world)
    publish_campaign(
        text=other_text(("    desk_until:\n      unit: 2025-10-24 20:00\n      county: 2025-11-07 20:00\n", "")), actor=SYSTEM
    )
    with clock.travel(COUNTY_END):
        w.unit_pass(world, application)


def test_notice_without_desk_ends_is_never_refused_by_them() -> None:
    """Bortala 2023 names none: no move at no time meets this objection, first submission or corrected."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
    guarded = [m for m in MOVES if "in_time" in m.guards]
    actors = {
        Role.UNIT: world.unit_admin,
        Role.SUPERVISING: world.supervisor,
        Role.COUNTY: world.county_officer,
        Role.PREFECTURE: world.bureau,
        Role.INDUSTRY: Actor(role=Role.INDUSTRY, organization_id=0),  # no application of this notice is theirs
    }
    assert {m.role for m in guarded} == set(actors) == {desk.role for desk in DESKS}
    for years in (0, 1, 10):
        with clock.travel(w.IN_WINDOW + timedelta(days=366 * years)):
            for move in guarded:
                for state in move.sources:
                    application.state = state
                    found = objections_to(CaseFile(application), BY_NAME[move.name], actors[move.role])
                    assert "desk_deadline" not in [p.code for p in found]


def test_every_move_of_a_desk_that_leads_up_asks_for_its_end() -> None:
    up = {*HOLDER, State.ACCEPTED} - {State.UNIT_REVIEW}
    for move in MOVES:
        desk = BY_ROLE.get(move.role)
        # A pass taken back leads down, to a desk that may itself stand above others.
        wanted = desk is not None and move.name != desk.takes_back and bool(up & set(move.targets))
        assert ("in_time" in move.guards) == wanted, move.name
