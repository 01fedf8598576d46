"""Rows that were pasted from a spreadsheet or a chat, read into the questions of a section. Pure; nothing of the text is lost.

A cell that its question cannot read stays there as it was typed, and the rules say what is wrong with it. What finds no question at all is
told with the reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.reading import clean_text, is_blank, read_number, read_value
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import Field, Kind, Section
from zhicheng.foundation.errors import Refused
from zhicheng.standards.code_table import CodeTable
from zhicheng.standards.dates import read_typed_date
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.text import visible

_YES, _NO = {"是", "√", "✓", "✔", "y", "yes", "免试", "免学"}, {"否", "×", "x", "n", "no", "不免试"}
_BETWEEN_DATES = re.compile(r"\s*(?:-{1,2}|[—–~～至到])\s*")
MOST_LETTERS = 60_000  # of one paste: five times what sixty rows of the form hold
_LONGEST_DATES = 60  # of a cell that may be two dates
_FROM_TO = ("起止时间", "起止日期", "起止年月", "起止", "时间")  # one column for two dates
_UNIT = re.compile(r"(?<=\d)\s*(?:个?学时|课时|小时|分|年度?|个)$")


@dataclass(frozen=True, slots=True)
class Left:
    """A piece of the text that found no place: the line it stood in (from 1), its words, and why."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class Pasted:
    """``rows`` as stored, without ids, and in which line each stood (from 1); ``left`` what they do not hold."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def columns_of(section: Section) -> list[Field]:
    """The questions in the order in which cells are read without a line of headings."""
    return [f for f in section.fields if f.kind is not Kind.FIXED]


def read_rows(section: Section, text: str) -> Pasted:
    """What the lines of ``text`` say, cell by cell: after the headings where the first line has them, else in the order of the form.

    Raises :class:`Refused` (``too_much``) for more than ``MOST_LETTERS``: reading must not hold up everybody else.
    """
    if len(text) > MOST_LETTERS:
        said = _("粘贴的内容太多（超过{most}字），没有读。请分几次粘贴；内容还在框里。").format(most=MOST_LETTERS)
        raise Refused.one(said, where="paste", code="too_much")
    fields, pasted = columns_of(section), Pasted()
    headings: list[Field | None] | None = None
    for number, cells in _lines(text):
        if headings is None and not pasted.rows and (found := _headings(fields, cells)):
            headings = found
            pasted.left += [
                Left(number, cell, _("没有这一列，它下面的内容列在后面。"))
                for cell, column in zip(cells, found, strict=True)
                if column is None and cell
            ]
            continue
        typed, extra = _by_headings(fields, headings, cells) if headings else _in_order(fields, cells)
        pasted.left += [Left(number, cell, _("没有地方可放。")) for cell in extra if cell]
        row = {f.key: read_value(f, typed.get(f.key, "")) for f in fields}
        if not is_blank(row):
            pasted.rows.append(row)
            pasted.lines.append(number)
    return pasted


def joined_rows(section: Section, stored: Sequence[Mapping[str, Any]], pasted: Pasted, *, most: int) -> list[dict[str, Any]]:
    """The stored rows with the pasted ones: a year that is there and not yet filled in is filled, one that is filled in stays as it is.
    What finds no place goes to ``pasted.left``.
    """
    rows, by_year = [dict(row) for row in stored], any(f.kind is Kind.YEAR for f in section.fields)
    for number, row in zip(pasted.lines, pasted.rows, strict=True):
        same = next((r for r in rows if by_year and row.get("year") and r.get("year") == row["year"]), None)
        words = _("、").join(str(v) for v in row.values() if v not in ("", False))
        if same is not None and is_blank({k: v for k, v in same.items() if k != "year"}):
            same.update(row)
        elif same is not None:
            pasted.left.append(Left(number, words, _("{year}年已经填有内容，没有改动。").format(year=row["year"])))
        elif len(rows) >= most:
            pasted.left.append(Left(number, words, _("这个栏目最多{most}条。").format(most=most)))
        else:
            rows.append(row)
    return rows


# --- lines and cells --------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, with their number and their cells."""
    if "\t" in text:
        # A spreadsheet quotes a cell that has line breaks; a single quotation mark is a mark of the person's.
        lines, is_quoted = StringIO(text, newline=""), not text.count('"') % 2
        read = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE)
        rows = [cells if len(cells) > 1 else _split("".join(cells)) for cells in read]
    else:
        rows = [_split(line) for line in text.splitlines()]
    cleaned = [(number, [clean_text(cell) for cell in cells]) for number, cells in enumerate(rows, start=1)]
    return [(number, cells) for number, cells in cleaned if any(cells)]


def _split(line: str) -> list[str]:
    """The cells of a line without tabs: by semicolons or bars where it has them, else by blanks."""
    for mark in ("[；;]", "[|｜]", r"\s{2,}", r"\s+"):
        cells = re.split(mark, line.strip(" |｜；;\u3000"))
        if len(cells) > 1:
            return cells
    return [line]


