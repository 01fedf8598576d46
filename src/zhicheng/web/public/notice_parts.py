"""What a notice opens, to whom, and what it asks for, drawn out of its data for the page beside its text (S-03, S-21, S-46…S-62)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import Notice, Slot, Title, TitleStep
from zhicheng.campaigns.rules import SeriesOpening, openings, step_name
from zhicheng.web.shared.conditions import conditions_for
from zhicheng.web.shared.drawings import Drawn, examples_of


@dataclass(frozen=True, slots=True)
class Opened:
    """One series: what can be applied for in it, in the notice's order; or why it cannot be chosen."""

    name: str
    specialties: str
    titles: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The conditions of one step: any one line is enough. Each is its words and where they stand."""

    step: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The conditions that are the same in these series, step by step, lowest last."""

    series: str
    steps: tuple[Lines, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """One line of the papers the notice asks for. ``when`` says how often, or of whom alone."""

    number: str
    label: str
    wants: str
    why: str
    when: str
    from_unit: bool
    optional: bool
    examples: tuple[tuple[str, Drawn], ...]  # of each paper that is drawn: its name and the sketch


@dataclass(frozen=True, slots=True)
class _Version:
    """What is drawn is the same for the same notice and language."""

    sha256: str
    language: str
    prefix: str
    notice: Notice = field(compare=False)


def drawn_parts(notice: Notice, sha256: str) -> SafeString:
    """The three lists of a published version (its hash) in the language of the reader, drawn once in a process: a notice never changes."""
    return _drawn(_Version(sha256, get_language() or "zh", get_script_prefix(), notice))


@lru_cache(maxsize=16)
def _drawn(version: _Version) -> SafeString:
    notice, rows = version.notice, opened(version.notice)
    parts = {
        "notice": notice,
        "opened": rows,
        "some_closed": any(row.reason for row in rows),
        "conditions": conditions(notice),
        "materials": materials(notice),
    }
    return render_to_string("public/notice_parts.html", parts)


def opened(notice: Notice) -> list[Opened]:
    """Every series the notice lists, in its order; specialties that open the same titles together."""
    return [row for each in openings(notice) for row in _opened(each)]


def _opened(opening: SeriesOpening) -> list[Opened]:
    together: dict[str, list[str]] = {}
    for each in opening.specialties:
        together.setdefault(_("、").join(str(title) for title in each.titles), []).append(str(each.specialty))
    rows = [Opened(str(opening.series), _("、").join(names), titles, opening.reason) for titles, names in together.items()]
    return rows or [Opened(str(opening.series), "", "", opening.reason)]


def conditions(notice: Notice) -> list[Table]:
    """The tables of conditions; series of one table together."""
    found: dict[tuple[Lines, ...], list[str]] = {}
    for opening in openings(notice):
        if not opening.choosable:
            continue
        steps: dict[tuple[str, str], Title] = {}
        for title in (title for each in opening.specialties for title in each.titles):
            steps.setdefault((title.level, title.grade), title)
        table = tuple(_lines(notice, opening.series.code, title) for title in steps.values())
        found.setdefault(table, []).append(str(opening.series))
    return [Table(_("、").join(series), table) for table, series in found.items()]


def _lines(notice: Notice, series: str, title: Title) -> Lines:
    lines = conditions_for(notice, series, title)
    step = step_name(TitleStep(level=title.level, grade=title.grade))
    return Lines(step, tuple((line["text"], str(line["source"])) for line in lines))


def materials(notice: Notice) -> list[Material]:
    """What has to be brought, in the notice's order."""
    return [_material(slot) for slot in notice.materials]


def _material(slot: Slot) -> Material:
    from_unit, optional = slot.owner == "unit", slot.mode == "optional"
    return Material(
        slot.number, str(slot.label), str(slot.wants), str(slot.why), _when(slot), from_unit, optional, examples_of(slot)
    )


def _when(slot: Slot) -> str:
    said = {"year": _("每个年度一份"), "row": _("所填的每一项一份"), "none": ""}[slot.per]
    depends = _("按本人情况确定是否需要") if slot.required_when or slot.exempt_when else ""
    return _("；").join(part for part in (said, depends) if part)
