"""What the tests of the outbox share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from zhicheng.foundation import clock, outbox
from zhicheng.foundation.models import OutboxMessage


def queue(key: str = "one", kind: str = "test.kind", sequence: str = "", **payload: Any) -> OutboxMessage:
    with transaction.atomic():
        return outbox.queue(kind=kind, payload=payload, key=key, sequence=sequence)


def let_time_pass(**more: timedelta) -> None:
    """As if the messages had been put aside a while ago."""
    past = clock.machine_now() - timedelta(**(more or {"days": 2}))  # type: ignore[arg-type]
    OutboxMessage.objects.filter(state="pending").update(next_attempt_at=past)
