"""What the verifications of before found, as the operator's page shows it, against the ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhicheng.foundation.models import SystemVerification
from zhicheng.foundation.queries import SYSTEM_VERIFIED
from zhicheng.foundation.told import ACTOR, moment
from zhicheng.foundation.told_apart import Apart, told_apart

told_apart(
    "foundation.verifications_in_ledger",
    gettext_lazy("每次全面核验的结果在台账中恰有一条记录，内容一致"),
    Apart(
        event=SYSTEM_VERIFIED,
        rows=SystemVerification.objects.all,
        named="verification",
        at=lambda row: row.at,
        values={
            ACTOR: lambda row: row.actor,
            "ok": lambda row: not row.found,
            "checks": lambda row: row.checks,
            "found": lambda row: row.found,
            "listed": lambda row: row.listed,
            "files": lambda row: row.files,
            "at": lambda row: moment(row.at),
        },
    ),
)
