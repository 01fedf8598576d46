"""Who works for which office, told anew from the ledger alone; an account that was helped along in the database is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation import clock, triggers
from zhicheng.foundation.replay import replay
from zhicheng.organizations import actions
from zhicheng.organizations.models import Membership

pytestmark = pytest.mark.django_db
REASON = "已调离职称办岗位"


def differences() -> set[str]:
    (told,) = (one for one in replay() if one.name == "organizations.places")
    return {one.subject for one in told.differences}


@told_once(at=None)
def world() -> w.World:
    with clock.travel(w.IN_WINDOW):
        return w.make_world(with_supervising=True)


@told_once(at=None)
def officer(world: w.World) -> User:
    return actions.open_officer(
        actor=world.bureau,
        office_id=world.county.pk,
        name="叶尔兰",
        email="new@office.example",
        username="yeerlan",
        id_number=w.number_at_work("yeerlan"),
    )


def test_officers_who_came_moved_left_and_came_back_are_where_the_ledger_says(world: w.World, officer: User) -> None:
    assert differences() == set()
    colleague = world.county_officer.account_id
    actions.move_officer(
        actor=world.bureau, user_id=officer.pk, to_office_id=world.other_county.pk, reason=REASON, colleague_id=colleague
    )
    assert differences() == set()
    actions.close_officer(actor=world.bureau, user_id=officer.pk, reason=REASON, colleague_id=world.other_officer.account_id)
    assert differences() == set()
    actions.reopen_officer(actor=world.bureau, user_id=officer.pk, office_id=world.county.pk, reason="回到本单位工作")
    assert differences() == set()


HELPED: dict[str, Callable[[w.World, User], object]] = {
    "another office": lambda world, user: Membership.objects.filter(user=user).update(organization=world.prefecture),
    "another kind": lambda _world, user: User.objects.filter(pk=user.pk).update(kind=AccountKind.SECURITY),
    "no place any more": lambda _world, user: Membership.objects.filter(user=user).update(until=clock.now()),
}


@pytest.mark.parametrize("how", HELPED)
def test_account_that_was_helped_along_in_the_database_is_named(world: w.World, officer: User, how: str) -> None:
    triggers.take_off(connection)
    HELPED[how](world, officer)
    assert differences() == {f"user:{officer.pk}"}


def test_closed_account_that_was_let_in_again_in_the_database_is_named(world: w.World, officer: User) -> None:
    colleague = world.county_officer.account_id
    actions.close_officer(actor=world.bureau, user_id=officer.pk, reason=REASON, colleague_id=colleague)
    User.objects.filter(pk=officer.pk).update(is_active=True)
    assert differences() == {f"user:{officer.pk}"}
