"""A person's applications for the copy: form, files in their slots, what was sent, what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeVar

from zhicheng.accounts.models import User
from zhicheng.applications.models import (
    Application,
    CommitteeArrival,
    DraftSection,
    Material,
    SectionVersion,
    StatusChange,
    Submission,
)
from zhicheng.applications.papers import subject_of
from zhicheng.applications.receipts import subject_of_submission
from zhicheng.documents.models import Kind, Paper
from zhicheng.foundation import blobs
from zhicheng.personal import told
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.review.models import Decision, PaperDossier

#: The papers whose PDF is the applicant's; the unit's letters are handed to offices.
OWN_PAPERS = (Kind.REVIEW_FORM, Kind.RECEIPT)
_Row = TypeVar("_Row")


@dataclass(slots=True)
class Cases:
    """The rows, what is told of them, what was sent by its path in the ZIP, and papers as path, hash, size."""

    rows: list[Application]
    told: list[told.Case] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    papers: list[tuple[str, str, int]] = field(default_factory=list)


def cases_of(person: User) -> Cases:
    """Every application of the account, the oldest first: a fixed number of queries."""
    rows = list(Application.objects.filter(applicant=person).select_related("campaign", "employer").order_by("pk"))
    beside, cases = _beside(person, rows), Cases(rows)
    cases.told = [_case(cases, row, beside) for row in rows]
    return cases


@dataclass(frozen=True, slots=True)
class _Beside:
    """What hangs on the applications, by application."""

    drafts: dict[int, list[DraftSection]]
    earlier: dict[int, list[SectionVersion]]
    materials: dict[int, list[Material]]
    sent: dict[int, list[Submission]]
    moves: dict[int, list[StatusChange]]
    periods: dict[int, list[PublicityPeriod]]
    decisions: dict[int, list[Decision]]
    dossiers: dict[int, list[PaperDossier]]
    arrivals: dict[int, list[CommitteeArrival]]
    papers: dict[int, list[Paper]]


def _beside(person: User, rows: list[Application]) -> _Beside:
    of: dict[str, Any] = {"application__in": rows}
    sent = list(Submission.objects.filter(**of).order_by("number"))
    subjects = {subject_of(row.pk): row.pk for row in rows}
    subjects |= {subject_of_submission(each.pk): each.application_id for each in sent}
    papers = Paper.objects.filter(subject__in=list(subjects)).defer("data").order_by("pk")
    counted = CommitteeArrival.objects.filter(**of).order_by("pk")
    return _Beside(
        drafts=_by(DraftSection.objects.filter(**of).order_by("pk")),
        earlier=_by(SectionVersion.objects.filter(**of).order_by("pk")),
        materials=_by(Material.objects.filter(added_by=person, **of).order_by("pk")),
        sent=_by(sent),
        moves=_by(StatusChange.objects.filter(**of).select_related("by_organization").order_by("pk")),
        periods=_by(PublicityPeriod.objects.filter(**of).select_related("unit").order_by("pk")),
        decisions=_by(Decision.objects.filter(**of).select_related("desk", "submission").order_by("pk")),
        dossiers=_by(PaperDossier.objects.filter(**of).select_related("desk").order_by("pk")),
        arrivals=_by(counted if person.number_held_at is not None else ()),
        papers=_by(papers, lambda paper: subjects[paper.subject]),
    )


def _case(cases: Cases, row: Application, beside: _Beside) -> told.Case:
    return told.Case(
        number=row.number,
        year=row.year,
        campaign=row.campaign.slug,
        series=row.series,
        specialty=row.specialty,
        title=row.title,
        level=row.level,
        state=row.state,
        employer=row.employer.name,
        created_at=row.created_at,
        draft={each.key: json.loads(each.content) for each in beside.drafts.get(row.pk, [])},
        earlier=[_earlier(each) for each in beside.earlier.get(row.pk, [])],
        materials=[_material(each) for each in beside.materials.get(row.pk, [])],
        submissions=[_sent(cases, row, each) for each in beside.sent.get(row.pk, [])],
        history=[_move(each) for each in beside.moves.get(row.pk, [])],
        publicity=[_publicity(each) for each in beside.periods.get(row.pk, [])],
        papers=[_paper(cases, each) for each in beside.papers.get(row.pk, [])],
        decisions=[_decided(each) for each in beside.decisions.get(row.pk, [])],
        dossiers=[_dossier(each) for each in beside.dossiers.get(row.pk, [])],
        arrivals=[
            told.Arrival(number=a.number, arrived_at=a.arrived_at, annulled_at=a.annulled_at)
            for a in beside.arrivals.get(row.pk, [])
        ],
    )


def _by(rows: Iterable[_Row], key: Callable[[Any], int] = attrgetter("application_id")) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _earlier(row: SectionVersion) -> told.Earlier:
    return told.Earlier(section=row.key, version=row.version, saved_at=row.saved_at, content=json.loads(row.content))


def _material(row: Material) -> told.Material:
    return told.Material(
        slot=row.slot,
        paper=row.paper,
        year=row.year,
        row=row.row,
        label=row.label,
        file=row.file_id,
        added_at=row.added_at,
        removed_at=row.removed_at,
        noticed=row.noticed,
    )


def _sent(cases: Cases, row: Application, each: Submission) -> told.Submitted:
    path = f"submissions/{row.number}-{each.number}.json"
    cases.texts[path] = each.content
    return told.Submitted(number=each.number, submitted_at=each.submitted_at, sha256=each.sha256, path=path)


def _move(row: StatusChange) -> told.Move:
    office = row.by_organization.name if row.by_organization is not None and row.by_role != "applicant" else ""
    return told.Move(move=row.move, to_state=row.to_state, at=row.at, by=office, note=row.note, reasons=row.reasons)


def _decided(row: Decision) -> told.Decided:
    return told.Decided(
        submission=row.submission.number,
        office=row.desk.name,
        verdict=row.verdict,
        opinion=row.opinion,
        reasons=row.reasons,
        sanction=row.sanction,
        decided_at=row.decided_at,
    )


def _dossier(row: PaperDossier) -> told.Dossier:
    names = [name for name in told.Dossier.model_fields if name != "office"]
    return told.Dossier.model_validate({"office": row.desk.name} | {name: getattr(row, name) for name in names})


def _publicity(row: PublicityPeriod) -> told.Publicity:
    return told.Publicity(
        unit=row.unit.name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        facts=row.facts,
        political_conduct=row.political_conduct,
        results=row.results,
        contribution=row.contribution,
        office=row.office,
        phone=row.phone,
    )


def _paper(cases: Cases, row: Paper) -> told.Issued:
    path = ""
    if row.kind in OWN_PAPERS and row.is_ready and blobs.exists(row.pdf_sha256):
        path = f"papers/{'void/' if row.is_void else ''}{row.serial}.pdf"
        cases.papers.append((path, row.pdf_sha256, blobs.blob_size(row.pdf_sha256)))
    return told.Issued(
        kind=row.kind, serial=row.serial, title=row.title, created_at=row.created_at, voided_at=row.voided_at, path=path
    )
