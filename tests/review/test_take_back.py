"""撤回审核通过: what a desk can take back, until when, and what it undoes (S-28, S-48; house, decisions 1 and 3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from tests.review.test_desks import DEMERIT
from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.actions import withdraw_application
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear, StatusChange
from zhicheng.applications.states import State
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, looks, replay
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import AccessLook, LedgerEntry
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import MembershipRole
from zhicheng.review import actions
from zhicheng.review.findings import stated_sanctions
from zhicheng.review.queries import standing_decisions

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT
REASON = "点错了申请书，应先核实毕业证书。"
Road = tuple[w.World, Application]


@told_once
def at_unit() -> Road:
    world = w.make_world()
    return world, w.submitted(world)


@told_once(at=LATER)
def at_bureau() -> Road:
    """The county has passed it; the bureau has not opened it."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.to_bureau(world, application)
    return world, application


def back(actor: Actor, application: Application, reason: str = REASON, change: int | None = None) -> StatusChange:
    last = change if change is not None else application.history.latest("id").pk
    done = actions.take_back_pass(actor=actor, application_id=application.pk, change_id=last, reason=reason)
    application.refresh_from_db()
    return done


def codes(call: Callable[[], Any]) -> set[str]:
    with pytest.raises(Refused) as refused, transaction.atomic():
        call()
    return {p.code for p in refused.value.problems}


def passes(actor: Actor, application: Application) -> None:
    application.refresh_from_db()
    number = application.current_submission_id or 0
    actions.pass_application(actor=actor, application_id=application.pk, submission_id=number)
    application.refresh_from_db()


def all_holds() -> None:
    everything_holds()
    assert not [one for told in replay.replay() for one in told.differences]


# --- the unit ----------------------------------------------------------------------------------------------------------------


def test_units_pass_comes_back_its_print_is_void_and_it_can_be_passed_again(at_unit: Road) -> None:
    world, application = at_unit
    frozen, since = application.current_submission_id, application.entered_state_at
    passes(world.unit_admin, application)
    with clock.travel(clock.now() + timedelta(hours=5)):
        change = back(world.unit_admin, application)
    assert application.entered_state_at == since  # it has waited all the time
    assert (application.state, application.current_submission_id) == (State.UNIT_REVIEW, frozen)
    assert (change.move, change.note, change.by_id) == ("unit_take_back", REASON, world.unit_admin.user_id)
    (form,) = papers_of(f"application:{application.pk}").filter(kind="review_form")
    assert form.voided_at is not None
    assert {p.code for p in _why_not(lambda: back(world.unit_admin, application))} == {"stale"}
    passes(world.unit_admin, application)
    forms = papers_of(f"application:{application.pk}").filter(kind="review_form", voided_at__isnull=True)
    assert application.state == State.UNIT_PASSED and forms.count() == 1
    all_holds()


def _why_not(call: Callable[[], Any]) -> list[Any]:
    with pytest.raises(Refused) as refused, transaction.atomic():
        call()
    return list(refused.value.problems)


def test_units_pass_stays_once_its_publicity_was_opened(at_unit: Road) -> None:
    world, application = at_unit
    passes(world.unit_admin, application)
    w.open_publicity(world, application)
    assert codes(lambda: back(world.unit_admin, application)) == {"stale"}


def test_sanction_that_was_stated_at_a_pass_taken_back_is_told_to_nobody(at_unit: Road) -> None:
    world, application = at_unit
    number = application.current_submission_id or 0
    actions.pass_application(actor=world.unit_admin, application_id=application.pk, submission_id=number, sanction=DEMERIT)
    assert len(stated_sanctions(standing_decisions(CaseFile(application)), submission_id=number)) == 1
    back(world.unit_admin, application)
    assert stated_sanctions(standing_decisions(CaseFile(application)), submission_id=number) == []


def test_applicant_may_withdraw_what_the_unit_has_taken_back(at_unit: Road) -> None:
    world, application = at_unit
    passes(world.unit_admin, application)
    back(world.unit_admin, application)
    assert withdraw_application(actor=world.applicant, application_id=application.pk).state == State.DRAFT
    all_holds()


@told_once
def two_claims() -> tuple[w.World, Application, Application]:
    """Two accounts claim one number, and both have reported; nobody has seen a card."""
    world = w.make_world()
    accounts = [w.person(AccountKind.APPLICANT, name, serial=77, held=False) for name in ("wrong", "right")]
    wrong, right = (w.submitted(world, w.member(one, world.unit, MembershipRole.EMPLOYEE)) for one in accounts)
    return world, wrong, right


def test_number_goes_with_the_pass_that_made_it_the_accounts_own(two_claims: tuple[w.World, Application, Application]) -> None:
    world, wrong, right = two_claims
    passes(world.unit_admin, wrong)
    assert codes(lambda: passes(world.unit_admin, right)) == {"number_held_by_another"}
    back(world.unit_admin, wrong)
    assert User.objects.get(pk=wrong.applicant_id).number_held_at is None
    all_holds()
    passes(world.unit_admin, right)
    assert User.objects.get(pk=right.applicant_id).number_held_at is not None
    assert codes(lambda: passes(world.unit_admin, wrong)) == {"number_held_by_another"}
    all_holds()


