"""What is committed between the look of an action and its writing: the action looks again, and takes nothing from anybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction

from tests.organizations import examples as ex
from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import Particulars
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions
from zhicheng.organizations.actions.unit_parts import particulars_of
from zhicheng.organizations.models import Organization, UnitVerification

MINE = "mine@mail.example"


def overtaken(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What ``second`` answers when ``first`` was done, but not committed, as it looked, and is committed before it writes."""
    answers: list[Any] = []

    def press() -> None:
        try:
            answers.append(second())
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    late = threading.Thread(target=press)
    with transaction.atomic():
        first()
        late.start()
        until = time.monotonic() + 10
        while late.is_alive() and not _somebody_waits() and time.monotonic() < until:
            time.sleep(0.05)
    late.join()
    return answers[0]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def _yesterdays(employer: Organization) -> User:
    """An account nobody confirmed, whose link has run out; a sign-in has just sent a fresh one."""
    squatter = ex.registered_applicant(employer, 1, email=MINE, confirmed=False)
    User.objects.filter(pk=squatter.pk).update(created_at=clock.now() - timedelta(days=2))
    squatter.refresh_from_db()
    return squatter


def _confirm(user: User) -> None:
    accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")


def _kept(user: User) -> bool:
    user.refresh_from_db()
    return user.email == MINE and EmailAddress.objects.filter(user=user, verified=True).exists()


def _change_to(unit: Organization, uscc: str) -> UnitVerification:
    actor = ex.unit_actor(unit)
    return actions.request_change(
        actor=actor,
        unit=replace(particulars_of(unit), uscc=uscc),
        licence=ex.licence(ex.licence_file(unit.uscc.encode(), uploaded_by=actor.user_id)),
        year=ex.YEAR,
        note="更换了证照",
    )


@pytest.mark.django_db
def test_mailbox_of_an_account_that_was_confirmed_is_not_released() -> None:
    squatter = _yesterdays(ex.approved_unit())
    _confirm(squatter)
    person = Particulars(name="李梅", id_number="", mobile="", email=MINE, username="later")
    with pytest.raises(IntegrityError), transaction.atomic():
        accounts.open_account(kind=AccountKind.APPLICANT, person=person, password=None, acceptance=None)
    assert _kept(squatter)


@pytest.mark.django_db
def test_link_of_a_mailbox_that_was_released_is_refused_in_words() -> None:
    employer = ex.approved_unit()
    squatter = _yesterdays(employer)
    ex.registered_applicant(employer, 2, email=MINE)
    with pytest.raises(Refused) as refusal:
        _confirm(squatter)
    assert refusal.value.has("link_over")


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_mailbox_confirmed_at_the_same_moment_is_not_taken_by_a_registration() -> None:
    employer = ex.approved_unit()
    squatter = _yesterdays(employer)
    mine = ex.applicant_data(2, email=MINE, employer_id=employer.pk)
    assert overtaken(lambda: _confirm(squatter), lambda: actions.register_applicant(**mine)) is None
    assert _kept(squatter)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_mailbox_confirmed_at_the_same_moment_is_not_taken_by_an_office() -> None:
    employer = ex.approved_unit()
    squatter, other = _yesterdays(employer), ex.registered_applicant(employer, 2)
    answer = overtaken(lambda: _confirm(squatter), lambda: accounts.replace_mailbox(user_id=other.pk, email=MINE, actor="system"))
    assert isinstance(answer, Refused) and answer.has("email_taken")
    assert _kept(squatter)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_unit_confirmed_at_the_same_moment_keeps_its_registration() -> None:
    with clock.travel(clock.now() - timedelta(days=2)):
        first = ex.registered_unit(1, confirmed=False)
    administrator = User.objects.get(pk=first.submitted_by_id)

    def again() -> Any:
        return actions.register_unit(
            administrator=ex.administrator(2),
            password=ex.PASSWORD,
            unit=ex.unit_particulars(1, name="冒名单位"),
            licence=ex.licence(),
            year=ex.YEAR,
            acceptance=ex.NOTICE,
        )

    answer = overtaken(lambda: _confirm(administrator), again)
    assert isinstance(answer, Refused) and answer.has("uscc_taken")
    assert Organization.objects.get(pk=first.organization_id).name == "博乐市第1中学"
    first.refresh_from_db()
    assert first.state == "pending"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_code_approved_at_the_same_moment_for_another_unit_is_refused_in_words() -> None:
    units, wanted = [ex.approved_unit(1), ex.approved_unit(2)], ex.uscc(3)
    asked = [_change_to(unit, wanted) for unit in units]
    desks = [ex.officer(one.office, 10 + number) for number, one in enumerate(asked)]
    first, second = (
        lambda one=one, desk=desk: actions.decide_unit_verification(verification_id=one.pk, actor=desk, approve=True)
        for one, desk in zip(asked, desks, strict=True)
    )
    answer = overtaken(first, second)
    assert isinstance(answer, Refused) and answer.has("uscc_taken")
    assert list(Organization.objects.filter(uscc=wanted)) == units[:1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_code_registered_at_the_same_moment_by_another_unit_is_refused_in_words() -> None:
    returned, wanted = ex.registered_unit(1), ex.uscc(3)
    actions.decide_unit_verification(
        verification_id=returned.pk,
        actor=ex.officer(returned.office),
        approve=False,
        reasons=[actions.FieldReason("uscc", "代码与证照不符")],
    )
    actor = ex.unit_actor(returned.organization)
    corrected = ex.unit_particulars(1, uscc=wanted)
    licence = ex.licence(ex.licence_file(b"newer", uploaded_by=actor.user_id))
    answer = overtaken(
        lambda: ex.registered_unit(3),
        lambda: actions.resubmit_registration(actor=actor, unit=corrected, licence=licence, year=ex.YEAR),
    )
    assert isinstance(answer, Refused) and answer.has("uscc_taken")
