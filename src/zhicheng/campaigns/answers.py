"""What somebody says of themselves to learn what they could apply for, and truth tables of such people (S-21, domain §2.5).

A truth table lies beside its campaign file: ``bortala-2023.cases.yaml`` beside ``bortala-2023.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import Facts, Graduation, Prospect, RowRef
from zhicheng.campaigns.vocabulary import Day, NoticePart, Words
from zhicheng.standards.code_table import CodeTable
from zhicheng.standards.tables import DEGREES, EDUCATION, TITLE_STEPS, UNIT_NATURES

NO_TITLE = "none"


class Answers(NoticePart):
    """Answers of one person; what is empty was not said.

    ``education`` GB/T 4658, ``degree`` first digit of GB/T 6864, ``held`` a title step or ``none`` (还没有职称), ``held_series`` its series,
    ``since`` when it was got, ``work`` the beginning of professional work, ``nature`` and ``county`` of the employer, ``low`` years whose
    appraisal the notice does not count.
    """

    education: str = ""
    degree: Literal["", "2", "3", "4"] = ""
    held: str = ""
    held_series: str = ""
    since: Day | None = None
    work: Day | None = None
    nature: str = ""
    county: str = ""
    low: tuple[int, ...] = ()

    def facts(self, notice: Notice) -> Facts:
        """What the rules look at; the title applied for is filled in for each title in turn.

        Each section has one row: what a row wants is told once, however many there will be.
        """
        step = TITLE_STEPS.get(self.held) if self.held != NO_TITLE else None
        studied = self.education or self.degree
        left_out = notice.eligibility.counting.without_appraisals
        return Facts(
            year=notice.year,
            level="",
            employer_nature=self.nature,
            first_title=self.held == NO_TITLE if self.held else None,
            highest_education=self.education,
            current_series=self.held_series if step is not None else "",
            current_level=step.level if step is not None else "",
            current_grade=step.grade if step is not None else "",
            tenure_started_on=self.since if step is not None else None,
            work_started_on=self.work,
            graduations=(Graduation("", self.education, self.degree),) if studied else (),
            rows={slot.section: (RowRef(""),) for slot in notice.materials if slot.section},
            appraisal_results=dict.fromkeys(self.low, left_out[0]) if left_out else {},
        )


# The table each coded answer is of.
_TABLES: dict[str, CodeTable[Any]] = {"education": EDUCATION, "degree": DEGREES, "nature": UNIT_NATURES}


def answers_in(said: Mapping[str, str]) -> Answers:
    """The answers that come back from somewhere (an address, a cookie), each under its name; one that makes no sense is left out."""
    kept: dict[str, Any] = {}
    for name in ("education", "degree", "held", "since", "work", "nature"):
        value = said.get(name, "")
        if name in _TABLES and value not in _TABLES[name]:
            continue
        if name == "held" and value != NO_TITLE and value not in TITLE_STEPS:
            continue
        with suppress(ValidationError):
            kept |= {name: getattr(Answers.model_validate({name: value}), name)} if value else {}
    return Answers.model_validate(kept)


class Case(NoticePart):
    """One person of a truth table. ``titles``: title (series.title) → its verdict, or the first year in which it can be applied for."""

    name: Words
    answers: Answers
    titles: dict[str, Literal["met", "unknown", "not_met"] | int]


class TruthTable(NoticePart):
    """People and what the rules of the notice beside it must say to them."""

    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


def truth_table_of(campaign_file: Path) -> Path:
    """Where the truth table of a campaign file lies."""
    return campaign_file.with_name(f"{campaign_file.stem}.cases.yaml")


def named(prospect: Prospect) -> str:
    """How a title is called in addresses and truth tables: ``engineering.engineer``."""
    return f"{prospect.series.code}.{prospect.title.code}"
