"""What must be true of the counts: arrivals at final review against the history, and the person's year against the arrivals (S-28)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.lifecycle import HIGHER, TAKES_BACK
from zhicheng.applications.models import Application, CommitteeArrival, CountedIn, PersonYear, StatusChange
from zhicheng.applications.states import OVER, State
from zhicheng.applications.years import counted, in_year_of
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.told import together

# Which desk a state is at, for the states a move up leads to.
_DESK = {desk.arrives: desk.role.value for desk in HIGHER}


@invariant("applications.arrivals_are_moves", gettext_lazy("提交评审委员会的计次与办理记录一致"))
def arrivals_are_moves() -> Iterator[Violation]:
    """Each move that brings a submission to the desk whose arrivals count left one arrival, and nothing else did (S-28, G-13); that of a
    pass that was taken back does not count."""
    rows = Application.objects.select_related("campaign_version").only("campaign_version__sha256", "person_index", "campaign_id")
    for applications in in_batches(rows):
        changes = StatusChange.objects.filter(application__in=applications).order_by("id")
        moves = grouped(
            changes.only("application_id", "move", "to_state", "submission_id", "at"), lambda change: change.application_id
        )
        counted = CommitteeArrival.objects.filter(application__in=applications).select_related("person_year").order_by("id")
        arrivals = grouped(counted, lambda arrival: arrival.application_id)
        for application in applications:
            notice = notice_of(application.campaign_version)
            mine, history = arrivals.get(application.pk, []), moves.get(application.pk, [])
            brought = [change for change in history if _brings(change, notice)]
            undone = {before.pk for before, change in pairwise(history) if change.move in TAKES_BACK}
            if [arrival.submission_id for arrival in mine] != [change.submission_id for change in brought]:
                words = {"moves": len(brought), "arrivals": len(mine)}
                said = _("办理记录中有 %(moves)s 次提交，计次有 %(arrivals)s 次，或者版本不同。") % words
                yield Violation(f"application:{application.pk}", said)
            for arrival, change in zip(mine, brought, strict=False):
                if not together(arrival.arrived_at, change.at):
                    yield Violation(f"arrival:{arrival.pk}", _("提交的时间与办理记录不一致。"))
                if change.pk in undone and arrival.annulled_at is None:
                    yield Violation(f"arrival:{arrival.pk}", _("审核通过已经撤回，提交却仍然计次。"))
            for arrival in mine:
                year = arrival.person_year
                if (year.campaign_id, year.person_index) != (application.campaign_id, application.person_index):
                    yield Violation(f"arrival:{arrival.pk}", _("计在了另一个人或另一批次的名下。"))


def _brings(change: StatusChange, notice: Notice) -> bool:
    """Whether the move is an arrival: one that takes a pass back comes from further on."""
    desk = _DESK.get(State(change.to_state))
    return desk is not None and change.move not in TAKES_BACK and is_committee_arrival(notice, desk)


@invariant("applications.person_years", gettext_lazy("年度计次等于未撤销的提交次数，且不超过上限"))
def person_years() -> Iterator[Violation]:
    """The counter is the number of arrivals that were not annulled; they are numbered without a gap; none is over the limit, of the
    campaign or of the year."""
    for years in in_batches(PersonYear.objects.all()):
        rows = _rows_of_persons(years)
        arrivals = CommitteeArrival.objects.filter(person_year__in=[row.pk for mine in rows.values() for row in mine])
        of = grouped(arrivals.order_by("arrived_at", "id"), lambda arrival: arrival.person_year_id)
        for year in years:
            subject, mine = f"person_year:{year.pk}", of.get(year.pk, [])
            row = next(row for row in rows[year.person_index] if row.pk == year.pk)
            beside = in_year_of(row.campaign, rows[year.person_index])
            counting = [arrival for arrival in mine if arrival.annulled_at is None]
            if year.arrivals != len(counting):
                words = {"year": year.arrivals, "counting": len(counting)}
                yield Violation(subject, _("计次为 %(year)s，未撤销的提交有 %(counting)s 次。") % words)
            if max(year.arrivals, len(counting), counted(row, beside)) > year.arrivals_allowed:
                yield Violation(subject, _("计次超过上限 %(allowed)s 次。") % {"allowed": year.arrivals_allowed})
            sequences = sorted(arrival.sequence for arrival in mine)
            if not _are_numbered(row, beside, of) or sequences != list(range(1, len(mine) + 1)):
                yield Violation(subject, _("提交的编号不连续。"))


def _rows_of_persons(years: list[PersonYear]) -> dict[str, list[PersonYear]]:
    rows = PersonYear.objects.filter(person_index__in={year.person_index for year in years}).select_related("campaign")
    return grouped(rows.order_by("id"), lambda row: row.person_index)


def _are_numbered(row: PersonYear, beside: list[PersonYear], of: dict[int, list[CommitteeArrival]]) -> bool:
    """Whether the row's arrivals that count bear the number of their place among those that are counted together."""
    rows = beside if row.counted_in == CountedIn.YEAR else [row]
    counting = [a for one in rows for a in of.get(one.pk, []) if a.annulled_at is None]
    counting.sort(key=lambda arrival: (arrival.arrived_at, arrival.pk))
    return all(arrival.number == place for place, arrival in enumerate(counting, start=1) if arrival.person_year_id == row.pk)


