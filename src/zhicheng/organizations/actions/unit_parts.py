"""What registering a unit and its later requests share: particulars, checks against the database, the queue."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhicheng.accounts import particulars
from zhicheng.accounts.models import User
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem
from zhicheng.organizations import queries
from zhicheng.organizations.models import (
    Organization,
    UnitVerification,
    VerificationKind,
)
from zhicheng.organizations.rules import Licence, UnitParticulars


def code_taken(held: Organization) -> Problem:
    """The sentence for a credit code that is registered already (S-07): where to turn, not who did it."""
    return Problem(
        _(
            "该统一社会信用代码已由“%(name)s”注册。一个单位只注册一次：请向本单位管理员索取账号；管理员已离任或被他人冒用的，请联系%(office)s。"
        )
        % {"name": held.name, "office": held.receiving_office.name if held.receiving_office else _("所在县（市）人社局职称办")},
        where="uscc",
        code="uscc_taken",
    )


def put_particulars(organization: Organization, unit: UnitParticulars) -> None:
    """Copy particulars onto the unit's row; the caller saves."""
    organization.name, organization.uscc, organization.nature = unit.name, unit.uscc, unit.nature
    organization.region_code, organization.address = unit.region_code, unit.address
    organization.contact_person, organization.contact_phone = unit.contact_person, unit.contact_phone
    organization.email = unit.email
    organization.receiving_office_id = unit.receiving_office_id
    organization.supervising_body_id = unit.supervising_body_id


def particulars_of(organization: Organization) -> UnitParticulars:
    """The unit's particulars as they are in force."""
    return UnitParticulars(
        name=organization.name,
        uscc=organization.uscc,
        nature=organization.nature,
        region_code=organization.region_code,
        address=organization.address,
        contact_person=organization.contact_person,
        contact_phone=organization.contact_phone,
        email=organization.email,
        receiving_office_id=organization.receiving_office_id,
        supervising_body_id=organization.supervising_body_id,
    )


def check_names_print(unit: UnitParticulars) -> list[Problem]:
    """Whether the papers can print the signs in the unit's name."""
    return particulars.check_printable(unit.name, where="unit_name")


def check_offices(unit: UnitParticulars) -> list[Problem]:
    """Whether the chosen offices are ones a unit may choose (S-12)."""
    problems = []
    if unit.receiving_office_id is not None and not queries.receiving_offices().filter(pk=unit.receiving_office_id).exists():
        problems.append(
            Problem(_("材料接收部门只能选择县（市）人社局职称办。"), where="receiving_office", code="receiving_office_unknown")
        )
    if unit.supervising_body_id is not None and not queries.supervising_bodies().filter(pk=unit.supervising_body_id).exists():
        problems.append(
            Problem(
                _("请从列表中选择主管单位，没有主管单位的可不选。"), where="supervising_body", code="supervising_body_unknown"
            )
        )
    return problems


def check_licence_owner(licence: Licence, *, user: User | None, organization: Organization | None) -> list[Problem]:
    """A file of somebody else cannot be handed in as one's own; an upload before registration was brought by nobody."""
    if licence.evidence_id is None:
        return []
    file = EvidenceFile.objects.filter(pk=licence.evidence_id).first()
    used_by = set(UnitVerification.objects.filter(licence_id=licence.evidence_id).values_list("organization_id", flat=True))
    own = organization is not None and organization.pk in used_by
    mine = file is not None and (own or file.uploaded_by_id in {None, user.pk if user else None})
    if mine and used_by <= ({organization.pk} if organization is not None else set()):
        return []
    return [Problem(_("没有找到已上传的证照，请重新上传。"), where="licence", code="licence_not_found")]


def put_in_queue(
    *,
    organization: Organization,
    kind: VerificationKind,
    year: int,
    proposed: UnitParticulars,
    previous: UnitParticulars | None,
    licence: Licence,
    user: User,
    confirmed: list[str] | None = None,
    note: str = "",
    still_newest: bool = False,
    invited_by: User | None = None,
) -> UnitVerification:
    """Write the request and put it before the county office it goes to; inside the caller's transaction."""
    if licence.evidence_id is None or licence.issued_on is None or proposed.receiving_office_id is None:
        raise ValueError("only particulars that were checked go into the queue")
    file = EvidenceFile.objects.get(pk=licence.evidence_id)
    verification = UnitVerification.objects.create(
        organization=organization,
        kind=kind,
        year=year,
        office_id=proposed.receiving_office_id,
        proposed=proposed.as_json(),
        previous=previous.as_json() if previous else {},
        confirmed_fields=confirmed or [],
        note=note,
        licence_kind=licence.kind,
        licence=file,
        licence_issued_on=licence.issued_on,
        licence_valid_until=licence.valid_until,
        still_newest=still_newest,
        submitted_by=user,
        submitted_at=clock.now(),
        invited_by=invited_by,
    )
    ledger.record(
        event=f"unit.{kind.value}_requested",
        subject=f"organization:{organization.pk}",
        actor=f"user:{user.pk}",
        data=_as_handed_in(verification),
    )
    return verification


def _as_handed_in(verification: UnitVerification) -> dict[str, Any]:
    """What the ledger tells of a request that was put into the queue."""
    return {
        "verification": verification.pk,
        "year": verification.year,
        "office": verification.office_id,
        "particulars": ledger.private(verification.proposed),
        "previous": ledger.private(verification.previous),
        "confirmed": verification.confirmed_fields,
        "licence_sha256": verification.licence.sha256,
        "licence": verification.licence_words(),
        "note": ledger.private(verification.note),
        "at": ledger.time_text(verification.submitted_at),
        "invited_by": verification.invited_by_id,
    }
