"""A lost mailbox and a wrong name come right only through people who saw the card (S-18, S-36)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from tests.organizations import examples as ex
from tests.organizations.test_registration import mails
from tests.support.world import IN_WINDOW
from zhicheng.accounts.brakes import MAILS_PER_HOUR
from zhicheng.accounts.models import IdentityCorrection, User
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actions.account_decisions import mailbox_link
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import AccountRequest, AccountRequestState, Organization

pytestmark = pytest.mark.django_db
SAID = "5月20日本人持身份证到单位，当面核对无误。"


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        yield


def refused(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        call()
    return [problem.code for problem in refusal.value.problems]


def ask_mailbox(actor: Actor, user: User, **changes: Any) -> AccountRequest:
    given: dict[str, Any] = {
        "email": "fresh@mail.example",
        "statement": SAID,
        "identity_checked": True,
        "year": ex.YEAR,
    }
    return actions.request_mailbox(actor=actor, user_id=user.pk, **(given | changes))


def ask_correction(actor: Actor, user: User, **changes: Any) -> AccountRequest:
    scan = ex.licence_file(b"card", uploaded_by=actor.user_id)
    given: dict[str, Any] = {
        "name": user.name,
        "id_number": user.id_number,
        "statement": SAID,
        "identity_checked": True,
        "scan_id": scan.pk,
        "year": ex.YEAR,
    }
    return actions.request_correction(actor=actor, user_id=user.pk, **(given | changes))


def decide(row: AccountRequest, actor: Actor | None = None, *, approve: bool = True, **changes: Any) -> AccountRequest:
    given = {"last_characters": (row.new_number or row.old_number)[-6:]} | changes
    known = User.objects.filter(username=f"officer{row.office_id}n77").first()
    officer = actor or (actor_for(known) if known else ex.officer(row.office, 77))
    return actions.decide_account_request(actor=officer, request_id=row.pk, approve=approve, **given)


def token_of(row: AccountRequest) -> str:
    return mailbox_link(row).rstrip("/").rsplit("/", 1)[1]


def open_link(row: AccountRequest, **changes: Any) -> User:
    given = {"token": token_of(row), "last_characters": row.old_number[-6:]} | changes
    return actions.confirm_new_mailbox(**given)


def people() -> tuple[Organization, Actor, User]:
    unit = ex.approved_unit()
    return unit, ex.unit_actor(unit), ex.registered_applicant(unit)


# --- A lost mailbox ---


def test_a_mailbox_changes_only_when_its_new_owner_opens_the_link() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    assert "申请更换邮箱" in mails(user.email)[-1]["subject"]
    decide(row)
    user.refresh_from_db()
    assert user.email == "person1@mail.example" and user.has_usable_password()
    link = mails("fresh@mail.example")[-1]["body"]
    assert token_of(row) in link
    open_link(row)
    user.refresh_from_db()
    assert user.email == "fresh@mail.example" and not user.has_usable_password()
    addresses = EmailAddress.objects.filter(user=user)
    assert [(a.email, a.verified, a.primary) for a in addresses] == [("fresh@mail.example", True, True)]
    assert "已改用另一个邮箱" in mails("person1@mail.example")[-1]["subject"]
    events = [e.event for e in LedgerEntry.objects.filter(subject=f"user:{user.pk}").order_by("number")]
    assert events[-3:] == ["account.mailbox_requested", "account.mailbox_approved", "account.mailbox_replaced"]
    assert ledger.verify().ok


def test_the_ledger_holds_neither_mailbox_nor_number() -> None:
    _unit, admin, user = people()
    open_link_of = ask_mailbox(admin, user)
    decide(open_link_of)
    open_link(open_link_of)
    decide(ask_correction(admin, user, id_number=ex.id_number(300)))
    written = " ".join(str(e.data) for e in LedgerEntry.objects.all())
    assert "fresh@mail.example" not in written and ex.id_number(300) not in written


def test_a_link_opens_once_and_for_a_day() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    decide(row)
    row.refresh_from_db()
    with clock.travel(row.decided_at + timedelta(hours=24, seconds=1)):
        assert refused(lambda: open_link(row)) == ["link_over"]
    with clock.travel(row.decided_at + timedelta(hours=24) - timedelta(seconds=1)):
        open_link(row)
    assert refused(lambda: open_link(row)) == ["link_over"]


def test_a_link_that_ran_out_makes_room_for_another_request() -> None:
    _unit, admin, user = people()
    first = ask_mailbox(admin, user)
    decide(first)
    assert refused(lambda: ask_mailbox(admin, user)) == ["request_pending"]
    with clock.travel(IN_WINDOW + timedelta(days=4)):
        second = ask_mailbox(admin, user, email="other@mail.example")
        decide(second)
        assert refused(lambda: open_link(first)) == ["link_over"]
        assert open_link(second).email == "other@mail.example"


def test_a_stranger_who_got_the_link_by_mistake_opens_nothing_and_ends_it_by_guessing() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    decide(row)
    codes = [refused(lambda: open_link(row, last_characters="000000")) for _n in range(5)]
    assert codes == [["digits_differ"]] * 4 + [["too_many_tries"]]
    assert refused(lambda: open_link(row)) == ["link_over"]
    user.refresh_from_db()
    assert user.email == "person1@mail.example"


@pytest.mark.parametrize("token", ["", "x", "1", "1:forged"])
def test_a_link_that_is_not_ours_opens_nothing(token: str) -> None:
    assert refused(lambda: actions.confirm_new_mailbox(token=token, last_characters="000000")) == ["link_over"]


def test_a_withdrawn_request_opens_nothing() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    decide(row)
    actions.withdraw_account_request(actor=admin, request_id=row.pk)
    assert refused(lambda: open_link(row)) == ["link_over"]
    assert refused(lambda: actions.withdraw_account_request(actor=admin, request_id=row.pk)) == ["over"]


def test_asking_and_withdrawing_again_and_again_fills_nobodys_mailbox() -> None:
    _unit, admin, user = people()
    for _turn in range(MAILS_PER_HOUR + 3):
        actions.withdraw_account_request(actor=admin, request_id=ask_mailbox(admin, user).pk)
    told = [mail for mail in mails(user.email) if mail["subject"] == "有人为您的账号申请更换邮箱"]
    assert len(told) == MAILS_PER_HOUR


def test_everything_wrong_with_a_request_is_told_at_once() -> None:
    _unit, admin, user = people()
    codes = refused(lambda: ask_mailbox(admin, user, email="a@localhost", statement="见过", identity_checked=False))
    assert codes == ["email_malformed", "statement_missing", "identity_not_checked"]
    other = ex.registered_applicant(ex.approved_unit(2), 2)
    assert refused(lambda: ask_mailbox(admin, user, email=user.email)) == ["email_same"]
    row = ask_mailbox(admin, user, email=other.email.upper())  # a unit learns of nobody else's mailbox
    assert refused(lambda: decide(row, last_characters=user.id_number[-6:])) == ["email_taken"]


def test_a_mailbox_taken_after_the_approval_is_not_put_in_force() -> None:
    unit, admin, user = people()
    row = ask_mailbox(admin, user)
    decide(row)
    ex.registered_applicant(unit, 7, email="fresh@mail.example")
    assert refused(lambda: open_link(row)) == ["email_taken"]
    user.refresh_from_db()
    assert user.email == "person1@mail.example" and user.has_usable_password()


def test_a_unit_asks_for_its_own_people_only() -> None:
    _unit, _admin, user = people()
    stranger = ex.unit_actor(ex.approved_unit(2))
    assert refused(lambda: ask_mailbox(stranger, user)) == ["not_in_jurisdiction"]
    assert refused(lambda: ask_correction(stranger, user, name="阿依古丽")) == ["not_in_jurisdiction"]
    assert refused(lambda: ask_mailbox(actor_for(user), user)) == ["not_in_jurisdiction"]


def test_a_unit_that_is_not_verified_for_the_year_cannot_vouch() -> None:
    _unit, admin, user = people()
    assert refused(lambda: ask_mailbox(admin, user, year=ex.YEAR + 1)) == ["unit_needs_reverification"]


def test_nobody_vouches_for_himself_or_decides_on_himself() -> None:
    unit = ex.approved_unit()
    admin = ex.unit_actor(unit)
    number = ex.administrator(1).id_number
    user = ex.registered_applicant(unit, id_number=number, name="王建国")
    assert refused(lambda: ask_mailbox(admin, user)) == ["self_request"]
    other = ex.registered_applicant(unit, 2)
    row = ask_mailbox(admin, other)
    herself = ex.officer(row.office, 5, id_number=other.id_number, name=other.name)
    assert refused(lambda: decide(row, herself)) == ["self_review"]


def test_an_officer_without_the_card_gets_no_further_and_the_tries_are_counted() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    officer = ex.officer(row.office, 6)
    for typed in ("", "12345", ex.id_number(301)):  # a slip, and no wrong card: nothing is counted
        assert refused(lambda typed=typed: decide(row, officer, last_characters=typed)) == ["digits_length"]
    codes = [refused(lambda: decide(row, officer, last_characters="000000")) for _n in range(5)]
    assert codes == [["digits_differ"]] * 4 + [["too_many_tries"]]
    row.refresh_from_db()
    assert row.state == AccountRequestState.REFUSED and row.wrong_tries == 5
    assert refused(lambda: decide(row, officer)) == ["already_decided"]


def test_a_refusal_says_why_to_whoever_asked() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    assert refused(lambda: decide(row, approve=False, reason=" ")) == ["reason_missing"]
    decide(row, approve=False, reason="身份证照片与本人不符。")
    assert "身份证照片与本人不符" in mails("admin1@unit.example")[-1]["body"]
    assert not mails("fresh@mail.example")


def test_another_county_neither_sees_nor_decides_and_the_prefecture_may() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    stranger = ex.officer(ex.county("精河县人社局职称办", "652722"))
    assert not queries.account_requests_for(stranger).exists()
    assert refused(lambda: decide(row, stranger)) == ["not_in_jurisdiction"]
    assert decide(row, ex.officer(ex.prefecture())).state == AccountRequestState.APPROVED


def test_somebody_who_left_the_unit_meanwhile_is_not_approved() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    actions.change_employer(user_id=user.pk, employer_id=ex.approved_unit(2).pk)
    assert refused(lambda: decide(row)) == ["moved_away"]


def test_the_mailbox_of_a_units_administrator_goes_from_county_to_prefecture() -> None:
    unit = ex.approved_unit()
    user = User.objects.get(pk=ex.unit_actor(unit).user_id)
    officer = ex.officer(ex.county(), 8)
    for typed in ("", "123", user.id_number):
        assert refused(lambda typed=typed: ask_mailbox(officer, user, last_characters=typed)) == ["digits_length"]
    assert refused(lambda: ask_mailbox(officer, user, last_characters="000000")) == ["digits_differ"]
    row = ask_mailbox(officer, user, last_characters=user.id_number[-6:].lower())
    assert row.office == ex.prefecture()
    assert refused(lambda: decide(row, officer)) == ["not_in_jurisdiction"]
    assert refused(lambda: decide(row, ex.officer(ex.county(), 9))) == ["not_in_jurisdiction"]
    decide(row, ex.officer(ex.prefecture()), last_characters="")
    assert open_link(row).email == "fresh@mail.example"
    stranger = ex.officer(ex.county("精河县人社局职称办", "652722"))
    assert refused(lambda: ask_mailbox(stranger, user, last_characters=user.id_number[-6:])) == ["not_in_jurisdiction"]


def test_county_that_guesses_the_end_of_an_administrators_number_is_stopped() -> None:
    user = User.objects.get(pk=ex.unit_actor(ex.approved_unit()).user_id)
    officer = ex.officer(ex.county(), 8)
    for left in range(9, -1, -1):
        said = f"一小时内还可以填写 {left} 次。" if left else "已填写十次，请一小时后再填。"
        with pytest.raises(Refused, match=said):
            ask_mailbox(officer, user, last_characters="000000")
    assert refused(lambda: ask_mailbox(officer, user, last_characters="000000")) == ["too_many_tries"]
    assert refused(lambda: ask_mailbox(officer, user, last_characters=user.id_number[-6:])) == ["too_many_tries"]
    assert refused(lambda: ask_mailbox(officer, user, last_characters="12")) == ["digits_length"]


def test_requests_cannot_be_removed_and_the_history_cannot_be_changed() -> None:
    _unit, admin, user = people()
    row = ask_correction(admin, user, name="阿依古丽·买买提江")
    decide(row)
    with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityCorrection.objects.update(new_name="别人")


# --- A wrong name or number ---


def test_a_correction_changes_name_number_birthday_and_sex_and_keeps_what_was() -> None:
    _unit, admin, user = people()
    right = ex.id_number(301, born="19910408")
    decide(ask_correction(admin, user, name="阿依古丽•买买提江", id_number=f" {right.lower()} "))
    user.refresh_from_db()
    assert (user.name, user.id_number, user.sex, str(user.birth_date)) == ("阿依古丽·买买提江", right, "1", "1991-04-08")
    kept = IdentityCorrection.objects.get()
    assert (kept.old_name, kept.old_number) == ("阿依古丽·买买提", ex.applicant_data()["id_number"])
    assert "已更正" in mails(user.email)[-1]["subject"]
    assert ledger.verify().ok


def test_a_correction_that_cannot_be_is_refused_with_every_reason() -> None:
    unit, admin, user = people()
    assert refused(lambda: ask_correction(admin, user)) == ["nothing_changed"]
    broken = ex.id_number(301)[:-1] + ("0" if ex.id_number(301)[-1] != "0" else "1")
    assert refused(lambda: ask_correction(admin, user, id_number=broken, scan_id=None)) == [
        "identity.checksum",
        "scan_missing",
    ]
    other = ex.card_seen(ex.registered_applicant(unit, 2), admin)
    row = ask_correction(admin, user, id_number=other.id_number)  # a unit learns of no other account
    assert refused(lambda: decide(row)) == ["id_number_taken"]
    with pytest.raises(Refused, match="须由州人力资源和社会保障局"):
        decide(row)


def test_a_number_taken_between_request_and_decision_changes_nothing() -> None:
    unit, admin, user = people()
    right = ex.id_number(302)
    row = ask_correction(admin, user, id_number=right)
    ex.card_seen(ex.registered_applicant(unit, 9, id_number=right), admin)
    assert refused(lambda: decide(row)) == ["id_number_taken"]
    user.refresh_from_db()
    assert user.id_number == ex.applicant_data()["id_number"] and not IdentityCorrection.objects.exists()


def test_the_number_on_the_card_is_what_the_officer_types_not_the_wrong_one() -> None:
    _unit, admin, user = people()
    row = ask_correction(admin, user, id_number=ex.id_number(303))
    assert refused(lambda: decide(row, last_characters=user.id_number[-6:])) == ["digits_differ"]
    decide(row)


def one_person_with_two_accounts() -> tuple[Organization, Actor, User]:
    """A unit, its second administrator, and an applicant who is its first under the same (wrong) number."""
    unit = ex.approved_unit()
    user = ex.registered_applicant(unit, id_number=ex.administrator(1).id_number, name="王建国")
    colleague = actions.add_unit_staff(
        actor=ex.unit_actor(unit), name="古丽", id_number=ex.id_number(55), mobile="13809095555",
        email="c@unit.example", username="colleague", position="办公室",
    )  # fmt: skip
    return unit, actor_for(colleague), user


def test_all_accounts_of_one_person_are_corrected_together_so_that_self_review_is_still_seen() -> None:
    unit, colleague, user = one_person_with_two_accounts()
    decide(ask_correction(colleague, user, id_number=ex.id_number(304)))
    assert {u.id_number for u in User.objects.filter(name="王建国")} == {ex.id_number(304)}
    assert ex.unit_actor(unit).person_index == User.objects.get(pk=user.pk).id_number_index


def test_one_number_under_two_names_is_nobodys_guess() -> None:
    unit, admin, user = people()
    wrong = ex.registered_applicant(unit, 3, id_number=ex.administrator(2).id_number)
    other = ex.approved_unit(2)  # its administrator, 王建国, has the number that 阿依古丽 typed
    ex.card_seen(wrong, admin)
    administrator = User.objects.get(username=ex.administrator(2).username)
    ex.card_seen(administrator, ex.officer(other.receiving_office, 7))
    row = ask_correction(admin, wrong, id_number=ex.id_number(305))
    assert refused(lambda: decide(row)) == ["other_account_differs"]
    row = ask_correction(admin, user, id_number=ex.administrator(2).id_number)
    assert refused(lambda: decide(row)) == ["id_number_taken", "other_account_differs"]


def test_the_number_left_behind_is_held_until_the_prefecture_releases_it() -> None:
    unit, admin, user = people()
    left = user.id_number
    row = ask_correction(admin, user, id_number=ex.id_number(306))
    decide(row)
    fourth = ex.registered_applicant(unit, 4, id_number=left)  # anybody may claim it; nobody comes to hold it
    assert refused(lambda: ex.card_seen(fourth, admin)) == ["id_number_held"]
    third = ex.registered_applicant(unit, 5)
    again = ask_correction(admin, third, id_number=left)
    assert refused(lambda: decide(again)) == ["id_number_held"]
    bureau, reason = ex.officer(ex.prefecture()), "经公安机关核实，该号码属于另一人。"
    assert refused(lambda: actions.release_left_number(actor=ex.officer(row.office, 3), request_id=row.pk, reason=reason)) == [
        "not_in_jurisdiction"
    ]
    assert refused(lambda: actions.release_left_number(actor=bureau, request_id=row.pk, reason="")) == ["reason_missing"]
    actions.release_left_number(actor=bureau, request_id=row.pk, reason=reason)
    assert refused(lambda: actions.release_left_number(actor=bureau, request_id=row.pk, reason=reason)) == ["not_held"]
    assert ex.card_seen(fourth, admin).number_held_at is not None


def test_a_correction_that_was_itself_wrong_can_be_taken_back() -> None:
    _unit, admin, user = people()
    first = user.id_number
    decide(ask_correction(admin, user, id_number=ex.id_number(307)))
    user.refresh_from_db()
    decide(ask_correction(admin, user, id_number=first))
    user.refresh_from_db()
    assert user.id_number == first and IdentityCorrection.objects.count() == 2


def test_a_correction_of_a_person_with_two_accounts_can_be_taken_back_too() -> None:
    _unit, colleague, user = one_person_with_two_accounts()
    wrong = user.id_number
    for number in (ex.id_number(309), wrong):
        decide(ask_correction(colleague, user, id_number=number))
        user.refresh_from_db()
    assert {u.id_number for u in User.objects.filter(name="王建国")} == {wrong}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_decides_waits_for_the_account_before_the_request_as_whoever_asks_does() -> None:
    _unit, admin, user = people()
    row = ask_correction(admin, user, id_number=ex.id_number(310))
    officer, said = ex.officer(row.office, 42), []

    def press() -> None:
        with clock.travel(IN_WINDOW):
            said.append(decide(row, officer).state)
        connection.close()

    thread = threading.Thread(target=press)
    with transaction.atomic():  # somebody who asks: the account first, then its open requests
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        thread.start()
        time.sleep(1)
        AccountRequest.objects.select_for_update(no_key=True, nowait=True).get(pk=row.pk)
    thread.join(30)
    assert said == ["done"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_decides_and_the_other_reads_who_was_faster() -> None:
    _unit, admin, user = people()
    row = ask_correction(admin, user, id_number=ex.id_number(308))
    officers = [ex.officer(row.office, 40), ex.officer(row.office, 41)]
    start, said = threading.Barrier(2), []

    def press(actor: Actor) -> None:
        try:
            start.wait(10)
            with clock.travel(IN_WINDOW):
                said.append(decide(row, actor).state)
        except Refused as refusal:
            said.append(refusal.problems[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[officer]) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["already_decided", "done"]
    assert IdentityCorrection.objects.count() == 1
