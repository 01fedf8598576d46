"""The cache every process of an instance shares (``CACHES``): it lies in the database."""

from __future__ import annotations

from zhicheng.foundation import clock, jobs
from zhicheng.foundation.models import CacheEntry


@jobs.regular("cache.tidy", minutes=24 * 60)
def tidy() -> int:
    """Remove what has run out: it holds addresses of visitors. Return how many entries."""
    return CacheEntry.objects.filter(expires__lt=clock.machine_now()).delete()[0]
