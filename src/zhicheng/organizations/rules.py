"""What a unit may do and what its particulars must be: plain values in, verdicts with every reason out."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.rules import (
    MAILBOX_HELD_FOR,
    check_mailbox,
    check_name,
    check_phone,
    problems_of,
    tidy_mailbox,
    tidy_phone,
)
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import AccountRequestState, LicenceKind, VerificationKind
from zhicheng.standards.credit_code import check_credit_code
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.names import normalise_person_name
from zhicheng.standards.natures import find_nature
from zhicheng.standards.regions import find_region
from zhicheng.standards.text import compact

# S-14: 单位名称、联系人及联系电话 must each be confirmed or changed, one by one.
FIELDS_TO_CONFIRM = ("name", "contact_person", "contact_phone")

# What each particular is called, in the order a page shows them (S-11).
LABELS = {
    "name": gettext_lazy("单位名称"),
    "uscc": gettext_lazy("统一社会信用代码"),
    "nature": gettext_lazy("单位性质"),
    "region_code": gettext_lazy("单位所在县（市）"),
    "address": gettext_lazy("单位地址"),
    "contact_person": gettext_lazy("联系人"),
    "contact_phone": gettext_lazy("联系电话"),
    "email": gettext_lazy("单位邮箱"),
    "receiving_office_id": gettext_lazy("材料接收部门"),
    "supervising_body_id": gettext_lazy("主管单位"),
}


@dataclass(frozen=True, slots=True)
class UnitParticulars:
    """单位信息 (S-11). Strings as typed until :meth:`tidied`; the offices are ids of organizations."""

    name: str
    uscc: str
    nature: str
    region_code: str
    address: str
    contact_person: str
    contact_phone: str
    email: str
    receiving_office_id: int | None
    supervising_body_id: int | None = None

    def tidied(self) -> UnitParticulars:
        """The same with full-width characters and stray blanks put right."""
        return replace(
            self,
            name=tidy_title(self.name),
            uscc=compact(self.uscc),
            address=" ".join(self.address.split()),
            contact_person=normalise_person_name(self.contact_person),
            contact_phone=tidy_phone(self.contact_phone),
            email=tidy_mailbox(self.email),
        )

    def as_json(self) -> dict[str, Any]:
        """As ``UnitVerification.proposed`` keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> UnitParticulars:
        """The opposite of :meth:`as_json`; keys of an older version that are gone are left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in stored.items() if key in known})


def reason_label(field: str) -> str:
    """What a reason of a return is about: a particular, the licence, or (empty) the request as a whole."""
    return _("证照") if field == "licence" else str(LABELS.get(field, ""))


@dataclass(frozen=True, slots=True)
class Licence:
    """机构代码证或营业执照 (S-13): which paper, the stored file, and its two dates. ``valid_until`` None means 长期."""

    kind: str
    evidence_id: int | None
    issued_on: date | None
    valid_until: date | None = None


class HasVerifiedYear(Protocol):
    """An organization, as far as the gate looks at it."""

    verified_year: int | None


def unit_may_work(organization: HasVerifiedYear, year: int) -> list[Problem]:
    """Whether a unit may accept, review and report in the campaign of ``year``: no problem means yes (S-14, S-17).

    A unit approved for the year keeps working while a later change waits: the particulars approved before stay in force.
    """
    if organization.verified_year is None:
        return [Problem(_("本单位的注册尚未审核通过，通过后才能受理、审核申报材料。"), where="unit", code="unit_not_approved")]
    if organization.verified_year < year:
        return [
            Problem(
                _(
                    "本单位尚未完成 %(year)d 年度核实。请在“我的信息”中核实单位名称、联系人及联系电话，"
                    "上传最新证照，审核通过后再受理、审核申报材料。"
                )
                % {"year": year},
                where="unit",
                code="unit_needs_reverification",
            )
        ]
    return []


def is_self_review(actor: Actor, *concerned: str) -> bool:
    """Whether the person at the desk is one of those concerned (their person indexes), whatever account is used (S-08).

    Without a number nobody is recognised: two that are empty are not one person.
    """
    return bool(actor.person_index) and actor.person_index in concerned


def next_request(organization: HasVerifiedYear, year: int) -> VerificationKind:
    """What a unit's request is, from where it stands: never approved, not yet verified for ``year``, or a change (S-14…S-17)."""
    if organization.verified_year is None:
        return VerificationKind.REGISTRATION
    return VerificationKind.REVERIFICATION if organization.verified_year < year else VerificationKind.CHANGE


