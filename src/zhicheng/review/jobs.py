"""What the worker does for applications at the desks by itself: it reminds."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from zhicheng.accounts.models import User
from zhicheng.accounts.queries import reader_of
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.queries import row_of
from zhicheng.applications.reminding import PREFIX, every_reminder
from zhicheng.applications.watching import due_for, to_look_at
from zhicheng.foundation import clock, jobs
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.quiet import quiet_hours
from zhicheng.messages.digests import remind_of
from zhicheng.messages.readers import find_readers_by
from zhicheng.messages.reading import Reader
from zhicheng.organizations.models import Organization
from zhicheng.organizations.readers import readers_of
from zhicheng.review.actions.remind import remind_of_application
from zhicheng.review.reminding import facts_of_reminders

logger = logging.getLogger(__name__)
A_ROUND = 500


@jobs.regular("applications.remind", minutes=10)
def remind() -> int:
    """Look at the applications whose time has come; return how many reminders are new. Its cost is that of those: each is a transaction of
    its own, and what goes wrong with one keeps no other waiting."""
    if quiet_hours().holds(clock.now()):
        return 0
    return sum(_remind_of(pk) for pk in to_look_at(clock.now(), most=A_ROUND))


def _remind_of(application_id: int, ahead: datetime | None = None) -> int:
    try:
        return remind_of_application(application_id=application_id, ahead=ahead)
    except Exception as error:
        logger.error("an application's reminders were passed by [%s]", new_error_id(), exc_info=error)
        return 0


def _bring_forward(reader: Reader, until: datetime) -> None:
    """What falls due for the reader later today."""
    for pk in due_for(reader, until):
        _remind_of(pk, until)


def _holding(keys: Collection[str]) -> set[str]:
    """Those that the applications as they are now would still come to."""
    by_application: dict[int, set[str]] = defaultdict(set)
    for key in keys:
        by_application[int(key.removeprefix(PREFIX).partition(":")[0])].add(key)
    at, quiet, held = clock.now(), quiet_hours(), set[str]()
    for pk, asked in by_application.items():
        for application in row_of(pk):
            for one in every_reminder(facts_of_reminders(CaseFile(application)), quiet):
                if one.key in asked and (one.until is None or at < one.until):
                    held.add(one.key)
    return held


def _with_mailboxes(reader: Reader) -> Reader:
    if reader.organization_id is not None:
        return readers_of(Organization.objects.get(pk=reader.organization_id))
    return reader_of(User.objects.get(pk=reader.user_id or 0))


remind_of(PREFIX, holding=_holding, bring_forward=_bring_forward)
find_readers_by(_with_mailboxes)
