"""The form of a submission in the order of 评审表, each row with its evidence, and each thing that is not as it was with what it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.accounts.rules import hide_last
from zhicheng.applications.facts import row_label
from zhicheng.applications.findings import Told
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import BY_KEY, SECTIONS, Field, Kind, Section
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice, Slot
from zhicheng.campaigns.rules import SlotRequirement, Unproved, evidence_slots
from zhicheng.evidence.queries import Said, what_is_said
from zhicheng.review.checked import Checked
from zhicheng.web.shared.desk.comparing import LONG_VALUE, Before, pieces_of
from zhicheng.web.shared.findings import at, in_row
from zhicheng.web.shared.problems import anchor_id
from zhicheng.web.shared.unproved import form_unproved, row_unproved

File = dict[str, Any]


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
    """One form or row of a section, with the files that prove it; ``removed``: files that proved it and are there no more, with none in
    their stead; ``unproved``: what is to be said where no file proves it; ``checked``: which office has passed the same with the same files.
    """

    id: str
    place: str
    label: str
    lines: list[Line]
    files: list[File] = field(default_factory=list)
    is_new: bool = False
    findings: list[Told] = field(default_factory=list)
    removed: list[File] = field(default_factory=list)
    unproved: Unproved | None = None
    checked: Checked | None = None

    @property
    def changed(self) -> bool:
        """Whether anything in it is not as it was."""
        files = bool(self.removed) or any(f["is_new"] for f in self.files)
        return self.is_new or files or any(line.changed for line in self.lines)


@dataclass(frozen=True, slots=True)
class CaseSection:
    """One section of the review form. ``gone``: rows that are there no more, as they were."""

    key: str
    label: str
    rows: list[Row]
    is_rows: bool
    files: list[File] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    findings: list[Told] = field(default_factory=list)
    removed: list[File] = field(default_factory=list)
    unproved: Unproved | None = None

    @property
    def is_by_year(self) -> bool:
        """Whether its rows are a year's few short answers, and stand close together."""
        return self.key in BY_KEY and BY_KEY[self.key].is_by_year

    @property
    def changed(self) -> bool:
        """Whether anything in it is not as it was."""
        files = bool(self.gone or self.removed) or any(f["is_new"] for f in self.files)
        return files or any(r.changed for r in self.rows)

    @property
    def shown(self) -> set[int]:
        """The files it shows, those that are there no more among them."""
        rows = [f for row in (*self.rows, *self.gone) for f in (*row.files, *row.removed)]
        return {f["id"] for f in (*rows, *self.files, *self.removed)}


def shown_value(form_field: Field, value: Any) -> str:
    """A stored value in words, in the language of the request; of an identity number what a desk may read."""
    if form_field.kind is Kind.YES_NO:
        return _("是") if value else _("否")
    if value in (None, ""):
        return ""
    if (
        form_field.key == "id_number"
    ):  # the birthday stands beside it: what is hidden is the end, which an office reads from the card
        return hide_last(str(value))
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
        value = shown_value(f, row.get(f.key))
        if f.key == "id_number":
            lines.append(Line(str(f.label), value, masked=True))
            continue
        lines.append(_line(str(f.label), value, value if was is None else shown_value(f, was.get(f.key))))
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


