"""The queue: longest first, how long it waits, until when it may, and a cost that does not grow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications import queries
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.foundation import clock
from zhicheng.organizations.actors import SYSTEM

pytestmark = pytest.mark.django_db
UNTIL = datetime(2023, 7, 5, 18, 0, tzinfo=clock.BEIJING)


def with_deadline() -> str:
    """The notice with an end for the units' desks: 2023-07-05 18:00."""
    text = BORTALA_2023.read_text("utf-8")
    line = "    correct_until: 2023-07-21 18:00"
    assert line in text
    return text.replace(line, f"    desk_until:\n      unit: 2023-07-05 18:00\n{line}", 1)


@told_once
def hurried() -> tuple[w.World, Application]:
    """A world whose notice ends the units' desks, and an application that waits at one."""
    world = w.make_world(campaign_text=with_deadline())
    return world, w.submitted(world)


@told_once
def supervised() -> tuple[w.World, Application]:
    """A world whose unit has a supervising body, and an application that waits at the unit's desk."""
    world = w.make_world(with_supervising=True)
    return world, w.submitted(world)


def test_longest_waiting_comes_first_with_its_days(world, signed_in):
    first = w.submitted(world)
    with clock.travel(clock.now() + timedelta(days=2, hours=13)):  # an hour before midnight
        second = w.submitted(world, world.new_applicant())
    with clock.travel(clock.now() + timedelta(days=3)):
        page = signed_in(world.unit_admin).get(reverse("desk_queue"))
        rows = list(page.context["page"])
    assert [r.pk for r in rows] == [first.pk, second.pk]
    assert [r.waited_days for r in rows] == [3, 1]
    assert "3 天" in page.content.decode()


def test_what_is_done_comes_newest_first_without_waiting(world, signed_in):
    first = w.submitted(world)
    second = w.submitted(world, world.new_applicant())
    w.give_back(world.unit_admin, first)
    with clock.travel(clock.now() + timedelta(days=1)):
        w.give_back(world.unit_admin, second)
    page = signed_in(world.unit_admin).get(reverse("desk_queue"), {"show": "returned"})
    assert [r.pk for r in page.context["page"]] == [second.pk, first.pk]
    assert "已等待" not in page.content.decode()


@pytest.mark.parametrize(
    ("at", "words", "look"),
    [
        (UNTIL - timedelta(days=10), "还剩 10 天", "status-info"),
        (UNTIL - timedelta(days=2), "还剩 2 天", "status-warn"),
        (UNTIL - timedelta(minutes=1), "今天截止", "status-warn"),
        (UNTIL, "今天已超期", "status-bad"),
        (UNTIL + timedelta(days=4), "已超期 4 天", "status-bad"),
    ],
)
def test_deadline_of_the_desk_is_shown_in_words_colour_and_icon(hurried, signed_in, at, words, look):
    world, application = hurried
    with clock.travel(at):
        client = signed_in(world.unit_admin)
        for page in (client.get(reverse("desk_queue")), client.get(reverse("desk_case", args=[application.pk]))):
            text = page.content.decode()
            tag = text[: text.index(words)].rpartition('<span class="status')[2]
            assert look in tag
            assert "<svg" in tag


def test_notice_without_a_deadline_shows_none(world, signed_in):
    application = w.submitted(world)
    client = signed_in(world.unit_admin)
    assert "办理期限" not in client.get(reverse("desk_queue")).content.decode()
    assert client.get(reverse("desk_case", args=[application.pk])).context["case"].due is None


def test_deadline_is_the_desks_own_and_only_while_it_waits_there(hurried, signed_in):
    world, application = hurried
    w.give_back(world.unit_admin, application)
    case = signed_in(world.unit_admin).get(reverse("desk_case", args=[application.pk])).context["case"]
    assert case.due is None


