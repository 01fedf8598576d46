"""What becomes of officers' accounts, against what the ledger tells: each change, and the two people of a reset second factor."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhicheng.foundation.told import ACTOR, EVENT, Telling, moment, person, told
from zhicheng.organizations.models import FactorReset, FactorResetState, OfficerChange, OfficerChangeKind

told(
    "organizations.officer_changes_in_ledger",
    gettext_lazy("工作人员账号的每次开通、调动、停用等在台账中恰有一条记录，内容一致"),
    Telling(
        events=tuple(f"officer.{kind}" for kind in OfficerChangeKind.values),
        rows=OfficerChange.objects.all,
        kind="user",
        belongs="user_id",
        named="change",
        values={
            EVENT: lambda row: f"officer.{row.kind}",
            ACTOR: lambda row: person(row.by_id),
            "office": lambda row: row.office_id,
            "to_office": lambda row: row.to_office_id,
            "handed_to": lambda row: row.handed_to_id,
            "reason": lambda row: row.reason,
            "at": lambda row: moment(row.at),
        },
    ),
)
told(
    "organizations.factor_resets_in_ledger",
    gettext_lazy("每次提出重置工作人员的两步验证在台账中恰有一条记录，内容一致"),
    Telling(
        events=("officer.factor_reset_asked",),
        rows=FactorReset.objects.all,
        kind="user",
        belongs="user_id",
        named="request",
        values={
            ACTOR: lambda row: person(row.asked_by_id),
            "statement": lambda row: row.statement,
            "at": lambda row: moment(row.asked_at),
        },
    ),
)
told(
    "organizations.factor_resets_consented",
    gettext_lazy("每次同意重置工作人员的两步验证在台账中恰有一条记录，由另一人同意"),
    Telling(
        events=(f"officer.{OfficerChangeKind.FACTOR_RESET}",),
        rows=lambda: FactorReset.objects.filter(state=FactorResetState.DONE),
        kind="user",
        belongs="user_id",
        named="request",
        values={
            ACTOR: lambda row: person(row.decided_by_id),
            "asked_by": lambda row: row.asked_by_id,
            "at": lambda row: moment(row.decided_at),
        },
    ),
)
