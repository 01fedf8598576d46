"""The mails of a pass that is taken back: none within the first minutes, and afterwards one to everybody who had been told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.models import Application
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.review.actions import pass_application, take_back_pass

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT
REASON = "点错了申请书，应先核实毕业证书。"


@told_once(at=LATER)
def road() -> tuple[w.World, Application]:
    """At the county's desk, its papers recorded."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.publicise_and_report(world, application)
    w.record_dossier(world.county_officer, application)
    outbox.drain(1000)
    return world, application


def passes(actor: Any, application: Application) -> None:
    application.refresh_from_db()
    number = application.current_submission_id or 0
    pass_application(actor=actor, application_id=application.pk, submission_id=number)


def takes_back(actor: Any, application: Application) -> None:
    last = application.history.latest("id").pk
    take_back_pass(actor=actor, application_id=application.pk, change_id=last, reason=REASON)


def mails_of(application: Application, move: str) -> dict[str, str]:
    """The words of what was queued for the last ``move``, by the receiver's address."""
    change = application.history.filter(move=move).latest("id")
    found = OutboxMessage.objects.filter(kind="mail", key__startswith=f"moved:{change.pk}:")
    return {message.payload["to"][0]: read_mail(message)["body"] for message in found}


def let_minutes_pass(minutes: int) -> None:
    """The machine's time, by which a message waits."""
    for message in OutboxMessage.objects.filter(state=OutboxState.PENDING):
        message.next_attempt_at -= timedelta(minutes=minutes)
        message.save(update_fields=["next_attempt_at"])


def test_mails_of_a_pass_wait_and_go_when_it_stands(road: tuple[w.World, Application], settings: Any) -> None:
    world, application = road
    settings.PASS_MAIL_MINUTES = 10
    passes(world.county_officer, application)
    outbox.drain(1000)
    assert mails_of(application, "county_pass") == {}
    let_minutes_pass(9)
    outbox.drain(1000)
    assert mails_of(application, "county_pass") == {}
    let_minutes_pass(1)
    outbox.drain(1000)
    assert set(mails_of(application, "county_pass")) == {"applicant@example.cn"}


def test_nobody_hears_of_a_pass_taken_back_within_the_minutes(road: tuple[w.World, Application], settings: Any) -> None:
    world, application = road
    settings.PASS_MAIL_MINUTES = 10
    passes(world.county_officer, application)
    takes_back(world.county_officer, application)
    outbox.drain(1000)
    assert not OutboxMessage.objects.filter(kind="application.moved", state=OutboxState.PENDING).exists(), "nothing waits for it"
    assert mails_of(application, "county_pass") == mails_of(application, "county_take_back") == {}
    w.give_back(world.county_officer, application)
    outbox.drain(1000)
    assert "applicant@example.cn" in mails_of(application, "county_return"), "what follows is told at once"


def test_pass_that_was_told_and_is_taken_back_is_told_with_the_reason(road: tuple[w.World, Application]) -> None:
    world, application = road
    passes(world.county_officer, application)
    outbox.drain(1000)
    takes_back(world.county_officer, application)
    outbox.drain(1000)
    told = mails_of(application, "county_take_back")
    assert set(told) == {"applicant@example.cn"}
    body = told["applicant@example.cn"]
    assert "县（市）撤回审核通过" in body and REASON in body and "这次提交评审委员会不再计次。" in body
    assert "当前状态：等待县（市）人社局审核" in body


def test_final_pass_taken_back_is_told_to_applicant_and_unit(road: tuple[w.World, Application]) -> None:
    world, application = road
    passes(world.county_officer, application)
    w.record_dossier(world.bureau, application)
    passes(world.bureau, application)
    outbox.drain(1000)
    assert set(mails_of(application, "prefecture_pass")) == {"applicant@example.cn", world.unit.email}
    takes_back(world.bureau, application)
    outbox.drain(1000)
    told = mails_of(application, "prefecture_take_back")
    assert set(told) == {"applicant@example.cn", world.unit.email}
    assert f"申报人{application.applicant_name}的申请书" in told[world.unit.email] and REASON in told[world.unit.email]
    assert "不再计次" not in "".join(told.values()), "the arrival stays"


def test_who_may_hold_the_print_is_told_at_once_that_it_is_void(settings: Any) -> None:
    settings.PASS_MAIL_MINUTES = 10
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        passes(world.unit_admin, application)
        takes_back(world.unit_admin, application)
        outbox.drain(1000)
        serial = papers_of(f"application:{application.pk}").get(kind="review_form").serial
        told = mails_of(application, "unit_take_back")
        assert mails_of(application, "unit_pass") == {}
        assert set(told) == {"applicant@example.cn", world.unit.email}
        assert all(f"（{serial}）已作废" in body and REASON in body for body in told.values())
