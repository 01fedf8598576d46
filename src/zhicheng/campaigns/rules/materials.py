"""Which papers this application needs (S-47…S-63): the boxes a person sees, and which of them are still empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import PUBLICITY_PAPERS, Bilingual, Condition, Notice, Paper, Slot
from zhicheng.campaigns.rules.eligibility import required_ce_years, tenure_years
from zhicheng.campaigns.rules.facts import Facts, Graduation

#: What is there: (slot key, paper key, year or None, row id or None).
MaterialKey = tuple[str, str, int | None, str | None]


@dataclass(frozen=True, slots=True)
class PaperOption:
    """One paper that can be put into a box. ``stands_for``: the paper of the same box it may replace; ``template``: T1–T4; ``is_read``:
    whether its text is looked at (``notice.Reads``).
    """

    key: str
    label: Bilingual
    stands_for: str | None = None
    template: str | None = None
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class SlotRequirement:
    """One box: a slot, for one year or one row where the slot has many.

    ``mode`` all_of | one_of | optional tells how ``papers`` belong together. ``required`` says whether it must be filled;
    if an exemption took that away, ``exempt_reason`` says which. ``upload`` false: on paper only, ``copies`` of it.
    ``max_files`` counts per paper; ``max_bytes`` per file.
    """

    slot: str
    number: str
    source: str
    label: Bilingual
    wants: Bilingual
    why: Bilingual
    owner: str
    mode: str
    papers: tuple[PaperOption, ...]
    required: bool
    exempt_reason: Bilingual | None = None
    year: int | None = None
    row_id: str | None = None
    row_label: str = ""
    section: str | None = None
    formats: tuple[str, ...] = ()
    max_files: int = 1
    max_bytes: int = 0
    upload: bool = True
    copies: int = 0

    @property
    def is_publicity(self) -> bool:
        """Whether it holds the papers of the unit's publicity, which come and go with the period (S-51)."""
        return any(paper.template in PUBLICITY_PAPERS for paper in self.papers)

    @property
    def key(self) -> str:
        """Stable name of the box, fit for an element id: ``appraisals-2021``, ``education-0a1b2c3d``, ``commitment``."""
        suffix = self.row_id if self.row_id is not None else self.year
        return self.slot if suffix is None else f"{self.slot}-{suffix}"

    @property
    def mark(self) -> str:
        """The notice's own number of the slot, （十）, in the language of the request: ``(10) `` where it is not Chinese."""
        value = _counted(self.number)
        return self.number if value is None or (get_language() or "zh").startswith("zh") else f"({value}) "

    @property
    def caption(self) -> str:
        """The label with its year or row, in the language of the request."""
        if self.year is not None:
            return _("%(label)s（%(year)s年度）") % {"label": self.label, "year": self.year}
        return _("%(label)s：%(row)s") % {"label": self.label, "row": self.row_label} if self.row_label else str(self.label)

    def key_of(self, paper: str) -> MaterialKey:
        """Where a file of ``paper`` in this box is kept."""
        return (self.slot, paper, self.year, self.row_id)


@lru_cache(maxsize=256)
def _counted(number: str) -> int | None:
    """The value of a Chinese list number up to 99: （十一） → 11; ``None`` for anything else."""
    tens, ten, ones = number.strip("（）() ").rpartition("十")
    digits = "一二三四五六七八九"
    if any(part and part not in digits for part in (tens, ones)) or len(tens) > 1 or len(ones) > 1 or not (ten or ones):
        return None
    value = digits.find(ones) + 1 if ones else 0
    return value + (10 * (digits.find(tens) + 1 if tens else 1) if ten else 0)


@dataclass(frozen=True, slots=True)
class Missing:
    """A box that is not complete: the papers still wanted (any one of them if ``any_of``) and a sentence saying so."""

    requirement: SlotRequirement
    papers: tuple[PaperOption, ...]
    any_of: bool

    @property
    def text(self) -> str:
        """E.g. （三）学历证书：…：还没有上传《毕业证书》。 In the language of the request."""
        separator = _("或") if self.any_of else _("、")
        names = separator.join(str(paper.label) for paper in self.papers)
        values = {"number": self.requirement.mark, "caption": self.requirement.caption, "papers": names}
        return _("%(number)s%(caption)s：还没有上传%(papers)s。") % values


