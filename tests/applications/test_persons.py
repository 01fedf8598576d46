"""Strikes, closed years and bans belong to a person, and follow when the identity number is corrected (S-18, S-28, S-81)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from tests.organizations import examples as ex
from tests.support import world as w
from zhicheng.accounts.actions import confirm_mailbox
from zhicheng.accounts.models import User
from zhicheng.applications.actions import start_application
from zhicheng.applications.models import Application, PersonYear, Submission
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import blind_index
from zhicheng.integrity.actions import annul_record
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.queries import ban_for
from zhicheng.organizations import actions
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import AccountRequest
from zhicheng.review.actions import reject_for_fraud

pytestmark = pytest.mark.django_db
RIGHT = w.identity_number(901)
FOUND = "经查实，业绩证明系伪造，当事人已承认。"


def refused(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        call()
    return [problem.code for problem in refusal.value.problems]


def asked(world: w.World, applicant: Actor, number: str = RIGHT, **changes: Any) -> AccountRequest:
    user = User.objects.get(pk=applicant.user_id)
    given: dict[str, Any] = {
        "name": user.name,
        "id_number": number,
        "statement": "本人持身份证到单位，当面核对无误。",
        "identity_checked": True,
        "scan_id": w.evidence(world.unit_admin.account_id, f"card-{number}").pk,
        "year": 2023,
    }
    return actions.request_correction(actor=world.unit_admin, user_id=user.pk, **(given | changes))


def corrected(world: w.World, applicant: Actor, number: str = RIGHT, **changes: Any) -> Actor:
    row = asked(world, applicant, number, **changes)
    actions.decide_account_request(
        actor=world.county_officer, request_id=row.pk, approve=True, last_characters=row.new_number[-6:]
    )
    return actor_for(User.objects.get(pk=applicant.user_id))


def at_final_review(world: w.World) -> Application:
    application = w.submitted(world)
    w.to_bureau(world, application)
    return application


def banned(world: w.World) -> IntegrityRecord:
    application = at_final_review(world)
    with clock.travel(w.IN_WINDOW + timedelta(days=12)):
        reject_for_fraud(actor=world.bureau, application_id=application.pk, reason=FOUND)
    outbox.drain()
    return IntegrityRecord.objects.get()


def test_every_table_that_knows_a_person_by_index_is_followed(world: w.World) -> None:
    """A new table with a ``person_index`` that nobody registered would leave something behind."""
    banned(world)
    old = world.applicant.person_index
    corrected(world, world.applicant)
    tables = [m for m in apps.get_models() if "person_index" in {f.name for f in m._meta.get_fields()}]
    assert {m.__name__ for m in tables} == {"PersonYear", "Application", "IntegrityRecord"}
    for model in tables:
        assert not model.objects.filter(person_index=old).exists(), model
        assert model.objects.filter(person_index=blind_index(RIGHT)).exists(), model
    assert ledger.verify().ok


def test_a_ban_is_not_escaped_by_a_correction_nor_by_registering_again_with_the_old_number(world: w.World) -> None:
    banned(world)
    old_number = User.objects.get(pk=world.applicant.user_id).id_number
    now = corrected(world, world.applicant)
    ban = ban_for(now.person_index, 2024)
    assert ban is not None and (ban.first_year, ban.last_year) == (2024, 2028)
    again = actions.register_applicant(**ex.applicant_data(employer_id=world.unit.pk, id_number=old_number))
    assert again is not None
    confirm_mailbox(user_id=again.pk, actor="system")
    application = w.submitted(world, actor_for(again))  # a claim may write, but no unit can pass it on
    assert refused(lambda: w.unit_pass(world, application)) == ["id_number_held"]
    assert refused(lambda: ex.card_seen(again, world.unit_admin)) == ["id_number_held"]
    row = asked(world, world.new_applicant(), old_number, name="张三")
    typed = old_number[-6:]
    decide = actions.decide_account_request
    assert refused(lambda: decide(actor=world.county_officer, request_id=row.pk, approve=True, last_characters=typed)) == [
        "id_number_held"
    ]


def test_a_record_found_before_the_correction_can_still_be_annulled(world: w.World) -> None:
    record = banned(world)
    now = corrected(world, world.applicant)
    annul_record(actor=world.bureau, record_id=record.pk, reason="复核后认定业绩属实，撤销记录。")
    assert ban_for(now.person_index, 2024) is None


def test_the_count_of_arrivals_and_a_closed_year_follow(world: w.World) -> None:
    application = at_final_review(world)
    with clock.travel(w.IN_WINDOW + timedelta(days=12)):
        w.arrive(world, application, 3)
        w.give_back(world.bureau, application)
        assert application.state == State.CLOSED_FOR_YEAR
        now = corrected(world, world.applicant)
    year = PersonYear.objects.get()
    assert (year.person_index, year.arrivals) == (blind_index(RIGHT), 3) and year.closed_at is not None
    w.accept_prompt(now, world.version)
    assert "closed_for_year" in refused(lambda: w.start(world, now))


def test_what_was_submitted_stays_and_an_open_form_takes_the_new_name_and_is_checked_again(world: w.World) -> None:
    sent = w.submitted(world)
    frozen = Submission.objects.get().sha256
    other = world.new_applicant()
    draft = w.start(world, other)
    w.fill(other, draft)
    corrected(world, world.applicant, name="古丽娜尔·买买提江")
    corrected(world, other, w.identity_number(903), name="申报人甲")
    sent.refresh_from_db()
    draft.refresh_from_db()
    assert sent.applicant_name == "古丽娜尔·买买提" and Submission.objects.get().sha256 == frozen
    assert draft.applicant_name == "申报人甲" and draft.checked_at is None
    w.submit(actor_for(User.objects.get(pk=other.user_id)), draft)
    assert w.identity_number(903) in draft.submissions.get().content


def test_records_under_both_numbers_are_not_merged(world: w.World) -> None:
    banned(world)
    other = world.new_applicant()
    w.start(world, other)
    left = User.objects.get(pk=other.user_id)
    corrected(world, other, w.identity_number(905), name="张三")
    # As somebody could leave it who works on the database by hand: things under a number that no account has.
    left.id_number, left.id_number_index = w.identity_number(907), blind_index(w.identity_number(907))
    left.save(update_fields=["id_number", "id_number_index"])
    row = asked(world, world.applicant, w.identity_number(905))
    said = refused(
        lambda: actions.decide_account_request(
            actor=world.county_officer, request_id=row.pk, approve=True, last_characters=row.new_number[-6:]
        )
    )
    assert said == ["records_on_both_sides"]
    assert ban_for(world.applicant.person_index, 2024) is not None
    row.refresh_from_db()
    assert row.state == "pending"


def test_a_page_opened_before_the_correction_cannot_start_under_the_old_number(world: w.World) -> None:
    stale = world.applicant
    corrected(world, stale)
    w.accept_prompt(stale, world.version)
    said = refused(
        lambda: start_application(
            actor=stale,
            campaign_version_id=world.version.pk,
            series="engineering",
            specialty=first_specialty(world),
            title="engineer",
        )
    )
    assert said == ["stale"] and not PersonYear.objects.exists()


def first_specialty(world: w.World) -> str:
    series = notice_of(world.version).series("engineering")
    assert series is not None
    return series.specialties[0].code
