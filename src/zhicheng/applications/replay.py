"""States, arrivals and the counts of a year, told anew from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.models import Application, CommitteeArrival, PersonYear
from zhicheng.foundation.invariants import Violation, in_batches
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.replay import listens, number_of


@listens("applications.states", gettext_lazy("申请书的状态和当前上报版本"))
class States:
    """Where each application is, and with which submission: the last move that the ledger tells of it."""

    def __init__(self) -> None:
        self.told: dict[int, tuple[str, str | None]] = {}

    def hear(self, entry: LedgerEntry) -> None:
        number = number_of(entry.subject, "application")
        if number is not None and entry.event.startswith("application.") and "to" in entry.data:
            self.told[number] = (entry.data["to"], entry.data.get("submission"))

    def differences(self) -> Iterator[Violation]:
        left = dict(self.told)
        rows = Application.objects.select_related("current_submission").defer("current_submission__content")
        for applications in in_batches(rows):
            for application in applications:
                subject, told = f"application:{application.pk}", left.pop(application.pk, None)
                submission = application.current_submission
                if told is None:
                    yield Violation(subject, _("台账没有记录过它。"))
                elif told[0] != application.state:
                    words = {"state": application.state, "told": told[0]}
                    yield Violation(subject, _("状态为 %(state)s，按台账应为 %(told)s。") % words)
                elif told[1] != (submission.sha256 if submission is not None else None):
                    yield Violation(subject, _("当前版本与台账记录的不同。"))
        for number in left:
            yield Violation(f"application:{number}", _("台账有记录，表中却没有。"))

    def untold(self) -> int:
        return 0


@dataclass
class _Arrival:
    year: int
    sequence: int
    submission: str
    annulled: bool = False


@dataclass
class _Year:
    allowed: int | None = None  # of a year whose beginning no entry tells
    closed: bool = False
    arrivals: dict[int, _Arrival] = field(default_factory=dict)


@listens("applications.counts", gettext_lazy("提交评审委员会的计次和年度计次"))
class Counts:
    """Each arrival, whether it was annulled, and what that makes of the year. Entries of format 1 do not tell of arrivals.

    A year that a correction or a confirmation began (``actions.identity``) is known from its first arrival on; before that there
    is nothing in it to be told.
    """

    def __init__(self) -> None:
        self.years: dict[int, _Year] = {}
        self.unknown_years: set[int] = set()
        self.without_year: set[int] = set()  # applications begun before their year was told

    def hear(self, entry: LedgerEntry) -> None:
        application, data = number_of(entry.subject, "application"), entry.data
        if entry.event == "application.start" and application is not None:
            if "person_year" in data:
                self.years.setdefault(data["person_year"], _Year()).allowed = data["allowed"]
            else:
                self.without_year.add(application)
        elif entry.event == "arrival.counted":
            year = self.years.setdefault(data["person_year"], _Year())
            year.arrivals[data["arrival"]] = _Arrival(data["person_year"], data["sequence"], data["submission"])
        elif entry.event == "arrival.annulled" and "person_year" in data:
            known = self.years.get(data["person_year"])
            if known is not None and data["arrival"] in known.arrivals:
                known.arrivals[data["arrival"]].annulled = True
                if data["reopened"]:
                    self.years[data.get("reopened_year", data["person_year"])].closed = False
        elif entry.event == "year.closed":
            number = number_of(entry.subject, "person_year")
            if number is not None and number in self.years:
                self.years[number].closed = True

    def differences(self) -> Iterator[Violation]:
        self._find_unknown_years()
        yield from self._years()
        yield from self._arrivals()

    def _find_unknown_years(self) -> None:
        """A year in which an application was begun before years were told is not known from its beginning."""
        old = Application.objects.filter(pk__in=self.without_year).values_list("campaign_id", "person_index")
        years = PersonYear.objects.filter(person_index__in={index for _campaign, index in old})
        self.unknown_years = set(years.values_list("pk", flat=True)) if self.without_year else set()

    def _years(self) -> Iterator[Violation]:
        left = {number: year for number, year in self.years.items() if number not in self.unknown_years}
        for rows in in_batches(PersonYear.objects.all()):
            for row in rows:
                if row.pk in self.unknown_years:
                    continue
                subject, told = f"person_year:{row.pk}", left.pop(row.pk, None)
                told = told or _Year()
                counting = sum(not arrival.annulled for arrival in told.arrivals.values())
                limit = row.arrivals_allowed if told.allowed is None else told.allowed
                if (row.arrivals, row.arrivals_allowed) != (counting, limit):
                    words = {"count": row.arrivals, "allowed": row.arrivals_allowed, "told": counting, "limit": limit}
                    yield Violation(subject, _("计次为 %(count)s / %(allowed)s，按台账应为 %(told)s / %(limit)s。") % words)
                if (row.closed_at is not None) != told.closed:
                    yield Violation(subject, _("年度是否关闭与台账不同。"))
        for number in left:
            yield Violation(f"person_year:{number}", _("台账有记录，表中却没有。"))

    def _arrivals(self) -> Iterator[Violation]:
        known = {n: y for n, y in self.years.items() if n not in self.unknown_years}
        left = {number: arrival for year in known.values() for number, arrival in year.arrivals.items()}
        for rows in in_batches(CommitteeArrival.objects.select_related("submission").defer("submission__content")):
            for row in rows:
                if row.person_year_id in self.unknown_years:
                    continue
                subject, told = f"arrival:{row.pk}", left.pop(row.pk, None)
                if told is None:
                    yield Violation(subject, _("台账没有记录过它。"))
                elif (told.year, told.sequence, told.submission) != (row.person_year_id, row.sequence, row.submission.sha256):
                    yield Violation(subject, _("年度、次序或上报版本与台账不同。"))
                elif told.annulled != (row.annulled_at is not None):
                    yield Violation(subject, _("是否撤销与台账不同。"))
        for number in left:
            yield Violation(f"arrival:{number}", _("台账有记录，表中却没有。"))

    def untold(self) -> int:
        return len(self.unknown_years)
