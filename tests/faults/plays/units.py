"""Units register, ask for their yearly 核实 and for changes; the counties decide, or hand over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.faults.plays.accounts import typed
from tests.faults.stage import YEAR, Stage, play
from tests.organizations import examples as ex
from tests.support import world as w
from zhicheng.accounts.models import AccountKind
from zhicheng.accounts.rules import Particulars
from zhicheng.organizations import queries
from zhicheng.organizations.actions import FieldReason
from zhicheng.organizations.actions.unit_parts import particulars_of
from zhicheng.organizations.invitations import code_of
from zhicheng.organizations.models import Organization, OrganizationKind, UnitVerification, VerificationKind
from zhicheng.organizations.rules import Licence, UnitParticulars, next_request


def _particulars(stage: Stage, unit: Organization | None = None) -> UnitParticulars:
    county = stage.organization(OrganizationKind.COUNTY)
    office = county.pk if county is not None and stage.dice.percent(97) else None
    if unit is None:
        return ex.unit_particulars(stage.dice.number(1, 9), receiving_office_id=office)
    held = particulars_of(unit)
    changed = {"contact_phone": f"0909-23{stage.dice.number(10000, 99999)}", "address": f"北京路{stage.dice.number(1, 9)}号"}
    return replace(held, receiving_office_id=office if stage.dice.percent(15) else held.receiving_office_id, **changed)


def _licence(stage: Stage, uploaded_by: int | None) -> Licence:
    file = w.evidence(uploaded_by, stage.dice.text()) if uploaded_by else ex.licence_file(stage.dice.text().encode())
    day = stage.dice.pick([date(2021, 5, 6), date(2023, 1, 9), date(2099, 1, 1)])
    return Licence(kind="institution", evidence_id=file.pk, issued_on=day, valid_until=None)


@play("organizations.register_unit", weight=2)
def register_a_unit(stage: Stage) -> None:
    """Some of them with a code that is taken, some invited."""
    inviter = stage.account(AccountKind.APPLICANT) if stage.dice.percent(30) else None
    stage.act(
        "organizations.register_unit",
        administrator=Particulars(**typed(stage), position="人事科科长"),
        password=ex.PASSWORD,
        unit=_particulars(stage),
        licence=_licence(stage, None),
        year=YEAR,
        acceptance=ex.NOTICE,
        invitation=code_of(inviter.pk) if inviter is not None else "",
    )


@play(
    "organizations.resubmit_registration",
    "organizations.request_reverification",
    "organizations.request_change",
    weight=3,
)
def ask_for_a_unit(stage: Stage) -> None:
    """What is due for the unit, or something that is not."""
    unit = stage.organization(OrganizationKind.UNIT)
    if unit is None:
        return
    actor, year = stage.at_desk(unit.pk), YEAR + (1 if stage.dice.percent(10) else 0)
    due = next_request(unit, year)
    asked = due if stage.dice.percent(85) else stage.dice.pick(list(VerificationKind))
    given = {"actor": actor, "unit": _particulars(stage, unit), "licence": _licence(stage, actor.user_id), "year": year}
    if asked == VerificationKind.REGISTRATION:
        stage.act("organizations.resubmit_registration", **given)
    elif asked == VerificationKind.CHANGE:
        stage.act("organizations.request_change", **given, note=stage.dice.pick(["搬了办公楼。", ""]))
    else:
        ticked = frozenset({"name", "contact_person", "contact_phone"})
        stage.act("organizations.request_reverification", **given, confirmed=ticked if stage.dice.percent(90) else frozenset())


def _pending(stage: Stage) -> UnitVerification | None:
    rows = UnitVerification.objects.all()
    found: UnitVerification | None = stage.one_of(rows.filter(state="pending")) or stage.one_of(rows)
    return found


@play("organizations.decide_unit_verification", weight=3)
def decide_on_a_unit(stage: Stage) -> None:
    if (row := _pending(stage)) is not None:
        approve = stage.dice.percent(75)
        reasons = [FieldReason("address", "请写明门牌号。")] if approve == stage.dice.percent(5) else []
        actor = stage.at_desk(row.office_id)
        stage.act("organizations.decide_unit_verification", verification_id=row.pk, actor=actor, approve=approve, reasons=reasons)


@play("organizations.transfer_verification")
def hand_a_unit_over(stage: Stage) -> None:
    if (row := _pending(stage)) is not None and stage.dice.percent(50):
        there = stage.one_of(queries.receiving_offices()) or stage.organization(OrganizationKind.PREFECTURE)
        actor = stage.at_desk(row.office_id)
        to = there.pk if there is not None else None
        stage.act(
            "organizations.transfer_verification", verification_id=row.pk, actor=actor, to_office_id=to, reason=stage.reason()
        )
