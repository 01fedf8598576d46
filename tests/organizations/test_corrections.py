"""A mistyped number is corrected towards the right one that somebody else has claimed, or holds without a card (S-07, S-18, S-28)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tests.applications.test_claims import claimant, refused, user_of
from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_correction
from tests.organizations.test_settled_numbers import WHY, all_is_told
from tests.support import world as w
from tests.web.registering import client_of, mails, page_of
from zhicheng.accounts.models import AccountKind, IdentityConfirmation
from zhicheng.accounts.queries import without_number
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.integrity.queries import ban_for
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import AccountRequest, MembershipRole
from zhicheng.review.actions import reject_for_fraud

pytestmark = pytest.mark.django_db
WRONG, RIGHT = 520, 500


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(w.IN_WINDOW):
        yield


def decide(row: AccountRequest, actor: Actor, reason: str = "") -> AccountRequest:
    return actions.decide_account_request(
        actor=actor, request_id=row.pk, approve=True, reason=reason, last_characters=row.new_number[-6:]
    )


def asked(world: w.World, owner: Actor, serial: int = RIGHT) -> AccountRequest:
    return ask_correction(world.other_admin, user_of(owner), id_number=w.identity_number(serial))


def owner_of(world: w.World) -> Actor:
    """Whoever has the right number on the card, and typed another one."""
    user = w.person(AccountKind.APPLICANT, "owner", serial=WRONG, name="王建国", held=False)
    return w.member(user, world.other_unit, MembershipRole.EMPLOYEE)


def at_the_other_unit(world: w.World, owner: Actor) -> w.World:
    return replace(world, applicant=owner, unit_admin=world.other_admin, county_officer=world.other_officer)


def counted(world: w.World, applicant: Actor) -> Application:
    """Passed by the unit, and up to an arrival at the bureau."""
    application = w.submitted(world, applicant)
    w.to_bureau(world, application)
    application.refresh_from_db()
    return application


def years() -> set[tuple[str, int, bool]]:
    return {(year.person_index, year.arrivals, year.closed_at is not None) for year in PersonYear.objects.all()}


def test_a_claim_with_a_draft_does_not_keep_the_owner_from_the_right_number(world: w.World) -> None:
    """The owner has been counted under the wrong number, and the squatter's empty year stood in the way of that count."""
    squatters = [claimant(world, name, serial=RIGHT) for name in ("squatter", "second")]
    drafts = [w.start(world, one) for one in squatters]
    owner = owner_of(world)
    mine = counted(at_the_other_unit(world, owner), owner)
    decide(asked(world, owner), world.other_officer)
    right = user_of(owner).id_number_index
    assert user_of(owner).id_number == w.identity_number(RIGHT) and user_of(owner).identity_confirmed_at is not None
    mine.refresh_from_db()
    assert (mine.person_index, mine.arrivals) == (right, 1)
    lost = [user_of(one) for one in squatters]
    assert [(one.id_number, one.id_number_index) for one in lost] == [("", without_number(one.pk)) for one in lost]
    assert years() == {(right, 1, False), *((without_number(one.pk), 0, False) for one in lost)}
    for one, draft in zip(lost, drafts, strict=True):
        draft.refresh_from_db()
        assert draft.person_index == one.id_number_index
        assert mails(one.email)[-1]["subject"] == "您登记的身份证号经核实属于他人"
    all_is_told()


def test_fraud_of_a_claim_leaves_with_it_and_bars_no_owner(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=RIGHT), owner_of(world)
    application = w.submitted(world, squatter)
    record = reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="经查实，业绩证明系伪造，已核实。")
    decide(asked(world, owner), world.other_officer)
    record.refresh_from_db()
    assert record.person_index == user_of(squatter).id_number_index
    assert ban_for(user_of(owner).id_number_index, 2024) is None
    all_is_told()


