"""One case as a desk sees it: the frozen submission in the order of 评审表, each row with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.accounts.rules import hide_last
from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.facts import row_label
from zhicheng.applications.findings import Told
from zhicheng.applications.models import Application, CommitteeArrival
from zhicheng.applications.papers import all_papers
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import SECTIONS, Field, Kind, Section
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.where import WHOLE, Where, points_of
from zhicheng.applications.years import YearCount
from zhicheng.campaigns.notice import Grade, Level, Notice, Series, Slot, TitleStep
from zhicheng.campaigns.rules import step_name
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor
from zhicheng.review.queries import all_decisions, all_dossiers, facts_of, last_dossier
from zhicheng.web.shared.desk.comparing import Asked, Before, last_asked, pieces_of
from zhicheng.web.shared.desk.waiting import Due, due_of, waited_days
from zhicheng.web.shared.findings import Shown, at, findings_for, in_row, on_this_page
from zhicheng.web.shared.problems import anchor_id
from zhicheng.web.shared.timeline import Entry, entries_of

LONG_VALUE = 26  # characters that fit into half of the page


@dataclass(frozen=True, slots=True)
class Line:
    """Label and value, as the summary list takes them."""

    label: str
    value: str
    note: str = ""
    changed: bool = False
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    masked: bool = False

    @property
    def wide(self) -> bool:
        """Whether the value needs the whole width."""
        return len(self.value) > LONG_VALUE or "\n" in self.value


@dataclass(frozen=True, slots=True)
class Row:
    """One form or row of a section, with the files that prove it."""

    id: str
    place: str
    label: str
    lines: list[Line]
    files: list[dict[str, Any]] = field(default_factory=list)
    is_new: bool = False
    findings: list[Told] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything in it is not as it was in the submission before."""
        return self.is_new or any(line.changed for line in self.lines) or any(f["is_new"] for f in self.files)