# --- conditions -----------------------------------------------------------------------------------------------------


def natures_that_count(notice: Notice, facts: Facts, year: int | None) -> frozenset[str]:
    """The natures whose rule the year follows (S-60): of a year with two employers as the notice's policy says, "" where nobody knows.

    Without a work history the present employer's confirmed nature stands for every year, so that a list can be shown at all.
    """
    if year is None or not facts.stays:
        return frozenset({facts.employer_nature})
    stays = facts.stays.get(year, ())
    if not stays:
        return frozenset({""})
    match notice.policies.year_with_two_employers:
        case "longer":
            return frozenset({max(stays, key=lambda stay: stay.days).nature})
        case "year_end":
            return frozenset({stays[-1].nature})
        case _:
            return frozenset(stay.nature for stay in stays)


_NO_EMPLOYER = Bilingual(
    zh="按工作经历，该年度没有工作单位；间断的时间另有提示。",
    en="By the work history nobody employed you in that year; the gap itself is noticed there.",
)


def _employed_nowhere(facts: Facts, year: int | None) -> bool:
    """Whether the year lies between two jobs and in neither: no employer could have appraised it, and the gap is told as such (S-60)."""
    return (
        year is not None and year not in facts.stays and any(y < year for y in facts.stays) and any(y > year for y in facts.stays)
    )


def _holds(condition: Condition, facts: Facts, that_year: frozenset[str], row: Graduation | None) -> bool:
    """Whether everything the condition names holds. What is not known does not hold: no exemption without its ground."""
    c = condition
    return (
        (c.employer_nature_in is None or facts.employer_nature in c.employer_nature_in)
        and (c.employer_nature_that_year_in is None or that_year <= set(c.employer_nature_that_year_in))
        and (c.first_title is None or bool(facts.first_title) is c.first_title)
        and (c.series_in is None or facts.series in c.series_in)
        and (c.level_in is None or facts.level in c.level_in)
        and (c.graduated_before is None or _graduated_before(c.graduated_before, row))
        and (c.education_in is None or (row is not None and row.education in c.education_in))
        and (c.study_form_in is None or (row is not None and row.study_form in c.study_form_in))
    )


def _graduated_before(day: date, row: Graduation | None) -> bool:
    return row is not None and row.graduated_on is not None and row.graduated_on < day


def _any_holds(conditions: tuple[Condition, ...], facts: Facts, that_year: frozenset[str], row: Graduation | None) -> bool:
    return any(_holds(condition, facts, that_year, row) for condition in conditions)


# --- boxes ----------------------------------------------------------------------------------------------------------


def slot_years(notice: Notice, slot: Slot, facts: Facts) -> list[int]:
    """The years a slot per year asks for, oldest first, never more than its cap where it has one (S-59, S-60)."""
    if slot.years is None:
        return []
    rules = {"professional_years": required_ce_years, "tenure": tenure_years}
    years = rules[slot.years.rule](notice, facts)
    return years[-slot.years.cap :] if slot.years.cap is not None else years


def _places(notice: Notice, slot: Slot, facts: Facts) -> Iterator[tuple[int | None, str | None, str]]:
    """(year, row id, row label) of every box of a slot."""
    if slot.per == "year":
        yield from ((year, None, "") for year in slot_years(notice, slot, facts))
    elif slot.per == "row":
        rows = facts.rows.get(slot.section or "", ())
        yield from ((None, row.id, row.label) for row in rows if row.has_content)
    else:
        yield (None, None, "")


def _option(paper: Paper) -> PaperOption:
    return PaperOption(paper.key, paper.label, paper.stands_for, paper.template, is_read=paper.reads is not None)


def _graduation(slot: Slot, facts: Facts, row_id: str | None) -> Graduation | None:
    return next((g for g in facts.graduations if g.row_id == row_id), None) if slot.section == "education" else None


def _standing(
    slot: Slot, facts: Facts, year: int | None, natures: frozenset[str], row: Graduation | None
) -> tuple[bool, bool, bool]:
    """Whether the box has to be filled; whether it is exempt, and whether because nobody employed the person that year."""
    wanted = slot.mode != "optional" and (not slot.required_when or _any_holds(slot.required_when, facts, natures, row))
    nowhere = slot.years is not None and slot.years.rule == "tenure" and _employed_nowhere(facts, year)
    exempt = wanted and (nowhere or _any_holds(slot.exempt_when, facts, natures, row))
    return wanted and not exempt, exempt, nowhere


