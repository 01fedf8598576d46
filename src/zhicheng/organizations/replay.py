"""Whoever works for an office, and what every account is for, told anew from the ledger (``zhicheng ledger verify --replay``).

Somebody who writes the tables of accounts, but not the ledger, and gives an account an office's place is found by this.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.models import User
from zhicheng.foundation.invariants import Violation, in_batches
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.replay import listens, number_of
from zhicheng.organizations.models import Membership, OrganizationKind


@listens("organizations.places", gettext_lazy("账号类型、工作人员所在部门与停用情况"))
class Places:
    """What each account was opened for; of those who work for an office, which one, and whether they still do."""

    def __init__(self) -> None:
        self.kinds: dict[int, str] = {}
        self.offices: dict[int, int | None] = {}
        self.closed: set[int] = set()
        self._untold = 0

    def hear(self, entry: LedgerEntry) -> None:
        user_id, event = number_of(entry.subject, "user"), entry.event
        if event == "office.officer_added":
            self.offices[entry.data["user"]] = number_of(entry.subject, "organization")
        if user_id is None:
            return
        if event in {"account.opened", "account.reopened"}:
            self.kinds[user_id] = entry.data["kind"]
        elif event == "account.removed":
            self.kinds.pop(user_id, None)
        elif event == "account.closed":
            self.closed.add(user_id)
        elif event == "account.opened_again":
            self.closed.discard(user_id)
        elif event == "officer.closed":
            self.offices[user_id] = None
        elif event in {"officer.moved", "officer.reopened"}:
            self.offices[user_id] = entry.data["to_office"] or entry.data["office"]

    def differences(self) -> Iterator[Violation]:
        self._untold = 0
        there = set(User.objects.values_list("pk", flat=True))
        for user_id in sorted(self.kinds.keys() - there):
            yield Violation(f"user:{user_id}", _("台账中开通的账号不见了。"))
        for users in in_batches(User.objects.only("kind", "is_active")):
            places = Membership.objects.filter(user__in=users, until__isnull=True)
            offices = dict(places.exclude(organization__kind=OrganizationKind.UNIT).values_list("user_id", "organization_id"))
            for user in users:
                subject = f"user:{user.pk}"
                if user.pk not in self.kinds:
                    self._untold += 1
                    continue
                if user.kind != self.kinds[user.pk]:
                    yield Violation(subject, _("账号类型与台账不同。"))
                if offices.get(user.pk) != self.offices.get(user.pk):
                    yield Violation(subject, _("所在部门与台账不同。"))
                if user.is_active == (user.pk in self.closed):
                    yield Violation(subject, _("是否停用与台账不同。"))

    def untold(self) -> int:
        return self._untold
