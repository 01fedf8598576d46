"""One case as a desk sees it: the frozen submission in the order of 评审表, each row with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle
from zhicheng.applications.facts import row_label
from zhicheng.applications.models import Application, PersonYear
from zhicheng.applications.papers import level_words, subject_of
from zhicheng.applications.queries import arrivals_of, history_of, person_year_of, snapshot_of
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import SECTIONS, Field, Kind, Section
from zhicheng.campaigns.notice import Notice, Slot
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.queries import papers_of
from zhicheng.organizations.actors import Actor
from zhicheng.review.queries import decisions_of, dossiers_of, facts_of, last_dossier
from zhicheng.web.shared.timeline import Entry, entries_of


@dataclass(frozen=True, slots=True)
class Line:
    """Label and value, as the summary list takes them."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One form or row of a section, with the files that prove it."""

    id: str
    place: str
    label: str
    lines: list[Line]
    files: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the review form."""

    key: str
    label: str
    rows: list[Row]
    is_rows: bool
    files: list[dict[str, Any]] = field(default_factory=list)


def shown_value(form_field: Field, value: Any) -> str:
    """A stored value in words, in the language of the request."""
    if form_field.kind is Kind.YES_NO:
        return _("是") if value else _("否")
    if value in (None, ""):
        return ""
    if form_field.table:
        return TABLES[form_field.table].name(str(value), get_language() or "zh")
    return str(value)


def lines_of(section: Section, row: Mapping[str, Any]) -> list[Line]:
    """Every field of a form or row; fields a first title does not ask are left out."""
    skip = section.unless_first_title and row.get("first_title")
    return [Line(str(f.label), shown_value(f, row.get(f.key))) for f in section.fields if not skip or f.kind is Kind.YES_NO]


def slot_words(notice: Notice, material: Mapping[str, Any]) -> str:
    """The name of the paper a file is, with its year where it has one."""
    slot: Slot | None = notice.slot(material["slot"])
    if slot is None:
        return str(material["slot"])
    paper = next((p for p in slot.papers if p.key == material["paper"]), None)
    words = str(paper.label if paper else slot.label)
    if material["year"]:
        words = _("{paper}（{year}年度）").format(paper=words, year=material["year"])
    return words


def parts_of(snapshot: Mapping[str, Any], notice: Notice) -> list[Part]:
    """The whole form of a snapshot, each file beside the row or section it proves; the rest under 其它材料."""
    files = [{**m, "words": slot_words(notice, m)} for m in snapshot["materials"]]
    proves = {slot: rule.section for rule in notice.evidence_rules for slot in rule.slots}
    placed: set[int] = set()
    parts = []
    for section in SECTIONS:
        content = snapshot["sections"].get(section.key) or ([] if section.rows else {})
        rows = []
        forms: list[dict[str, Any]] = list(content) if section.rows else [dict(content)]
        for raw in forms:
            mine = [f for f in files if section.rows and _proves(f, raw, notice, section)]
            placed |= {f["id"] for f in mine}
            row_id = str(raw.get("id", ""))
            place = f"{section.key}.{row_id}" if row_id else section.key
            rows.append(Row(row_id, place, row_label(section, raw), lines_of(section, raw), mine))
        rest = [f for f in files if f["id"] not in placed and proves.get(f["slot"]) == section.key]
        placed |= {f["id"] for f in rest}
        parts.append(Part(section.key, str(section.label), rows, section.rows, rest))
    others = [f for f in files if f["id"] not in placed]
    if others:
        parts.append(Part("materials", _("其它材料"), [], False, others))
    return parts


def _proves(file: Mapping[str, Any], row: Mapping[str, Any], notice: Notice, section: Section) -> bool:
    slot = notice.slot(file["slot"])
    if slot is None:
        return False
    if slot.per == "row":
        return slot.section == section.key and file["row"] == row.get("id")
    if slot.per == "year":
        named = any(rule.section == section.key and slot.key in rule.slots for rule in notice.evidence_rules)
        return named and file["year"] == row.get("year")
    return False


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the case page shows."""

    application: Application
    notice: Notice
    snapshot: dict[str, Any]
    parts: list[Part]
    timeline: list[Entry]
    person_year: PersonYear | None
    arrivals: list[Any]
    decisions: list[Any]
    papers: list[Any]
    dossiers: list[Any]
    dossier_here: Any
    moves: list[str]
    level: str

    @property
    def specialty(self) -> str:
        """工程技术 · 水利."""
        chosen = self.snapshot["application"]
        return f"{chosen['series']['zh']} · {chosen['specialty']['zh']}"

    @property
    def title(self) -> str:
        """The title applied for."""
        return str(self.snapshot["application"]["title"]["zh"])


def case_of(application: Application, actor: Actor) -> Case:
    """Read one case for one desk: a fixed number of queries, however long its history."""
    submission = application.current_submission
    if submission is None:
        raise ValueError("a desk never sees an application without a submission")
    notice = notice_of(application.campaign_version)
    snapshot = snapshot_of(submission)
    return Case(
        application=application,
        notice=notice,
        snapshot=snapshot,
        parts=parts_of(snapshot, notice),
        timeline=entries_of(application, history_of(application), audience="staff"),
        person_year=person_year_of(application),
        arrivals=list(arrivals_of(application)),
        decisions=list(decisions_of(application)),
        papers=list(papers_of(subject_of(application.pk))),
        dossiers=list(dossiers_of(application)),
        dossier_here=facts_of(last_dossier(application, actor.organization_id)),
        moves=[m.name for m in lifecycle.moves_for(application, actor)],
        level=level_words(snapshot),
    )


def places_of(case: Case) -> list[tuple[str, str]]:
    """Where a reason of a return can point: sections, their rows, and the files; (where, words)."""
    places = [("", _("整份申请书"))]
    for part in case.parts:
        if part.key != "materials":
            places.append((part.key, part.label))
        places += [(row.place, f"{part.label}：{row.label}") for row in part.rows if part.is_rows and row.id]
    seen = set()
    for material in case.snapshot["materials"]:
        suffix = material["row"] or (str(material["year"]) if material["year"] else "")
        where = f"material:{material['slot']}" + (f"-{suffix}" if suffix else "")
        if where not in seen:
            seen.add(where)
            places.append((where, _("材料：{name}").format(name=slot_words(case.notice, material))))
    return places
