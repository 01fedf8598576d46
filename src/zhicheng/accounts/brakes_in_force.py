"""The brakes that are in force now, for the security administrator: what they are, and lifting one (ASVS 6.1.1).

Wrong passwords, wrong codes of a second factor, and mails that strangers have sent to a mailbox. Shown is whose account it is and which
network; never what somebody typed, and no mailbox.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from zhicheng.accounts.brakes import entries_of
from zhicheng.accounts.models import User
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.models import CacheEntry
from zhicheng.foundation.shared_cache import BRAKED
from zhicheng.foundation.transactions import one_transaction

MOST = 200
_KEY = re.compile(
    r"(stranger:)?signin(:[0-9a-f]{32}|:n:[0-9a-f]{32}|:[0-9a-f]{32}:[nd]:[0-9a-f]{32})"
    r"|(stranger:)?mail:[a-z]+:[0-9a-f]{32}"
    r"|factor:[1-9][0-9]{0,18}(:d:[0-9a-f]{32})?|stranger:factor:[1-9][0-9]{0,18}:n:[0-9a-f]{32}"
)


@dataclass(frozen=True, slots=True)
class Brake:
    """One count that has used up its free tries. ``what`` is ``password``, ``code`` or ``mail-`` and the kind of mail; ``user`` None: no
    account, whatever was typed, or every account (``everybody``); ``network`` empty: not one network."""

    key: str
    what: str
    user: User | None
    everybody: bool
    network: str
    device: bool
    tries: int
    next_try_at: datetime | None  # None: now
    until: datetime  # when it is forgotten (the machine's time)


def brakes_in_force() -> list[Brake]:
    """The newest of them, those that are forgotten last first. Four queries, however many."""
    live = CacheEntry.objects.filter(expires__gt=clock.machine_now())
    before, rows = len(cache.make_key("")), _told(MOST)
    counts = {row.cache_key: int(json.loads(row.value)) for row in live.filter(cache_key__in=rows)}
    waits = dict(live.filter(cache_key__in=[f"{key}:wait" for key in rows]).values_list("cache_key", "expires"))
    users = User.objects.in_bulk({_user_id(said) for said, _until in rows.values() if said.get("account")})
    return [
        Brake(
            key=key[before:],
            what=said.get("what", "password"),
            user=users.get(_user_id(said)) if said.get("account") else None,
            everybody="account" not in said,
            network=said.get("network", ""),
            device=bool(said.get("device")),
            tries=counts[key],
            # A mail that is held back has no wait of its own: the next may go when its hour is over.
            next_try_at=until if said.get("what", "").startswith("mail-") else waits.get(f"{key}:wait"),
            until=until,
        )
        for key, (said, until) in rows.items()
        if key in counts
    ]


@one_transaction
def lift_brake(*, key: str, actor: str) -> None:
    """Forget the tries of one brake, recorded in the ledger. Raises ``Refused`` when there is none (any more)."""
    told = cache.get(f"{key}{BRAKED}") if _KEY.fullmatch(key) else None
    if told is None:
        raise Refused([Problem(_("这一限制已经解除或者到期，不用再处理。"), code="brake_gone")])
    cache.delete_many(entries_of(key))
    ledger.record(event="signin.brake_lifted", subject=told.get("account") or "sign-in", actor=actor, data={})


def _told(most: int) -> dict[str, tuple[dict[str, Any], datetime]]:
    """What is told of the newest brakes, and when each is forgotten, by the key of its count in the table."""
    live = CacheEntry.objects.filter(cache_key__endswith=BRAKED, expires__gt=clock.machine_now())
    rows = live.order_by("-expires", "cache_key")[:most]
    return {row.cache_key.removesuffix(BRAKED): (json.loads(row.value), row.expires) for row in rows}


def _user_id(said: dict[str, Any]) -> int:
    return int(said["account"].removeprefix("user:"))
