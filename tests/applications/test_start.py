"""新增申请书: what stands against it, all at once (S-19…S-21, S-29, S-81)."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from django.db import connection

from tests.support import world as w
from zhicheng.applications import actions
from zhicheng.applications.actions import objections_to_start, start_application
from zhicheng.applications.models import Application, PersonYear
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock, triggers
from zhicheng.foundation.errors import Refused
from zhicheng.integrity.actions import record_fraud
from zhicheng.organizations.models import Membership

pytestmark = pytest.mark.django_db


def begin(world, actor=None, **choice):
    specialty = notice_of(world.version).series("engineering").specialties[0].code
    wanted = {"series": "engineering", "specialty": specialty, "title": "engineer"} | choice
    return start_application(actor=actor or world.applicant, campaign_version_id=world.version.pk, **wanted)


def refused(call) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def codes(call) -> set[str]:
    return {p.code for p in refused(call).problems}


def ban(world, year: int = 2020) -> None:
    record_fraud(
        actor=world.bureau, person_index=world.applicant.person_index, name="某", application_year=year, ban_years=5,
        source="application:0", reason="查实提供虚假业绩证明材料。",
    )  # fmt: skip


def test_start_lays_an_empty_form_pinned_to_the_notice(world):
    application = w.start(world)
    assert (application.state, application.number, application.year) == (State.DRAFT, "2023652700-00001", 2023)
    assert (application.employer, application.county_office, application.prefecture_office) == (
        world.unit, world.county, world.prefecture,
    )  # fmt: skip
    assert application.campaign_version == world.version and application.supervising_body is None
    assert [c.move for c in application.history.all()] == ["start"]
    assert w.start(world, world.new_applicant()).number == "2023652700-00002"


@pytest.mark.usefixtures("unprotected")
def test_start_tells_every_reason_at_once(world):
    ban(world)
    PersonYear.objects.create(
        campaign=world.version.campaign,
        person_index=world.applicant.person_index,
        arrivals=3,
        arrivals_allowed=3,
        closed_at=clock.now(),
    )
    world.unit.region_code = "654002"
    world.unit.save()
    with clock.travel(datetime(2023, 6, 16, 18, 0, tzinfo=clock.BEIJING)):
        found = refused(lambda: begin(world))
    assert {p.code for p in found.problems} == {"prompt_not_read", "barred", "closed_for_year", "window", "wrong_region"}
    assert any("2025年（含）以前不得申报" in str(p.text) and "2026年度起可以申报" in str(p.text) for p in found.problems)
    assert Application.objects.count() == 0


def test_start_is_for_applicants_and_published_rounds_alone(world):
    for actor in (world.unit_admin, world.county_officer, world.bureau):
        assert codes(lambda actor=actor: begin(world, actor)) == {"not_found"}
    world.version.campaign.published = False
    world.version.campaign.save()
    assert codes(lambda: begin(world)) == {"not_found"}


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"series": "astrology"}, "series_not_open"),
        ({"specialty": "astrology"}, "specialty_not_open"),
        ({"title": "professor"}, "title_not_open"),
    ],
)
def test_start_refuses_what_the_notice_does_not_open(world, choice, code):
    w.accept_prompt(world.applicant, world.version)
    assert codes(lambda: begin(world, **choice)) == {code}


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ((2023, 5, 8, 9, 59, 59), False),
        ((2023, 5, 8, 10, 0, 0), True),
        ((2023, 6, 16, 17, 59, 59), True),
        ((2023, 6, 16, 18, 0, 0), False),
    ],
)
def test_start_keeps_to_the_window_to_the_second(world, at, opens):
    w.accept_prompt(world.applicant, world.version)
    with clock.travel(datetime(*at, tzinfo=clock.BEIJING)):
        if opens:
            assert begin(world).state == State.DRAFT
        else:
            assert codes(lambda: begin(world)) == {"window"}


def test_second_application_is_refused_with_the_first_ones_number(world):
    first = w.start(world)
    found = refused(lambda: begin(world))
    assert [(p.code, p.link) for p in found.problems] == [("exists", str(first.pk))]
    assert first.number in str(found.problems[0].text)


def test_person_without_a_unit_is_told(world):
    triggers.take_off(connection)
    Membership.objects.filter(user_id=world.applicant.user_id).delete()
    alone = dataclasses.replace(world.applicant, organization_id=None)
    w.accept_prompt(alone, world.version)
    assert codes(lambda: begin(world, alone)) == {"no_employer"}


@pytest.mark.usefixtures("unprotected")
def test_discarded_application_makes_room_and_keeps_the_count(world):
    first = w.start(world)
    PersonYear.objects.update(arrivals=2)
    actions.discard_application(actor=world.applicant, application_id=first.pk)
    second = w.start(world)
    assert (second.arrivals, second.number) == (2, "2023652700-00002")
    assert Application.objects.get(pk=first.pk).state == State.DISCARDED


@pytest.mark.parametrize(("year", "free"), [(2017, True), (2018, False), (2022, False), (2023, False), (2024, True)])
def test_fraud_closes_its_own_year_and_the_five_after(world, year, free):
    ban(world, year)
    w.accept_prompt(world.applicant, world.version)
    if free:
        assert begin(world).state == State.DRAFT
    else:
        assert codes(lambda: begin(world)) == {"barred"}


def test_year_of_the_fraud_is_closed_with_its_own_sentence(world):
    ban(world, 2023)
    w.accept_prompt(world.applicant, world.version)
    (problem,) = refused(lambda: begin(world)).problems
    assert str(problem.text) == (
        "您2023年度的申报经查实有弄虚作假，本年度不再受理，新建申请书也不能恢复；2028年（含）以前不得申报专业技术资格，2029年度起可以申报。"
        "如有异议，请联系州人力资源和社会保障局。"
    )


def test_objections_to_start_tell_the_same_before_anything_is_chosen(world):
    assert objections_to_start(actor=world.applicant, version=world.version) == []
    ban(world)
    with clock.travel(datetime(2023, 9, 1, tzinfo=clock.BEIJING)):
        assert {p.code for p in objections_to_start(actor=world.applicant, version=world.version)} == {"barred", "window"}
