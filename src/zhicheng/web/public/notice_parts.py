"""What a notice opens, to whom, and what it asks for, drawn out of its data for the page beside its text (S-03, S-21, S-46…S-62)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import Notice, Slot, Title, TitleStep
from zhicheng.campaigns.rules import SeriesOpening, openings, step_name
from zhicheng.web.shared.conditions import conditions_for
from zhicheng.web.shared.drawings import Drawn, drawn


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
    notice: Notice = field(compare=False)


def drawn_parts(notice: Notice, sha256: str) -> SafeString:
    """The three lists of a published version (its hash) in the language of the reader, drawn once in a process: a notice never changes."""
    return _drawn(_Version(sha256, get_language() or "zh", notice))


@lru_cache(maxsize=16)
def _drawn(version: _Version) -> SafeString:
    notice = version.notice
    parts = {"notice": notice, "opened": opened(notice), "conditions": conditions(notice), "materials": materials(notice)}
    return render_to_string("public/notice_parts.html", parts)


def opened(notice: Notice) -> list[Opened]:
    """Every series the notice lists, in its order."""
    return [_opened(each) for each in openings(notice)]


def _opened(opening: SeriesOpening) -> Opened:
    titles = {str(title): None for each in opening.specialties for title in each.titles}
    specialties = _("、").join(str(each.specialty) for each in opening.specialties)
    return Opened(str(opening.series), specialties, _("、").join(titles), opening.reason)


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
    examples = tuple((str(paper.label), found) for paper in slot.papers if (found := drawn(paper.example)) is not None)
    from_unit, optional = slot.owner == "unit", slot.mode == "optional"
    return Material(slot.number, str(slot.label), str(slot.wants), str(slot.why), _when(slot), from_unit, optional, examples)


def _when(slot: Slot) -> str:
    if slot.required_when or slot.exempt_when:
        return _("按本人情况确定是否需要")
    if slot.per == "year":
        return _("每个年度一份")
    if slot.per == "row":
        return _("所填的每一项一份")
    return ""
