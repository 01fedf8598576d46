"""Whoever has lost app and recovery codes gets in again only through people who saw the card (ASVS 6.4.4)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import translation

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import SAID, ask_mailbox, decide, in_the_window, open_link, people, refused
from tests.organizations.test_registration import mails
from tests.support.factors import give_factor
from tests.support.verified import everything_holds
from zhicheng.accounts import devices, second_factor
from zhicheng.accounts.models import KnownDevice, User
from zhicheng.foundation import ledger
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actors import SYSTEM, Actor, actor_for
from zhicheng.organizations.models import AccountRequest, AccountRequestState, Organization

pytestmark = pytest.mark.django_db
__all__ = ["in_the_window"]


def ask(actor: Actor, user: User, **changes: Any) -> AccountRequest:
    given: dict[str, Any] = {"statement": SAID, "identity_checked": True, "year": ex.YEAR}
    return actions.request_factor_removal(actor=actor, user_id=user.pk, **(given | changes))


def with_factor() -> tuple[Organization, Actor, User]:
    unit, admin, user = people()
    give_factor(user)
    return unit, admin, user


def test_factor_goes_only_when_the_office_has_decided_and_everything_ends_with_it() -> None:
    unit, admin, user = with_factor()
    devices.remember_device(user_id=user.pk, cookies={}, browser="Firefox")
    row = ask(admin, user)
    warned = mails(user.email)[-1]
    assert "申请去掉两步验证" in warned["subject"] and row.office.name in warned["body"] and unit.name in warned["body"]
    assert second_factor.those_of(user.pk) and row.state == AccountRequestState.PENDING
    before = User.objects.get(pk=user.pk)
    done = decide(row)
    assert done.state == AccountRequestState.DONE and done.closed_at is not None
    assert not Authenticator.objects.filter(user=user).exists(), "the recovery codes as well"
    after = User.objects.get(pk=user.pk)
    assert after.session_epoch == before.session_epoch + 1 and not KnownDevice.objects.filter(user=user).exists()
    assert after.password == before.password and after.email == before.email
    told = mails(user.email)[-1]
    assert "已去掉两步验证" in told["subject"] and "如果这不是您本人提出的" in told["body"] and row.office.name in told["body"]
    assert "两步验证遗失" in mails("admin1@unit.example")[-1]["subject"]
    events = [e.event for e in LedgerEntry.objects.filter(subject=f"user:{user.pk}").order_by("number")]
    gone = ["account.factor_gone"] * 2
    assert events[-4:] == ["account.factor_requested", *gone, "account.factor_removed"] and ledger.verify().ok
    everything_holds()


def test_everything_wrong_with_a_request_is_told_at_once() -> None:
    _unit, admin, user = people()
    codes = refused(lambda: ask(admin, user, statement="见过", identity_checked=False))
    assert codes == ["statement_missing", "identity_not_checked", "no_factor"]
    give_factor(user)
    ask(admin, user)
    assert refused(lambda: ask(admin, user)) == ["request_pending"]


def test_account_that_lost_its_number_gets_it_right_first() -> None:
    """There is nothing to compare the card with."""
    unit, admin, user = with_factor()
    ex.card_seen(ex.registered_applicant(unit, 2, id_number=user.id_number), admin)
    assert refused(lambda: ask(admin, user)) == ["number_missing"]


def test_lost_mailbox_and_lost_factor_are_asked_for_side_by_side() -> None:
    _unit, admin, user = with_factor()
    mailbox, factor = ask_mailbox(admin, user), ask(admin, user)
    decide(mailbox)
    open_link(mailbox)
    decide(factor)
    assert "已去掉两步验证" in mails("fresh@mail.example")[-1]["subject"], "at the mailbox the account has now"


def test_person_who_could_sign_in_meanwhile_keeps_what_was_set_up_since() -> None:
    _unit, admin, user = with_factor()
    row = ask(admin, user)
    Authenticator.objects.filter(user=user).delete()
    assert refused(lambda: decide(row)) == ["no_factor"]
    give_factor(user)
    assert refused(lambda: decide(row)) == ["stale"]
    assert second_factor.those_of(user.pk)
    decide(row, approve=False, reason="本人已能登录，不需要办理。")
    decide(ask(admin, user))
    assert not second_factor.those_of(user.pk)


def test_unit_asks_for_its_own_people_who_have_a_factor() -> None:
    unit, admin, user = with_factor()
    without = ex.registered_applicant(unit, 2)
    assert {one.pk: one.has_factor for one in queries.people_of(admin)} == {user.pk: True, without.pk: False}  # type: ignore[attr-defined]
    assert refused(lambda: ask(ex.unit_actor(ex.approved_unit(2)), user)) == ["not_in_jurisdiction"]
    assert refused(lambda: ask(actor_for(user), user)) == ["not_in_jurisdiction"]
    assert refused(lambda: ask(ex.officer(ex.prefecture()), user)) == ["not_in_jurisdiction"]
    assert refused(lambda: ask(admin, user, year=ex.YEAR + 1)) == ["unit_needs_reverification"]


def test_nobody_asks_or_decides_for_himself() -> None:
    unit = ex.approved_unit()
    admin = ex.unit_actor(unit)
    own = ex.registered_applicant(unit, id_number=ex.administrator(1).id_number, name="王建国")
    give_factor(own)
    assert refused(lambda: ask(admin, own)) == ["self_request"]
    other = ex.registered_applicant(unit, 2)
    give_factor(other)
    row = ask(admin, other)
    herself = ex.officer(row.office, 5, id_number=other.id_number, name=other.name)
    assert refused(lambda: decide(row, herself)) == ["self_review"]
    assert refused(lambda: decide(row, admin)) == ["not_in_jurisdiction"]
    assert second_factor.those_of(other.pk)


def test_officer_without_the_card_gets_no_further_and_the_tries_are_counted() -> None:
    _unit, admin, user = with_factor()
    row = ask(admin, user)
    codes = [refused(lambda: decide(row, last_characters="000000")) for _n in range(5)]
    assert codes == [["digits_differ"]] * 4 + [["too_many_tries"]]
    row.refresh_from_db()
    assert row.state == AccountRequestState.REFUSED and second_factor.those_of(user.pk)


def test_somebody_who_left_the_unit_or_was_closed_meanwhile_keeps_the_factor() -> None:
    _unit, admin, user = with_factor()
    row = ask(admin, user)
    actions.change_employer(user_id=user.pk, employer_id=ex.approved_unit(2).pk)
    assert refused(lambda: decide(row)) == ["moved_away"] and second_factor.those_of(user.pk)


def test_request_is_withdrawn_by_the_unit_and_opens_nothing() -> None:
    _unit, admin, user = with_factor()
    row = ask(admin, user)
    actions.withdraw_account_request(actor=admin, request_id=row.pk)
    assert refused(lambda: decide(row)) == ["already_decided"] and second_factor.those_of(user.pk)


def test_factor_of_a_units_administrator_goes_from_county_to_prefecture() -> None:
    unit = ex.approved_unit()
    user = User.objects.get(pk=ex.unit_actor(unit).user_id)
    give_factor(user)
    officer = ex.officer(ex.county(), 8)
    assert refused(lambda: ask(officer, user)) == ["digits_length"]
    row = ask(officer, user, last_characters=user.id_number[-6:].lower())
    assert row.office == ex.prefecture()
    assert refused(lambda: decide(row, officer)) == ["not_in_jurisdiction"]
    stranger = ex.officer(ex.county("精河县人社局职称办", "652722"))
    assert refused(lambda: ask(stranger, user, last_characters=user.id_number[-6:])) == ["not_in_jurisdiction"]
    decide(row, ex.officer(ex.prefecture()), last_characters="")
    assert not second_factor.those_of(user.pk)


def test_mails_are_written_in_the_language_of_the_platform() -> None:
    _unit, admin, user = with_factor()
    with translation.override("en"):
        decide(ask(admin, user))
    assert ["两步验证" in mail["subject"] for mail in mails(user.email)[-2:]] == [True, True]


def test_mail_and_lists_name_the_office_that_decided_in_the_countys_stead() -> None:
    _unit, admin, user = with_factor()
    row = ask(admin, user)
    bureau = ex.officer(ex.prefecture(), 8)
    decide(row, bureau)
    told = mails(user.email)[-1]["body"]
    assert ex.prefecture().name in told and row.office.name not in told
    for actor in (bureau, ex.officer(row.office, 9), admin):
        seen = queries.account_requests_for(actor).get(pk=row.pk)
        assert seen.decided_in_stead == ex.prefecture().name
    actions.move_officer(
        actor=SYSTEM, user_id=bureau.account_id, to_office_id=row.office_id, reason="工作需要，调到县里", nobody_left=True
    )
    assert queries.account_requests_for(admin).get(pk=row.pk).decided_in_stead == ex.prefecture().name, "as it was on that day"


def test_every_mail_about_an_account_names_the_office_that_saw_the_card() -> None:
    _unit, admin, user = people()
    row = ask_mailbox(admin, user)
    decide(row, ex.officer(ex.prefecture(), 8))
    said = mails(row.new_email)[-1]["body"]
    assert ex.prefecture().name in said and row.office.name not in said


def test_county_that_decided_itself_is_named_alone() -> None:
    _unit, admin, user = with_factor()
    row = ask(admin, user)
    decide(row)
    assert queries.account_requests_for(admin).get(pk=row.pk).decided_in_stead == ""
