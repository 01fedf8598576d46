"""What a process remembers of what it was told, so that it can be asked for again: results, frozen contents, numbers, the ledger's head."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Count, F, Q
from django.db.models.base import Model

from zhicheng.applications.models import CommitteeArrival, NumberCounter, PersonYear, Submission
from zhicheng.applications.queries import get_application
from zhicheng.documents.models import SerialCounter
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import Organization, UnitVerification
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.standards.calendar import load_calendar

MOST_ARRIVALS = 3  # S-28
LEGAL_DAYS = 5  # S-39
# What is meant to be forgotten: files nobody used, notes of what came in, messages, what somebody throws out of their library.
PASSING = {
    "evidence.Intake",
    "evidence.EvidenceFile",
    "evidence.ResumableUpload",
    "foundation.OutboxMessage",
    "library.LibraryItem",
    "personal.DataCopy",
}
_TOLD_AS = {UnitVerification._meta.label: "requests", Organization._meta.label: "units"}  # in the data of account.removed
FROZEN_LOOKED_AT = 2  # the newest: all of them are looked at in the end


class Memory:
    """``keep`` what an action gave; ``look`` after each step, ``look_at_everything`` at the end. Both fail with what is wrong."""

    def __init__(self) -> None:
        self.results: set[tuple[str, Any]] = set()
        self.frozen: dict[int, str] = {}
        self.counters: dict[str, int] = {}
        self.head: tuple[int, str] = (0, "")
        self.measured: set[int] = set()

    def keep(self, result: Any) -> None:
        """An action has said that this is so."""
        for one in result if isinstance(result, list | tuple) else [result]:
            if isinstance(one, Model) and one.pk is not None and one._meta.label not in PASSING:
                self.results.add((one._meta.label, one.pk))

    def look(self) -> None:
        """What is cheap to ask after every step."""
        self._counts()
        self._frozen(Submission.objects.order_by("-pk")[:FROZEN_LOOKED_AT])
        self._numbers()
        self._periods()
        self._ledger()

    def look_at_everything(self) -> None:
        """What is asked once, at the end."""
        self.look()
        self._frozen(Submission.objects.filter(pk__in=self.frozen))
        self._results()

    def _counts(self) -> None:
        """Never a fourth arrival that counts (S-28), and what is counted is what arrived."""
        rows = CommitteeArrival.objects.filter(annulled_at__isnull=True)
        too_many = rows.values("person_year").annotate(n=Count("pk")).filter(n__gt=MOST_ARRIVALS)
        assert not list(too_many), f"more than three arrivals count: {list(too_many)}"
        counted = Count("arrival_rows", filter=Q(arrival_rows__annulled_at__isnull=True))
        other = PersonYear.objects.annotate(n=counted).exclude(arrivals=F("n"))
        assert not other, f"another count than what arrived: {list(other.values('pk', 'arrivals', 'n'))}"

    def _frozen(self, rows: Iterable[Submission]) -> None:
        for row in rows:
            seen = hashlib.sha256(f"{row.application_id} {row.number} {row.sha256} {row.content}".encode()).hexdigest()
            assert self.frozen.setdefault(row.pk, seen) == seen, f"submission {row.pk} has changed"

    def _numbers(self) -> None:
        now = {f"{row.prefix}{row.year}": row.last for row in SerialCounter.objects.all()}
        now |= dict(NumberCounter.objects.values_list("prefix", "last"))
        for name, last in now.items():
            assert last >= self.counters.get(name, 0), f"{name} went back from {self.counters[name]} to {last}"
        assert not set(self.counters) - set(now), "a counter is gone"
        self.counters = now

    def _periods(self) -> None:
        """Counted day by day, by other means than the action's."""
        calendar = load_calendar("xinjiang")
        for row in PublicityPeriod.objects.exclude(pk__in=self.measured):
            days = [row.starts_on + timedelta(n) for n in range((row.ends_on - row.starts_on).days + 1)]
            working = sum(1 for day in days if calendar.is_workday(day))
            assert working >= LEGAL_DAYS, f"publicity {row.pk}: {working} working days"
            self.measured.add(row.pk)

    def _ledger(self) -> None:
        """It only grows: the entry that was last is still there, and is the same."""
        number, said = self.head
        if number:
            found = LedgerEntry.objects.filter(number=number).values_list("hash", flat=True).first()
            assert found == said, f"ledger entry {number} has changed"
        last = LedgerEntry.objects.order_by("-number").values_list("number", "hash").first()
        if last is not None:
            assert last[0] >= number
            self.head = last

    def _results(self) -> None:
        """What somebody was given is there, and whose it is finds it."""
        by_model: dict[str, set[Any]] = {}
        for label, pk in self.results:
            by_model.setdefault(label, set()).add(pk)
        for label, wanted in by_model.items():
            found = set(apps.get_model(label)._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))
            lost = sorted(wanted - found - told_removed(label))
            assert not lost, f"{label}: {lost} were given and are gone"
        submissions = Submission.objects.filter(pk__in=by_model.get("applications.Submission", ()))
        for row in submissions.select_related("application__applicant"):
            application = get_application(actor_for(row.application.applicant), row.application_id)
            assert application is not None, f"application:{row.application_id} is not to be found by its applicant"
            assert application.submissions.filter(pk=row.pk).exists()


def told_removed(label: str) -> set[int]:
    """What the ledger tells was removed: registrations nobody confirmed, units nobody belonged to any more, factors that made room."""
    if label == "mfa.Authenticator":
        gone = LedgerEntry.objects.filter(event="account.factor_gone").values_list("data", flat=True)
        return {data["authenticator"] for data in gone}
    told = LedgerEntry.objects.filter(event="account.removed").values_list("subject", "data")
    if label == "accounts.User":
        return {int(subject.removeprefix("user:")) for subject, _data in told}
    key = _TOLD_AS.get(label)
    return {pk for _subject, data in told for pk in data[key]} if key else set()
