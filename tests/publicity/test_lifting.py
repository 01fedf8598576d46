"""解除异议: what a unit upheld in error the county lifts, and what it had stopped goes on (S-40, S-70)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.applications.actions import discard_application
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.actors import Actor
from zhicheng.publicity import actions
from zhicheng.publicity.models import Objection, PublicityPeriod
from zhicheng.publicity.queries import objections_for_county, period_of, publicised_again_needed, running_periods

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT
REASON = "经复核，任务书由申报人主持，反映不属实。"


def upheld(world: w.World, period: PublicityPeriod, *, at: datetime, contact: str = "") -> Objection:
    """An objection that came at a moment and was found to be right."""
    with clock.travel(at):
        objection = actions.register_objection(
            actor=world.unit_admin,
            period_id=period.pk,
            channel="phone",
            content="反映其业绩材料不实。",
            received_at=at,
            from_contact=contact,
        )
        return actions.decide_objection(
            actor=world.unit_admin, objection_id=objection.pk, upheld=True, finding="经查阅任务书，反映属实。"
        )


@told_once
def shown() -> tuple[w.World, Application, PublicityPeriod]:
    """In publicity."""
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    application.refresh_from_db()
    return world, application, period


Shown = tuple[w.World, Application, PublicityPeriod]


def stop(world: w.World, application: Application) -> None:
    actions.stop_for_objection(actor=world.unit_admin, application_id=application.pk, reason="主要业绩不属于本人，不能作为依据。")
    application.refresh_from_db()


def lift(actor: Actor, objection: Objection, reason: str = REASON) -> Objection:
    return actions.lift_objection(actor=actor, objection_id=objection.pk, reason=reason)


def codes(call: Callable[[], Any]) -> set[str]:
    with pytest.raises(Refused) as refused, transaction.atomic():
        call()
    return {p.code for p in refused.value.problems}


def mails(kind: str) -> dict[str, str]:
    """What was queued under keys that begin so, by the receiver's address."""
    outbox.drain(1000)
    found = OutboxMessage.objects.filter(kind="mail", key__startswith=kind)
    return {message.payload["to"][0]: read_mail(message)["body"] for message in found}


def test_stopped_application_goes_back_to_the_unit_and_both_decisions_stay(shown: Shown) -> None:
    world, application, period = shown
    objection = upheld(world, period, at=w.IN_WINDOW)
    stop(world, application)
    frozen = application.current_submission_id
    lift(world.county_officer, objection)
    application.refresh_from_db()
    objection.refresh_from_db()
    assert (application.state, application.current_submission_id) == (State.UNIT_REVIEW, frozen)
    assert (objection.state, objection.lift_reason, objection.lifted_by_id) == ("upheld", REASON, world.county_officer.user_id)
    assert objection.finding == "经查阅任务书，反映属实。" and not objection.stands
    change = application.history.latest("id")
    assert (change.move, change.note, change.by_role) == ("lift", REASON, "county")
    assert set(LedgerEntry.objects.get(event="publicity.objection_lifted").data["reason"]) == {"sha256"}
    assert not running_periods(clock.today()).exists()
    everything_holds()


def test_publicity_that_was_broken_off_is_given_again_and_then_it_goes_up(shown: Shown) -> None:
    world, application, period = shown
    objection = upheld(world, period, at=w.IN_WINDOW)
    stop(world, application)
    lift(world.county_officer, objection)
    w.unit_pass(world, application)
    application.refresh_from_db()
    assert publicised_again_needed(CaseFile(application))
    again = w.open_publicity(world, application)
    assert running_periods(clock.today()).get() == again
    with clock.travel(LATER):
        w.add_papers(world, again)
        w.report(world, application)
    application.refresh_from_db()
    assert application.state == State.COUNTY_REVIEW
    everything_holds()


def test_publicity_that_had_fully_passed_counts_and_its_notice_is_made_anew(shown: Shown) -> None:
    world, application, period = shown
    objection = upheld(world, period, at=LATER)
    with clock.travel(LATER):
        stop(world, application)
        lift(world.county_officer, objection)
        (notice,) = papers_of(f"application:{application.pk}").filter(kind="publicity_notice", voided_at__isnull=True)
        assert notice.void_reason == ""
        w.unit_pass(world, application)
        application.refresh_from_db()
        case = CaseFile(application)
        assert not publicised_again_needed(case) and period_of(case) == period
        actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        w.add_papers(world, period)
        w.report(world, application)
        application.refresh_from_db()
        assert application.state == State.COUNTY_REVIEW
        everything_holds()


