"""Reads about kept files. Who may see a file is decided by the room that refers to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import connection
from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.utils.translation import get_language

from zhicheng.evidence import visitors
from zhicheng.evidence.inspection.verdicts import ACTIVE, CONVERTED, MENDED_COPY, NOTES, PHOTOGRAPHED
from zhicheng.evidence.models import EvidenceFile, FileReading, Intake, IntakeState, Lane, PageCheck, ResumableUpload
from zhicheng.evidence.rules import PROVIDED, Usage, site_of
from zhicheng.evidence.sentences import checking_sentence, copy_sentence, reading_sentence, sentence_of, warning_sentence
from zhicheng.foundation import clock
from zhicheng.foundation.prepared import prepared

# A form may hold a file for a day by its token, and the token is renewed with every answer.
UNUSED_KEPT = timedelta(days=2)
HOUR = timedelta(hours=1)
UNFINISHED_KEPT = timedelta(days=1)
"""So long an upload that was cut waits for its next piece."""
STUCK_AFTER = timedelta(minutes=2)
"""Nobody examines a lane whose files have been due for so long while none of them was taken in hand or ended."""
_OPEN = (IntakeState.WAITING.value, IntakeState.EXAMINING.value)

Intakes = QuerySet[Intake]


class Examined(Protocol):
    """What an examination left of a file: a row, or what a frozen content tells of it."""

    @property
    def warnings(self) -> list[dict[str, Any]] | None:
        """The findings."""

    @property
    def safe_sha256(self) -> str | None:
        """The hash of the copy that is shown in its stead."""

    @property
    def checking(self) -> bool:
        """Whether its pages are still to be looked at."""

    @property
    def reading(self) -> bool:
        """Whether it is still to be read."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said of a file, in the active language and in page order: ``warnings``, for which somebody has to look whether it is
    clear and complete, and ``notes``, which only tell what is shown (``verdicts.NOTES``).
    """

    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.warnings or self.notes)


def what_is_said(evidence_file: Examined) -> Said:
    """The findings about a file as sentences; also that what is shown is a copy, and why."""
    said = Said()
    for warning in evidence_file.warnings or ():
        _put(said, str(warning.get("code")), warning_sentence(warning))
    if evidence_file.safe_sha256:
        why = why_a_copy(evidence_file)
        _put(said, why, copy_sentence(why))
    if evidence_file.checking:
        said.notes.append(checking_sentence())
    if evidence_file.reading:
        said.notes.append(reading_sentence())
    return said


def _put(said: Said, code: str, sentence: str) -> None:
    if sentence:
        (said.notes if code in NOTES else said.warnings).append(sentence)


def describe_warnings(evidence_file: Examined) -> list[str]:
    """What somebody has to look at, of :func:`what_is_said`; empty when nothing was found."""
    return what_is_said(evidence_file).warnings


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a page at which something was seen: left, top, width, height in thousandths of the page, and the sentence about it."""

    left: int
    top: int
    width: int
    height: int
    sentence: str


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page as a preview shows it, from 1, with what is marked on it."""

    number: int
    marks: list[Mark]


def marked_pages(evidence_file: Examined, pages: int) -> list[MarkedPage]:
    """The first ``pages`` pages of a file, each with the places its warnings speak of."""
    marks: dict[object, list[Mark]] = {}
    for warning in evidence_file.warnings or ():
        if "left" in warning:
            left, top, width, height = (int(warning[name]) for name in ("left", "top", "width_of", "height_of"))
            marks.setdefault(warning.get("page"), []).append(Mark(left, top, width, height, warning_sentence(warning)))
    return [MarkedPage(number, marks.get(number, [])) for number in range(1, pages + 1)]


def day_photographed(evidence_file: EvidenceFile) -> date | None:
    """The day a camera says the picture was taken; ``None`` where it says none. Anybody can write another into a file."""
    day = next((w.get("day") for w in evidence_file.warnings if w.get("code") == PHOTOGRAPHED), None)
    return date.fromisoformat(str(day)) if day else None


def said_against(row: Intake) -> str:
    """Why the file was not taken, in the active language; where only the words of its upload are known, in those."""
    known = row.problem_words or {}
    if "values" in known:
        return sentence_of(row.problem_code, known["values"], declared_name=row.name)
    said: str = known.get("said", {}).get(get_language(), row.problem_text)
    return said


def why_a_copy(evidence_file: Examined) -> str:
    """Why readers get a copy of it: ``converted`` (a JPEG of the same photograph), ``mended_copy`` (everything the original has, names
    mended), else ``active`` (scripts, actions or attachments are taken out).
    """
    codes = {warning.get("code") for warning in evidence_file.warnings or ()}
    return next((code for code in (CONVERTED, MENDED_COPY) if code in codes), ACTIVE)


def unused_files() -> QuerySet[EvidenceFile]:
    """The files older than ``UNUSED_KEPT`` that no row of any room refers to, oldest first: a licence of a registration that
    was not finished, a file that no form took.
    """
    unused = EvidenceFile.objects.filter(uploaded_at__lt=clock.now() - UNUSED_KEPT)
    for relation in _relations():
        rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        unused = unused.exclude(Exists(rows))
    return unused.order_by("id")


def _relations() -> Iterable[Any]:
    """Every foreign key of every room that points to a file."""
    fields = EvidenceFile._meta.get_fields(include_hidden=True)
    relations = [field for field in fields if field.auto_created and not field.concrete and field.is_relation]
    return [relation for relation in relations if relation.related_model not in {Intake, PageCheck, FileReading}]  # no use of it


# --- files on their way in ------------------------------------------------------------------------------------------------


def ended_intakes(*, before: datetime) -> Intakes:
    """What was decided before that moment of the machine's clock, but for files of visitors that nobody answers for yet: whose network
    they came from counts as long as they fill the room.
    """
    return Intake.objects.filter(ended_at__lt=before).exclude(lane=Lane.VISITORS, file__in=visitors.unclaimed_files())


def usage_of_account(user_id: int) -> Usage:
    """What this account has waiting, and what its files cost in the last hour."""
    figures = Intake.objects.filter(brought_by_id=user_id).aggregate(
        waiting=Count("pk", filter=Q(state__in=_OPEN)),
        cpu=Sum("cpu_seconds", filter=Q(ended_at__isnull=True) | Q(ended_at__gte=clock.machine_now() - HOUR)),
    )
    return Usage(waiting=figures["waiting"], cpu_seconds=figures["cpu"] or 0)


@dataclass(frozen=True, slots=True)
class VisitorsUsage:
    """How much visitors have brought: those from one network, from its site, from all that one customer of a provider may get
    (``rules.SITE``, ``rules.PROVIDED``), and all together.
    """

    own: Usage
    site: Usage
    provided: Usage
    everybody: Usage


class _Brought(NamedTuple):
    network: str | None
    waiting: int
    cpu: float
    held: int


# As text, for it is asked twice for every upload of a stranger: putting it together anew took longer than all the rest of taking a file.
# Networks that cannot lie in the site asked about are one row, so that those who wait make nobody's upload dearer.
_VISITORS = f"""
    SELECT CASE WHEN SUBSTR(network, 1, %s) = %s THEN network END,
        COUNT(*) FILTER (WHERE state IN (%s, %s)),
        COALESCE(SUM(cpu_seconds) FILTER (WHERE state IN (%s, %s) OR ended_at >= %s), 0),
        COALESCE(SUM(size) FILTER (WHERE state <> %s), 0)
    FROM {Intake._meta.db_table} WHERE lane = %s GROUP BY 1