def _is_required(notice: Notice, slot: Slot, facts: Facts, year: int) -> bool:
    """Whether the box of a year has to be filled, for who needs nothing else of it."""
    return _standing(slot, facts, year, natures_that_count(notice, facts, year), None)[0]


def _requirement(
    notice: Notice, slot: Slot, facts: Facts, year: int | None, row_id: str | None, row_label: str
) -> SlotRequirement:
    row = _graduation(slot, facts, row_id)
    natures = natures_that_count(notice, facts, year)
    required, exempt, nowhere = _standing(slot, facts, year, natures, row)
    offered = [paper for paper in slot.papers if not paper.only_when or _any_holds(paper.only_when, facts, natures, row)]
    return SlotRequirement(
        slot=slot.key,
        number=slot.number,
        source=slot.source,
        label=slot.label,
        wants=slot.wants,
        why=slot.why,
        owner=slot.owner,
        mode=slot.mode,
        papers=tuple(_option(paper) for paper in offered),
        required=required,
        exempt_reason=(_NO_EMPLOYER if nowhere else slot.exempt_reason) if exempt else None,
        year=year,
        row_id=row_id,
        row_label=row_label,
        section=slot.section,
        formats=slot.formats,
        max_files=slot.max_files,
        max_bytes=notice.limits.file_megabytes * 1024 * 1024,
        upload=slot.upload,
        copies=slot.copies,
    )


def slot_requirements(notice: Notice, facts: Facts) -> list[SlotRequirement]:
    """Every box of this application, in the notice's order; exempt ones included, with their reason (S-47…S-62).

    A row without content has no box; the applicant's and the unit's boxes are both here, told apart by ``owner``.
    """
    return [_requirement(notice, slot, facts, *place) for slot in notice.materials for place in _places(notice, slot, facts)]


def required_appraisal_years(notice: Notice, facts: Facts) -> list[int]:
    """The years of the tenure whose annual appraisal is asked for, oldest first (S-60: 企业单位人员不需上传).

    A year spent where the notice exempts it, or of which nothing else is known while the present employer is such a place,
    is not asked for. Empty where the notice has no slot per year of the tenure.
    """
    return sorted(
        {
            year
            for slot in notice.materials
            if slot.years is not None and slot.years.rule == "tenure"
            for year, _row_id, _row_label in _places(notice, slot, facts)
            if year is not None and _is_required(notice, slot, facts, year)
        }
    )


def appraisal_years_open(notice: Notice, facts: Facts) -> bool:
    """Whether appraisals will be asked for once the current title is filled in: until then their years cannot be said (S-60)."""
    if facts.first_title or facts.tenure_started_on is not None:
        return False
    return bool(required_appraisal_years(notice, replace(facts, tenure_started_on=date(notice.year - 1, 1, 1))))


def box_for(
    requirements: Iterable[SlotRequirement], slot: str, year: int | None = None, row_id: str | None = None
) -> SlotRequirement | None:
    """The box a file for (slot, year, row) goes into; ``None`` if this application has none, e.g. a sixth year (S-59)."""
    return next((r for r in requirements if (r.slot, r.year, r.row_id) == (slot, year, row_id)), None)


def missing_materials(
    requirements: Iterable[SlotRequirement], present: Iterable[MaterialKey], owner: str | None = None
) -> list[Missing]:
    """Every required box that is not complete, all at once (S-24); ``owner`` limits it to the applicant's or the unit's."""
    there = set(present)
    return [
        missing
        for requirement in requirements
        if requirement.required and requirement.upload and owner in (None, requirement.owner)
        if (missing := _lacking(requirement, there)) is not None
    ]


def _lacking(requirement: SlotRequirement, there: set[MaterialKey]) -> Missing | None:
    have = {paper.key for paper in requirement.papers if requirement.key_of(paper.key) in there}
    if requirement.mode == "one_of":
        return None if have else Missing(requirement, requirement.papers, any_of=True)
    replaced = {paper.stands_for for paper in requirement.papers if paper.key in have}
    lacking = tuple(p for p in requirement.papers if p.stands_for is None and p.key not in have and p.key not in replaced)
    return Missing(requirement, lacking, any_of=False) if lacking else None
