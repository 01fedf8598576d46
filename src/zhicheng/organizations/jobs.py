"""What the worker does for registrations by itself."""

from __future__ import annotations

from zhicheng.evidence.actions import remove_leftovers
from zhicheng.foundation import jobs
from zhicheng.organizations import unconfirmed
from zhicheng.organizations.actions import remove_unconfirmed


@jobs.regular(unconfirmed.JOB, minutes=60)
def forget() -> int:
    """Remove registrations whose mailbox nobody confirmed in time, and their licences, which fill the room for visitors; return how many."""
    removed = remove_unconfirmed()
    if removed:
        remove_leftovers()
    return removed
