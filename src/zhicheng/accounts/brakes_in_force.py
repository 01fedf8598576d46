"""The brakes on sign-in that are in force now, for the security administrator: what they are, and lifting one (ASVS 6.1.1)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from zhicheng.accounts.brakes import entries_of
from zhicheng.accounts.models import User
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.models import CacheEntry
from zhicheng.foundation.transactions import one_transaction

MOST = 200
_KEY = re.compile(r"signin(:[0-9a-f]{32}|:n:[0-9a-f]{32}|:[0-9a-f]{32}:[nd]:[0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Brake:
    """One count that has used up its free tries. ``user`` None: no account, whatever was typed; ``network`` empty: not one network."""

    key: str
    user: User | None
    network: str
    device: bool
    tries: int
    next_try_at: datetime | None  # None: now
    until: datetime  # when it is forgotten (the machine's time)


def brakes_in_force() -> list[Brake]:
    """The newest of them, those that are forgotten last first. Four queries, however many."""
    now, start = clock.machine_now(), cache.make_key("signin:")
    live = CacheEntry.objects.filter(cache_key__startswith=start, expires__gt=now)
    rows = list(live.filter(cache_key__endswith=":braked").order_by("-expires", "cache_key")[:MOST])
    told = {row.cache_key.removesuffix(":braked"): (json.loads(row.value), row.expires) for row in rows}
    counts = {row.cache_key: int(json.loads(row.value)) for row in live.filter(cache_key__in=told)}
    waits = dict(live.filter(cache_key__in=[f"{key}:wait" for key in told]).values_list("cache_key", "expires"))
    users = User.objects.in_bulk({int(said["account"].removeprefix("user:")) for said, _ in told.values() if said.get("account")})
    before = len(start) - len("signin:")
    return [
        Brake(
            key=key[before:],
            user=users.get(int(said["account"].removeprefix("user:"))) if said.get("account") else None,
            network=said.get("network", ""),
            device=bool(said.get("device")),
            tries=counts[key],
            next_try_at=waits.get(f"{key}:wait"),
            until=until,
        )
        for key, (said, until) in told.items()
        if key in counts
    ]


@one_transaction
def lift_brake(*, key: str, actor: str) -> None:
    """Forget the tries of one brake, recorded in the ledger. Raises ``Refused`` when there is none (any more)."""
    told = cache.get(f"{key}:braked") if _KEY.fullmatch(key) else None
    if told is None:
        raise Refused([Problem(_("这一限制已经解除或者到期，不用再处理。"), code="brake_gone")])
    cache.delete_many(entries_of(key))
    ledger.record(event="signin.brake_lifted", subject=told.get("account") or "sign-in", actor=actor, data={})
