"""What counties decided on units, against the ledger; and that a unit is what was approved last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.told_invariants import removed_accounts
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.told import ACTOR, EVENT, Telling, moment, person, told
from zhicheng.organizations.actions.unit_parts import particulars_of
from zhicheng.organizations.models import (
    Membership,
    Organization,
    OrganizationKind,
    UnitVerification,
    VerificationKind,
    VerificationState,
)
from zhicheng.organizations.rules import UnitParticulars

_PLACES = ("account.place_began", "account.place_ended")
_DECIDED = (VerificationState.APPROVED, VerificationState.RETURNED)

told(
    "organizations.decisions_in_ledger",
    gettext_lazy("对单位信息的每个审核决定在台账中恰有一条记录，内容一致"),
    Telling(
        events=tuple(f"unit.{kind}_{state}" for kind in VerificationKind.values for state in _DECIDED),
        rows=lambda: UnitVerification.objects.filter(state__in=_DECIDED),
        kind="organization",
        belongs="organization_id",
        named="verification",
        values={
            EVENT: lambda row: f"unit.{row.kind}_{row.state}",
            ACTOR: lambda row: person(row.decided_by_id),
            "year": lambda row: row.year,
            "reasons": lambda row: row.reasons,
            "unit": lambda row: row.proposed,
            "office": lambda row: row.office_id,
            "at": lambda row: moment(row.decided_at),
        },
    ),
)


told(
    "organizations.places_in_ledger",
    gettext_lazy("账号所属的单位、部门与台账记录的一致"),
    Telling(
        events=_PLACES[:1],
        rows=Membership.objects.all,
        kind="user",
        belongs="user_id",
        named="membership",
        values={
            "organization": lambda row: row.organization_id,
            "role": lambda row: row.role,
            "since": lambda row: moment(row.since),
        },
        untold="pk",
        gone=removed_accounts,
    ),
)
told(
    "organizations.places_left_in_ledger",
    gettext_lazy("账号离开单位、部门的时间与台账记录的一致"),
    Telling(
        events=_PLACES[1:],
        rows=lambda: Membership.objects.filter(until__isnull=False),
        kind="user",
        belongs="user_id",
        named="membership",
        values={"until": lambda row: moment(row.until)},
        untold="until",
        told_since=_PLACES,
        gone=removed_accounts,
    ),
)


def _removed_requests() -> set[str]:
    """Those of registrations that nobody confirmed in time."""
    told_of = LedgerEntry.objects.filter(event="account.removed").values_list("data__requests", flat=True)
    return {f"verification:{pk}" for requests in told_of.iterator() for pk in requests or ()}


def _as_requested(row: UnitVerification) -> dict[str, Any]:
    """The particulars as they were asked for: a transfer has put another office into them."""
    first = {"receiving_office_id": row.transfers[0]["from"]} if row.transfers else {}
    return {**row.proposed, **first}


told(
    "organizations.requests_in_ledger",
    gettext_lazy("单位提交的每份申请在台账中恰有一条记录，内容和证照一致"),
    Telling(
        events=tuple(f"unit.{kind}_requested" for kind in VerificationKind.values),
        rows=lambda: UnitVerification.objects.select_related("licence"),
        kind="organization",
        belongs="organization_id",
        named="verification",
        values={
            EVENT: lambda row: f"unit.{row.kind}_requested",
            ACTOR: lambda row: person(row.submitted_by_id),
            "year": lambda row: row.year,
            "particulars": _as_requested,
            "particulars_sha256": lambda row: digest(_as_requested(row)),  # of older entries: without a salt
            "previous": lambda row: row.previous,
            "confirmed": lambda row: row.confirmed_fields,
            "licence_sha256": lambda row: row.licence.sha256,
            "licence": lambda row: row.licence_words(),
            "note": lambda row: row.note,
            "at": lambda row: moment(row.submitted_at),
            "invited_by": lambda row: row.invited_by_id,
        },
        gone=_removed_requests,
    ),
)


def _after_approvals(rows: list[UnitVerification]) -> Iterator[tuple[UnitVerification, UnitVerification]]:
    """Each request for a change or a new year, with the one whose approval was in force when it was handed in. ``rows`` as they came."""
    approved: UnitVerification | None = None
    for row in rows:
        if approved is not None and row.kind != VerificationKind.REGISTRATION:
            yield row, approved
        if row.state == VerificationState.APPROVED:
            approved = row


def _as_it_was(row: UnitVerification) -> UnitParticulars | None:
    try:
        return UnitParticulars.from_json(row.previous)
    except (AttributeError, KeyError, TypeError):  # nothing that the program wrote
        return None


@invariant("organizations.units_as_approved", gettext_lazy("单位的名称、信用代码、材料接收部门等是最近一次审核通过的"))
def units_as_approved() -> Iterator[Violation]:
    """Also what a request says the unit was before: entries of earlier versions do not tell it. A unit that was approved once changes by the next approval alone, one that never was is what it asked for last; it is verified for
    the latest year it was approved for (S-15). A unit whose registration no request tells of was put in by hand, and is known from its
    first approval on; one whose every request was replaced (by registrations that are gone since) is what nobody asks for any more.
    """
    for units in in_batches(Organization.objects.filter(kind=OrganizationKind.UNIT)):
        rows = UnitVerification.objects.filter(organization__in=units).select_related("licence").order_by("pk")
        asked = grouped(rows, lambda row: row.organization_id)
        for unit in units:
            mine: list[UnitVerification] = asked.get(unit.pk, [])
            approved = [row for row in mine if row.state == VerificationState.APPROVED]
            by_hand = all(row.kind != VerificationKind.REGISTRATION for row in mine)
            says = approved or [row for row in mine if not by_hand and row.state != VerificationState.REPLACED]
            if says and particulars_of(unit) != UnitParticulars.from_json(says[-1].proposed):
                yield Violation(f"organization:{unit.pk}", _("单位信息不是最近一次审核通过的。"))
            for row, before in _after_approvals(mine):
                if row.previous != before.proposed and _as_it_was(row) != UnitParticulars.from_json(before.proposed):
                    yield Violation(f"organization:{unit.pk} unitverification:{row.pk}", _("变更前的内容不是此前审核通过的。"))
            year = max((row.year for row in approved), default=None)
            if unit.verified_year != year and (not by_hand or (year or 0) > (unit.verified_year or 0)):
                yield Violation(f"organization:{unit.pk}", _("审核通过的年度与审核决定不一致。"))
            bringers = {None, *(row.submitted_by_id for row in mine)}  # before the registration nobody: a visitor
            if {row.licence.uploaded_by_id for row in mine} - bringers:
                yield Violation(f"organization:{unit.pk}", _("证照不是本单位提交申请的人上传的。"))