def check_unit(unit: UnitParticulars) -> list[Problem]:
    """Everything wrong with tidied particulars, as far as can be said without the database."""
    problems = []
    if len(unit.name) < 2:
        problems.append(Problem(_("请填写单位名称，与证照上的名称一致。"), where="unit_name", code="unit_name_missing"))
    elif len(unit.name) > 100:
        problems.append(Problem(_("单位名称最多 100 个字。"), where="unit_name", code="unit_name_too_long"))
    problems += check_code(unit.uscc)
    if find_nature(unit.nature) is None:
        problems.append(Problem(_("请选择单位性质。"), where="nature", code="nature_missing"))
    if find_region(unit.region_code) is None or len(unit.region_code) != 6:
        problems.append(Problem(_("请选择单位所在县（市）。"), where="region_code", code="region_missing"))
    if not unit.address:
        problems.append(Problem(_("请填写单位地址。"), where="address", code="address_missing"))
    elif len(unit.address) > 200:
        problems.append(Problem(_("单位地址最多 200 个字。"), where="address", code="address_too_long"))
    problems += _check_contact(unit)
    if unit.receiving_office_id is None:
        problems.append(
            Problem(
                _("请选择材料接收部门，即本单位所在县（市）人社局职称办。"),
                where="receiving_office",
                code="receiving_office_missing",
            )
        )
    return problems


def _check_contact(unit: UnitParticulars) -> list[Problem]:
    problems = []
    if not unit.contact_person:
        problems.append(Problem(_("请填写联系人。"), where="contact_person", code="contact_person_missing"))
    else:
        problems += check_name(unit.contact_person, where="contact_person")
    if not unit.contact_phone:
        problems.append(Problem(_("请填写联系电话。"), where="contact_phone", code="contact_phone_missing"))
    else:
        problems += check_phone(unit.contact_phone, where="contact_phone")
    if unit.email:
        problems += check_mailbox(unit.email, where="unit_email")
    return problems


def check_code(uscc: str, *, where: str = "uscc") -> list[Problem]:
    """GB 32100: which part of a credit code is wrong, in a sentence (domain §3.2)."""
    return problems_of(lambda: check_credit_code(uscc), where=where)


def check_licence(licence: Licence, *, today: date, issued_before: date | None = None) -> list[Problem]:
    """Kind, file and dates of the licence. ``issued_before`` is the date of the one approved last (S-16)."""
    problems = []
    if licence.kind not in LicenceKind.values:
        problems.append(Problem(_("请选择上传的是哪一种证照。"), where="licence_kind", code="licence_kind_missing"))
    if licence.evidence_id is None:
        problems.append(
            Problem(
                _("请上传本单位机构代码证或营业执照（PDF、JPG 或 PNG），附件内容须清晰可辨。"),
                where="licence",
                code="licence_missing",
            )
        )
    if licence.issued_on is None:
        problems.append(Problem(_("请填写证照上的发证（登记）日期。"), where="licence_issued_on", code="licence_date_missing"))
    elif licence.issued_on > today:
        problems.append(Problem(_("发证日期晚于今天，请对照证照核对。"), where="licence_issued_on", code="licence_date_future"))
    elif issued_before and licence.issued_on < issued_before:
        problems.append(
            Problem(
                _("这份证照的发证日期早于上次审核通过的证照（%(date)s），请上传现单位最新的证照。")
                % {"date": issued_before.isoformat()},
                where="licence_issued_on",
                code="licence_older_than_last",
            )
        )
    if licence.valid_until and licence.valid_until < today:
        problems.append(
            Problem(
                _("这份证照已于 %(date)s 到期，请上传换发后的证照。") % {"date": licence.valid_until.isoformat()},
                where="licence_valid_until",
                code="licence_expired",
            )
        )
    elif licence.valid_until and licence.issued_on and licence.valid_until <= licence.issued_on:
        problems.append(Problem(_("证照的到期日应晚于发证日期。"), where="licence_valid_until", code="licence_dates_crossed"))
    return problems


