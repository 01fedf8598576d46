"""What the worker does for registrations by itself."""

from __future__ import annotations

from zhicheng.foundation import jobs
from zhicheng.organizations.actions import remove_unconfirmed


@jobs.regular("registrations.forget", minutes=60)
def forget() -> int:
    """Remove registrations whose mailbox nobody confirmed in time; return how many."""
    return remove_unconfirmed()
