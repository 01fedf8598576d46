"""The small table of how long each step usually takes at each desk, counted anew by the worker every night."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from itertools import groupby

from zhicheng.applications.durations import Moved, stays_at_desks, usual_of
from zhicheng.applications.models import DeskDurations, StatusChange
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import calendar_named, current_versions, notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.transactions import one_transaction
from zhicheng.standards.calendar import NotPublished

_COLUMNS = ("application_id", "move", "to_state", "at", "by_role", "by_organization_id")


def count_durations() -> int:
    """Count this year's figures: those of the newest round that is published; return for how many steps at desks there are enough cases."""
    newest = current_versions().first()
    if newest is None:
        return 0
    calendar = calendar_named(notice_of(newest).calendar)

    @cache
    def workdays(since: date, until: date) -> int | None:
        try:
            return calendar.workdays_between(since, until, "excl")
        except NotPublished:
            return None

    return keep_durations(year=newest.campaign.year, counted=_counted(newest.campaign.year, workdays))


def _counted(year: int, workdays: Callable[[date, date], int | None]) -> dict[tuple[int, State], Counter[int]]:
    """Working days and how often, by organization and step. One pass over the histories of the year."""
    rows = StatusChange.objects.filter(application__year=year).order_by("application_id", "id").values_list(*_COLUMNS)
    found: dict[tuple[int, State], Counter[int]] = defaultdict(Counter)
    for _application, history in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[0]):
        for lay in stays_at_desks((Moved(*row[1:]) for row in history), _day):
            days = workdays(lay.since, lay.until)
            if days is not None:
                found[lay.organization, lay.state][days] += 1
    return found


@one_transaction
def keep_durations(*, year: int, counted: dict[tuple[int, State], Counter[int]]) -> int:
    """Put what was counted in the place of what was counted before; return how many steps at desks have enough cases."""
    steps: dict[int, dict[str, list[int]]] = defaultdict(dict)
    for (organization, state), days in sorted(counted.items()):
        if (usual := usual_of(days)) is not None:
            steps[organization][state.value] = [usual.count, usual.half, usual.most]
    DeskDurations.objects.filter(year=year).delete()
    at = clock.now()
    DeskDurations.objects.bulk_create(
        DeskDurations(organization_id=organization, year=year, steps=known, counted_at=at)
        for organization, known in steps.items()
    )
    return sum(map(len, steps.values()))


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.BEIJING).date()