def test_objection_that_stopped_nothing_is_lifted_and_the_publicity_goes_on(shown: Shown) -> None:
    world, _application, period = shown
    objection = upheld(world, period, at=w.IN_WINDOW)
    with clock.travel(LATER):
        assert "objection_upheld" in codes(lambda: actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk))
        lift(world.county_officer, objection)
        assert actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk).voided_at is None
    assert set(mails("lifted:")) == {world.unit.email}


def test_of_two_upheld_objections_both_have_to_be_lifted(shown: Shown) -> None:
    world, application, period = shown
    one, other = (upheld(world, period, at=w.IN_WINDOW + timedelta(minutes=n)) for n in range(2))
    stop(world, application)
    with clock.travel(w.IN_WINDOW + timedelta(hours=1)):
        lift(world.county_officer, one)
        application.refresh_from_db()
        assert application.state == State.STOPPED
        assert codes(lambda: lift(world.county_officer, one)) == {"stale"}
        lift(world.county_officer, other)
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW


def test_only_the_units_county_lifts_and_only_what_was_upheld_with_a_reason(shown: Shown) -> None:
    world, application, period = shown
    objection = upheld(world, period, at=w.IN_WINDOW)
    for actor in (world.other_officer, world.unit_admin, world.bureau, world.applicant):
        assert codes(lambda actor=actor: lift(actor, objection)) == {"not_found"}
    assert codes(lambda: lift(world.county_officer, objection, "太短")) == {"reason_missing"}
    herself = dataclasses.replace(world.county_officer, person_index=application.person_index)
    assert codes(lambda: lift(herself, objection)) == {"self_review"}
    waiting = actions.register_objection(
        actor=world.unit_admin, period_id=period.pk, channel="phone", content="又有人反映。", received_at=w.IN_WINDOW
    )
    assert codes(lambda: lift(world.county_officer, waiting)) == {"not_found"}
    assert list(objections_for_county(world.county_officer)) == [objection]
    assert not objections_for_county(world.other_officer).exists() and not objections_for_county(world.bureau).exists()


def test_who_has_applied_anew_meanwhile_has_to_give_that_up_first(shown: Shown) -> None:
    world, application, period = shown
    objection = upheld(world, period, at=w.IN_WINDOW)
    stop(world, application)
    other = w.start(world)
    assert codes(lambda: lift(world.county_officer, objection)) == {"another_application"}
    objection.refresh_from_db()
    assert objection.lifted_at is None, "both or neither"
    discard_application(actor=world.applicant, application_id=other.pk)
    lift(world.county_officer, objection)


@pytest.mark.parametrize(
    ("contact", "objector", "asked"), [("li@mail.example", True, False), ("0909-2312345", False, True), ("", False, False)]
)
def test_applicant_unit_and_who_objected_are_told(shown: Shown, contact: str, objector: bool, asked: bool) -> None:
    world, application, period = shown
    objection = upheld(world, period, at=w.IN_WINDOW, contact=contact)
    stop(world, application)
    lift(world.county_officer, objection)
    moved = mails(f"moved:{application.history.latest('id').pk}:")
    assert set(moved) == {"applicant@example.cn", world.unit.email} and all(REASON in body for body in moved.values())
    assert "请重新审核这份申请书" in moved[world.unit.email] and "不需要再办理" not in moved[world.unit.email]
    told = mails("lifted:")
    assert set(told) == ({contact} if objector else set()) | ({world.unit.email} if asked else set())
    assert all(REASON in body and "原核实为成立" in body for body in told.values())
    if asked:
        assert "请按登记的联系方式将结果告知反映人。" in told[world.unit.email]


@pytest.mark.parametrize(
    "values",
    [{"lift_reason": "别的理由。"}, {"lifted_at": None, "lifted_by": None, "lift_reason": ""}],
)
def test_database_keeps_a_lifting_as_it_was_made(shown: Shown, values: dict[str, Any]) -> None:
    world, _application, period = shown
    objection = lift(world.county_officer, upheld(world, period, at=w.IN_WINDOW))
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(**values)


def test_database_refuses_to_lift_what_was_not_upheld_or_without_a_reason(shown: Shown) -> None:
    world, _application, period = shown
    objection = upheld(world, period, at=w.IN_WINDOW)
    facts: dict[str, Any] = {"lifted_at": clock.now() + timedelta(days=1), "lifted_by": world.county_officer.account_id}
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(**facts, lift_reason="")
    waiting = actions.register_objection(
        actor=world.unit_admin, period_id=period.pk, channel="phone", content="又有人反映。", received_at=w.IN_WINDOW
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=waiting.pk).update(**facts, lift_reason=REASON)
