"""Requests about accounts, against what the ledger tells of them: who asked for what, who decided, and how they ended (S-18, S-36)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.queries import person_index
from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.sealing import SealBroken
from zhicheng.foundation.told import ACTOR, EVENT, Telling, at_the_time_of, moment, person, told
from zhicheng.organizations.models import AccountRequest, AccountRequestKind, AccountRequestState

_REPLACED = "account.mailbox_replaced"
_SOURCE = "account_request:"
_DECIDED: dict[str, AccountRequestState] = {
    "account.mailbox_approved": AccountRequestState.APPROVED,
    "account.correction_approved": AccountRequestState.DONE,
    "account.factor_removed": AccountRequestState.DONE,
    "account.request_refused": AccountRequestState.REFUSED,
    "account.request_voided": AccountRequestState.REFUSED,
}
_ENDS = _DECIDED | {"account.request_withdrawn": AccountRequestState.WITHDRAWN, _REPLACED: AccountRequestState.DONE}


def _indexes(row: AccountRequest) -> list[str]:
    try:
        return [person_index(number) for number in (row.old_number, row.new_number)]
    except SealBroken:
        return []


told(
    "organizations.account_requests_in_ledger",
    gettext_lazy("每份账号申请在台账中恰有一条记录，内容一致"),
    Telling(
        events=tuple(f"account.{kind}_requested" for kind in AccountRequestKind.values),
        rows=lambda: AccountRequest.objects.select_related("scan"),
        kind="user",
        belongs="user_id",
        named="request",
        values={
            EVENT: lambda row: f"account.{row.kind}_requested",
            ACTOR: lambda row: person(row.requested_by_id),
            "unit": lambda row: row.unit_id,
            "office": lambda row: row.office_id,
            "for": lambda row: row.requested_for_id,
            "statement": lambda row: row.statement,
            "changes": lambda row: row.changes(),
            "numbers": _indexes,
            "scan": lambda row: row.scan.sha256 if row.scan is not None else None,
            "at": lambda row: moment(row.requested_at),
        },
        indexes=frozenset({"numbers"}),
    ),
)


@invariant("organizations.account_requests_decided", gettext_lazy("每份账号申请的办理结果与台账一致"))
def decided_as_told() -> Iterator[Violation]:
    """State, who decided, when, and the reason are those of the entries about the request, in their order."""
    for rows in in_batches(AccountRequest.objects.all()):
        about = Q(subject__in={f"user:{row.user_id}" for row in rows})
        entries = LedgerEntry.objects.filter(about, event__in=_ENDS).order_by("number")
        of = grouped(entries, _request_of)
        salts = ledger.salts_of(entry.number for mine in of.values() for entry in mine)
        for row in rows:
            mine: list[LedgerEntry] = [entry for entry in of.get(row.pk, []) if entry.subject == f"user:{row.user_id}"]
            if said := _difference(row, mine, salts):
                yield Violation(f"user:{row.user_id} account_request:{row.pk}", said)


def _request_of(entry: LedgerEntry) -> int | None:
    if entry.event != _REPLACED:
        return entry.data.get("request")
    source = str(entry.data.get("source", ""))
    number = source.removeprefix(_SOURCE)
    return int(number) if number != source and number.isdecimal() else None


def _difference(row: AccountRequest, mine: list[LedgerEntry], salts: ledger.Salts) -> str:
    """How the row differs from its entries, in a sentence; empty when it does not."""
    state = _ENDS[mine[-1].event] if mine else AccountRequestState.PENDING
    # One whose link had run out gave way to the next, and versions of before told nothing of it.
    gave_way = row.state == AccountRequestState.WITHDRAWN and state == AccountRequestState.APPROVED and "at" not in mine[-1].data
    if row.state != state and not gave_way:
        return _("办理结果与台账不同。")
    if mine and not gave_way and (row.closed_at is None) != (state == AccountRequestState.APPROVED):
        return _("办理结束的时间与台账不同。")
    if row.closed_at is not None and mine and not gave_way and not at_the_time_of(mine[-1], row.closed_at, named="closed"):
        return _("办理结束的时间与台账不同。")
    decisions = [entry for entry in mine if entry.event in _DECIDED]
    last = decisions[-1] if decisions else None
    if last is None:
        same = row.decided_by_id is None and row.decided_at is None and not row.reason
        return "" if same else _("台账没有记录过办理结果。")
    by = last.data.get("by", last.actor if last.actor != "system" else person(row.decided_by_id))
    if by != person(row.decided_by_id) or last.data.get("at", moment(row.decided_at)) != moment(row.decided_at):
        return _("办理人或办理时间与台账不同。")
    return "" if ledger.says(last, last.data.get("reason", ""), row.reason, salts) is not False else _("办理的理由与台账不同。")
