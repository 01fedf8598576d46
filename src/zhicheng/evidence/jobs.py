"""What the worker does for files by itself."""

from __future__ import annotations

from zhicheng.evidence.actions import remove_leftovers
from zhicheng.foundation import jobs, leftovers

leftovers.refers("evidence.EvidenceFile", "sha256", size="size")
leftovers.refers("evidence.EvidenceFile", "safe_sha256")


@jobs.regular("evidence.leftovers", minutes=24 * 60)
def remove() -> int:
    """Remove what was uploaded and never used; return how many rows."""
    return remove_leftovers()[0]
