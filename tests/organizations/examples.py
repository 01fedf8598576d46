"""People, units and offices for tests: made through the actions, with numbers that are valid and belong to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.support.world import number_at_work
from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import User
from zhicheng.accounts.rules import AcceptedText, Particulars, last_characters
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock
from zhicheng.organizations import actions
from zhicheng.organizations.actors import Actor, actor_for
from zhicheng.organizations.models import Organization, OrganizationKind, UnitVerification
from zhicheng.organizations.rules import Licence, UnitParticulars
from zhicheng.standards import credit_code, identity_number, organization_code

YEAR = 2023
PASSWORD = "葡萄-sunny-42-meadow"
NOTICE = AcceptedText("registration", "2023.1", "a" * 64)


def id_number(number: int, *, born: str = "19850312", region: str = "652701", woman: bool = False) -> str:
    """A valid identity number; ``number`` (0–499) tells people apart."""
    first = f"{region}{born}{number * 2 + (0 if woman else 1):03d}"
    return first + identity_number.check_character(first)


def uscc(number: int, *, kind: str = "12", region: str = "652701") -> str:
    """A valid credit code; ``number`` tells units apart."""
    body = f"{number:08d}"
    first = f"{kind}{region}{body}{organization_code.check_character(body)}"
    return first + credit_code.check_character(first)


def prefecture() -> Organization:
    return Organization.objects.filter(kind=OrganizationKind.PREFECTURE).first() or actions.open_office(
        kind=OrganizationKind.PREFECTURE, name="博尔塔拉蒙古自治州人力资源和社会保障局", region_code="652700"
    )


def county(name: str = "博乐市人社局职称办", region_code: str = "652701") -> Organization:
    """The county office of this region, opened the first time it is asked for."""
    return Organization.objects.filter(kind=OrganizationKind.COUNTY, region_code=region_code).first() or actions.open_office(
        kind=OrganizationKind.COUNTY, name=name, region_code=region_code, superior_office_id=prefecture().pk
    )


def officer(office: Organization, number: int = 1, **changes: Any) -> Actor:
    """Somebody who works at ``office``."""
    particulars: dict[str, Any] = {
        "name": "叶尔肯",
        "email": f"officer-{office.pk}-{number}@office.example",
        "username": f"officer{office.pk}n{number}",
        "password": PASSWORD,
        "id_number": number_at_work(f"officer{office.pk}n{number}"),
    }
    user = actions.create_officer(organization_id=office.pk, actor="system", **(particulars | changes))
    return actor_for(user)


def administrator(number: int = 1, **changes: Any) -> Particulars:
    """管理员信息 as typed."""
    return replace(
        Particulars(
            name="王建国",
            id_number=id_number(number, region="652722"),
            mobile=f"1380909{number:04d}",
            email=f"admin{number}@unit.example",
            username=f"unit-admin{number}",
            position="人事科科长",
        ),
        **changes,
    )


def unit_particulars(number: int = 1, **changes: Any) -> UnitParticulars:
    """单位信息 as typed."""
    return replace(
        UnitParticulars(
            name=f"博乐市第{number}中学",
            uscc=uscc(number),
            nature="institution",
            region_code="652701",
            address="博乐市青得里大街 1 号",
            contact_person="王建国",
            contact_phone="0909-2318888",
            email="",
            receiving_office_id=county().pk,
        ),
        **changes,
    )


def licence_file(content: bytes = b"licence", *, uploaded_by: int | None = None) -> EvidenceFile:
    """A kept file; what it shows does not matter here."""
    blob = blobs.store(content)
    return EvidenceFile.objects.create(
        sha256=blob.sha256,
        size=blob.size,
        name="营业执照.pdf",
        media_type="application/pdf",
        uploaded_by_id=uploaded_by,
        uploaded_at=clock.now(),
    )


def licence(file: EvidenceFile | None = None, **changes: Any) -> Licence:
    """The licence as handed in."""
    kept = file or licence_file()
    return replace(
        Licence(kind="institution", evidence_id=kept.pk, issued_on=date(2021, 5, 6), valid_until=date(2099, 1, 1)), **changes
    )


def registered_unit(
    number: int = 1, *, confirmed: bool = True, year: int = YEAR, invitation: str = "", **changes: Any
) -> UnitVerification:
    """A unit waiting for its county; ``changes`` are of 单位信息."""
    verification = actions.register_unit(
        administrator=administrator(number),
        password=PASSWORD,
        unit=unit_particulars(number, **changes),
        licence=licence(),
        year=year,
        acceptance=NOTICE,
        invitation=invitation,
    )
    assert verification is not None
    if confirmed:
        accounts.confirm_mailbox(user_id=verification.submitted_by_id, actor=f"user:{verification.submitted_by_id}")
    return verification


def approved_unit(number: int = 1, *, year: int = YEAR, **changes: Any) -> Organization:
    """A unit that was approved for ``year``."""
    verification = registered_unit(number, year=year, **changes)
    office = verification.office
    member = office.memberships.filter(until__isnull=True).first()
    decider = actor_for(member.user) if member else officer(office)
    actions.decide_unit_verification(verification_id=verification.pk, actor=decider, approve=True)
    return Organization.objects.get(pk=verification.organization_id)


def unit_actor(organization: Organization) -> Actor:
    """Its first administrator."""
    return actor_for(organization.memberships.filter(until__isnull=True, role="staff").order_by("since")[0].user)


def applicant_data(number: int = 1, **changes: Any) -> dict[str, Any]:
    """个人注册 as typed."""
    return {
        "name": "阿依古丽·买买提",
        "id_number": id_number(100 + number, born="19900307", woman=True),
        "mobile": f"1399909{number:04d}",
        "email": f"person{number}@mail.example",
        "username": f"person{number}",
        "password": PASSWORD,
        "employer_id": None,
        "acceptance": NOTICE,
    } | changes


def registered_applicant(employer: Organization, number: int = 1, *, confirmed: bool = True, **changes: Any) -> User:
    """An applicant who works at ``employer``."""
    user = actions.register_applicant(**applicant_data(number, employer_id=employer.pk, **changes))
    assert user is not None
    if confirmed:
        accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
    return user


def card_seen(user: User, actor: Actor, *, year: int = YEAR) -> User:
    """``actor`` has seen the card of ``user`` and says so."""
    cards = {user.pk: last_characters(user.id_number)}
    actions.confirm_people(actor=actor, cards=cards, card_seen_on=clock.today(), checked=True, year=year)
    user.refresh_from_db()
    return user
