"""Cases of 我的数据."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support import world as w
from tests.support.cases import case
from zhicheng.foundation import holding
from zhicheng.personal.actions import ask_copy, keep_copy

HERE = "personal.actions"


def _ready(world: w.World) -> None:
    copy = ask_copy(actor=world.applicant)
    assert keep_copy(owner_id=copy.owner_id, round_asked=copy.round, asked_at=copy.asked_at, held=holding.hold([b"a copy"]))


@case(f"{HERE}.ask_copy")
def ask(world: w.World) -> dict[str, Any]:
    return {"actor": world.applicant}


@case(f"{HERE}.keep_copy")
def keep(world: w.World) -> dict[str, Any]:
    copy = ask_copy(actor=world.applicant)
    return {"owner_id": copy.owner_id, "round_asked": copy.round, "asked_at": copy.asked_at, "held": holding.hold([b"a copy"])}


@case(f"{HERE}.remove_copy")
def remove(world: w.World) -> dict[str, Any]:
    _ready(world)
    return {"actor": world.applicant}


@case(f"{HERE}.remove_past_copies", at=w.IN_WINDOW + timedelta(days=2))
def remove_past(world: w.World) -> dict[str, Any]:
    _ready(world)
    return {}