def test_extended_deadline_holds_and_costs_no_query_a_row(hurried, signed_in):
    world, _application = hurried
    person = world.new_applicant()
    corrected = w.submitted(world, person)
    w.give_back(world.unit_admin, corrected)
    w.submit(person, corrected)
    publish_campaign(text=with_deadline().replace("2023-07-05", "2023-07-10"), actor=SYSTEM)
    with clock.travel(UNTIL + timedelta(days=1)):
        client = signed_in(world.unit_admin)
        client.get(reverse("desk_queue"))
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("desk_queue"))
    assert [f"{r.due.until.astimezone(clock.BEIJING):%m-%d}" for r in page.context["page"]] == ["07-10", "07-21"]
    assert len(captured) <= 12


def tabs_with(client, application) -> list[str]:
    """The tabs of a desk in which an application is listed, each opened as one that is clicked on; what stands there comes from the first."""
    first = client.get(reverse("desk_queue"), {"show": "waiting"}).context
    keys = [tab["key"] for tab in first["filters"]]
    assert first["is_first"] and keys[0] == "waiting", "what the queue opens with"
    pages = {key: client.get(reverse("desk_queue"), {"show": key}).context["page"] for key in keys[1:]}
    return [key for key, page in [(keys[0], first["page"]), *pages.items()] if application.pk in [row.pk for row in page]]


@pytest.mark.parametrize("role", ["unit_admin", "supervisor", "county_officer", "bureau"])
@pytest.mark.usefixtures("unprotected")
def test_every_application_a_desk_may_see_is_in_exactly_one_tab(supervised, signed_in, role):
    world, application = supervised
    actor, client = getattr(world, role), signed_in(getattr(world, role))
    neighbour = signed_in(world.other_admin if role == "unit_admin" else world.other_officer)
    row = Application.objects.filter(pk=application.pk)
    for state in State:
        row.update(state=state, reached_supervising=True, reached_county=True, reached_prefecture=True)
        assert queries.visible_to(actor).filter(pk=application.pk).exists()
        assert len(tabs_with(client, application)) == 1, state
        row.update(reached_supervising=False, reached_county=False, reached_prefecture=False)
        seen = queries.visible_to(actor).filter(pk=application.pk).exists()
        assert len(tabs_with(client, application)) == int(seen), state
        assert tabs_with(neighbour, application) == []


@pytest.mark.usefixtures("unprotected")
def test_returned_case_stays_findable_when_it_comes_again(world, signed_in):
    application = w.submitted(world)
    Application.objects.filter(pk=application.pk).update(state=State.RETURNED, reached_prefecture=True)
    bureau = signed_in(world.bureau)
    assert tabs_with(bureau, application) == ["returned"]
    w.submit(world.applicant, application)
    assert tabs_with(bureau, application) == ["other"]
    page = bureau.get(reverse("desk_queue"), {"show": "other"}).content.decode()
    assert "待单位审核" in page and "时间" in page and "已等待" not in page


def test_queue_and_tab_of_the_rest_take_the_same_queries_for_one_row_and_thirty(world, thirty, signed_in):
    def opened(client, address):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).context["page"]
        return page, len(captured)

    bureau, rest = signed_in(world.bureau), reverse("desk_queue") + "?show=other"
    Application.objects.filter(pk=thirty[0].pk).update(reached_prefecture=True)
    one = [opened(signed_in(world.other_admin), reverse("desk_queue")), opened(bureau, rest)]
    Application.objects.update(reached_prefecture=True)
    many = [opened(signed_in(world.unit_admin), reverse("desk_queue")), opened(bureau, rest)]
    for (row, one_takes), (page, thirty_take) in zip(one, many, strict=True):
        assert len(row) == 1 and len(page) == 30 and page.after
        assert one_takes == thirty_take <= 12


@pytest.mark.usefixtures("unprotected")
def test_arrivals_are_counted_against_what_is_allowed(world, signed_in):
    application = w.submitted(world)
    Application.objects.filter(pk=application.pk).update(arrivals=2)
    assert "第 2 / 3 次" in signed_in(world.unit_admin).get(reverse("desk_queue")).content.decode()


def test_filter_that_finds_nothing_says_so(world, signed_in):
    page = signed_in(world.county_officer).get(reverse("desk_queue"), {"unit": "没有这家单位"}).content.decode()
    assert "没有“没有这家单位”的申请书" in page