@dataclass(frozen=True, slots=True)
class Sheets:
    """What the form of a desk is made from: the submission, what it is compared with (``earlier``), what was ``found``, the boxes of the
    notice, and what is to be said of the files of which their submission does not tell it (``untold``), by the number of the material;
    ``checked``: what an office has passed before, by its place.
    """

    snapshot: Snapshot
    notice: Notice
    earlier: Before
    found: list[Told]
    boxes: list[SlotRequirement]
    untold: Mapping[int, Said]
    checked: Mapping[str, Checked] = field(default_factory=dict)

    def parts(self) -> list[CaseSection]:
        """The whole form, each file beside what it proves (at every place that names its slot); the rest under 其它材料."""
        files = self._files()
        renewed = {f["place"] for f in files if f["is_new"]}
        left = {(file.where, file.sha256) for file in self.snapshot.materials}
        gone_files = [file for file in self.earlier.files if (file.where, file.sha256) not in left]
        removed = [self._file(file) for file in gone_files if str(file.where) not in renewed]
        placed: set[int] = set()
        parts = []
        for section in SECTIONS:
            part = self._part(section, [f | {"anchor": ""} if f["id"] in placed else f for f in files], removed)
            placed |= part.shown
            parts.append(part)
        others, gone = ([f for f in every if f["id"] not in placed] for every in (files, removed))
        if others or gone:
            parts.append(CaseSection("materials", _("其它材料"), [], False, others, removed=gone))
        return parts

    def _part(self, section: Section, files: list[File], removed: list[File]) -> CaseSection:
        slots = {slot.key for slot in evidence_slots(self.notice, section.key)}
        content = self.snapshot.sections.get(section.key) or ([] if section.rows else {})
        forms: list[Mapping[str, Any]] = list(content) if section.rows else [dict(content)]
        of_slots, of_gone = ([f for f in every if f["slot"] in slots] for every in (files, removed))
        rows = [self._row(section, raw, of_slots, of_gone) for raw in forms]
        left = {raw.get("id") for raw in forms}
        gone = [
            self._gone_row(section, raw, of_gone)
            for raw in self.earlier.rows(section)
            if section.rows and raw.get("id") not in left
        ]
        beside = {f["id"] for row in [*rows, *gone] for f in (*row.files, *row.removed)}
        return CaseSection(
            section.key,
            str(section.label),
            rows,
            section.rows,
            [f for f in of_slots if f["id"] not in beside],
            gone,
            at(self.found, Where(section.key)) if section.rows else [],
            [f for f in of_gone if f["id"] not in beside],
            form_unproved(self.notice, self.boxes, self._present, section, content),
        )

    def _row(self, section: Section, raw: Mapping[str, Any], files: list[File], removed: list[File]) -> Row:
        mine, gone = ([f for f in every if section.rows and self._proves(f, raw, section)] for every in (files, removed))
        place = Where.of_row(section, raw)
        was = self.earlier.row(section, raw)
        told = in_row(self.found, place) if place.row or not section.rows else []
        lacks = row_unproved(self.notice, self.boxes, self._present, section, raw)
        is_new = bool(self.earlier) and was is None
        label, lines, checked = row_label(section, raw), lines_of(section, raw, was), self.checked.get(str(place))
        return Row(place.row, str(place), label, lines, mine, is_new, told, gone, lacks, checked)

    def _gone_row(self, section: Section, raw: Mapping[str, Any], removed: list[File]) -> Row:
        gone = [f for f in removed if self._proves(f, raw, section)]
        place = Where.of_row(section, raw)
        return Row(place.row, str(place), row_label(section, raw), lines_of(section, raw), removed=gone)

    @property
    def _present(self) -> list[tuple[str, str, int | None, str | None]]:
        return [(f.slot, f.paper, f.year, f.row or None) for f in self.snapshot.materials]

    def _files(self) -> list[File]:
        """The files with their words; the first of each place carries the place's anchor, the first new one what it stands for."""
        seen: set[str] = set()
        files = []
        for file in self.snapshot.materials:
            place, is_new = str(file.where), not self.earlier.had(file)
            told = self._file(file) | {"is_new": is_new, "anchor": anchor_id(place) if place not in seen else ""}
            if is_new and f"new {place}" not in seen:
                told["was"] = [self._file(old) for old in self.earlier.replaced(file.where, self.snapshot.materials)]
                seen.add(f"new {place}")
            seen.add(place)
            files.append(told)
        return files

    def _file(self, file: FrozenFile) -> File:
        named = file.where.in_words(self.notice, self.snapshot.sections)
        at_place = {"words": slot_words(self.notice, file), "named": named, "place": str(file.where), "anchor": ""}
        looked_at = datetime.fromisoformat(file.looked_at) if file.looked_at else None
        # The same material may lie in two submissions, and each tells of it what was known when it was sent.
        said = self.untold.get(file.id) if file.warnings is None else what_is_said(file)
        seen = {"said": said, "looked_at": looked_at}
        return {**file.model_dump(), **at_place, **seen, "is_new": False, "was": []}

    def _proves(self, file: Mapping[str, Any], row: Mapping[str, Any], section: Section) -> bool:
        slot = self.notice.slot(file["slot"])
        if slot is None:
            return False
        if slot.per == "row":
            return slot.section == section.key and file["row"] == row.get("id")
        return slot.per == "year" and file["year"] == row.get("year")


def all_files(parts: Iterable[CaseSection]) -> list[File]:
    """Every file of the form, in the order of the page."""
    return [f for part in parts for files in [*(row.files for row in part.rows), part.files] for f in files]
