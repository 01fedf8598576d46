"""A unit's mere pass makes an account hold a number: the card's owner has a way to it all the same, by the prefecture (S-07, S-18, S-28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.applications.test_claims import ban, claimant, refused, user_of
from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_correction, decide
from tests.support import world as w
from tests.support.verified import everything_holds
from tests.web.registering import mails
from zhicheng.accounts.models import AccountKind, IdentityConfirmation, User
from zhicheng.accounts.queries import without_number
from zhicheng.accounts.rules import last_characters
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear
from zhicheng.applications.states import State
from zhicheng.foundation import clock, ledger, replay
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.queries import ban_for
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.rules import card_of
from zhicheng.review.actions import reject_for_fraud

pytestmark = pytest.mark.django_db
WHY = "本人持身份证原件到局，另一账号的单位说从未见过其身份证。"


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(w.IN_WINDOW):
        yield


def squatted(world: w.World) -> tuple[Actor, Application, Actor]:
    """A stranger whose application the unit has passed on, up to an arrival at the bureau; and the number's owner at another unit."""
    squatter = claimant(world, "squatter", serial=500)
    application = w.submitted(world, squatter)
    w.to_bureau(world, application)
    application.refresh_from_db()
    return squatter, application, claimant(world, "owner", serial=500, unit="other_unit")


def settle(world: w.World, person: Actor, actor: Actor | None = None, **changes: Any) -> list[User]:
    told = {"card_seen_on": clock.today(), "checked": True, "year": ex.YEAR, "reason": WHY} | changes
    cards = {person.account_id: last_characters(user_of(person).id_number)}
    return actions.confirm_people(actor=actor or world.bureau, cards=cards, **told)


def all_is_told() -> None:
    everything_holds()
    assert not [(part.name, found) for part in replay.replay() for found in part.differences]


def test_prefecture_gives_the_number_to_whose_card_it_has_seen(world: w.World) -> None:
    squatter, application, owner = squatted(world)
    index, number = owner.person_index, user_of(owner).id_number
    mine = w.submitted(world, owner)
    assert user_of(squatter).number_held_at is not None and user_of(squatter).identity_confirmed_at is None
    for desk in (world.other_admin, world.other_officer):
        assert refused(lambda desk=desk: settle(world, owner, desk)) == {"number_held_by_another"}
    assert [one.pk for one in settle(world, owner)] == [owner.account_id]
    assert (user_of(owner).id_number, user_of(owner).identity_confirmed_at) == (number, clock.now())
    lost = user_of(squatter)
    assert (lost.id_number, lost.birth_date, lost.id_number_index) == ("", None, without_number(lost.pk)) and lost.is_active
    application.refresh_from_db()
    assert (application.person_index, application.state, application.arrivals) == (
        lost.id_number_index,
        State.PREFECTURE_REVIEW,
        1,
    )
    assert {(y.person_index, y.arrivals) for y in PersonYear.objects.all()} == {(lost.id_number_index, 1), (index, 0)}
    assert CommitteeArrival.objects.get().person_year.person_index == lost.id_number_index
    w.unit_pass(replace(world, unit_admin=world.other_admin), mine)
    mine.refresh_from_db()
    assert mine.state == State.UNIT_PASSED and mine.person_index == index
    all_is_told()


def test_who_loses_the_number_and_the_unit_are_told_and_the_reason_is_kept(world: w.World) -> None:
    squatter, _application, owner = squatted(world)
    number = user_of(owner).id_number
    settle(world, owner)
    assert mails(user_of(squatter).email)[-1]["subject"] == "您登记的身份证号经核实属于他人"
    ((_who, box),) = queries.mailboxes_of(world.unit)
    told = mails(box)[-1]
    assert (
        told["subject"] == "本单位人员登记的身份证号经核实属于他人" and "squatter" in told["body"] and number not in told["body"]
    )
    row = IdentityConfirmation.objects.get()
    assert (row.reason, row.source) == (WHY, f"organization:{world.bureau.desk_id}")
    entry = LedgerEntry.objects.get(event="account.identity_confirmed")
    assert ledger.says(entry, entry.data["reason"], WHY, ledger.salts_of([entry.number])) is True


