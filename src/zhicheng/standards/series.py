"""职称系列: the 27 series and 政工, their branches, and what a title is called at each level (domain §2.4).

The level of a title is stored, never parsed from its name: 高级记者 is full senior, 高级工程师 associate senior, 编辑
intermediate; 技师 is junior in health, 舞台技师 intermediate. Looking a name up therefore gives *every* meaning it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .resources import read_json
from .tables import TITLE_STEPS


@dataclass(frozen=True, slots=True)
class Title:
    """One title of a branch: ``level`` senior, intermediate or junior; ``grade`` full, associate, assistant, technician or ""."""

    level: str
    grade: str
    zh: str
    en: str

    @property
    def rank(self) -> int:
        """1 (员级) to 5 (正高级)."""
        return rank_of(self.level, self.grade)


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of a series with title names of its own; a series without parts is its own single branch."""

    code: str
    zh: str
    en: str
    titles: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One series. ``number`` is its place among the 27, 0 for 政工, which is none of them. ``exam_levels``: levels that come from
    an examination and are not reviewed (以考代评, S-21), with the reason in ``exam_note``; ``certain`` is False where the names
    were not checked against the notice of the reform."""

    number: int
    code: str
    zh: str
    en: str
    exam_levels: tuple[str, ...]
    exam_note: str
    exam_note_en: str
    certain: bool
    note: str
    branches: tuple[Branch, ...]

    @property
    def titles(self) -> tuple[Title, ...]:
        return tuple(title for branch in self.branches for title in branch.titles)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says in one branch. ``current`` is the name used today ("" where the step was dropped); ``until`` is the day
    from which an old name was no longer given, None for a name in use or an unknown day."""

    name: str
    series: Series
    branch: Branch
    level: str
    grade: str
    current: str
    is_old: bool = False
    until: date | None = None
    source: str = ""
    certain: bool = True


def rank_of(level: str, grade: str) -> int:
    """The step on the ladder 员级 1 → 助理级 2 → 中级 3 → 副高级 4 → 正高级 5; 0 where there is no such step."""
    return next((step.rank for step in TITLE_STEPS if (step.level, step.grade) == (level, grade)), 0)


def _load() -> tuple[tuple[Series, ...], tuple[Meaning, ...]]:
    data = read_json("series.json")
    series = []
    for row in data["series"]:
        branches = tuple(Branch(b["code"], b["zh"], b["en"], tuple(Title(*t) for t in b["titles"])) for b in row.pop("branches"))
        exam_levels = tuple(row.pop("exam_levels"))
        series.append(Series(**row, exam_levels=exam_levels, branches=branches))
    places = {branch.code: (each, branch) for each in series for branch in each.branches}
    aliases = []
    for row in data["aliases"]:
        place = places[row["branch"]]
        until = date.fromisoformat(row["until"]) if row["until"] else None
        step = (row["level"], row["grade"], row["current"])
        aliases.append(Meaning(row["old"], *place, *step, is_old=True, until=until, source=row["source"], certain=row["certain"]))
    return tuple(series), tuple(aliases)


SERIES, OLD_NAMES = _load()
_SERIES = {series.code: series for series in SERIES}
_BRANCHES = {branch.code: (series, branch) for series in SERIES for branch in series.branches}


def find_series(code: str) -> Series | None:
    """The series with this code, or None."""
    return _SERIES.get(code)


def meanings_of(name: str) -> tuple[Meaning, ...]:
    """Every meaning of a title's name, present names first; empty for a name that is not held."""
    present = tuple(
        Meaning(name, series, branch, title.level, title.grade, title.zh, certain=series.certain)
        for series in SERIES
        for branch in series.branches
        for title in branch.titles
        if title.zh == name
    )
    return present + tuple(old for old in OLD_NAMES if old.name == name)
