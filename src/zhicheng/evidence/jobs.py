"""What the worker does for files by itself."""

from __future__ import annotations

from zhicheng.evidence.actions import drop_stale_uploads, remove_leftovers
from zhicheng.evidence.queries import intake_health
from zhicheng.foundation import jobs, leftovers, readiness

leftovers.refers("evidence.EvidenceFile", "sha256", size="size")
leftovers.refers("evidence.EvidenceFile", "safe_sha256")


@jobs.regular("evidence.leftovers", minutes=24 * 60)
def remove() -> int:
    """Remove what was uploaded and never used; return how many rows."""
    return remove_leftovers()[0]


@jobs.regular("evidence.unfinished", minutes=60)
def drop_unfinished() -> int:
    """Throw away what was begun to be sent and not gone on with for a day; return how many."""
    return drop_stale_uploads()


@readiness.further("examiner")
def examiner(look: readiness.Look) -> readiness.Check:
    """Whether somebody examines the files that wait: until then no upload is taken in, and no unit can register."""
    health = look.once(intake_health)
    return readiness.Check("examiner", readiness.BAD if health.is_stuck else readiness.OK, ", ".join(health.stuck))
