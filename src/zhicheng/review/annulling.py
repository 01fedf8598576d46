"""An arrival at final review that does not count any more: a part of whatever action finds that out (S-28, S-29)."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.counting import LockedYear, lock_person_year
from zhicheng.applications.models import Application, CommitteeArrival, CountedIn, PersonYear
from zhicheng.applications.queries import ONE_YEAR, of_the_persons_year
from zhicheng.applications.years import counted
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.transactions import lock_rows
from zhicheng.organizations.actors import Actor


@dataclass(frozen=True, slots=True)
class Annulled:
    """What became of the count: how many there were ``before``, the ``year`` as it is now, and the row of it that was closed and is open again."""

    before: int
    year: LockedYear
    reopened: PersonYear | None


def lock_with_all_of_the_person(application_id: int, actor: Actor) -> CaseFile:
    """Lock every application of the person in the year, in one order, always: the count is shown on each. Return this one's case file.

    Raises :class:`Refused` (``not_found``) like ``lifecycle.lock``.
    """
    row = Application.objects.filter(pk=application_id).only(*ONE_YEAR).first()
    if row is not None:
        lock_rows(of_the_persons_year(row))
    return lifecycle.lock(application_id, actor)


def annul(case: CaseFile, arrival: CommitteeArrival, actor: Actor, reason: str) -> Annulled:
    """Let the ``arrival`` count no more: number the others anew, show the count, open the year where it was closed by it.

    ``case`` comes from :func:`lock_with_all_of_the_person` in the same transaction. Whoever is concerned is told by the caller.
    """
    application, year = case.application, lock_person_year(case)
    before = year.count.arrivals
    arrival.annulled_at = max(clock.now(), arrival.arrived_at)  # the clock may have been put back since
    arrival.annulled_by_id = actor.user_id
    arrival.annulment_reason = reason
    arrival.save(update_fields=["annulled_at", "annulled_by", "annulment_reason"])
    year.row.arrivals -= 1
    year.row.save(update_fields=["arrivals"])
    _count_anew(year)
    reopened = _open_again(year)
    _show_count(year)
    ledger.record(
        event="arrival.annulled",
        subject=f"application:{application.pk}",
        actor=actor.ref,
        data={
            "arrival": arrival.pk,
            "number": arrival.number,
            "counts_now": year.count.arrivals,
            "reason": ledger.private(reason),
        }
        | {"person_year": year.row.pk, "reopened": reopened is not None}
        | ({"reopened_year": reopened.pk} if reopened is not None and reopened is not year.row else {}),
    )
    case.year = year.count
    return Annulled(before, year, reopened)


def _open_again(year: LockedYear) -> PersonYear | None:
    """The row that a last return had closed and that this annulment opens: its count has one left again."""
    for row in year.together:
        if row.closed_at is not None and counted(row, year.together) < row.arrivals_allowed:
            row.closed_at = None
            row.save(update_fields=["closed_at"])
            return row
    return None


def _count_anew(year: LockedYear) -> None:
    """第 1, 第 2 …: the arrivals that count, numbered without the annulled one."""
    counting = list(
        CommitteeArrival.objects.filter(person_year__in=year.together, annulled_at__isnull=True).order_by("arrived_at", "id")
    )
    for row in year.together:
        its = [a for a in counting if row.counted_in == CountedIn.YEAR or a.person_year_id == row.pk]
        for number, arrival in enumerate(its, start=1):
            if arrival.person_year_id == row.pk and arrival.number != number:
                arrival.number = number
                arrival.save(update_fields=["number"])


def _show_count(year: LockedYear) -> None:
    """第 n / 3 次 on every application of the person in the year."""
    for row in year.together:
        held = Application.objects.filter(applicant__number_held_at__isnull=False)
        held.filter(campaign_id=row.campaign_id, person_index=row.person_index).update(arrivals=counted(row, year.together))
