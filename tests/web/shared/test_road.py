"""The whole road as a picture: this year's steps and dates, and where one's own application stands."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from tests.campaigns.files import bortala, other
from tests.support import world as w
from tests.support.world import World
from tests.web.applicant.kit import client_of
from zhicheng.applications.actions import confirm_check, discard_application
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.listing import current_in
from zhicheng.applications.models import Application
from zhicheng.applications.states import OVER, State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.organizations.actors import SYSTEM
from zhicheng.web.shared.road import Stage, corrected_until, own_road, road_shown

pytestmark = pytest.mark.django_db


def now_at(stages: list[Stage]) -> str | None:
    """The label of the stage at hand; what lies before it is past, the rest ahead."""
    at = [n for n, stage in enumerate(stages) if stage.phase == "now"]
    if not at:
        assert {stage.phase for stage in stages} == {""}
        return None
    (n,) = at
    assert [stage.phase for stage in stages] == ["past"] * n + ["now"] + ["ahead"] * (len(stages) - n - 1)
    return stages[n].label


def soup(client: Client, name: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(reverse(name)).content, "html.parser")


def test_road_of_a_notice_has_its_steps_and_dates() -> None:
    stages = road_shown(bortala())
    assert [stage.label for stage in stages] == [
        "填写申请书",
        "上报给单位",
        "单位审核、公示",
        "主管单位审核",
        "县（市）人社局职称办审核",
        "州人力资源和社会保障局终审",
        "评审委员会评审",
    ]
    assert stages[0].lines == ("2023-05-08 10:00 起",) and stages[1].lines == ("至 2023-06-16 18:00",)
    assert stages[2].lines == ("公示不少于5个工作日",) and stages[3].lines == ("有这一级的单位",)
    assert corrected_until(bortala()) == ("2023-07-21 18:00",)
    assert now_at(stages) is None


def test_times_that_differ_by_level_are_told_level_by_level() -> None:
    notice = other()
    assert len({window.apply_until for window in notice.windows}) > 1
    assert len(road_shown(notice)[1].lines) == len(notice.windows) > 1
    assert all(line.startswith("至 ") and line.endswith("）") for line in road_shown(notice)[1].lines)


def test_every_state_has_its_place_or_none(world: World) -> None:
    application = w.start(world)
    places = {}
    for state in State:
        application.state = state
        places[state] = now_at(own_road(CaseFile(application)))
    assert {state for state, place in places.items() if place is None} == {
        state for state in State if state in OVER or state in (State.CLOSED_FOR_YEAR,)
    } | {State.SUPERVISING_REVIEW, State.INDUSTRY_REVIEW}, "no such body is on this one's way"
    assert places[State.RETURNED] == places[State.DRAFT] == "填写申请书"
    assert places[State.UNIT_REVIEW] == places[State.UNIT_PASSED] == places[State.IN_PUBLICITY] == "单位审核、公示"
    assert places[State.ACCEPTED] == "评审委员会评审"


def test_draft_that_was_checked_is_about_to_be_sent(world: World) -> None:
    application = w.start(world)
    w.fill(world.applicant, application)
    confirm_check(actor=world.applicant, application_id=application.pk)
    application.refresh_from_db()
    assert now_at(own_road(CaseFile(application))) == "上报给单位"


def test_way_of_an_application_has_its_own_desks_only(world: World) -> None:
    application = w.start(world)
    assert "主管单位审核" not in [stage.label for stage in own_road(CaseFile(application))]
    application.supervising_body = world.supervising
    assert "主管单位审核" in [stage.label for stage in own_road(CaseFile(application))]


def test_the_sent_one_counts_then_the_newest_and_none_that_is_over(world: World) -> None:
    draft = w.start(world, title="assistant_engineer")
    campaign = draft.campaign_id
    assert current_in(world.applicant, [campaign]) == {campaign: draft}
    sent = w.submitted(world)
    assert current_in(world.applicant, [campaign]) == {campaign: sent}
    assert current_in(world.applicant, [campaign + 1]) == {}
    w.give_back(world.unit_admin, sent)
    discard_application(actor=world.applicant, application_id=sent.pk)
    assert current_in(world.applicant, [campaign]) == {campaign: draft}


def test_own_road_is_that_of_the_notice_the_application_is_pinned_to(world: World) -> None:
    application = w.submitted(world)
    text = BORTALA_2023.read_text("utf-8")
    changed = text.replace("publicity_working_days: 5", "publicity_working_days: 6")
    assert changed != text
    publish_campaign(text=changed, actor=SYSTEM)
    mine = soup(client_of(world.applicant), "my_titles")
    assert "公示不少于5个工作日" in mine.text and "公示不少于6个工作日" not in mine.select_one(".road").text
    assert now_at(own_road(CaseFile(Application.objects.get(pk=application.pk)))) == "单位审核、公示"


def test_visitor_sees_the_road_and_nobody_on_it(world: World, client: Client) -> None:
    page = soup(client, "home")
    assert len(page.select(".road-stage")) == 7 and page.select_one("[aria-current=step]") is None


def test_applicant_sees_where_the_application_is_and_what_is_next(world: World) -> None:
    w.submitted(world)
    client = client_of(world.applicant)
    home = soup(client, "home")
    assert "单位审核、公示" in home.select_one("[aria-current=step]").text and "现在在这里" in home.text
    assert home.find("a", string=lambda text: text and "我的申报和下一步" in text)["href"] == reverse("my_titles")
    mine = soup(client, "my_titles")
    assert "单位审核、公示" in mine.select_one("[aria-current=step]").text and "下一步：" in mine.text


def test_desk_sees_the_road_of_the_round_alone(world: World) -> None:
    w.submitted(world)
    assert soup(client_of(world.unit_admin), "home").select_one("[aria-current=step]") is None
