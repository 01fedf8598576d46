"""A web request that waits a moment for its files. Only so many do at once: uploads must never take all the threads of the pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from django.conf import settings

from zhicheng.evidence.actions import examine_due
from zhicheng.evidence.models import Intake, Lane
from zhicheng.evidence.queries import get_intakes, other_visitors_wait

_STEPS = (0.05, 0.1, 0.1, 0.15)  # seconds between two looks; the last one again and again

# Of the threads of one web process, visitors' uploads hold one at most, all uploads together a half.
_of_all = threading.BoundedSemaphore(max(settings.WEB_THREADS // 2, 1))
_of_visitors = threading.BoundedSemaphore(1)


def wait_for(intakes: Sequence[Intake]) -> list[Intake]:
    """The same intakes, taken in just now, as they stand once all are decided, or after ``EXAMINE_WAIT_SECONDS``; as they are at once
    when too many requests wait already, and a visitor's when other visitors' files stand before it: what would it wait for?
    """
    ids = [row.pk for row in intakes]
    if settings.EXAMINE_INLINE:
        examine_due()
        return get_intakes(ids)
    held = [place for place in _places(intakes) if place.acquire(blocking=False)]
    try:
        if len(held) < len(_places(intakes)) or (_of_visitors in held and other_visitors_wait(ids)):
            return list(intakes)
        return _watch(ids)
    finally:
        for place in held:
            place.release()


def _places(intakes: Sequence[Intake]) -> list[threading.BoundedSemaphore]:
    return [_of_visitors, _of_all] if any(row.lane == Lane.VISITORS for row in intakes) else [_of_all]


def _watch(ids: list[int]) -> list[Intake]:
    until, step = time.monotonic() + settings.EXAMINE_WAIT_SECONDS, 0
    rows = get_intakes(ids)
    while any(row.is_open for row in rows) and time.monotonic() < until:
        time.sleep(_STEPS[min(step, len(_STEPS) - 1)])
        step += 1
        rows = get_intakes(ids)
    return rows