def test_a_holder_without_a_card_gives_way_to_a_correction_that_the_prefecture_approves(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=RIGHT), owner_of(world)
    theirs, mine = counted(world, squatter), counted(at_the_other_unit(world, owner), owner)
    row = asked(world, owner)
    with pytest.raises(Refused) as told:
        decide(row, world.other_officer, WHY)
    (problem,) = told.value.problems
    assert problem.code == "id_number_taken" and "州人力资源和社会保障局" in problem.text and "这份申请" in problem.text
    assert LedgerEntry.objects.latest("number").event == "account.identity_contested"
    assert refused(lambda: decide(row, world.bureau, "  见过 ")) == {"reason_missing"}
    assert user_of(squatter).id_number and not user_of(owner).identity_confirmed_at
    assert decide(row, world.bureau, WHY).state == "done"
    right, lost = user_of(owner).id_number_index, user_of(squatter)
    assert (lost.id_number, lost.birth_date, lost.id_number_index) == ("", None, without_number(lost.pk)) and lost.is_active
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.person_index, theirs.arrivals, theirs.state) == (lost.id_number_index, 1, State.PREFECTURE_REVIEW)
    assert (mine.person_index, mine.arrivals) == (right, 1)
    assert years() == {(right, 1, False), (lost.id_number_index, 1, False)}
    assert {a.person_year.person_index for a in CommitteeArrival.objects.all()} == {right, lost.id_number_index}
    seen = IdentityConfirmation.objects.get()
    assert (seen.user_id, seen.confirmed_by_id, seen.reason) == (owner.user_id, world.bureau.account_id, WHY)
    assert seen.source == f"organization:{world.bureau.desk_id}" and seen.card_seen_on == clock.today()
    assert refused(lambda: w.pass_on(world.bureau, theirs)) == {"number_missing"}
    w.pass_on(world.bureau, mine)
    mine.refresh_from_db()
    assert mine.state == State.ACCEPTED
    all_is_told()


def test_whoever_loses_the_number_and_the_unit_that_passed_it_on_are_told(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=RIGHT), owner_of(world)
    counted(world, squatter)
    decide(asked(world, owner), world.bureau, WHY)
    assert mails(user_of(squatter).email)[-1]["subject"] == "您登记的身份证号经核实属于他人"
    ((_who, box),) = queries.mailboxes_of(world.unit)
    told = mails(box)[-1]
    assert told["subject"] == "本单位人员登记的身份证号经核实属于他人" and w.identity_number(RIGHT) not in told["body"]
    assert mails(user_of(owner).email)[-1]["subject"] == "您的姓名或身份证号已更正"


def test_a_year_closed_under_either_number_stays_with_whose_it_was(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=RIGHT), owner_of(world)
    here, there = replace(world, applicant=squatter), at_the_other_unit(world, owner)
    theirs, mine = counted(here, squatter), counted(there, owner)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.arrive(here, theirs, 3)
        w.give_back(world.bureau, theirs)
        assert theirs.state == State.CLOSED_FOR_YEAR
        decide(asked(world, owner), world.bureau, WHY)
        right, lost = user_of(owner).id_number_index, user_of(squatter).id_number_index
        assert years() == {(right, 1, False), (lost, 3, True)}
        w.give_back(world.bureau, mine)
    mine.refresh_from_db()
    assert mine.state == State.RETURNED and mine.person_index == right
    all_is_told()


def test_a_number_whose_card_was_seen_is_taken_by_no_correction(world: w.World) -> None:
    holder, owner = claimant(world, "holder", serial=RIGHT), owner_of(world)
    ex.card_seen(user_of(holder), world.unit_admin)
    row = asked(world, owner)
    for desk in (world.other_officer, world.bureau):
        with pytest.raises(Refused) as told:
            decide(row, desk, WHY)
        (problem,) = told.value.problems
        assert problem.code == "id_number_taken" and "身份核实" in problem.text and "先更正那一个" in problem.text
    assert user_of(holder).id_number == w.identity_number(RIGHT) and user_of(owner).id_number == w.identity_number(WRONG)


def test_whose_card_was_seen_twice_is_corrected_first_and_then_the_owner(world: w.World) -> None:
    holder, owner = claimant(world, "holder", serial=RIGHT), owner_of(world)
    ex.card_seen(user_of(holder), world.unit_admin)
    row = asked(world, owner)
    other = decide(
        ask_correction(world.unit_admin, user_of(holder), id_number=w.identity_number(RIGHT + 40)), world.county_officer
    )
    assert refused(lambda: decide(row, world.bureau, WHY)) == {"id_number_held"}
    actions.release_left_number(actor=world.bureau, request_id=other.pk, reason=WHY)
    decide(row, world.other_officer)
    assert user_of(owner).id_number == w.identity_number(RIGHT) and user_of(owner).identity_confirmed_at is not None
    all_is_told()


