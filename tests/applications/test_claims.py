"""Two accounts, one number: each may write, one is passed on, and what hangs on the number is told to its holder alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.organizations import examples as ex
from tests.support import world as w
from tests.web.registering import client_of, mails
from zhicheng.accounts.models import AccountKind, IdentityConfirmation, User
from zhicheng.accounts.queries import without_number
from zhicheng.accounts.rules import last_characters
from zhicheng.applications import actions as applications
from zhicheng.applications.count_invariants import years_of_persons
from zhicheng.applications.jobs import look_at_bans_of_the_number
from zhicheng.applications.models import Application, PersonYear
from zhicheng.applications.queries import arrivals_of, told_year_of
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations import actions
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import MembershipRole
from zhicheng.organizations.rules import card_of

pytestmark = pytest.mark.django_db


def refused(call: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refusal:
        call()
    return {problem.code for problem in refusal.value.problems}


def claimant(world: w.World, username: str = "claimant", *, serial: int = 12, unit: str = "unit") -> Actor:
    """Somebody else with the number of the world's applicant, at the same or another unit."""
    user = w.person(AccountKind.APPLICANT, username, serial=serial, name="阿不都", held=False)
    return w.member(user, getattr(world, unit), MembershipRole.EMPLOYEE)


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def ban(world: w.World, index: str, year: int = 2022) -> None:
    IntegrityRecord.objects.create(
        person_index=index,
        name="某人",
        application_year=year,
        first_barred_year=year + 1,
        last_barred_year=year + 5,
        source="application:0",
        reason="经查实，业绩证明系伪造。",
        recorded_by_id=world.bureau.account_id,
        recorded_for_id=world.bureau.desk_id,
        recorded_at=clock.now(),
    )


def test_a_claim_keeps_the_holder_from_nothing_and_learns_nothing(world: w.World) -> None:
    other = claimant(world)
    first = w.submitted(world, other)  # the claim comes first, and reaches the unit
    mine = w.submitted(world)
    assert {first.state, mine.state} == {State.UNIT_REVIEW} and first.person_index == mine.person_index
    w.to_bureau(world, mine)
    assert PersonYear.objects.get().arrivals == 1
    first.refresh_from_db()
    assert first.arrivals == 0 and told_year_of(first) is None and arrivals_of(first) == []
    assert told_year_of(mine) is not None and len(arrivals_of(mine)) == 1
    assert w.start(world, claimant(world, "later")).arrivals == 0
    assert not list(years_of_persons()), "a claim shows no count, and need not"
    assert refused(lambda: w.unit_pass(world, first)) == {"number_held_by_another"}
    page = client_of(actor_for(user_of(other))).get("/my/").content.decode()
    assert "1 / 3" not in page and mine.number not in page


@pytest.mark.usefixtures("unprotected")
def test_bans_and_closed_years_are_told_to_the_holder_and_to_the_desk_never_to_a_claim(world: w.World) -> None:
    other = claimant(world, serial=500)
    ban(world, other.person_index)
    PersonYear.objects.create(
        campaign_id=world.version.campaign_id, person_index=other.person_index, arrivals_allowed=3, closed_at=clock.now()
    )
    application = w.submitted(world, other)
    assert application.state == State.UNIT_REVIEW
    assert refused(lambda: w.unit_pass(world, application)) == {"barred", "closed_for_year"}
    application.refresh_from_db()
    assert user_of(other).number_held_at is None, "what the door refused leaves nothing behind"


def test_the_first_whose_application_a_unit_passes_holds_the_number(world: w.World) -> None:
    one, two = claimant(world, "one", serial=500), claimant(world, "two", serial=500)
    first, second = w.submitted(world, one), w.submitted(world, two)
    w.unit_pass(world, second)
    assert user_of(two).number_held_at is not None and user_of(one).number_held_at is None
    assert user_of(two).identity_confirmed_at is None, "no card was seen"
    assert refused(lambda: w.unit_pass(world, first)) == {"number_held_by_another"}
    assert refused(lambda: ex.card_seen(user_of(one), world.unit_admin)) == {"number_held_by_another"}
    assert LedgerEntry.objects.latest("id").event == "account.identity_contested"


def test_the_database_lets_one_account_of_a_kind_hold_a_number(world: w.World) -> None:
    user = user_of(claimant(world))
    user.number_held_at = clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        user.save()
    user.refresh_from_db()
    user.identity_confirmed_at = clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        user.save()