"""  # noqa: S608 - the name of our own table


def usage_of_visitors(network: str) -> VisitorsUsage:
    """What visitors have waiting and cost in the last hour; what ``network`` fills, and everybody.

    One query as long as all that visitors brought and that is still known fills no more than a quarter of their room: then that is
    what everybody is said to fill. Beyond it, what somebody answers for is taken off (:func:`bytes_of_visitors`).
    """
    # Of IPv6 the first part, which is written out; of anything else all of it.
    head, length = (f"{network.partition(':')[0]}:", network.find(":") + 1) if ":" in network else (network, 50)
    recent = connection.ops.adapt_datetimefield_value(clock.machine_now() - HOUR)
    with connection.cursor() as cursor:
        cursor.execute(_VISITORS, [length, head, *_OPEN, *_OPEN, recent, IntakeState.REFUSED.value, Lane.VISITORS.value])
        found = [_Brought(name, waiting, float(cpu), int(held)) for name, waiting, cpu, held in cursor.fetchall()]
    near = [(row, row.network) for row in found if row.network is not None]
    usage = VisitorsUsage(
        own=_sum(row for row, name in near if name == network),
        site=_sum(row for row, name in near if site_of(name) == site_of(network)),
        provided=_sum(row for row, name in near if site_of(name, PROVIDED) == site_of(network, PROVIDED)),
        everybody=_sum(found),
    )
    if usage.everybody.held_bytes > settings.VISITOR_BYTES // 4:
        return replace(usage, everybody=replace(usage.everybody, held_bytes=bytes_of_visitors()))
    return usage


def _sum(rows: Iterable[_Brought]) -> Usage:
    rows = list(rows)
    return Usage(
        waiting=sum(row.waiting for row in rows),
        cpu_seconds=sum(row.cpu for row in rows),
        held_bytes=sum(row.held for row in rows),
    )


def bytes_of_visitors() -> int:
    """What all visitors together fill of their room: what waits, and what was taken until somebody known answers for it
    (``visitors.vouches``).
    """
    waiting = Intake.objects.filter(lane=Lane.VISITORS, state__in=_OPEN).aggregate(bytes=Sum("size"))["bytes"] or 0
    return waiting + (visitors.unclaimed_files().aggregate(bytes=Sum("size"))["bytes"] or 0)  # after: never in neither


def unclaimed_bytes_near(network: str) -> int:
    """What visitors from ``network`` and the rest of its site (``rules.site_of``) fill with files nobody answers for, examined or not."""
    fill = Q(state__in=_OPEN) | Q(file__in=visitors.unclaimed_files())
    of = Intake.objects.filter(fill, lane=Lane.VISITORS).values_list("network").annotate(bytes=Sum("size")).order_by()
    return sum(size for other, size in of if site_of(other) == site_of(network))


def intakes_at(subject: str, *, asked: Collection[int] = ()) -> list[Intake]:
    """What is on its way in for ``subject`` and what was refused without its being told, the latest of each place alone when it was
    refused. Of those ``asked`` for a refusal is there even when it was told: the page that asks has lost it. One query.
    """
    rows = _intakes(subject)
    last = {row.where: row.pk for row in rows}
    return [
        row
        for row in rows
        if row.is_open or (row.state == IntakeState.REFUSED and (not row.told or row.pk in asked) and last[row.where] == row.pk)
    ]


@prepared
def _intakes(subject: str) -> QuerySet[Intake]:
    return Intake.objects.filter(subject=subject).order_by("pk")


def get_intakes(ids: Iterable[int]) -> list[Intake]:
    """These files on their way in, as they stand, in the order they came; those forgotten meanwhile are missing."""
    return list(Intake.objects.filter(pk__in=list(ids)).select_related("file").order_by("pk"))


def other_visitors_wait(ids: Collection[int]) -> bool:
    """Whether visitors' files other than these wait or are being examined."""
    return Intake.objects.filter(lane=Lane.VISITORS, state__in=_OPEN).exclude(pk__in=ids).exists()