def test_only_the_name_is_corrected_and_the_number_is_another_accounts_without_a_card(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=RIGHT), claimant(world, "owner", serial=RIGHT, unit="other_unit")
    counted(world, squatter)
    mine = w.submitted(world, owner)
    row = ask_correction(world.other_admin, user_of(owner), name="阿不都拉")
    assert refused(lambda: decide(row, world.other_officer)) == {"id_number_taken"}
    decide(row, world.bureau, WHY)
    right, lost = user_of(owner).id_number_index, user_of(squatter).id_number_index
    mine.refresh_from_db()
    assert (user_of(owner).name, mine.person_index) == ("阿不都拉", right)
    assert years() == {(right, 0, False), (lost, 1, False)}
    all_is_told()


def test_pages_of_applicant_and_unit_say_the_same_of_a_free_a_claimed_and_a_held_number(world: w.World) -> None:
    claimed, held = claimant(world, "claims", serial=RIGHT), claimant(world, "holds", serial=RIGHT + 1)
    w.start(world, claimed)
    counted(world, held)
    said = []
    for serial in (RIGHT, RIGHT + 1, RIGHT + 2):
        owner = claimant(world, f"owner{serial}", serial=serial + 20, unit="other_unit")
        row = asked(world, owner, serial)
        own, unit = client_of(owner), client_of(world.other_admin)
        pages = [own.get(reverse("my_titles")), own.get(reverse("person_information"))]
        pages += [unit.get(reverse(name)) for name in ("unit_people", "unit_identities", "unit_account_requests")]
        said.append([_words(page, "#main") for page in pages[:-1]] + [_words(pages[-1], "#main tbody tr")])
        user_of(owner).memberships.update(until=clock.now())
        actions.withdraw_account_request(actor=world.other_admin, request_id=row.pk)
    assert said[0][-1] and said[0] == said[1] == said[2]


def _words(page: Any, part: str) -> list[str]:
    """What a part of a page says, without what differs from person to person."""
    assert page.status_code == 200
    words = page_of(page).select_one(part).get_text(" ").split()
    return [word for word in words if not any(c.isdigit() for c in word)]


def test_nobody_decides_on_a_correction_towards_the_own_number(world: w.World) -> None:
    owner = owner_of(world)
    user = user_of(world.other_officer)
    row = ask_correction(world.other_admin, user_of(owner), id_number=user.id_number, name=user.name)
    assert refused(lambda: decide(row, world.other_officer)) == {"self_review"}


def race(*presses: Callable[[], object]) -> list[str]:
    """What each of these, pressed at once, was answered."""
    start, said = threading.Barrier(len(presses)), []

    def press(call: Callable[[], object]) -> None:
        try:
            start.wait(10)
            with clock.travel(w.IN_WINDOW):
                call()
            said.append("done")
        except Refused as refusal:
            said.append(refusal.problems[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[call]) for call in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(said)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_give_one_number_to_one_of_two(world: w.World) -> None:
    squatter = claimant(world, "squatter", serial=RIGHT)
    w.start(world, squatter)
    owner, other = owner_of(world), claimant(world, "other", serial=WRONG + 1)
    mine = asked(world, owner)
    theirs = ask_correction(world.unit_admin, user_of(other), id_number=w.identity_number(RIGHT))
    said = race(lambda: decide(mine, world.other_officer), lambda: decide(theirs, world.county_officer))
    assert said == ["done", "id_number_taken"]
    assert [user_of(one).id_number for one in (owner, other)].count(w.identity_number(RIGHT)) == 1
    assert user_of(squatter).id_number == ""
    all_is_told()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_unit_passes_the_squatter_on_while_the_bureau_gives_the_number_to_the_owner(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=RIGHT), owner_of(world)
    theirs = w.submitted(world, squatter)
    counted(at_the_other_unit(world, owner), owner)
    row = asked(world, owner)
    said = race(lambda: decide(row, world.bureau, WHY), lambda: w.unit_pass(world, theirs))
    assert said in (["done", "done"], ["done", "number_missing"])
    assert user_of(owner).id_number == w.identity_number(RIGHT) and user_of(squatter).id_number == ""
    all_is_told()
