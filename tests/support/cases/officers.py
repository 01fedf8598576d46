"""Cases of offices and who works there."""

from __future__ import annotations

from typing import Any

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.cases import case
from tests.support.cases.accounts import session_of
from tests.support.factors import need_factor
from zhicheng.accounts.models import User
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.actors import SYSTEM
from zhicheng.organizations.models import OrganizationKind

OFFICERS, RESETS = "organizations.actions.officers", "organizations.actions.factor_resets"
LEFT = {"reason": "已调离职称办岗位"}
MADE_SURE = "本人持身份证到场，手机丢失。"


def of_officer(world: w.World, **more: Any) -> dict[str, Any]:
    session_of(User.objects.get(pk=world.county_officer.account_id))
    return {"actor": world.bureau, "user_id": world.county_officer.account_id, **more}


@case("organizations.actions.offices.open_office")
def open_office(world: w.World) -> dict[str, Any]:
    where = {"region_code": "652723", "superior_office_id": world.prefecture.pk}
    return {"kind": OrganizationKind.COUNTY, "name": "温泉县人社局职称办", **where}


@case(f"{OFFICERS}.open_officer")
def open_officer(world: w.World) -> dict[str, Any]:
    who = {"name": "叶尔兰", "email": "ye@b.example", "username": "yeerlan"}
    return {"actor": world.bureau, "office_id": world.county.pk, "id_number": ex.id_number(51), **who}


@case(f"{OFFICERS}.move_officer")
def move_officer(world: w.World) -> dict[str, Any]:
    return of_officer(world, to_office_id=world.other_county.pk, nobody_left=True, **LEFT)


@case(f"{OFFICERS}.close_officer")
def close_officer(world: w.World) -> dict[str, Any]:
    need_factor(world.county_officer.account_id)
    organizations.request_factor_reset(actor=SYSTEM, user_id=world.county_officer.account_id, statement=MADE_SURE)
    return of_officer(world, nobody_left=True, **LEFT)


@case(f"{OFFICERS}.reopen_officer")
def reopen_officer(world: w.World) -> dict[str, Any]:
    organizations.close_officer(**of_officer(world, nobody_left=True, **LEFT))
    return of_officer(world, office_id=world.county.pk, reason="回到原岗位工作")


@case(f"{OFFICERS}.fill_in_number")
def fill_in_number(world: w.World) -> dict[str, Any]:
    """Of an account from the time before a number was asked for."""
    w.without_number(User.objects.get(pk=world.county_officer.account_id))
    return of_officer(world, id_number=ex.id_number(51))


@case(f"{OFFICERS}.end_officer_sessions")
def end_sessions(world: w.World) -> dict[str, Any]:
    return of_officer(world)


@case(f"{OFFICERS}.end_officer_session")
def end_session(world: w.World) -> dict[str, Any]:
    return of_officer(world, session_id=session_of(User.objects.get(pk=world.county_officer.account_id)).pk)


@case(f"{RESETS}.request_factor_reset")
def ask_reset(world: w.World) -> dict[str, Any]:
    need_factor(world.county_officer.account_id)
    return of_officer(world, statement=MADE_SURE)


@case(f"{RESETS}.decide_factor_reset:consent")
def consent(world: w.World) -> dict[str, Any]:
    need_factor(world.county_officer.account_id)
    row = organizations.request_factor_reset(actor=SYSTEM, user_id=world.county_officer.account_id, statement=MADE_SURE)
    return {"actor": world.bureau, "request_id": row.pk, "consent": True}


@case(f"{RESETS}.decide_factor_reset:refused")
def refuse(world: w.World) -> dict[str, Any]:
    return consent(world) | {"consent": False}
