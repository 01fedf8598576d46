"""What the worker does for 公示 by itself."""

from __future__ import annotations

import logging

from zhicheng.foundation import jobs
from zhicheng.publicity.actions import recheck_periods

logger = logging.getLogger(__name__)


@jobs.regular("publicity.recheck", minutes=60)
def recheck() -> int:
    """Measure the periods again after an update brought another calendar; return how many. Mostly one query that finds none."""
    done = recheck_periods()
    if done.measured:
        logger.info("publicity periods measured again: %s", done)
    return done.measured
