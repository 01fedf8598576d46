"""A person without a registered employer invites it, is told when it is there, and joins it (S-18)."""

from __future__ import annotations

import pytest

from tests.organizations import examples as ex
from tests.web.registering import mails
from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actions import FieldReason
from zhicheng.organizations.actors import Actor, Role, actor_for
from zhicheng.organizations.invitations import code_of, invited_units, inviter
from zhicheng.organizations.models import UnitVerification

pytestmark = pytest.mark.django_db


def without_employer(number: int = 1, *, confirmed: bool = True) -> User:
    user = actions.register_applicant(**ex.applicant_data(number), invites=True)
    assert user is not None
    if confirmed:
        accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
    return user


def registered_with(code: str, number: int = 1) -> UnitVerification:
    return ex.registered_unit(number, invitation=code)


def decide(verification: UnitVerification, *, approve: bool = True) -> None:
    reasons = [] if approve else [FieldReason("address", "请写门牌号。")]
    officer = ex.officer(verification.office, clock.now().microsecond)
    actions.decide_unit_verification(verification_id=verification.pk, actor=officer, approve=approve, reasons=reasons)


def test_person_without_an_employer_may_register_who_says_so() -> None:
    with pytest.raises(Refused) as refused:
        actions.register_applicant(**ex.applicant_data())
    assert [p.code for p in refused.value.problems] == ["employer_missing"]
    user = without_employer()
    assert queries.employer_of(user.pk) is None
    assert actor_for(user).role is Role.APPLICANT


def test_employer_that_is_none_is_refused_also_of_who_invites() -> None:
    with pytest.raises(Refused) as refused:
        actions.register_applicant(**ex.applicant_data(employer_id=99999), invites=True)
    assert [p.code for p in refused.value.problems] == ["employer_missing"]


def test_code_is_read_however_it_is_typed_and_cannot_be_made_up() -> None:
    user = without_employer()
    code = code_of(user.pk)
    number, first, second = code.split("-")
    assert inviter(code) == user
    read_aloud = code.replace("1", "l").replace("0", "o")
    for typed in (f" {number} - {first.lower()}{second.lower()} ", f"{number}－{first}—{second}", read_aloud):
        assert inviter(typed) == user, typed
    for wrong in (
        "",
        number,
        f"{number}-",
        f"{number}-{second}-{first}",
        f"{user.pk + 1}-{first}-{second}",
        "²-1",
        "9" * 200,
        f"{code}0",
    ):
        assert inviter(wrong) is None, wrong


def test_code_of_an_account_nobody_confirmed_invites_nobody() -> None:
    user = without_employer(confirmed=False)
    assert inviter(code_of(user.pk)) is None
    accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
    assert inviter(code_of(user.pk)) == user


def test_wrong_code_is_told_and_nothing_is_registered() -> None:
    with pytest.raises(Refused) as refused:
        registered_with("1-AAAAA-AAAAA")
    assert [(p.where, p.code) for p in refused.value.problems] == [("invitation", "invitation_unknown")]
    assert not UnitVerification.objects.exists()


def test_whoever_invited_a_unit_is_told_when_its_county_has_confirmed_it_and_joins() -> None:
    user = without_employer()
    verification = registered_with(code_of(user.pk))
    entry = LedgerEntry.objects.get(event="unit.registration_requested")
    assert entry.data["invited_by"] == user.pk
    assert [u.pk for u in invited_units(actor_for(user))] == [verification.organization_id]
    before = len(mails(user.email))
    with pytest.raises(Refused):
        actions.join_invited_employer(actor=actor_for(user), employer_id=verification.organization_id)

    decide(verification)
    (mail,) = mails(user.email)[before:]
    assert "博乐市第1中学" in mail["body"] and "/applicant/information/invitation/" in mail["body"]
    actions.join_invited_employer(actor=actor_for(user), employer_id=verification.organization_id)
    employer = queries.employer_of(user.pk)
    assert employer is not None and employer.pk == verification.organization_id


def test_unit_that_was_sent_back_and_asked_again_is_still_the_invited_one() -> None:
    user = without_employer()
    verification = registered_with(code_of(user.pk))
    before = len(mails(user.email))
    decide(verification, approve=False)
    assert len(mails(user.email)) == before, "it is not there yet"
    again = actions.resubmit_registration(
        actor=actor_for(verification.submitted_by), unit=ex.unit_particulars(1), licence=ex.licence(), year=ex.YEAR
    )
    decide(again)
    assert len(mails(user.email)) == before + 1


def test_nobody_joins_a_unit_that_came_with_anothers_invitation() -> None:
    user, other = without_employer(1), without_employer(2)
    verification = registered_with(code_of(other.pk))
    decide(verification)
    anybody = [actor_for(user), Actor(role=Role.UNIT, user_id=user.pk)]
    for actor, unit in [
        (anybody[0], verification.organization_id),
        (anybody[1], verification.organization_id),
        (anybody[0], None),
    ]:
        with pytest.raises(Refused) as refused:
            actions.join_invited_employer(actor=actor, employer_id=unit)
        assert refused.value.has("not_invited")
    assert queries.employer_of(user.pk) is None


def test_whoever_belongs_to_the_unit_by_then_is_not_told_again() -> None:
    user = without_employer()
    verification = registered_with(code_of(user.pk))
    actions.change_employer(user_id=user.pk, employer_id=verification.organization_id)
    before = len(mails(user.email))
    decide(verification)
    assert len(mails(user.email)) == before


def test_registering_once_more_without_an_employer_leaves_the_first_one() -> None:
    """The same log-in name and password before the mailbox is confirmed: the later word counts."""
    unit = ex.approved_unit(3)
    first = ex.registered_applicant(unit, 1, confirmed=False)
    again = actions.register_applicant(**ex.applicant_data(1), invites=True)
    assert again is not None and again.pk == first.pk
    assert queries.employer_of(again.pk) is None