def test_number_that_an_earlier_pass_or_a_card_settled_stays(two_claims: tuple[w.World, Application, Application]) -> None:
    world, first, _right = two_claims
    passes(world.unit_admin, first)
    first.refresh_from_db()
    w.give_back(world.unit_admin, first)
    w.submit(actor_for(first.applicant), first)
    passes(world.unit_admin, first)
    back(world.unit_admin, first)
    assert User.objects.get(pk=first.applicant_id).number_held_at is not None, "the pass that was returned still says whose it is"
    known = w.submitted(world)
    passes(world.unit_admin, known)
    back(world.unit_admin, known)
    assert User.objects.get(pk=known.applicant_id).number_held_at is not None, "somebody has seen the card"
    all_holds()


# --- the county --------------------------------------------------------------------------------------------------------------


def test_countys_pass_comes_back_and_its_arrival_does_not_count(at_bureau: Road) -> None:
    world, application = at_bureau
    assert PersonYear.objects.get().arrivals == 1
    came = application.history.filter(to_state=State.COUNTY_REVIEW).latest("id").at
    with clock.travel(LATER + timedelta(hours=5)):
        back(world.county_officer, application)
    assert application.entered_state_at == came < application.history.latest("id").at  # it has waited here all the time
    assert (application.state, application.arrivals, application.passed_county) == (State.COUNTY_REVIEW, 0, False)
    arrival = CommitteeArrival.objects.get()
    assert (arrival.annulment_reason, arrival.annulled_by_id) == (REASON, world.county_officer.user_id)
    assert PersonYear.objects.get().arrivals == 0
    all_holds()
    passes(world.county_officer, application)
    assert (application.state, application.arrivals) == (State.PREFECTURE_REVIEW, 1)
    assert [a.number for a in CommitteeArrival.objects.filter(annulled_at__isnull=True)] == [1]
    all_holds()
    back(world.county_officer, application)
    assert application.entered_state_at == came
    all_holds()


def test_application_taken_back_before_is_counted_from_before_the_pass_as_well(at_bureau: Road) -> None:
    world, application = at_bureau
    with clock.travel(LATER + timedelta(hours=5)):
        change = back(world.county_officer, application)
    since = application.entered_state_at
    Application.objects.update(entered_state_at=change.at)  # as it was written before
    with pytest.raises(AssertionError):
        all_holds()
    import_module("zhicheng.applications.migrations.0016_waiting_all_the_time").count_from_before_the_pass(apps, None)
    application.refresh_from_db()
    assert application.entered_state_at == since
    all_holds()


def test_last_arrival_can_be_taken_back_and_made_again(at_bureau: Road) -> None:
    world, application = at_bureau
    w.arrive(world, application, 3)
    application.refresh_from_db()
    assert application.arrivals == 3
    back(world.county_officer, application)
    assert application.arrivals == 2 and PersonYear.objects.get().closed_at is None
    passes(world.county_officer, application)
    assert application.arrivals == 3
    all_holds()


def test_countys_pass_stays_once_the_bureau_has_opened_it(at_bureau: Road) -> None:
    world, application = at_bureau
    for _again in range(2):
        actions.note_opening(actor=world.bureau, application_id=application.pk)
    (problem,) = _why_not(lambda: back(world.county_officer, application))
    assert problem.code == "opened" and str(problem.text).startswith("博州人力资源和社会保障局已于2023-06-02 10:00打开")
    look = AccessLook.objects.get()  # once for each person and arrival
    assert (look.actor, look.what, look.subject) == (world.bureau.ref, looks.CASE, f"application:{application.pk}")


def test_countys_pass_stays_once_somebody_of_the_bureau_saw_a_file_or_the_number(at_bureau: Road) -> None:
    world, application = at_bureau
    actions.show_identity_number(actor=world.county_officer, application_id=application.pk)  # its own look does not count
    with transaction.atomic():
        back(world.county_officer, application)
        transaction.set_rollback(True)
    actions.show_identity_number(actor=world.bureau, application_id=application.pk)
    assert codes(lambda: back(world.county_officer, application)) == {"opened"}


def test_countys_pass_stays_once_the_bureau_has_recorded_the_papers(at_bureau: Road) -> None:
    world, application = at_bureau
    w.record_dossier(world.bureau, application)
    (problem,) = _why_not(lambda: back(world.county_officer, application))
    assert problem.code == "opened" and "登记纸质材料" in str(problem.text)


