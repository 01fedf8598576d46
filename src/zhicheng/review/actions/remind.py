"""Reminding: what is due of one application comes into the inboxes, and when it is looked at next is written with it."""

from __future__ import annotations

from datetime import datetime

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, ReminderWatch
from zhicheng.applications.queries import row_of
from zhicheng.applications.reminding import due_reminders, next_moment
from zhicheng.applications.states import OVER, State
from zhicheng.campaigns.queries import versions_of
from zhicheng.foundation import clock
from zhicheng.foundation.quiet import quiet_hours
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.messages.actions import send_reminder
from zhicheng.review.reminding import facts_of_reminders, page_for, told_to, words_for

# Nobody has anything to do any more, until another move.
_ENDED = {*OVER, State.ACCEPTED, State.CLOSED_FOR_YEAR}
_BESIDE = ("supervising_body", "industry_body", "county_office", "prefecture_office")


@one_transaction
def remind_of_application(*, application_id: int, ahead: datetime | None = None) -> int:
    """Put the reminders of one application that are due now, or by ``ahead`` today, into the inboxes, each once; return how many were new.

    Under the application's lock: who sends it at this moment is not reminded, or was reminded before. In the quiet hours nothing is done.
    """
    at, quiet = clock.now(), quiet_hours()
    if quiet.holds(at):
        return 0
    lock_rows(Application.objects.filter(pk=application_id))
    application = next(iter(row_of(application_id, beside=_BESIDE)), None)
    watch = ReminderWatch.objects.filter(pk=application_id)
    if application is None or application.state in _ENDED:
        watch.delete()
        return 0
    case = CaseFile(application)
    facts, until = facts_of_reminders(case), max(at, ahead or at)
    new = 0
    for one in due_reminders(facts, now=at, ahead=until, quiet=quiet):
        to, path = told_to(case, one.audience), page_for(case, one.audience)
        new += send_reminder(to=to, words=words_for(case, facts, one), key=one.key, path=path)
    newest = versions_of([application.campaign_id])[-1]
    watch.update(look_at=next_moment(facts, after=until, quiet=quiet), seen_version=newest)
    return new
