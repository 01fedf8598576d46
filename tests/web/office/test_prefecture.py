"""What only the prefecture does, over HTTP: the pages warn of what cannot be taken back, and open only while they can be used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.desk.test_desk import at_county, client_of
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.foundation import clock
from zhicheng.organizations.actors import SYSTEM
from zhicheng.review import actions as review

pytestmark = pytest.mark.django_db
CORRECT_UNTIL = datetime(2023, 7, 21, 18, 0, tzinfo=clock.BEIJING)
LATE = "补正时间已于 2023-07-21 18:00（北京时间）截止"


@told_once(at=w.IN_WINDOW + w.UNTIL_REPORT)
def at_desk() -> tuple[w.World, Application]:
    """A case at the county's desk, its publicity over."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = at_county(world)
    return world, application


def arrive(world: w.World, application: Application, times: int = 1) -> Application:
    """At final review for the ``times``-th time."""
    w.pass_on(world.county_officer, application)
    w.arrive(world, application, times)
    return application


def words(response: Any) -> str:
    """What a page says."""
    return BeautifulSoup(response.content.decode(), "html.parser").get_text()


@pytest.mark.parametrize(("at", "warned"), [(CORRECT_UNTIL - timedelta(seconds=1), False), (CORRECT_UNTIL, True)])
def test_return_after_the_time_for_corrections_is_warned_of(at_desk, at, warned):
    world, application = at_desk
    arrive(world, application)
    address = reverse("desk_return", args=[application.pk])
    with clock.travel(at):
        assert (LATE in words(client_of(world.bureau).get(address))) == warned
    publish_campaign(text=BORTALA_2023.read_text("utf-8").replace("2023-07-21 18:00", "2023-08-10 18:00"), actor=SYSTEM)
    with clock.travel(at):
        assert "补正时间已于" not in client_of(world.bureau).get(address).content.decode()


@pytest.mark.parametrize(("at", "promised"), [(CORRECT_UNTIL - timedelta(seconds=1), True), (CORRECT_UNTIL, False)])
def test_annulment_promises_another_submission_only_while_one_can_be_made(at_desk, at, promised):
    world, application = at_desk
    arrive(world, application, times=3)
    w.give_back(world.bureau, application)
    assert application.state == State.CLOSED_FOR_YEAR
    arrival = application.committee_arrivals.latest("id")
    with clock.travel(at):
        page = words(client_of(world.bureau).get(reverse("office_annul", args=[arrival.pk])))
    assert ("可以修改后重新上报" in page) == promised
    assert (LATE in page) != promised


def test_arrival_that_is_annulled_already_opens_no_form(at_desk):
    world, application = at_desk
    arrive(world, application)
    w.give_back(world.bureau, application)
    arrival = application.committee_arrivals.get()
    review.annul_arrival(actor=world.bureau, arrival_id=arrival.pk, reason="本部门误收，未经县（市）审核。")
    response = client_of(world.bureau).get(reverse("office_annul", args=[arrival.pk]), follow=True)
    assert response.redirect_chain[0][0] == reverse("desk_case", args=[application.pk])
    assert "这次提交的计次已经撤销。" in response.content.decode()


@pytest.mark.parametrize("state", list(State))
@pytest.mark.usefixtures("unprotected")
def test_fraud_is_offered_exactly_where_the_lifecycle_has_the_move(at_desk, state):
    world, application = at_desk
    arrive(world, application)
    Application.objects.filter(pk=application.pk).update(state=state)
    client = client_of(world.bureau)
    response = client.get(reverse("desk_case", args=[application.pk]))
    possible = "reject_fraud" in response.context["case"].moves
    fraud = reverse("office_fraud", args=[application.pk])
    assert (f'href="{fraud}"' in response.content.decode()) == possible
    assert client.get(fraud).status_code == (200 if possible else 303)