def test_look_of_the_time_before_does_not_hinder_a_later_pass(at_bureau: Road) -> None:
    """Opened, returned, sent again, passed again: the new pass can be taken back until it is opened again."""
    world, application = at_bureau
    actions.note_opening(actor=world.bureau, application_id=application.pk)
    w.record_dossier(world.bureau, application)
    with clock.travel(LATER + timedelta(hours=1)):
        w.arrive(world, application, 2)
        application.refresh_from_db()
        back(world.county_officer, application)
    assert application.state == State.COUNTY_REVIEW
    all_holds()


def test_opening_elsewhere_than_at_the_desk_that_has_it_is_not_noted(at_bureau: Road) -> None:
    world, application = at_bureau
    actions.note_opening(actor=world.county_officer, application_id=application.pk)
    assert codes(lambda: actions.note_opening(actor=world.other_officer, application_id=application.pk)) == {"not_found"}
    assert not AccessLook.objects.exists()


# --- the bureau --------------------------------------------------------------------------------------------------------------


def test_final_pass_comes_back_and_arrival_submission_and_papers_stay(at_bureau: Road) -> None:
    world, application = at_bureau
    frozen = application.current_submission_id
    w.record_dossier(world.bureau, application)
    passes(world.bureau, application)
    assert application.state == State.ACCEPTED
    back(world.bureau, application)
    assert (application.state, application.current_submission_id, application.arrivals) == (State.PREFECTURE_REVIEW, frozen, 1)
    assert CommitteeArrival.objects.get().annulled_at is None
    assert papers_of(f"application:{application.pk}").filter(kind="review_form").get().voided_at is None
    all_holds()
    assert codes(lambda: back(world.county_officer, application)) == {"not_the_last"}
    passes(world.bureau, application)
    assert application.state == State.ACCEPTED
    all_holds()


# --- who, why, when ----------------------------------------------------------------------------------------------------------


def test_neighbours_other_desks_and_oneself_take_nothing_back(at_bureau: Road) -> None:
    world, application = at_bureau
    last = application.history.latest("id").pk
    assert codes(lambda: back(world.other_officer, application, change=last)) == {"not_found"}
    assert codes(lambda: back(world.applicant, application, change=last)) == {"not_found"}
    assert codes(lambda: back(world.unit_admin, application, change=last)) == {"stale"}
    assert codes(lambda: back(world.bureau, application, change=last)) == {"stale"}
    herself = dataclasses.replace(world.county_officer, person_index=application.person_index)
    assert codes(lambda: back(herself, application, change=last)) == {"self_review"}


def test_colleague_may_take_back_and_a_reason_is_asked(at_bureau: Road) -> None:
    world, application = at_bureau
    colleague = w.member(w.person(AccountKind.OFFICER, "county3", name="吴县"), world.county, MembershipRole.STAFF)
    assert codes(lambda: back(colleague, application, "  太短  ")) == {"reason_missing"}
    assert back(colleague, application).by_id == colleague.user_id


def test_pass_that_was_taken_back_and_made_again_is_not_the_one_that_was_seen(at_bureau: Road) -> None:
    world, application = at_bureau
    seen = application.history.latest("id").pk
    back(world.county_officer, application)
    passes(world.county_officer, application)
    assert codes(lambda: back(world.county_officer, application, change=seen)) == {"stale"}


def test_notice_may_limit_the_time() -> None:
    with clock.travel(w.IN_WINDOW):
        text = BORTALA_2023.read_text("utf-8")
        limited = text.replace("policies: #", "policies: # 限时\n  take_back_hours: 2 #", 1)
        world = w.make_world(campaign_text=limited)
        application = w.submitted(world)
        passes(world.unit_admin, application)
    last_moment = w.IN_WINDOW + timedelta(hours=2)
    with clock.travel(last_moment):
        (problem,) = _why_not(lambda: back(world.unit_admin, application))
        assert problem.code == "take_back_over" and "2023-05-22 12:00" in str(problem.text)
    with clock.travel(last_moment - timedelta(seconds=1)):
        assert back(world.unit_admin, application).to_state == State.UNIT_REVIEW


def test_ledger_tells_who_took_it_back_and_the_reason_as_a_hash(at_bureau: Road) -> None:
    world, application = at_bureau
    back(world.county_officer, application)
    entry = LedgerEntry.objects.get(event="application.county_take_back")
    assert entry.actor == world.county_officer.ref and set(entry.data["note"]) == {"sha256"}
    assert (entry.data["from"], entry.data["to"]) == (State.PREFECTURE_REVIEW, State.COUNTY_REVIEW)


def test_database_refuses_to_take_back_anything_but_the_pass_just_before(at_bureau: Road) -> None:
    _world, application = at_bureau
    facts: dict[str, Any] = {
        "application": application,
        "from_state": State.PREFECTURE_REVIEW,
        "to_state": State.COUNTY_REVIEW,
        "at": clock.now(),
        "by_role": "county",
        "submission_id": application.current_submission_id,
    }
    for move, note in (("county_take_back", ""), ("supervising_take_back", REASON)):
        with pytest.raises(IntegrityError, match="a pass is taken back by its own desk"), transaction.atomic():
            StatusChange.objects.create(move=move, note=note, **facts)