@invariant("applications.years_of_persons", gettext_lazy("申请书上的次数和年度的关闭与年度计次一致"))
def years_of_persons() -> Iterator[Violation]:
    """An application that was sent and is not over shows the count of its person's year, where its account holds the number; a year is
    closed exactly where a last return closed it (S-29)."""
    for years in in_batches(PersonYear.objects.all()):
        of_persons = _rows_of_persons(years)
        rows = Application.objects.filter(person_index__in={y.person_index for y in years})
        shown = rows.select_related("applicant").only(
            "state", "arrivals", "campaign_id", "person_index", "current_submission_id", "applicant__number_held_at"
        )
        of = grouped(shown, lambda row: (row.campaign_id, row.person_index))
        closed = grouped(
            StatusChange.objects.filter(application__in=rows, move__endswith="_close").only("application_id", "at"),
            lambda change: change.application_id,
        )
        for year in years:
            mine = of.get((year.campaign_id, year.person_index), [])
            row = next(row for row in of_persons[year.person_index] if row.pk == year.pk)
            counts = counted(row, in_year_of(row.campaign, of_persons[year.person_index]))
            for application in mine:
                live = application.state not in OVER and application.applicant.number_held_at is not None
                if live and application.current_submission_id is not None and application.arrivals != counts:
                    words = {"shown": application.arrivals, "year": counts}
                    said = _("申请书上的次数为 %(shown)s，年度计次为 %(year)s。") % words
                    yield Violation(f"application:{application.pk}", said)
                if application.state == State.CLOSED_FOR_YEAR and year.closed_at is None:
                    yield Violation(f"application:{application.pk}", _("本年度不再受理，年度计次却没有关闭。"))
            closings = [change for application in mine for change in closed.get(application.pk, [])]
            if year.closed_at is not None and not any(together(change.at, year.closed_at) for change in closings):
                yield Violation(f"person_year:{year.pk}", _("年度计次已关闭，却没有一次退回关闭过它。"))


@invariant("applications.have_a_year", gettext_lazy("每份申请书都有本人的年度计次"))
def have_a_year() -> Iterator[Violation]:
    """Without the row that is locked for it, nothing would count the person's arrivals."""
    for applications in in_batches(Application.objects.only("campaign_id", "person_index")):
        rows = PersonYear.objects.filter(person_index__in={a.person_index for a in applications})
        there = set(rows.values_list("campaign_id", "person_index"))
        for application in applications:
            if (application.campaign_id, application.person_index) not in there:
                yield Violation(f"application:{application.pk}", _("没有本人的年度计次。"))
