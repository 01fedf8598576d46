"""异议 at the county: its page finds what its units upheld, before the application has come to it, and lifts it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.publicity.test_lifting import REASON, stop, upheld
from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import User
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.organizations.actors import Actor
from zhicheng.publicity.models import Objection

pytestmark = pytest.mark.django_db


@told_once
def road() -> tuple[w.World, Application, Objection]:
    """Stopped by an upheld objection; the county has never had it."""
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    objection = upheld(world, period, at=w.IN_WINDOW, contact="li@mail.example")
    stop(world, application)
    return world, application, objection


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client


def told(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_county_finds_reads_and_lifts_what_a_unit_upheld(road):
    world, application, objection = road
    client = browser(world.county_officer)
    listed = told(client.get(reverse("office_objections")))
    address = reverse("office_objection", args=[objection.pk])
    assert application.applicant_name in listed and "异议成立，已终止" in listed and address in listed
    case = reverse("desk_case", args=[application.pk])
    assert case not in listed, "it has never come to the county"
    Application.objects.update(reached_county=True)
    assert case in told(client.get(reverse("office_objections")))
    assert client.get(case).status_code == 200
    page = told(client.get(address))
    assert "反映其业绩材料不实。" in page and "经查阅任务书，反映属实。" in page and "回到单位重新审核" in page
    assert "li@mail.example" not in page, "who objected is the unit's to know"
    answer = client.post(address, {"reason": "太短"})
    assert answer.status_code == 422 and "不少于10个字" in told(answer) and "太短" in told(answer)
    answer = client.post(address, {"reason": REASON}, follow=True)
    assert "异议已解除，申请书回到单位重新审核。" in told(answer) and "已解除" in told(answer)
    assert Application.objects.get().state == State.UNIT_REVIEW
    page = told(client.get(address))
    assert REASON in page and "确认解除" not in page
    answer = client.post(address, {"reason": REASON})
    assert answer.status_code == 409 or "已经解除" in told(answer)


def test_neighbours_and_other_roles_find_nothing(road):
    world, _application, objection = road
    address = reverse("office_objection", args=[objection.pk])
    assert browser(world.other_officer).get(address).status_code == 404
    assert "没有只给县（市）看的、或者经核实成立的异议" in told(browser(world.other_officer).get(reverse("office_objections")))
    for actor in (world.unit_admin, world.bureau, world.applicant):
        assert browser(actor).get(address).status_code == 403


def test_applicant_reads_where_to_turn_and_the_unit_that_it_was_lifted(road):
    world, application, objection = road
    mine = reverse("my_application", args=[application.pk])
    assert "可以向博乐市人社局职称办反映" in told(browser(world.applicant).get(mine))
    browser(world.county_officer).post(reverse("office_objection", args=[objection.pk]), {"reason": REASON})
    page = told(browser(world.applicant).get(mine))
    assert "解除异议，恢复审核" in page and REASON in page and "可以向博乐市人社局职称办反映" not in page
    page = told(browser(world.unit_admin).get(reverse("unit_publicity", args=[application.pk])))
    assert "县（市）已解除" in page and REASON in page


def test_pages_are_read_in_english(road):
    world, _application, objection = road
    client = browser(world.county_officer)
    client.cookies["django_language"] = "en"
    assert "One upheld in error can be lifted" in told(client.get(reverse("office_objections")))
    page = told(client.get(reverse("office_objection", args=[objection.pk])))
    assert "The objection and what was found" in page and "Lift it" in page
