"""What the rules know of one application: plain values, put together by whoever asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from zhicheng.standards.careers import Stay


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row of a section: its stable ``id``, the words to call it by, and whether anything is filled in."""

    id: str
    label: str = ""
    has_content: bool = True


@dataclass(frozen=True, slots=True)
class Graduation:
    """A row of education. ``education`` GB/T 4658, ``degree`` GB/T 6864 (empty if none), ``study_form`` the code of 学习形式."""

    row_id: str
    education: str
    degree: str = ""
    graduated_on: dt.date | None = None
    study_form: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One application, as far as the notice's rules look at it. Anything not filled in yet is empty or ``None``.

    ``year`` is the campaign's year (S-02). ``series``, ``specialty``, ``title`` are codes of the catalogue; ``level`` and
    ``grade`` those of the title applied for. ``tenure_started_on`` is when the current title was got (任期). ``rows``:
    section → its rows. ``stays``: year → who employed the person then, by the work history and, for the present employer, by its
    confirmed nature (S-60); empty as long as there is no history. ``stated_natures``: year → what the person says of it;
    ``appraisal_results``: year → result. ``first_title`` None: not answered yet, treated as no.
    """

    year: int
    level: str
    grade: str = ""
    series: str = ""
    specialty: str = ""
    title: str = ""
    employer_nature: str = ""
    first_title: bool | None = None
    highest_education: str = ""
    current_series: str = ""
    current_level: str = ""
    current_grade: str = ""
    tenure_started_on: dt.date | None = None
    work_started_on: dt.date | None = None
    graduations: tuple[Graduation, ...] = ()
    stays: Mapping[int, tuple[Stay, ...]] = field(default_factory=dict)
    stated_natures: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    appraisal_results: Mapping[int, str] = field(default_factory=dict)
    rows: Mapping[str, tuple[RowRef, ...]] = field(default_factory=dict)

    @property
    def educations(self) -> set[str]:
        """Every education code the person has."""
        return {g.education for g in self.graduations if g.education} | ({self.highest_education} - {""})

    @property
    def degrees(self) -> set[str]:
        """First digits of every degree the person has (2 博士, 3 硕士, 4 学士)."""
        return {g.degree[0] for g in self.graduations if g.degree}
