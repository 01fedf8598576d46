"""Cases of units: registration decided, resubmitted, verified anew, changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.cases import case
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.models import Organization, UnitVerification

DECISIONS, REQUESTS = "organizations.actions.decisions", "organizations.actions.requests"
RETURNED = [organizations.FieldReason("name", "名称与证照不符")]


def _waiting(world: w.World) -> UnitVerification:
    return ex.registered_unit(receiving_office_id=world.county.pk)


@case(f"{DECISIONS}.decide_unit_verification:approved")
def approve(world: w.World) -> dict[str, Any]:
    return {"verification_id": _waiting(world).pk, "actor": world.county_officer, "approve": True}


@case(f"{DECISIONS}.decide_unit_verification:returned")
def return_(world: w.World) -> dict[str, Any]:
    return approve(world) | {"approve": False, "reasons": RETURNED}


@case(f"{DECISIONS}.transfer_verification")
def transfer(world: w.World) -> dict[str, Any]:
    to = {"to_office_id": world.other_county.pk, "reason": "在精河"}
    return {"verification_id": _waiting(world).pk, "actor": world.county_officer, **to}


def _asked(organization: Organization, **changes: Any) -> dict[str, Any]:
    licence = ex.licence(ex.licence_file(b"renewed"))
    unit = replace(ex.unit_particulars(receiving_office_id=organization.receiving_office_id), **changes)
    return {"actor": ex.unit_actor(organization), "unit": unit, "licence": licence}


@case(f"{REQUESTS}.resubmit_registration")
def resubmit(world: w.World) -> dict[str, Any]:
    row = _waiting(world)
    organizations.decide_unit_verification(verification_id=row.pk, actor=world.county_officer, approve=False, reasons=RETURNED)
    return _asked(row.organization, name="博乐市第一中学") | {"year": ex.YEAR}


@case(f"{REQUESTS}.request_change")
def change(world: w.World) -> dict[str, Any]:
    unit = ex.approved_unit(receiving_office_id=world.county.pk)
    return _asked(unit, address="北京路2号") | {"year": ex.YEAR, "note": "搬迁"}


@case(f"{REQUESTS}.request_reverification")
def reverify(world: w.World) -> dict[str, Any]:
    unit = ex.approved_unit(receiving_office_id=world.county.pk)
    confirmed = frozenset({"name", "contact_person", "contact_phone"})
    return _asked(unit) | {"year": ex.YEAR + 1, "confirmed": confirmed}