@dataclass(frozen=True, slots=True)
class CaseSection:
    """One section of the review form."""

    key: str
    label: str
    rows: list[Row]
    is_rows: bool
    files: list[dict[str, Any]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    findings: list[Told] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything in it is not as it was in the submission before."""
        return bool(self.gone) or any(r.changed for r in self.rows) or any(f["is_new"] for f in self.files)


def shown_value(form_field: Field, value: Any) -> str:
    """A stored value in words, in the language of the request."""
    if form_field.kind is Kind.YES_NO:
        return _("是") if value else _("否")
    if value in (None, ""):
        return ""
    if form_field.table:
        return TABLES[form_field.table].name(str(value), get_language() or "zh")
    return str(value)


def lines_of(section: Section, row: Mapping[str, Any], was: Mapping[str, Any] | None = None) -> list[Line]:
    """Every field of a form or row, with what it ``was``; fields a first title does not ask are left out."""
    skip = section.unless_first_title and row.get("first_title")
    lines = []
    for f in section.fields:
        if skip and f.kind is not Kind.YES_NO:
            continue
        if f.key == "id_number":  # the birthday stands beside it: what is hidden is the end, which an office reads from the card
            lines.append(Line(str(f.label), hide_last(str(row.get(f.key) or "")), masked=True))
            continue
        value = shown_value(f, row.get(f.key))
        old = value if was is None else shown_value(f, was.get(f.key))
        lines.append(_line(str(f.label), value, old))
    return lines


def _line(label: str, value: str, old: str) -> Line:
    if old == value:
        return Line(label, value)
    if not old:
        return Line(label, value, _("上次没有填写"), True)
    if len(value) > LONG_VALUE and len(old) > LONG_VALUE:
        return Line(label, value, old, True, pieces_of(old, value))
    return Line(label, value, _("上次：{value}").format(value=old), True)


def slot_words(notice: Notice, file: FrozenFile) -> str:
    """The name of the paper a file is, with its year where it has one."""
    slot: Slot | None = notice.slot(file.slot)
    if slot is None:
        return file.slot
    paper = next((p for p in slot.papers if p.key == file.paper), None)
    words = str(paper.label if paper else slot.label)
    if file.year:
        words = _("{paper}（{year}年度）").format(paper=words, year=file.year)
    return words


def names_of(snapshot: Snapshot, notice: Notice) -> dict[str, str]:
    """What the place of each file is called where no heading stands above it: the paper, and the row it proves with its number."""
    return {str(file.where): file.where.in_words(notice, snapshot.sections) for file in snapshot.materials}


def parts_of(snapshot: Snapshot, notice: Notice, earlier: Before, found: list[Told]) -> list[CaseSection]:
    """The whole form of a snapshot, each file beside the row or section it proves; the rest under 其它材料.

    What differs from the submission before (``earlier``) is marked; what was ``found`` stands at its row or section.
    """
    files = _files_of(snapshot, notice, earlier)
    proves = {slot: rule.section for rule in notice.evidence_rules for slot in rule.slots}
    placed: set[int] = set()
    parts = []
    for section in SECTIONS:
        content = snapshot.sections.get(section.key) or ([] if section.rows else {})
        rows = []
        forms: list[dict[str, Any]] = list(content) if section.rows else [dict(content)]
        for raw in forms:
            mine = [f for f in files if section.rows and _proves(f, raw, notice, section)]
            placed |= {f["id"] for f in mine}
            place = Where.of_row(section, raw)
            was = earlier.row(section, raw)
            is_new = bool(earlier) and was is None
            lines = lines_of(section, raw, was)
            told = in_row(found, place) if place.row or not section.rows else []
            rows.append(Row(place.row, str(place), row_label(section, raw), lines, mine, is_new, told))
        rest = [f for f in files if f["id"] not in placed and proves.get(f["slot"]) == section.key]
        placed |= {f["id"] for f in rest}
        gone = earlier.gone(section, forms)
        told = at(found, Where(section.key)) if section.rows else []
        parts.append(CaseSection(section.key, str(section.label), rows, section.rows, rest, gone, told))
    others = [f for f in files if f["id"] not in placed]
    if others:
        parts.append(CaseSection("materials", _("其它材料"), [], False, others))
    return parts


def _files_of(snapshot: Snapshot, notice: Notice, earlier: Before) -> list[dict[str, Any]]:
    """The files with their words; the first of each place carries the place's anchor."""
    seen: set[str] = set()
    files = []
    names = names_of(snapshot, notice)
    for file in snapshot.materials:
        place = str(file.where)
        first = place not in seen
        seen.add(place)
        more = {"words": slot_words(notice, file), "named": names[place], "place": place}
        anchor = anchor_id(place) if first else ""
        files.append({**file.model_dump(), **more, "anchor": anchor, "is_new": not earlier.had(file)})
    return files


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
class DeskCase:
    """A case file as the case page of a desk shows it."""

    file: CaseFile
    parts: list[CaseSection]
    findings: list[Shown]
    timeline: list[Entry]
    decisions: list[Any]
    papers: list[Any]
    dossiers: list[Any]
    dossier_here: Any
    moves: list[str]
    level: str
    compared: bool
    asked: Asked | None
    due: Due | None
    waited: int
    file_names: dict[str, str]  # by place, those of the submission before too: what a return was about may be gone

    @property
    def application(self) -> Application:
        """The application itself."""
        return self.file.application

    @property
    def notice(self) -> Notice:
        """The notice version it is pinned to."""
        return self.file.notice

    @property
    def snapshot(self) -> Snapshot:
        """What was submitted."""
        return self.file.snapshot

    @property
    def person_year(self) -> YearCount | None:
        """What the person's year comes to, where it may be told."""
        return self.file.told_year

    @property
    def arrivals(self) -> list[CommitteeArrival]:
        """The arrivals at final review, oldest first."""
        return self.file.arrivals

    @property
    def changed(self) -> list[CaseSection]:
        """The sections a new submission changed."""
        return [part for part in self.parts if part.changed]

    @property
    def file_count(self) -> int:
        """How many files came with the submission."""
        return len(self.snapshot.materials)

    @property
    def specialty(self) -> str:
        """工程技术 · 水利, in the language of the request."""
        series = self._series
        found = [s for s in series.specialties if s.code == self.application.specialty] if series else []
        return f"{self._said('series', series)} · {self._said('specialty', *found)}"

    @property
    def title(self) -> str:
        """The title applied for, in the language of the request."""
        series = self._series
        return self._said("title", *([t for t in series.titles if t.code == self.application.title] if series else []))

    @property
    def _series(self) -> Series | None:
        return self.notice.series(self.application.series)

    def _said(self, key: str, *found: Any) -> str:
        """The notice's word in both languages; what was frozen where the notice has none."""
        return str(found[0]) if found and found[0] else str(getattr(self.snapshot.application, key).zh)


def case_of(file: CaseFile, actor: Actor) -> DeskCase:
    """One case as one desk sees it: a fixed number of queries, however long its history."""
    application, notice, earlier, now = file.application, file.notice, Before(file.snapshot_before), clock.now()
    found = findings_for(file, actor)
    return DeskCase(
        file=file,
        parts=parts_of(file.snapshot, notice, earlier, found),
        findings=on_this_page(found, notice, file.snapshot.sections),
        timeline=entries_of(file, audience="staff"),
        decisions=file.part(all_decisions),
        papers=file.part(all_papers),
        dossiers=file.part(all_dossiers),
        dossier_here=facts_of(last_dossier(file, actor.organization_id)),
        moves=[m.name for m in lifecycle.moves_for(application, actor)],
        level=step_name(TitleStep(level=Level(application.level), grade=Grade(application.grade))),
        compared=bool(earlier),
        asked=last_asked(file),
        due=due_of(application, file.passing_deadline(actor.role), actor.role, now),
        waited=waited_days(application, now),
        file_names=(names_of(earlier.snapshot, notice) if earlier.snapshot else {}) | names_of(file.snapshot, notice),
    )


def places_in(snapshot: Snapshot) -> list[Where]:
    """Where a reason of a return can point: the whole, each section and row, each paper that was sent."""
    rows = [Where.of_row(s, row) for s in SECTIONS if s.rows for row in snapshot.rows(s.key)]
    return [WHOLE, *(Where(s.key) for s in SECTIONS), *rows, *(file.where for file in snapshot.materials)]


Choice = tuple[str, Any]


def choices_of_where(case: DeskCase) -> list[Choice]:
    """:func:`places_in` as a select offers them, in the order of the page: the whole, then each section with its rows, then the files."""
    places: list[Choice] = [("", _("整份申请书"))]
    for part in case.parts:
        if part.key == "materials":
            continue
        rows = [
            (row.place, _("{part}：{row}").format(part=part.label, row=row.label)) for row in part.rows if part.is_rows and row.id
        ]
        places += [(part.label, [(part.key, part.label), *rows])] if rows else [(part.key, part.label)]
    files = {f["place"]: _material_words(f["named"]) for f in all_files(case)}
    return [*places, (_("材料"), list(files.items()))] if files else places


def _material_words(name: str) -> str:
    return _("材料：{name}").format(name=name)


def all_files(case: DeskCase) -> list[dict[str, Any]]:
    """Every file of the case, in the order of the page."""
    return [f for part in case.parts for files in [*(row.files for row in part.rows), part.files] for f in files]


def asked_of(case: DeskCase) -> list[dict[str, str]]:
    """The reasons of the last return, each with the words of its place and the anchor where it stands on the page."""
    if case.asked is None:
        return []
    words: dict[str, str] = {}
    for where, said in choices_of_where(case):
        words |= dict(said) if isinstance(said, list) else {where: said}
    found = []
    for point in points_of(case.asked.change.reasons):
        place, at = _shown_at(case, point.where, words)
        found.append({"text": point.text, "place": place, "anchor": at})
    return found


def _shown_at(case: DeskCase, where: Where, words: Mapping[str, str]) -> tuple[str, str]:
    """The words and the anchor of a place on this page: the row of a field, the section of a row that is gone, or the files."""
    if where.slot:
        return _files_at(case, where, words)
    known = next((at for at in map(str, (where, where.whole_row, where.whole_section)) if at in words), "")
    return words.get(known, ""), anchor_id(known) if known else ""


def _files_at(case: DeskCase, where: Where, words: Mapping[str, str]) -> tuple[str, str]:
    """The words and the anchor of a place among the files; a reason that names a box alone means every paper in it."""
    if str(where) not in words and str(where) in case.file_names:
        return _material_words(case.file_names[str(where)]), ""
    here = [place for place in words if where.holds(Where.parse(place))]
    return _("、").join(words[place] for place in here), anchor_id(here[0]) if here else ""


def facts_in_short(case: DeskCase) -> list[Line]:
    """What a desk wants to know before it reads: who asks for what, on which ground."""
    sections = case.snapshot.sections
    basic, current = sections["basic"], sections.get("current_title") or {}
    studies = sorted(sections.get("education") or [], key=lambda row: str(row.get("graduated_on") or ""))
    nature = TABLES["natures"].name(str(basic.get("employer_nature") or ""), get_language() or "zh")
    counted = [
        (_("业绩 {n} 项"), len(sections.get("achievements") or [])),
        (_("论文论著 {n} 篇（部、项）"), len(sections.get("publications") or [])),
        (_("奖励 {n} 项"), len(sections.get("awards") or [])),
        (_("附件 {n} 个"), case.file_count),
    ]
    return [
        Line(_("申报资格"), f"{case.title} · {case.level} · {case.specialty}"),
        Line(_("现任资格"), _current_words(current)),
        Line(_("学历"), _study_words(studies[-1]) if studies else ""),
        Line(_("参加工作"), str(basic.get("work_started_on") or "")),
        Line(_("从事本专业"), _("{n} 年").format(n=basic.get("current_specialty_years") or 0)),
        Line(_("申报单位"), f"{basic.get('employer_name', '')} · {nature}"),
        Line(_("所附材料"), " · ".join(words.format(n=n) for words, n in counted if n)),
    ]


def _current_words(current: Mapping[str, Any]) -> str:
    if current.get("first_title"):
        return _("首次申报，尚无资格")
    return " · ".join(str(current[k]) for k in ("title_name", "acquired_on") if current.get(k))


def _study_words(study: Mapping[str, Any]) -> str:
    language = get_language() or "zh"
    level = TABLES["education"].name(str(study.get("education") or ""), language)
    return " · ".join(str(w) for w in (level, study.get("school"), study.get("major"), study.get("graduated_on")) if w)
