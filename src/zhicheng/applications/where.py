"""A place in an application as a value: a section with its row and field, a paper of the list of materials, or a step of handing in.

What a rule or a desk points to (``Problem.where``, the ``where`` of a return's reason, of a file on its way in) is kept as text;
:meth:`Where.parse` is the one way to read it and ``str()`` the one way to write it. Histories are only added to, so that text never changes:

=================================  ============================================================================
``education.0a1b2c3d.school``      a field of a row; ``basic.mobile`` where a section has no rows
``education.0a1b2c3d``             a row; ``education``: the section
``material:appraisals-2021``       a box of the list of materials: a slot, for one year or one row where it has many
``material:education-0a1b2c3d:diploma``  one paper of a box
``check``, ``window``, …           a step or a party (:data:`STEPS`); empty: the application as a whole
=================================  ============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from django.utils.translation import gettext as _

from zhicheng.applications.facts import row_label
from zhicheng.applications.sections import BY_KEY, Section
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import SlotRequirement

#: What stands outside of the form and the list of materials.
STEPS = frozenset({"check", "points", "commitment", "liability", "window", "employer"})
_MATERIAL = "material:"
_YEAR = re.compile(r"[1-9][0-9]{3}\Z")


@dataclass(frozen=True, slots=True)
class Where:
    """One place. Of the form: ``section``, ``row`` (its id), ``field``; of the list of materials: ``slot``, ``year`` or ``row``, ``paper``.

    ``other``: a step (:data:`STEPS`), or text that names no place of an application. All empty: the application as a whole.
    """

    section: str = ""
    row: str = ""
    field: str = ""
    slot: str = ""
    year: int | None = None
    paper: str = ""
    other: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place that ``text`` names; never refuses, and ``str()`` of it is ``text`` again."""
        if text.startswith(_MATERIAL):
            box, _colon, paper = text.removeprefix(_MATERIAL).partition(":")
            found = cls.of_key(box, paper)
        else:
            key, _dot, rest = text.partition(".")
            section = BY_KEY.get(key)
            row, _dot, field = rest.partition(".") if section is not None and section.rows else ("", "", rest)
            found = cls(section=key, row=row, field=field) if section is not None else cls(other=text)
        return found if str(found) == text else cls(other=text)

    @classmethod
    def of_key(cls, box: str, paper: str = "") -> Self:
        """A box by its key (``SlotRequirement.key``), or one of its papers."""
        slot, _dash, of = box.partition("-")  # no key of a notice has a dash
        if _YEAR.match(of):
            return cls(slot=slot, year=int(of), paper=paper)
        return cls(slot=slot, row=of, paper=paper)

    @classmethod
    def of_row(cls, section: Section, row: Mapping[str, Any], field: str = "") -> Self:
        """A form, or one row of a section of rows; ``field``: that field of it."""
        return cls(section=section.key, row=str(row.get("id", "")) if section.rows else "", field=field)

    @classmethod
    def of_box(cls, box: SlotRequirement, paper: str = "") -> Self:
        """A box of the list of materials, or one of its papers."""
        return cls(slot=box.slot, year=box.year, row=box.row_id or "", paper=paper)

    @classmethod
    def of_file(cls, slot: str, paper: str, year: int | None, row: str | None) -> Self:
        """Where a file lies, from the columns of a material or of a frozen one."""
        return cls(slot=slot, paper=paper, year=year, row=row or "")

    def __str__(self) -> str:
        """As it is kept."""
        if self.slot:
            return _MATERIAL + self.box + (f":{self.paper}" if self.paper else "")
        section = BY_KEY.get(self.section)
        if section is None:
            return self.other
        row = f".{self.row}" if section.rows and (self.row or self.field) else ""
        return self.section + row + (f".{self.field}" if self.field else "")

    @property
    def box(self) -> str:
        """The key of the box (``SlotRequirement.key``): ``education-0a1b2c3d``, ``appraisals-2021``; empty for a place of the form."""
        of = self.row or self.year
        return f"{self.slot}-{of}" if self.slot and of else self.slot

    @property
    def whole_box(self) -> Where:
        """The box a paper is of."""
        return replace(self, paper="") if self.paper else self

    @property
    def whole_row(self) -> Where:
        """The row (or the form) a field is of."""
        return replace(self, field="")

    @property
    def whole_section(self) -> Where:
        """The section a row or a field is of."""
        return replace(self, row="", field="")

    def holds(self, other: Where) -> bool:
        """Whether ``other`` is this place, or a paper of this box."""
        return other == self or (bool(self.slot) and not self.paper and other.whole_box == self)

    def in_words(self, notice: Notice, sections: Mapping[str, Any]) -> str:
        """What the place is called, in the language of the request: the section or the paper, with its row (and the row's number) or its
        year; empty for what the form and the notice do not have. ``sections``: the form in which the row is looked up.
        """
        if self.slot:
            return self._paper_words(notice, sections)
        section = BY_KEY.get(self.section)
        return _with(str(section.label), _row_words(self.section, self.row, sections)) if section is not None else ""

    def with_field_in_words(self, notice: Notice, sections: Mapping[str, Any]) -> str:
        """The same, and the field it names."""
        words = self.in_words(notice, sections)
        return f"{words} · {BY_KEY[self.section].field(self.field).label}" if self.section and self.field else words

    def _paper_words(self, notice: Notice, sections: Mapping[str, Any]) -> str:
        slot = notice.slot(self.slot)
        if slot is None:
            return ""
        words = next((str(p.label) for p in slot.papers if p.key == self.paper), str(slot.label))
        if self.year is not None:
            return _with(words, _("{year}年度").format(year=self.year))
        return _with(words, _row_words(slot.section or "", self.row, sections))


#: The application as a whole.
WHOLE = Where()


@dataclass(frozen=True, slots=True)
class ReturnPoint:
    """One thing to correct, as a return lists it."""

    where: Where
    code: str
    text: str


def points_of(reasons: Iterable[Mapping[str, str]]) -> list[ReturnPoint]:
    """The points of a return (``StatusChange.reasons``), in the desk's order."""
    return [ReturnPoint(Where.parse(r.get("where", "")), r.get("code", ""), r.get("text", "")) for r in reasons]


def points_in_words(notice: Notice, points: Iterable[ReturnPoint], sections: Mapping[str, Any]) -> list[str]:
    """The points of a return, numbered, each behind its place: 请重新扫描, read alone, does not say which paper."""
    lines = []
    for number, point in enumerate(points, start=1):
        place = point.where.in_words(notice, sections)
        lines.append(f"{number}. " + (_("{place}：{text}").format(place=place, text=point.text) if place else point.text))
    return lines


def _row_words(section: str, row_id: str, sections: Mapping[str, Any]) -> str:
    if not row_id or section not in BY_KEY or not BY_KEY[section].rows:
        return ""
    rows = enumerate(sections.get(section) or [], start=1)
    return next((f"{n}. {row_label(BY_KEY[section], row)}".strip() for n, row in rows if row.get("id") == row_id), "")


def _with(words: str, more: str) -> str:
    return _("{place}（{more}）").format(place=words, more=more) if more else words
