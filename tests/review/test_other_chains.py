"""A chain that the notice of 2023 does not have: 行业主管部门 between 主管单位 and the county (人社部令40号 第四条), walked to the end."""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import TABS
from zhicheng.applications.lifecycle import BY_NAME, objections_to
from zhicheng.applications.models import Application
from zhicheng.applications.queries import queue
from zhicheng.applications.states import State
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actions import open_office
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import MembershipRole, Organization, OrganizationKind

pytestmark = pytest.mark.django_db


def with_industry() -> str:
    text = BORTALA_2023.read_text("utf-8")
    county = "  - desk: county"
    assert county in text
    return reckoned_with(text).replace(county, f"  - desk: industry\n{county}", 1)


def reckoned_with(text: str) -> str:
    """``text`` with days for every desk there is."""
    days = "county: 5, prefecture: 10}"
    assert days in text
    return text.replace(days, f"industry: 4, {days}", 1)


@told_once
def world() -> w.World:
    return w.make_world(with_supervising=True, campaign_text=with_industry())


def department(*series: str, region: str = "652700") -> Actor:
    office = open_office(kind=OrganizationKind.INDUSTRY, name="博州水利局", region_code=region, series=series)
    return w.member(w.person(AccountKind.OFFICER, f"industry{region}", name="马工"), office, MembershipRole.STAFF)


def test_application_crosses_the_department_of_its_series(world) -> None:
    officer = department("engineering")
    application = w.submitted(world)
    assert application.industry_body_id == officer.organization_id
    w.publicise_and_report(world, application)
    assert application.state == State.SUPERVISING_REVIEW
    w.pass_on(world.supervisor, application)
    assert (application.state, application.reached_industry) == (State.INDUSTRY_REVIEW, True)
    assert list(queue(officer)) == [application] and not queue(world.county_officer)
    w.pass_on(officer, application)
    assert (application.state, application.arrivals) == (State.COUNTY_REVIEW, 0)
    w.pass_on(world.county_officer, application)
    assert (application.state, application.arrivals) == (State.PREFECTURE_REVIEW, 1)
    w.give_back(world.bureau, application)
    assert application.state == State.RETURNED
    outbox.drain(1000)
    everything_holds()


def test_department_returns_to_the_applicant_and_its_moves_are_in_no_other_chain(world) -> None:
    officer = department("engineering")
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    here = Application.objects.select_related("campaign_version", "employer", "current_submission").get(pk=application.pk)
    assert {p.code for p in objections_to(CaseFile(here), BY_NAME["supervising_pass"], officer)} == {"not_yours"}
    w.pass_on(world.supervisor, application)
    w.give_back(officer, application)
    assert application.state == State.RETURNED
    assert application.history.latest("id").move == "industry_return"
    everything_holds()


def test_departments_own_series_alone_come_to_it(world) -> None:
    department("primary_teaching")
    with pytest.raises(Refused) as refused:
        w.start(world)
    assert {p.code for p in refused.value.problems} == {"no_industry"}


def test_the_countys_own_department_goes_before_the_prefectures(world) -> None:
    department("engineering")
    own = department("engineering", region="652701")
    assert w.submitted(world).industry_body_id == own.organization_id


def test_series_has_one_department_in_a_region() -> None:
    department("engineering")
    with pytest.raises(Refused) as refused:
        open_office(kind=OrganizationKind.INDUSTRY, name="博州工信局", region_code="652700", series=["engineering", "No Such"])
    assert [p.code for p in refused.value.problems] == ["series_malformed", "series_taken"]
    assert Organization.objects.filter(kind=OrganizationKind.INDUSTRY).count() == 1


def in_another_order() -> str:
    """The department first, then the bureau, then the supervising body where there is one; the county counts, and accepts."""
    text = BORTALA_2023.read_text("utf-8")
    optional, county = text.index("  - desk: supervising"), text.index("  - desk: county # S-31")
    end = text.index("  - desk: prefecture", county)
    return reckoned_with(
        text[:optional]
        + "  - desk: industry\n  - desk: prefecture\n  - desk: supervising\n    optional: true\n"
        + ("  - desk: county\n    counts_as_committee_arrival: true\n\nlimits:\n")
        + text[text.index("limits:\n", end) + len("limits:\n") :]
    )


def tabs_of(actor: Actor, application: Application) -> list[str]:
    return [key for key, tab in TABS[actor.role].items() if application in queue(actor, tab=tab)]


def test_chain_in_another_order_than_the_countrys_is_walked_to_the_end() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(with_supervising=True, campaign_text=in_another_order())
        officer = department("engineering")
        application = w.submitted(world)
        w.publicise_and_report(world, application)
        road = [officer, world.bureau, world.supervisor, world.county_officer]
        for here, actor in enumerate(road):
            assert [tabs_of(one, application) for one in road[:here]] == [["passed"]] * here
            assert tabs_of(actor, application) == ["waiting"]
            assert application.arrivals == (1 if actor is world.county_officer else 0)
            w.pass_on(actor, application)
        assert application.state == State.ACCEPTED
        assert [tabs_of(one, application) for one in road] == [["passed"], ["passed"], ["passed"], ["accepted"]]
        assert tabs_of(world.unit_admin, application) == ["reported"]
        outbox.drain(1000)
        everything_holds()


def test_what_was_returned_is_passed_on_by_nobody_until_it_comes_again() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(with_supervising=True, campaign_text=in_another_order())
        officer = department("engineering")
        application = w.submitted(world)
        w.publicise_and_report(world, application)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.pass_on(officer, application)
        w.pass_on(world.bureau, application)
        w.give_back(world.supervisor, application)
        assert {tuple(tabs_of(one, application)) for one in (officer, world.bureau, world.supervisor)} == {("returned",)}
        w.submit(world.applicant, application)
        assert {tuple(tabs_of(one, application)) for one in (officer, world.bureau, world.supervisor)} == {("other",)}
        w.unit_pass(world, application)
        w.report(world, application)
        assert (tabs_of(officer, application), tabs_of(world.bureau, application)) == (["waiting"], ["other"])
        w.pass_on(officer, application)
        assert (tabs_of(officer, application), tabs_of(world.bureau, application)) == (["passed"], ["waiting"])
        everything_holds()
