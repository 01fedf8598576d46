"""What the worker does for 公示 by itself."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from zhicheng.applications.queries import files_beside
from zhicheng.evidence import intake
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.foundation import jobs, outbox
from zhicheng.foundation.models import OutboxMessage
from zhicheng.organizations.actors import actor_for
from zhicheng.publicity.actions import add_publicity_paper, recheck_periods
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import uploads_of

logger = logging.getLogger(__name__)
# Each period is a transaction of its own: the message runs outside of one, for as long as the periods of a busy month take.
LONG = timedelta(minutes=30)


@jobs.regular("publicity.recheck", minutes=60)
def recheck() -> int:
    """Measure the periods again after an update brought another calendar; return how many. Mostly one query that finds none."""
    done = recheck_periods()
    if done.measured:
        logger.info("publicity periods measured again: %s", done)
    return done.measured


@outbox.handler("calendar.changed", lease=LONG)
def measure_with_the_new_calendar(message: OutboxMessage) -> None:
    """A layer of the calendar was loaded or withdrawn: measure the running periods and tell the units (S-39). Idempotent."""
    recheck_periods()


def _beside(row: Intake) -> list[EvidenceFile]:
    """The other papers of the period, and the application's own: a desk has them on one page."""
    period = PublicityPeriod.objects.get(pk=row.payload["period"])
    others = [file for which, file in uploads_of(period) if which != row.payload["which"]]
    return [*others, *files_beside(period.application_id)]


@intake.handler("publicity_paper", beside=_beside)
def attach_paper(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """Keep a file that has been examined as one of the unit's three papers. Raises ``Refused`` like ``add_publicity_paper``."""
    add_publicity_paper(
        actor=actor_for(row.brought_by),
        period_id=row.payload["period"],
        which=row.payload["which"],
        file_id=file.pk,
    )
    return {}