def check_confirmed(confirmed: frozenset[str], *, previous: UnitParticulars, proposed: UnitParticulars) -> list[Problem]:
    """The three named fields: each changed, or ticked as confirmed (S-14)."""
    labels = {"name": _("单位名称"), "contact_person": _("联系人"), "contact_phone": _("联系电话")}
    return [
        Problem(
            _("请核实%(field)s：没有变化的，请勾选“核实无误”；有变化的，请直接修改。") % {"field": labels[field]},
            where=f"confirm_{field}",
            code="field_not_confirmed",
        )
        for field in FIELDS_TO_CONFIRM
        if field not in confirmed and getattr(previous, field) == getattr(proposed, field)
    ]


def changed_fields(previous: dict[str, Any], proposed: dict[str, Any]) -> list[str]:
    """Names of the particulars that differ, in the order of the form. Nothing before: nothing differs."""
    return [f.name for f in fields(UnitParticulars) if previous and previous.get(f.name) != proposed.get(f.name)]


def tidy_title(text: str) -> str:
    """A unit's name: full-width letters and digits made plain, brackets full-width as on licences, no blanks inside Chinese."""
    text = unicodedata.normalize("NFKC", text).replace("(", "（").replace(")", "）")
    joined = " ".join(text.split())
    return joined if any("a" <= c.lower() <= "z" for c in joined) else joined.replace(" ", "")


def region_differs(uscc: str, office_region: str) -> bool:
    """Whether digits 3–8 of a credit code name another county than the chosen office: a warning, never a refusal (S-12)."""
    return len(uscc) == 18 and bool(office_region) and uscc[2:8] != office_region


def nature_of_code(uscc: str, nature: str) -> str:
    """The nature that a credit code speaks for, where the stated one is another; empty where they agree or the code says nothing.

    A 12… code is a public institution's: registered as an enterprise it may be a mistake, or an institution that was turned into
    one. A hint for the county, which confirms the nature, never a refusal (S-12, S-60).
    """
    try:
        suggested = check_credit_code(uscc).suggested_nature
    except InvalidNumber:
        return ""
    return suggested if suggested != nature else ""


# S-17: applicants' clocks run while their unit waits; from here on a queue says so aloud.
WAITS_LONG_DAYS = 5


def waits_long(days: int) -> bool:
    """Whether a request has waited so long that whoever sees it should hurry, or ask (S-17)."""
    return days >= WAITS_LONG_DAYS


# The link in a new mailbox lives as long as that of a registration.
LINK_LIVES = MAILBOX_HELD_FOR


class HasDecision(Protocol):
    """A request about an account, as far as its link is concerned."""

    state: str
    decided_at: datetime | None


def link_has_run_out(request: HasDecision, now: datetime) -> bool:
    """Whether the new mailbox was approved and not opened in time (S-36)."""
    return (
        request.state == AccountRequestState.APPROVED and request.decided_at is not None and now - request.decided_at > LINK_LIVES
    )


# Who asked for the reset of a second factor may have asked for somebody else by then.
RESET_LIVES = timedelta(days=7)


class WasAsked(Protocol):
    """A request to reset a second factor, as far as its age is concerned."""

    asked_at: datetime


def reset_is_void(request: WasAsked, now: datetime) -> bool:
    """Whether nobody consented in time: the person has to be made sure of anew."""
    return now - request.asked_at > RESET_LIVES


def card_of(user_id: int) -> str:
    """The field where a desk types the end of this person's card, and where what is wrong with it is told."""
    return f"card-{user_id}"


def not_six() -> Problem:
    """What was typed is not the end of any number: nothing was compared, and no try is counted."""
    return Problem(_("请填写身份证号的末六位，正好六个字符。"), where="last_characters", code="digits_length")


def too_many_cards() -> Problem:
    """Ten ends of a number were typed within the hour, and none was right: this one is not compared."""
    text = _("一小时内已填写十次，都没有核实成功。请与身份证原件仔细核对，一小时后再填。")
    return Problem(text, where="last_characters", code="too_many_tries")


def cards_left(tries: int) -> str:
    """How often an end of a number may still be typed within the hour, as a sentence behind what was wrong with this one."""
    if tries > 0:
        return _("一小时内还可以填写 %(n)d 次。") % {"n": tries}
    return _("已填写十次，请一小时后再填。")