def test_whoever_shows_the_card_has_the_number_and_the_other_keeps_everything_else(world: w.World) -> None:
    squatter, owner = claimant(world, "squatter", serial=500), claimant(world, "owner", serial=500, unit="other_unit")
    index, number = owner.person_index, user_of(owner).id_number
    draft = w.start(world, squatter)
    w.fill(squatter, draft)
    ex.card_seen(user_of(owner), world.other_admin)
    seen = IdentityConfirmation.objects.get()
    assert (seen.user_id, seen.index, seen.card_seen_on) == (owner.user_id, index, clock.today())
    assert seen.confirmed_by_id == world.other_admin.user_id
    lost = user_of(squatter)
    assert (lost.id_number, lost.birth_date, lost.sex) == ("", None, "") and lost.is_active
    told = mails(lost.email)[-1]
    assert told["subject"] == "您登记的身份证号经核实属于他人" and number not in told["body"]
    draft.refresh_from_db()
    assert draft.person_index == lost.id_number_index == without_number(lost.pk) != index
    now = actor_for(lost)
    assert Application.objects.filter(applicant=lost, state=State.DRAFT).exists()
    assert "number_missing" in refused(lambda: w.submit(now, draft))
    mine = w.start(world, actor_for(user_of(owner)))
    assert mine.person_index == index


def test_the_way_back_for_whoever_lost_a_number_is_the_correction(world: w.World) -> None:
    squatter = claimant(world, "squatter", serial=500)
    draft = w.start(world, squatter)
    w.fill(squatter, draft)
    ex.card_seen(user_of(claimant(world, "owner", serial=500)), world.unit_admin)
    right = w.identity_number(501)
    row = actions.request_correction(
        actor=world.unit_admin,
        user_id=squatter.account_id,
        name="阿不都",
        id_number=right,
        statement="本人持身份证到单位，当面核对无误。",
        identity_checked=True,
        scan_id=w.evidence(world.unit_admin.account_id, "card").pk,
        year=2023,
    )
    actions.decide_account_request(actor=world.county_officer, request_id=row.pk, approve=True, last_characters=right[-6:])
    user = user_of(squatter)
    assert user.id_number == right and user.identity_confirmed_at is not None and user.birth_date is not None
    w.submit(actor_for(user), draft)
    draft.refresh_from_db()
    assert draft.state == State.UNIT_REVIEW and draft.person_index == user.id_number_index


def test_a_wrong_number_that_is_corrected_leaves_the_others_alone(world: w.World) -> None:
    wrong, right = claimant(world, "wrong"), w.identity_number(501)
    mine = w.submitted(world)
    w.to_bureau(world, mine)
    draft = w.start(world, wrong)
    row = actions.request_correction(
        actor=world.unit_admin,
        user_id=wrong.account_id,
        name="阿不都",
        id_number=right,
        statement="本人持身份证到单位，当面核对无误。",
        identity_checked=True,
        scan_id=w.evidence(world.unit_admin.account_id, "card").pk,
        year=2023,
    )
    actions.decide_account_request(actor=world.county_officer, request_id=row.pk, approve=True, last_characters=right[-6:])
    mine.refresh_from_db()
    draft.refresh_from_db()
    assert user_of(world.applicant).id_number_index == mine.person_index == world.applicant.person_index
    assert draft.person_index == user_of(wrong).id_number_index != mine.person_index
    assert {(y.person_index, y.arrivals) for y in PersonYear.objects.all()} == {(mine.person_index, 1), (draft.person_index, 0)}


@pytest.mark.usefixtures("unprotected")
def test_a_ban_ends_what_a_claim_has_begun_when_the_card_was_seen(world: w.World) -> None:
    person = claimant(world, serial=500)
    draft = w.start(world, person)
    ban(world, person.person_index)
    assert applications.bar_applications(person_index=person.person_index, first_year=2022, last_year=2027, note="") == []
    ex.card_seen(user_of(person), world.unit_admin)
    look_at_bans_of_the_number(OutboxMessage.objects.get(kind="account.identity_confirmed"))
    draft.refresh_from_db()
    assert draft.state == State.BARRED


def test_a_unit_confirms_its_own_people_together_and_a_county_those_of_its_units(world: w.World) -> None:
    one, two = claimant(world, "one", serial=500), claimant(world, "two", serial=502)
    stranger = claimant(world, "stranger", serial=504, unit="other_unit")

    def confirm(actor: Actor, *people: Actor, days: int = 0, checked: bool = True) -> list[User]:
        seen_on = clock.today() - timedelta(days=days)
        cards = {p.account_id: last_characters(user_of(p).id_number) for p in people}
        return actions.confirm_people(actor=actor, cards=cards, card_seen_on=seen_on, checked=checked, year=2023)

    assert refused(lambda: confirm(world.unit_admin)) == {"nobody"}
    assert refused(lambda: confirm(world.unit_admin, one, days=-1, checked=False)) == {"card_day_wrong", "identity_not_checked"}
    assert refused(lambda: confirm(world.unit_admin, one, stranger)) == {"not_in_jurisdiction"}
    assert refused(lambda: confirm(world.county_officer, stranger)) == {"not_in_jurisdiction"}
    assert refused(lambda: confirm(world.bureau, one)) == {"reason_missing", "not_in_jurisdiction"}
    assert refused(lambda: confirm(world.applicant, one)) == {"not_in_jurisdiction"}
    assert not IdentityConfirmation.objects.exists()
    assert [u.pk for u in confirm(world.unit_admin, one, two, days=3)] == sorted([one.account_id, two.account_id])
    assert confirm(world.unit_admin, one, two) == [], "once is enough"
    assert [u.pk for u in confirm(world.other_officer, stranger)] == [stranger.account_id]
    assert IdentityConfirmation.objects.count() == 3
    assert LedgerEntry.objects.filter(event="account.identity_confirmed").count() == 3


