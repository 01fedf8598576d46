"""What was shown and what came of it, against the frozen submission and the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.sent_invariants import content_of
from zhicheng.applications.snapshot import publicised
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.sealing import SealBroken
from zhicheng.foundation.told import ACTOR, Telling, moment, person, told
from zhicheng.organizations.actors import ANONYMOUS
from zhicheng.publicity.models import Objection, ObjectionState, PublicityPeriod
from zhicheng.publicity.papers import public_facts, words_of
from zhicheng.publicity.queries import UPLOADS

_MEASURED = ("publicity.opened", "publicity.end_moved")


def _opened(row: Objection, column: str) -> str | None:
    """What lies sealed in the row; ``None`` where it was changed and does not open."""
    try:
        return str(getattr(row, column))
    except (SealBroken, ValueError):
        return None


told(
    "publicity.periods_in_ledger",
    gettext_lazy("公示的内容与台账记录的一致"),
    Telling(
        events=("publicity.opened",),
        rows=lambda: PublicityPeriod.objects.select_related("submission").defer("submission__content"),
        kind="publicity",
        belongs="pk",
        values={
            ACTOR: lambda row: person(row.opened_by_id),
            "application": lambda row: row.application_id,
            "submission": lambda row: row.submission.sha256,
            "unit": lambda row: row.unit_id,
            "facts": lambda row: row.facts,
            "facts_sha256": lambda row: row.facts_sha256,
            "words": words_of,
            "starts_on": lambda row: row.starts_on.isoformat(),
            "at": lambda row: moment(row.opened_at),
        },
        untold="opened_at",
    ),
)
told(
    "publicity.cancellations_in_ledger",
    gettext_lazy("取消的每次公示在台账中恰有一条记录，原因一致"),
    Telling(
        events=("publicity.cancelled",),
        rows=lambda: PublicityPeriod.objects.filter(cancelled_at__isnull=False),
        kind="publicity",
        belongs="pk",
        values={"reason": lambda row: row.cancel_reason},
    ),
)
told(
    "publicity.objections_in_ledger",
    gettext_lazy("登记的每件异议在台账中恰有一条记录，内容一致"),
    Telling(
        events=("publicity.objection_registered",),
        rows=Objection.objects.all,
        kind="publicity",
        belongs="period_id",
        named="objection",
        values={
            ACTOR: lambda row: person(row.registered_by_id) if row.registered_by_id else ANONYMOUS.ref,
            "channel": lambda row: row.channel,
            "content": lambda row: _opened(row, "content"),
            "from": lambda row: [_opened(row, "from_name"), _opened(row, "from_contact")],
            "county_only": lambda row: row.county_only,
            "received_at": lambda row: moment(row.received_at),
            "at": lambda row: moment(row.registered_at),
        },
    ),
)
told(
    "publicity.findings_in_ledger",
    gettext_lazy("异议的每个处理结果在台账中恰有一条记录，内容一致"),
    Telling(
        events=("publicity.objection_decided",),
        rows=lambda: Objection.objects.exclude(state=ObjectionState.OPEN, finding=""),
        kind="publicity",
        belongs="period_id",
        named="objection",
        values={
            ACTOR: lambda row: person(row.decided_by_id),
            "state": lambda row: row.state,
            "finding": lambda row: row.finding,
            "at": lambda row: moment(row.decided_at),
        },
    ),
)


told(
    "publicity.liftings_in_ledger",
    gettext_lazy("解除的每件异议在台账中恰有一条记录，内容一致"),
    Telling(
        events=("publicity.objection_lifted",),
        rows=lambda: Objection.objects.filter(lifted_at__isnull=False),
        kind="publicity",
        belongs="period_id",
        named="objection",
        values={
            ACTOR: lambda row: person(row.lifted_by_id),
            "reason": lambda row: row.lift_reason,
            "at": lambda row: moment(row.lifted_at),
        },
    ),
)


@invariant("publicity.ends_as_told", gettext_lazy("公示的结束日期与台账一致"))
def ends_as_told() -> Iterator[Violation]:
    """The last day is the one it was opened with, or the one a new calendar moved it to last; a period nobody told of has none to compare."""
    for periods in in_batches(PublicityPeriod.objects.only("ends_on")):
        subjects = {f"publicity:{period.pk}" for period in periods}
        entries = LedgerEntry.objects.filter(event__in=_MEASURED, subject__in=subjects).order_by("number")
        of = grouped(entries, lambda entry: entry.subject)
        for period in periods:
            mine: list[LedgerEntry] = of.get(f"publicity:{period.pk}", [])
            ends = [entry.data["to"] if "to" in entry.data else entry.data.get("ends_on") for entry in mine]
            ends = [one for one in ends if one is not None]
            if ends and ends[-1] != period.ends_on.isoformat():
                yield Violation(f"publicity:{period.pk}", _("公示的结束日期与台账不一致。"))


# Of the facts those that stand in the submission as they are: a later edition of a table may have other words for a code.
_PLAIN = ("name", "employer", "series", "specialty", "level", "title", "current_title")


@invariant("publicity.shows_what_was_sent", gettext_lazy("公示的内容与上报的相同，校验码一致"))
def shows_what_was_sent() -> Iterator[Violation]:
    """The facts are those of the frozen submission, and so is the hash of what must be shown again when it changes (S-65, G-08)."""
    rows = PublicityPeriod.objects.select_related("submission")
    for periods in in_batches(rows, size=100):
        for period in periods:
            content = content_of(period.submission)
            if content is None:
                continue  # said of the submission
            sent = public_facts(content)
            same = all(period.facts.get(key) == sent[key] for key in _PLAIN)
            if not same or period.facts_sha256 != digest(publicised(content)):
                yield Violation(f"publicity:{period.pk}", _("公示的内容与上报的不同，或者与校验码不一致。"))


@invariant("publicity.uploads_in_ledger", gettext_lazy("公示上传的材料与台账记录的一致"))
def uploads_in_ledger() -> Iterator[Violation]:
    """Each of the unit's three papers is the one that was uploaded last; a result may have been withdrawn since (S-73)."""
    rows = PublicityPeriod.objects.select_related(*UPLOADS).only("pk", *(f"{which}__sha256" for which in UPLOADS))
    for periods in in_batches(rows):
        subjects = {f"publicity:{period.pk}" for period in periods}
        entries = LedgerEntry.objects.filter(event="publicity.paper_added", subject__in=subjects).order_by("number")
        of = grouped(entries, lambda entry: (entry.subject, entry.data.get("which")))
        withdrawn = set(
            LedgerEntry.objects.filter(event="publicity.objection_registered", subject__in=subjects).values_list(
                "subject", "data__result_withdrawn"
            )
        )
        for period in periods:
            for which in UPLOADS:
                subject, file = f"publicity:{period.pk}", getattr(period, which)
                mine = of.get((subject, which), [])
                told_last = (mine[-1].data["sha256"], mine[-1].data.get("file")) if mine else None
                here = None if file is None else (file.sha256, file.pk)
                gone = here is None and which == "result_file" and any(one == subject and pk for one, pk in withdrawn)
                same = here == told_last or (here is not None and told_last is not None and told_last == (here[0], None))
                if not same and not gone:
                    yield Violation(subject, _("上传的公示材料与台账不一致：%(which)s。") % {"which": which})
