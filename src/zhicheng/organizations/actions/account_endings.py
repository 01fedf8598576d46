"""What every decision on a request about an account does at its end: the row, its entry in the ledger, and the mail to whoever asked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from zhicheng.accounts.notices import queue_notice
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem
from zhicheng.organizations import queries
from zhicheng.organizations.models import AccountRequest, AccountRequestState


def moved_away(row: AccountRequest) -> list[Problem]:
    """That the person is no longer at the unit that asked, or the account is closed."""
    now = queries.employer_of(row.user_id)
    if now is not None and now.pk == row.unit_id and row.user.is_active:
        return []
    return [Problem(_("该人员已不在提出申请的单位，请由现单位重新申请。"), code="moved_away")]


def save_decision(row: AccountRequest, state: AccountRequestState) -> None:
    """Write what was decided on a locked request; it is over, but for a mailbox that has to be opened first."""
    row.state = state
    row.closed_at = None if state == AccountRequestState.APPROVED else clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at", "reason", "closed_at", "wrong_tries"])


def decision_of(row: AccountRequest) -> dict[str, Any]:
    """What the ledger keeps of every decision: which request, by whom and when as the row says, and since when it is over if it is."""
    by = f"user:{row.decided_by_id}" if row.decided_by_id else "system"
    told = {"request": row.pk, "by": by, "at": ledger.time_text(row.decided_at or clock.now())}
    return told | ({"closed": ledger.time_text(row.closed_at)} if row.closed_at is not None else {})


def tell_asker(row: AccountRequest, result: str) -> None:
    """Mail to whoever asked, with the result in a sentence; the caller has set the language of the platform."""
    queue_notice(
        kind="request",
        about=f"{row.kind} {row.state}",
        whose=f"user:{row.requested_by_id}",
        of_office=True,  # they ask for many
        to=row.requested_by.email,
        words=lambda: (
            _("%(name)s的账号申请：%(kind)s") % {"name": row.old_name, "kind": row.get_kind_display()},
            _("%(who)s：\n\n您为%(name)s提出的申请（%(kind)s）有了结果。\n\n%(result)s\n\n%(site)s\n")
            % {
                "who": row.requested_by.name,
                "name": row.old_name,
                "kind": row.get_kind_display(),
                "result": result,
                "site": settings.SITE_ADDRESS,
            },
        ),
        key=f"account-request:{row.pk}:{row.state}",
    )