def get_upload(user_id: int, key: str) -> ResumableUpload | None:
    """The upload of this account that the key names, whole or not; ``None`` where it has none."""
    return ResumableUpload.objects.filter(brought_by_id=user_id, key=key).select_related("intake").first()


def unfinished_uploads(user_id: int) -> QuerySet[ResumableUpload]:
    """What this account began to send and has not brought to its end."""
    return ResumableUpload.objects.filter(brought_by_id=user_id, intake__isnull=True)


def stale_uploads() -> QuerySet[ResumableUpload]:
    """The uploads nobody went on with for :data:`UNFINISHED_KEPT`."""
    return ResumableUpload.objects.filter(intake__isnull=True, touched_at__lt=clock.machine_now() - UNFINISHED_KEPT)


def held_names(among: Collection[str]) -> set[str]:
    """Which of these names of held bytes somebody still wants: a file that waits, or an upload that is not whole yet."""
    waiting = Intake.objects.filter(held__in=among, ended_at__isnull=True).values_list("held", flat=True)
    pieces = ResumableUpload.objects.filter(intake__isnull=True).values_list("pieces", flat=True)
    return {*waiting, *(name for row in pieces for name, _size in row)}


@dataclass(frozen=True, slots=True)
class IntakeHealth:
    """How the queue of files stands: how many wait, in each lane, since when the oldest (a time of the machine), and the lanes whose
    files nobody takes.
    """

    people: int
    visitors: int
    oldest: datetime | None
    stuck: tuple[Lane, ...] = ()

    @property
    def is_stuck(self) -> bool:
        """Whether files wait that nobody takes."""
        return bool(self.stuck)


def intake_health() -> IntakeHealth:
    """For the operator's page, the monitor and the alarm."""
    rows = Intake.objects.filter(state__in=_OPEN)
    counts = dict(rows.values_list("lane").annotate(n=Count("pk")))
    return IntakeHealth(
        people=counts.get(Lane.PEOPLE, 0),
        visitors=counts.get(Lane.VISITORS, 0),
        oldest=rows.order_by("arrived_at").values_list("arrived_at", flat=True).first(),
        stuck=tuple(lane for lane in (Lane.PEOPLE, Lane.VISITORS) if counts.get(lane) and _nobody_examines(lane)),
    )


def _nobody_examines(lane: Lane) -> bool:
    """A long queue is none of it: somebody is at work there. A file in hand is due again when its examiner falls silent."""
    since = clock.machine_now() - STUCK_AFTER
    rows = Intake.objects.filter(lane=lane)
    at_work = Q(ended_at__gte=since) | Q(state=IntakeState.EXAMINING, due_at__gte=since)
    return rows.filter(state__in=_OPEN, due_at__lt=since).exists() and not rows.filter(at_work).exists()