def test_confirming_compares_the_card_with_the_number_and_is_all_or_nothing(
    world: w.World, caplog: pytest.LogCaptureFixture
) -> None:
    """Who ticked off a list without a card has compared nothing: the list shows no end of a number."""
    one, two, lost = (claimant(world, name, serial=serial) for name, serial in (("one", 500), ("two", 502), ("lost", 504)))
    number = user_of(one).id_number
    right = {one.account_id: f" {number[-6:].lower()} "}
    seen: dict[str, Any] = {"card_seen_on": clock.today(), "checked": True, "year": 2023}
    with pytest.raises(Refused) as told:
        actions.confirm_people(actor=world.unit_admin, cards=right | {two.account_id: "000000"}, **seen)
    assert [(p.code, p.where) for p in told.value.problems] == [("digits_differ", card_of(two.account_id))]
    assert user_of(two).name in told.value.problems[0].text and "更正姓名或身份证号" in told.value.problems[0].text
    for typed in (number, number[-5:], ""):
        assert refused(
            lambda typed=typed: actions.confirm_people(actor=world.unit_admin, cards={two.account_id: typed}, **seen)
        ) == {"digits_length"}
    everything = {"card_seen_on": None, "checked": False, "year": 2023}
    assert refused(lambda: actions.confirm_people(actor=world.unit_admin, cards={two.account_id: "000000"}, **everything)) == {
        "card_day_missing", "identity_not_checked", "digits_differ",
    }  # fmt: skip
    assert not IdentityConfirmation.objects.exists()
    wrong = [record for record in caplog.records if "card.differs" in record.getMessage()]
    assert len(wrong) == 2 and f"user:{two.account_id}" in wrong[0].getMessage()
    ex.card_seen(user_of(claimant(world, "owner", serial=504)), world.unit_admin)
    with pytest.raises(Refused) as told:
        actions.confirm_people(actor=world.unit_admin, cards=right | {lost.account_id: "000000"}, **seen)
    assert {p.code for p in told.value.problems} == {"number_missing"}, "there is nothing to compare with"
    assert [u.pk for u in actions.confirm_people(actor=world.unit_admin, cards=right, **seen)] == [one.account_id]


def test_ends_of_a_number_cannot_be_tried_out_at_a_desk(world: w.World) -> None:
    one, other = claimant(world, "one", serial=500), claimant(world, "two", serial=502)
    seen: dict[str, Any] = {"card_seen_on": clock.today(), "checked": True, "year": 2023}
    right = {p.account_id: last_characters(user_of(p).id_number) for p in (one, other)}

    def type_in(actor: Actor, **cards: str) -> set[str]:
        wanted = {{"one": one, "other": other}[name].account_id: text for name, text in cards.items()}
        return refused(lambda: actions.confirm_people(actor=actor, cards=wanted, **seen))

    stranger = claimant(world, "stranger", serial=504, unit="other_unit").account_id
    for left in (9, 8, 7, 6, 5):
        with pytest.raises(Refused, match=f"一小时内还可以填写 {left} 次。"):
            actions.confirm_people(actor=world.unit_admin, cards={one.account_id: "000000"}, **seen)
    assert type_in(world.unit_admin, one="0") == {"digits_length"}, "nothing is compared"
    for _time in range(5):  # neither half an answer nor somebody else's people forget the tries
        cards = {one.account_id: right[one.account_id], stranger: "000000"}
        assert refused(lambda cards=cards: actions.confirm_people(actor=world.unit_admin, cards=cards, **seen)) == {
            "not_in_jurisdiction"
        }
    assert type_in(world.unit_admin, one=right[one.account_id]) == {"too_many_tries"}, "not even the right one: nobody learns it"
    assert type_in(world.county_officer, one="000000") == {"digits_differ"}, "another desk counts by itself"
    for _time in range(9):
        assert type_in(world.unit_admin, other="000000") == {"digits_differ"}
    confirmed = actions.confirm_people(actor=world.unit_admin, cards={other.account_id: right[other.account_id]}, **seen)
    assert [u.pk for u in confirmed] == [other.account_id]


def test_nobody_confirms_themselves(world: w.World) -> None:
    me = claimant(world, serial=11)  # the number of the unit's administrator
    assert refused(lambda: ex.card_seen(user_of(me), world.unit_admin)) == {"self_request"}
