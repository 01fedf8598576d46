"""Verifying the ledger by the worker, because it is read from its first entry on; how it ended is an entry of the ledger too."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from zhicheng.foundation import ledger, outbox
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.foundation.queries import LEDGER_VERIFIED

logger = logging.getLogger(__name__)
KIND = "ledger.verify"


def ask_for_verification(*, actor: str) -> OutboxMessage:
    """Queue a verification; one that waits already is not queued a second time."""
    with transaction.atomic():
        waiting = OutboxMessage.objects.filter(kind=KIND, state=OutboxState.PENDING).first()
        return waiting or outbox.queue(kind=KIND, payload={"actor": actor}, key=uuid4().hex)


# A lease: reading a long ledger must not hold the only writer's lock of SQLite.
@outbox.handler(KIND, lease=timedelta(minutes=30))
def verify_ledger(message: OutboxMessage) -> None:
    """Read the whole ledger and write down what was found."""
    found = ledger.verify()
    if not found.ok:
        logger.error("the ledger is broken at entry %s: %s", found.first_bad, found.reason)
    data = {"ok": found.ok, "entries": found.entries, "first_bad": found.first_bad, "reason": found.reason}
    with transaction.atomic():
        ledger.record(event=LEDGER_VERIFIED, subject="ledger", actor=message.payload["actor"], data=data)
