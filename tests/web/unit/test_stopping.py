"""终止申报 over HTTP: a page of its own that says what it ends and asks why, and no move that acts at one press beside it (S-40)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import User
from zhicheng.applications.lifecycle import MOVES
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor, Role
from zhicheng.publicity import actions
from zhicheng.web.sent_only import SENT_ONLY

DURING = w.IN_WINDOW.replace(hour=12)
REASON = "主要业绩不属于本人，不能作为申报依据。"


@told_once(at=DURING)
def world_of_an_upheld_objection() -> tuple[w.World, Application]:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        period = w.open_publicity(world, application)
        objection = actions.register_objection(
            actor=world.unit_admin, period_id=period.pk, channel="phone", content="业绩材料不属实。", received_at=clock.now()
        )
    actions.decide_objection(actor=world.unit_admin, objection_id=objection.pk, upheld=True, finding="经核实，反映属实。")
    return world, application


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client


def told(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db
def test_unit_reads_what_it_ends_and_says_why_before_an_application_is_stopped(world_of_an_upheld_objection) -> None:
    world, application = world_of_an_upheld_objection
    client, stop = browser(world.unit_admin), reverse("unit_stop", args=[application.pk])
    page = told(client.get(reverse("unit_publicity", args=[application.pk])))
    assert f'href="{stop}"' in page and f'action="{stop}"' not in page
    page = told(client.get(stop))
    assert "本单位不能恢复" in page and "经核实，反映属实。" in page and "确认终止申报" in page
    assert Application.objects.get().state == State.IN_PUBLICITY
    answer = client.post(stop, {"reason": "太短"})
    assert answer.status_code == 422 and "不少于10个字" in told(answer) and "太短" in told(answer)
    assert Application.objects.get().state == State.IN_PUBLICITY
    assert "的申请书已终止" in told(client.post(stop, {"reason": REASON}, follow=True))
    assert Application.objects.get().state == State.STOPPED
    mine = told(browser(world.applicant).get(reverse("my_application", args=[application.pk])))
    assert "经核实，反映属实。" in mine and REASON in mine
    assert "不能再办理" in told(client.get(stop, follow=True))


@pytest.mark.django_db
def test_objection_of_the_last_period_stops_what_was_passed_again_until_the_county_lifts_it(world_of_an_upheld_objection) -> None:
    world, application = world_of_an_upheld_objection
    period = application.publicity_periods.get()
    with clock.travel(DURING):
        w.give_back(world.unit_admin, application)
        w.submit(world.applicant, application)
        w.unit_pass(world, application)
        assert period.objections.get().stands
        client, stop = browser(world.unit_admin), reverse("unit_stop", args=[application.pk])
        assert "确认终止申报" in told(client.get(stop))
        objection = period.objections.get()
        actions.lift_objection(actor=world.county_officer, objection_id=objection.pk, reason="经复核，任务书由本人主持。")
        page = told(client.get(stop))
        assert "现在不能终止" in page and "确认终止申报" not in page


# Where a person makes each move: a page that opens, with what follows from the move, before it is made.
PAGES = {
    "submit": "application_submit",
    "withdraw": "application_withdraw",
    "discard": "application_discard",
    "open_publicity": "unit_publicity_open",
    "stop": "unit_stop",
    "lift": "office_objection",
    "reopen": "office_annul",
    "reject_fraud": "office_fraud",
}
# Said beside its button, among the steps that lead to it; whoever receives it can return it.
AT_ONE_PRESS = {"report_to"}


def test_every_move_of_a_person_has_a_page_that_opens_before_it_is_made() -> None:
    for move in MOVES:
        if move.role is Role.SYSTEM or move.name.startswith(tuple(AT_ONE_PRESS)) or move.name.startswith("restore"):
            continue
        ending = {"pass": "desk_pass", "back": "desk_take_back", "return": "desk_return", "close": "desk_return"}
        page = PAGES.get(move.name) or ending[move.name.rpartition("_")[2]]
        reverse(page, args=[1])
        assert page not in SENT_ONLY, move.name
