"""Verifying by the worker, because everything is read: the ledger alone, or every invariant of the system, once a night by itself.

How it ended is an entry of the ledger; what a whole verification named is kept besides.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from zhicheng.foundation import clock, invariants, jobs, ledger, outbox, rolling
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.models import OutboxMessage, OutboxState, SystemVerification
from zhicheng.foundation.queries import LEDGER_VERIFIED, SYSTEM_VERIFIED
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)
KIND = "ledger.verify"
WHOLE = "system.verify"
LISTED = 100
NIGHT_HOUR = 2  # Beijing: nobody works, and yesterday is complete


def ask_for_verification(*, actor: str) -> OutboxMessage:
    """Queue a verification of the ledger; one that waits already is not queued a second time."""
    return _ask(KIND, actor)


def verification_waits() -> bool:
    """Whether a reading of the ledger is asked for and not finished: what the page shows is the one before."""
    return OutboxMessage.objects.filter(kind=KIND, state=OutboxState.PENDING).exists()


def ask_for_whole_verification(*, actor: str) -> OutboxMessage:
    """Queue a look at every invariant; one that waits already is not queued a second time."""
    return _ask(WHOLE, actor)


@one_transaction
def _ask(kind: str, actor: str) -> OutboxMessage:
    waiting = OutboxMessage.objects.filter(kind=kind, state=OutboxState.PENDING).first()
    return waiting or outbox.queue(kind=kind, payload={"actor": actor}, key=uuid4().hex)


@jobs.regular("system.verify", minutes=30)
def verify_nightly() -> bool:
    """Once a night, from two o'clock on, queue a reading of the ledger and a look at every invariant; whether it was due now."""
    now = clock.now()
    if now.hour < NIGHT_HOUR:
        return False
    key = f"night:{now.date().isoformat()}"
    there = set(OutboxMessage.objects.filter(kind__in=(KIND, WHOLE), key=key).values_list("kind", flat=True))
    wanted = [kind for kind in (KIND, WHOLE) if kind not in there]
    if wanted:
        _queue_night(wanted, key)
    return bool(wanted)


@one_transaction
def _queue_night(kinds: list[str], key: str) -> None:
    for kind in kinds:
        outbox.queue(kind=kind, payload={"actor": "system"}, key=key)


# A lease: reading everything must not hold the only writer's lock of SQLite.
@outbox.handler(KIND, lane=Lane.CHECKS, lease=timedelta(minutes=30))
def verify_ledger(message: OutboxMessage) -> None:
    """Read the whole ledger and write down what was found."""
    found = ledger.verify()
    if not found.ok:
        logger.error("the ledger is broken at entry %s: %s", found.first_bad, found.reason)
    data = {"ok": found.ok, "entries": found.entries, "first_bad": found.first_bad, "reason": found.reason}
    one_transaction(ledger.record)(event=LEDGER_VERIFIED, subject="ledger", actor=message.payload["actor"], data=data)


@outbox.handler(WHOLE, lane=Lane.CHECKS, lease=timedelta(minutes=60))
def verify_whole(message: OutboxMessage) -> None:
    """Look at every invariant and write down what was found."""
    verify_and_keep(actor=str(message.payload["actor"]))


def verify_and_keep(*, actor: str) -> SystemVerification:
    """Look at every invariant now and keep the result: a row with what was named, an entry of the ledger with the counts."""
    began, found = time.monotonic(), 0
    listed: list[dict[str, str]] = []
    broken: list[str] = []
    with platform_language():
        for one in invariants.verify():
            found += 1
            if len(listed) < LISTED:
                listed.append({"invariant": one.invariant.name, "subject": one.violation.subject, "said": one.violation.said})
            if one.invariant.name not in broken:
                broken.append(one.invariant.name)
    for row in islice(listed, 10):
        logger.error("%s is violated: %s %s", row["invariant"], row["subject"], row["said"])
    files = asdict(rolling.bytes_read())
    logger.info(
        "of %(stored)d stored files %(read)d were read within %(days)d days, the others were compared by their size alone", files
    )
    checks = len(invariants.registered())
    kept = SystemVerification(
        at=clock.now(),
        seconds=time.monotonic() - began,
        checks=checks,
        found=found,
        listed=listed,
        files=files,
        actor=actor,
    )
    return _keep(kept, data={"ok": not found, "checks": checks, "found": found, "broken": broken, "files": files})


@one_transaction
def _keep(row: SystemVerification, data: dict[str, Any]) -> SystemVerification:
    row.save(force_insert=True)
    data |= {"verification": row.pk, "at": ledger.time_text(row.at), "listed": ledger.private(row.listed)}
    ledger.record(event=SYSTEM_VERIFIED, subject="system", actor=row.actor, data=data)
    return row