def test_nothing_of_the_account_goes_up_before_it_has_a_right_number_and_then_its_count_goes_along(world: w.World) -> None:
    squatter, application, owner = squatted(world)
    settle(world, owner)
    assert refused(lambda: w.pass_on(world.bureau, application)) == {"number_missing"}
    decide(ask_correction(world.unit_admin, user_of(squatter), id_number=ex.id_number(309)))
    right = user_of(squatter).id_number_index
    application.refresh_from_db()
    assert application.person_index == right
    assert {(y.person_index, y.arrivals) for y in PersonYear.objects.all()} >= {(right, 1)}
    w.pass_on(world.bureau, application)
    application.refresh_from_db()
    assert application.state == State.ACCEPTED
    all_is_told()


def test_fraud_found_in_an_application_goes_with_it_and_what_was_found_of_the_number_stays(world: w.World) -> None:
    squatter, application, owner = squatted(world)
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="经查实，业绩证明系伪造，已核实。")
    settle(world, owner)
    record.refresh_from_db()
    assert record.person_index == user_of(squatter).id_number_index and ban_for(owner.person_index, 2024) is None
    all_is_told()


@pytest.mark.usefixtures("unprotected")
def test_a_record_from_elsewhere_stays_under_the_number(world: w.World) -> None:
    _squatter, _application, owner = squatted(world)
    ban(world, owner.person_index, year=2010)
    IntegrityRecord.objects.update(source="paper:2010-001")
    settle(world, owner)
    assert ban_for(owner.person_index, 2012) is not None


def test_closed_year_goes_with_the_account_whose_returns_closed_it(world: w.World) -> None:
    squatter, application, owner = squatted(world)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.arrive(replace(world, applicant=squatter), application, 3)
        w.give_back(world.bureau, application)
        assert application.state == State.CLOSED_FOR_YEAR
        settle(world, owner)
    closed = {(y.person_index, y.closed_at is not None) for y in PersonYear.objects.all()}
    assert closed == {(user_of(squatter).id_number_index, True)}
    mine = w.submitted(world, actor_for(user_of(owner)))
    w.unit_pass(replace(world, unit_admin=world.other_admin), mine)
    mine.refresh_from_db()
    assert (mine.state, mine.arrivals) == (State.UNIT_PASSED, 0)
    all_is_told()


def test_two_cards_for_one_number_are_settled_by_correcting_one_of_them_first(world: w.World) -> None:
    first, second = claimant(world, "first", serial=500), claimant(world, "second", serial=500, unit="other_unit")
    ex.card_seen(user_of(first), world.unit_admin)
    later = claimant(world, "later", serial=500, unit="other_unit")
    assert "number_missing" in refused(lambda: ex.card_seen(user_of(second), world.other_admin))
    with pytest.raises(Refused) as told:
        settle(world, later)
    (problem,) = told.value.problems
    assert problem.code == "number_held_by_another" and "更正以后，再核实本账号" in problem.text
    assert problem.where == card_of(later.account_id)
    decide(ask_correction(world.unit_admin, user_of(first), id_number=ex.id_number(309)))


def test_only_the_prefecture_settles_with_a_reason_and_only_what_another_account_holds(world: w.World) -> None:
    _squatter, _application, owner = squatted(world)
    alone = claimant(world, "alone", serial=502)
    assert refused(lambda: settle(world, owner, reason=" 见过  ")) == {"reason_missing"}
    assert refused(lambda: settle(world, alone)) == {"not_in_jurisdiction"}, "the unit and the county can confirm this one"
    assert refused(lambda: settle(world, owner, world.county_officer)) == {"not_in_jurisdiction"}
    assert refused(lambda: settle(world, owner, world.other_admin)) == {"number_held_by_another"}, "a reason is the prefecture's"
    settle(world, owner)
    assert settle(world, owner) == [], "once is enough"


def test_card_is_compared_here_too(world: w.World) -> None:
    _squatter, _application, owner = squatted(world)
    cards = {owner.account_id: "000000"}
    told: dict[str, Any] = {"card_seen_on": clock.today(), "checked": True, "year": ex.YEAR, "reason": WHY}
    assert refused(lambda: actions.confirm_people(actor=world.bureau, cards=cards, **told)) == {"digits_differ"}
    assert User.objects.filter(kind=AccountKind.APPLICANT, number_held_at__isnull=False, username="squatter").exists()
