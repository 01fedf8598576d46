"""The count of arrivals at the review committee, kept on the person's year (S-28, S-29)."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER
from zhicheng.applications.models import CommitteeArrival, PersonYear
from zhicheng.applications.queries import years_beside
from zhicheng.applications.states import State
from zhicheng.applications.years import YearCount, year_count
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.foundation import ledger
from zhicheng.organizations.actors import Actor


@dataclass(frozen=True, slots=True)
class LockedYear:
    """A person's locked year: this campaign's row, and ``together`` with it those of the year's other campaigns in the prefecture."""

    row: PersonYear
    together: tuple[PersonYear, ...]

    @property
    def count(self) -> YearCount:
        """What the rows come to now."""
        return year_count(self.together, self.row.campaign_id)


def lock_person_year(case: CaseFile) -> LockedYear:
    """Lock the person's counters of this year: always after the application, before the ledger. The case file tells what they come to."""
    application = case.application
    together = tuple(years_beside(application).select_for_update(no_key=True, of=("self",)).order_by("id"))
    locked = LockedYear(next(row for row in together if row.campaign_id == application.campaign_id), together)
    case.year = locked.count
    return locked


def is_counted_in(notice: Notice, state: State) -> bool:
    """Whether the desk that holds an application in ``state`` is the one whose arrivals this notice counts (S-28, G-13)."""
    desk = HOLDER.get(state)
    return desk is not None and is_committee_arrival(notice, desk.role.value)


def count_arrival(case: CaseFile, year: LockedYear, *, actor: Actor) -> CommitteeArrival | None:
    """Count the arrival of the current submission at the desk it has just come to, if that is the one whose arrivals count (S-28, G-13).

    Called after the move, in its transaction; ``year``: the person's, locked before the move. ``None`` where nothing is counted.
    """
    application = case.application
    submission, state = application.current_submission, State(application.state)
    if submission is None or not is_counted_in(case.notice, state) or state is not HOLDER[state].arrives:
        return None
    person_year = year.row
    person_year.arrivals += 1
    last = CommitteeArrival.objects.filter(person_year=person_year).order_by("-sequence").first()
    arrival = CommitteeArrival.objects.create(
        person_year=person_year,
        application=application,
        submission=submission,
        sequence=(last.sequence if last else 0) + 1,
        number=year.count.arrivals,
        arrived_at=application.entered_state_at,  # the move that brought it
    )
    person_year.save(update_fields=["arrivals"])
    application.arrivals = arrival.number
    application.save(update_fields=["arrivals"])
    ledger.record(
        event="arrival.counted",
        subject=f"application:{application.pk}",
        actor=actor.ref,
        data={
            "arrival": arrival.pk,
            "person_year": person_year.pk,
            "submission": submission.sha256,
            "sequence": arrival.sequence,
            "number": arrival.number,
        },
    )
    return arrival
