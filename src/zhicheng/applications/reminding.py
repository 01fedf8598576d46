"""Which reminders of an application are due, from the plain facts and a moment. Pure.

What is waited for is one thing at a time; of one thing and one audience only the newest moment that has passed is due, so that a worker
that stood still for a week reminds once. A moment that lay before the application came where it is reminds nobody: they have just been
told. A reminder's ``key`` names the end or the day it hangs on: when a notice moves the end, the reminders of the new one are others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.foundation.clock import BEIJING
from zhicheng.foundation.quiet import A_DAY, QuietHours

MORNING = time(9)


class Kind(StrEnum):
    """What is waited for."""

    DRAFT = "draft"  # a draft that was never sent
    RETURN = "return"  # what was returned, or taken back, and not sent again
    UNIT = "unit"  # the unit's review, its publicity, its report
    PAPER = "paper"  # the paper dossier, at the desk that has the application
    PUBLICITY = "publicity"  # the last day of a publicity


class Audience(StrEnum):
    """Who is reminded."""

    APPLICANT = "applicant"
    UNIT = "unit"


LAST = timedelta(hours=24)  # where it falls into the quiet hours it is brought forward into the day before them
ENDS = (timedelta(days=14), timedelta(days=7), timedelta(days=2), LAST)
SPARE = timedelta(hours=1)  # of what is brought forward, so that the worker need not hurry
# How long before the end.
BEFORE: Mapping[tuple[Kind, Audience], tuple[timedelta, ...]] = {
    (Kind.DRAFT, Audience.APPLICANT): ENDS,
    (Kind.RETURN, Audience.APPLICANT): ENDS,
    (Kind.RETURN, Audience.UNIT): (timedelta(days=7), timedelta(days=2)),
    (Kind.UNIT, Audience.UNIT): ENDS[1:],
}
# How many working days after it came there.
AFTER: Mapping[tuple[Kind, Audience], tuple[int, ...]] = {
    (Kind.RETURN, Audience.APPLICANT): (5,),
    (Kind.UNIT, Audience.UNIT): (3, 7),
    (Kind.UNIT, Audience.APPLICANT): (7,),
    (Kind.PAPER, Audience.UNIT): (2, 5),
    (Kind.PAPER, Audience.APPLICANT): (5,),
}
AFTER_DAYS = sorted({days for marks in AFTER.values() for days in marks})


@dataclass(frozen=True, slots=True)
class ReminderFacts:
    """What is known of an application at the moment it is looked at.

    ``since``: when it came where it is. ``end``: until when whoever it waits for may act (exclusive); ``None``: nobody sets one.
    ``can_act``: whether the applicant could send it at all. ``publicity_ends``: the last day of the publicity that runs.
    ``paper_missing``: a desk that wants the paper dossier has not recorded it. ``workdays``: the first, second … working day after the
    day from which is counted, as far as the calendar is published.
    """

    application_id: int
    state: State
    since: datetime
    is_first: bool = False
    end: datetime | None = None
    can_act: bool = True
    publicity_ends: date | None = None
    paper_missing: bool = False
    workdays: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder: ``at`` its moment, outside of the quiet hours; ``until`` (exclusive) it is of use, ``None``: as long as nothing changes."""

    kind: Kind
    audience: Audience
    at: datetime
    until: datetime | None
    key: str


def due_reminders(facts: ReminderFacts, *, now: datetime, ahead: datetime, quiet: QuietHours) -> list[Reminder]:
    """The reminders whose moment has come by ``ahead`` (``now``, or later on the same day) and that still are of use: one at most of a kind
    for an audience."""
    newest: dict[tuple[Kind, Audience], Reminder] = {}
    for one in every_reminder(facts, quiet):
        found = newest.get((one.kind, one.audience))
        if one.at <= ahead and (one.until is None or now < one.until) and (found is None or found.at < one.at):
            newest[one.kind, one.audience] = one
    return list(newest.values())


def next_moment(facts: ReminderFacts, *, after: datetime, quiet: QuietHours) -> datetime | None:
    """When it has to be looked at again, as long as nothing happens to it."""
    return min((one.at for one in every_reminder(facts, quiet) if one.at > after), default=None)


def every_reminder(facts: ReminderFacts, quiet: QuietHours) -> Iterator[Reminder]:
    """Every reminder that these facts can come to, past and future."""
    kind = waited_for(facts)
    if kind is None:
        return
    for (of, audience), spans in BEFORE.items():
        if of is kind and facts.end is not None and not _knows_nothing(facts, audience):
            yield from _before(facts, kind, audience, spans, quiet)
    for (of, audience), marks in AFTER.items():
        if of is kind:
            yield from _after(facts, kind, audience, marks, quiet)
    if kind is Kind.PUBLICITY and facts.publicity_ends is not None:
        last = facts.publicity_ends
        over = datetime.combine(last + A_DAY, time(0), BEIJING)
        for audience in Audience:
            at = quiet.over(datetime.combine(last, MORNING, BEIJING))
            yield Reminder(kind, audience, at, over, _key(facts, kind, audience, f"{last}:last"))


def waited_for(facts: ReminderFacts) -> Kind | None:
    """What the application waits for, of what anybody is reminded of; ``None``: it is over, or at a desk that has all it needs."""
    if facts.state in OPEN_FOR_APPLICANT:
        return (Kind.DRAFT if facts.is_first else Kind.RETURN) if facts.can_act else None
    if facts.state is State.IN_PUBLICITY and facts.publicity_ends is not None:
        return Kind.PUBLICITY
    if facts.state in (State.UNIT_REVIEW, State.UNIT_PASSED, State.IN_PUBLICITY):
        return Kind.UNIT
    return Kind.PAPER if facts.paper_missing else None


def _knows_nothing(facts: ReminderFacts, audience: Audience) -> bool:
    """A form that was never sent, or was taken back, is its applicant's alone."""
    return facts.state is State.DRAFT and audience is Audience.UNIT


def _before(
    facts: ReminderFacts, kind: Kind, audience: Audience, spans: tuple[timedelta, ...], quiet: QuietHours
) -> Iterator[Reminder]:
    if facts.end is None:
        return
    for span in spans:
        moment = facts.end - span
        if moment < facts.since:
            continue
        at = quiet.before(moment, spare=SPARE) if span == LAST else quiet.over(moment)
        if at < facts.since:  # brought forward to before it was there
            at = quiet.over(moment)
        hours = span // timedelta(hours=1)
        anchor = f"{facts.end.astimezone(BEIJING):%Y%m%dT%H%M}"
        if at < facts.end:
            yield Reminder(kind, audience, at, facts.end, _key(facts, kind, audience, f"{anchor}:{hours}h"))


def _after(facts: ReminderFacts, kind: Kind, audience: Audience, marks: tuple[int, ...], quiet: QuietHours) -> Iterator[Reminder]:
    anchor = f"{facts.since.astimezone(BEIJING):%Y%m%dT%H%M%S}"
    for days in marks:
        if days in facts.workdays:
            at = quiet.over(datetime.combine(facts.workdays[days], MORNING, BEIJING))
            yield Reminder(kind, audience, at, facts.end, _key(facts, kind, audience, f"{anchor}:{days}d"))


def _key(facts: ReminderFacts, kind: Kind, audience: Audience, mark: str) -> str:
    return f"{PREFIX}{facts.application_id}:{kind.value}:{audience.value}:{mark}"


PREFIX = "application:"
"""How the key of every reminder of an application begins; its id follows."""