def _headings(fields: Sequence[Field], cells: Sequence[str]) -> list[Field | None] | None:
    """The question each cell names, when this is a line of headings: at least two do, or the only one."""
    names = {visible(str(f.label)): f for f in fields}
    if pair := _pair_of_dates(fields):
        names |= dict.fromkeys(_FROM_TO, pair[0])
    found = [names.get(visible(cell)) or _named_alike(names, visible(cell)) for cell in cells]
    named = [f for f in found if f is not None]
    return found if len(named) >= min(2, len(cells)) and len({f.key for f in named}) == len(named) else None


def _named_alike(names: Mapping[str, Field], cell: str) -> Field | None:
    alike = [f for label, f in names.items() if len(cell) > 1 and (cell in label or label in cell)]
    return alike[0] if len(alike) == 1 else None


# --- cells and questions ------------------------------------------------------------------------------------------------


def _by_headings(
    fields: Sequence[Field], headings: Sequence[Field | None], cells: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    placed: list[tuple[Field, str]] = []
    extra, pair = list(cells[len(headings) :]), _pair_of_dates(fields)
    for column, cell in zip(headings, cells, strict=False):
        dates = _dates_apart(fields, cell)
        if column is None:
            extra.append(cell)
        elif pair and column == pair[0] and len(dates) == 2:
            placed += zip(pair, dates, strict=True)
        else:
            placed.append((column, cell))
    return _answers(placed, extra)


def _in_order(fields: Sequence[Field], cells: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Each cell to the next question that can take it. One that may stay open is passed over by what is clearly not its answer."""
    parts = list(cells) if len(cells) == len(fields) else [part for cell in cells for part in _dates_apart(fields, cell)]
    if len(parts) == len(fields):
        return _answers(zip(fields, parts, strict=True), [])
    placed, extra, waiting = [], [], list(fields)
    for part in parts:
        while part and waiting and _passes_over(waiting[0], part):
            waiting.pop(0)
        if waiting:
            placed.append((waiting.pop(0), part))
        else:
            extra.append(part)
    return _answers(placed, extra)


def _answers(placed: Iterable[tuple[Field, str]], extra: list[str]) -> tuple[dict[str, Any], list[str]]:
    """What would have been typed for each question, and what was left; a tick says no more than yes or no."""
    typed = {}
    for column, cell in placed:
        if column.kind is Kind.YES_NO and visible(cell).lower() not in _YES | _NO:
            extra.append(cell)
        else:
            typed[column.key] = _typed(column, cell)
    return typed, extra


def _pair_of_dates(fields: Sequence[Field]) -> tuple[Field, Field] | None:
    """The two questions, one after the other, that ask for a beginning and an end."""
    return next(((first, last) for first, last in pairwise(fields) if first.kind is last.kind is Kind.DATE), None)


def _dates_apart(fields: Sequence[Field], cell: str) -> list[str]:
    """``2013.7-2016.8`` as two cells, where the section asks for a beginning and an end."""
    if len(cell) <= _LONGEST_DATES and _pair_of_dates(fields) and not _is_date(cell):
        for found in _BETWEEN_DATES.finditer(cell):
            first, last = cell[: found.start()], cell[found.end() :]
            if _is_date(first) and _is_date(last):
                return [first, last]
    return [cell]


def _is_date(text: str) -> bool:
    try:
        read_typed_date(text)
    except InvalidNumber:
        return False
    return True


def _passes_over(column: Field, cell: str) -> bool:
    """Whether ``cell`` is for a later question: this one can stay open, and the cell does not look like its answer."""
    if column.kind is Kind.YES_NO:
        return visible(cell).lower() not in _YES | _NO
    if column.required and not column.asked_by_rule:
        return False
    if column.kind is Kind.CODE:
        return code_meant(TABLES[column.table], column.first, cell) == ""
    if column.kind in {Kind.DATE, Kind.YEAR, Kind.NUMBER}:
        return not any(c.isdigit() for c in cell) and not (column.kind is Kind.DATE and _is_date(cell))
    return False


def _typed(column: Field, cell: str) -> Any:
    """What would have been typed or chosen for the cell."""
    if column.kind is Kind.CODE:
        return code_meant(TABLES[column.table], column.first, cell) or cell
    if column.kind is Kind.YES_NO:
        return visible(cell).lower() in _YES
    if column.kind in {Kind.YEAR, Kind.NUMBER} and read_number(bare := _UNIT.sub("", cell)) is not None:
        return bare
    return cell


def code_meant(table: CodeTable[Any], common: Sequence[str], text: str) -> str:
    """The code that a name, a part of it (事业 for 事业单位) or its usual short form (大专 for 大学专科毕业) can only mean; ``""`` where that is
    not one alone, a common choice going before the others.
    """
    wanted = visible(text).lower()
    entries = [entry for entry in table if entry.selectable]
    if not wanted:
        return ""
    for entry in entries:
        if wanted in {entry.code.lower(), visible(entry.zh).lower(), visible(entry.en).lower()}:
            return str(entry.code)
    inside = [e for e in entries if wanted in visible(e.zh) or (not wanted.isdigit() and visible(e.zh) in wanted)]
    for found in (inside, [e for e in entries if len(wanted) > 1 and _letters_in_order(wanted, e.zh)]):
        first = [e for e in found if e.code in common]
        for few in (found, first):
            if len(few) == 1:
                return str(few[0].code)
    return ""


def _letters_in_order(short: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in short)
