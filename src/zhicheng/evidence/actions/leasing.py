"""What whoever has a file in hand says meanwhile: that it is still at it, or that it has to stop."""

from __future__ import annotations

from zhicheng.evidence.leases import LEASE, Lease, Row, mine
from zhicheng.foundation import clock


def stay_at(*, turn: Lease[Row]) -> bool:
    """Say that the file is still being worked on; whether it is still in these hands."""
    return mine(turn).update(due_at=clock.machine_now() + LEASE) == 1


def give_back(*, turn: Lease[Row]) -> None:
    """Put the file back, as if nobody had touched it: the process has to stop."""
    mine(turn).update(claim="", attempts=max(turn.row.attempts - 1, 0), due_at=clock.machine_now(), **turn.FREE)
