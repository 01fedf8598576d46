"""The shape of a notice: one year's round as validated, frozen data (house, decision 2: the notice is data).

A :class:`Notice` is read from a campaign file by :mod:`zhicheng.campaigns.loading`, stored as JSON in a
``CampaignVersion`` and read back from there. Every value a rule needs stands here, with the requirement it comes from;
another year or another prefecture is another file, never another branch of code.

Times are minutes of Beijing time (domain §3.9). What no single value can decide (order of windows, references between
parts) is checked by :mod:`zhicheng.campaigns.consistency`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from django.utils.translation import get_language
from pydantic import BeforeValidator, Field, StrictBool, model_validator

from zhicheng.campaigns.drawings import Example
from zhicheng.campaigns.reads import Reads
from zhicheng.campaigns.texts import Annex, Contact, NoticeSource, Paragraph, Texts
from zhicheng.campaigns.vocabulary import (
    GRADE_NAMES,
    GRADES_OF_LEVEL,
    LEVEL_NAMES,
    SECTIONS,
    Bilingual,
    Day,
    Desk,
    FileFormat,
    Grade,
    Key,
    Level,
    Minute,
    NatureCode,
    NoticePart,
    RegionCode,
    Slug,
    Source,
    VersionedText,
    Words,
    rank,
)
from zhicheng.documents.wording import LetterText, PaperWords

__all__ = [
    "GRADES_OF_LEVEL", "GRADE_NAMES", "LEVEL_NAMES", "SECTIONS", "Annex", "Bilingual", "Catalogue", "ChainDesk", "Chosen", "Condition", "Contact",
    "Counting", "Desk", "Eligibility", "EligibilityRow", "EvidenceRule", "Grade", "Level", "Limits", "Notice", "NoticeSource", "Paper",
    "Paragraph", "Planning", "Policies", "Reads", "Series", "Slot", "Specialty", "Texts", "Title", "TitleStep", "VersionedText", "Window", "WorkHistory", "Years", "rank",
]  # fmt: skip


def _one_or_many_of(schema: dict[str, Any]) -> None:
    """In the schema of the file: what stands in a list may also stand alone."""
    many = {key: schema.pop(key) for key in ("type", "items", "minItems") if key in schema}
    schema["anyOf"] = [many["items"], many]


# --- calendar of the round ---------------------------------------------------------------------------------------


class Window(NoticePart):
    """When these levels may be handed in (G-01, G-02). Each end is exclusive: at 18:00:00 a window "until 18:00" is closed.

    ``desk_until`` ends the passing on, desk by desk (one that is not named has no end); a corrected application may be passed on until
    ``correct_until`` where that is later.
    """

    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    apply_from: Minute
    apply_until: Minute
    correct_until: Minute
    desk_until: dict[Desk, Minute] = {}
    assumed: StrictBool = False  # true when the official notice with the dates is not at hand (G-01)

    @model_validator(mode="before")
    @classmethod
    def _of_older_notices(cls, given: Any) -> Any:
        """Notices published before the desks stood in one table named two ends: ``unit_until`` and ``county_until``."""
        if not isinstance(given, dict) or not (older := {"unit_until", "county_until"} & given.keys()):
            return given
        ends = {name.removesuffix("_until"): given[name] for name in sorted(older) if given[name] is not None}
        return {name: value for name, value in given.items() if name not in older} | {"desk_until": ends}


class ChainDesk(NoticePart):
    """One desk of the chain. ``optional``: crossed only by units that have such a body (S-76)."""

    desk: Desk
    optional: StrictBool = False
    counts_as_committee_arrival: StrictBool = False  # S-28, G-13: arriving here is “提交评审委员会”


class Limits(NoticePart):
    """The notice's numbers."""

    committee_submissions: Annotated[int, Field(strict=True, ge=1, le=20)]  # S-28, arrivals of one person
    # Counted in this campaign alone, or with every campaign of the year in the same prefecture (G-09)
    committee_submissions_scope: Literal["campaign", "year"] = "campaign"
    publicity_working_days: Annotated[int, Field(strict=True, ge=1, le=60)]  # S-39
    publicity_counting: Literal["incl", "excl"]  # G-11: does the first day count
    continuing_education_years: Annotated[int, Field(strict=True, ge=1, le=20)]  # S-59
    ban_years: Annotated[int, Field(strict=True, ge=1, le=50)]  # S-81, years after the campaign's
    achievements_years: Annotated[int, Field(strict=True, ge=1, le=20)]  # S-68
    file_megabytes: Annotated[int, Field(strict=True, ge=1, le=200)] = 20  # G-05
    review_form_copies: Annotated[int, Field(strict=True, ge=1, le=20)]  # S-47
    # Hours of continuing education a year: fewer are told, never refused (人社部令25号; places differ)
    continuing_education_hours: Annotated[int, Field(strict=True, ge=0, le=500)] = 90
    continuing_education_professional_hours: Annotated[int, Field(strict=True, ge=0, le=500)] = 60


class Policies(NoticePart):
    """What the notice leaves open and the bureau decides (domain §1.5); the defaults are the ones argued there.

    What cannot be decided otherwise yet has no key here, so that a file asking for it is refused and never silently ignored.
    """

    repeat_publicity: Literal["when_published_field_changed", "always"] = "when_published_field_changed"  # G-08
    template_wording: Literal["verbatim", "corrected"] = "verbatim"  # G-15
    # Who may read of a publicity on the pages: the people of the unit alone (S-38), or everybody who is shown until when besides.
    publicity_audience: Literal["unit", "public"] = "unit"
    # Whose rule a year with two employers follows (S-60): the one that asks for more, the longer stay's, or that at the year's end.
    year_with_two_employers: Literal["stricter", "longer", "year_end"] = "stricter"
    # For how many hours a desk may take its own pass back; without it as long as nobody has worked on with the application.
    take_back_hours: Annotated[int, Field(strict=True, ge=1, le=24 * 60)] | None = None


class WorkHistory(NoticePart):
    """What a hole in the work history does: it is told to the applicant and the desks, or it stands against 上报 as well."""

    gap: Literal["advise", "refuse"] = "advise"


class Planning(NoticePart):
    """With how many working days a desk, and a correction, is reckoned where the last safe day of a step is counted back. No end:
    nobody is held to it. ``assumed``: the bureau has not said so."""

    desk_days: dict[Desk, Annotated[int, Field(strict=True, ge=0, le=120)]]
    correction_days: Annotated[int, Field(strict=True, ge=0, le=60)]
    assumed: StrictBool = False


# --- what is open ------------------------------------------------------------------------------------------------


class Specialty(NoticePart):
    """专业."""

    code: Key
    zh: Words
    en: Words

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") else self.zh


class Title(Specialty):
    """任职资格: one title of a series. ``specialties`` empty means: in every specialty of the series."""

    level: Level
    grade: Grade = Grade.NONE
    specialties: tuple[Key, ...] = ()


class Series(Specialty):
    """系列. ``by_exam`` or ``closed_reason`` list a series that cannot be chosen, with the reason (S-03, S-21)."""

    by_exam: StrictBool = False
    closed_reason: Bilingual | None = None
    specialties: tuple[Specialty, ...] = ()
    titles: tuple[Title, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether an application in this series can be started."""
        return not self.by_exam and self.closed_reason is None


class Catalogue(NoticePart):
    """Everything the campaign lists."""

    series: Annotated[tuple[Series, ...], Field(min_length=1)]


class Chosen(NamedTuple):
    """What stands in the catalogue under three codes, open or not; ``None`` for what does not, and for what is in no series that does."""

    series: Series | None
    specialty: Specialty | None = None
    title: Title | None = None


# --- who may apply -----------------------------------------------------------------------------------------------


class Counting(NoticePart):
    """How years are counted; differs from place to place, so it is data (domain §2.5)."""

    start: Literal["certificate_date", "year_start", "next_year_start"] = "certificate_date"
    until: Literal["year_end", "apply_until"] = "year_end"
    without_appraisals: tuple[Literal["basically_competent", "incompetent"], ...] = ("basically_competent", "incompetent")
    source: Source


class TitleStep(NoticePart):
    """A step of the ladder."""

    level: Level
    grade: Grade = Grade.NONE


class EligibilityRow(NoticePart):
    """One line of a conditions table: with this schooling, so many years, to that title."""

    # The series it is for; "*": every series without a line of its own for that title.
    series: Annotated[
        tuple[str, ...],
        Field(min_length=1, json_schema_extra=_one_or_many_of),
        BeforeValidator(lambda v: (v,) if isinstance(v, str) else v),
    ]
    to: TitleStep
    education: tuple[str, ...] = ()  # GB/T 4658 codes; any of them
    degrees: tuple[str, ...] = ()  # GB/T 6864 first digit; any of them, instead of the education (“学历或学位”)
    previous: TitleStep | None = None
    years_in_previous_title: Annotated[int, Field(strict=True, ge=0, le=50)] = 0
    years_of_work: Annotated[int, Field(strict=True, ge=0, le=50)] = 0
    source: Source

    @property
    def professional_years(self) -> int:
        """专业工作年限 of this line: what S-58 counts the continuing-education years by."""
        return max(self.years_in_previous_title, self.years_of_work)


class Eligibility(NoticePart):
    """The tables of conditions and the way of counting."""

    counting: Counting
    rows: tuple[EligibilityRow, ...]


# --- materials ---------------------------------------------------------------------------------------------------


class Condition(NoticePart):
    """A small explicit condition: everything given must hold. A list of conditions holds when any of them does."""

    employer_nature_in: tuple[NatureCode, ...] | None = None
    employer_nature_that_year_in: tuple[NatureCode, ...] | None = None  # only in slots per year (S-60)
    first_title: StrictBool | None = None  # S-53
    series_in: tuple[str, ...] | None = None
    level_in: tuple[Level, ...] | None = None
    graduated_before: Day | None = None  # only in slots per row of education (S-52)
    education_in: tuple[str, ...] | None = None  # likewise
    study_form_in: tuple[str, ...] | None = None  # likewise


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else value


Conditions = Annotated[tuple[Condition, ...], BeforeValidator(_one_or_many), Field(json_schema_extra=_one_or_many_of)]


class Paper(NoticePart):
    """One paper of a slot.

    ``stands_for`` names the paper of the same slot this one may replace (S-52: 学历认证报告 for the e-registration);
    ``only_when`` says when it is offered at all; ``template`` names the paper the system prints for signing (T1–T4).
    """

    key: Key
    label: Bilingual
    stands_for: Key | None = None
    only_when: Conditions = ()
    template: Literal["publicity_notice", "publicity_result", "supervising_opinion", "commitment", "review_form"] | None = None
    example: Example | None = None
    reads: Reads | None = None  # none: nothing is read on it
    assumed: StrictBool = False  # true where the official notice does not name the paper


# The papers of the unit's publicity: the slot that holds one of them is the publicity's (S-51).
PUBLICITY_PAPERS = frozenset({"publicity_notice", "publicity_result"})


class Years(NoticePart):
    """Which years a slot per year asks for: all that the rule names, or the most recent ``cap`` of them.

    The official notice caps continuing education alone (S-59); a cap on the tenure (S-60) is ``assumed``.
    """

    rule: Literal["professional_years", "tenure"]  # S-58, S-60
    cap: Annotated[int, Field(strict=True, ge=1, le=50)] | None = None
    assumed: StrictBool = False


class Slot(NoticePart):
    """One line of 具体报送材料: what it wants, why, from whom, in which papers.

    ``mode``: all_of the papers, one_of them, or optional. ``per``: once, once a year, or once for every filled row of
    ``section``. ``required_when`` given: required only then. ``exempt_when``: not required then, for ``exempt_reason``.
    ``upload`` false: handed in on paper only (S-47).
    """

    key: Key
    number: Words
    source: Source
    label: Bilingual
    wants: Bilingual
    why: Bilingual
    owner: Literal["applicant", "unit"] = "applicant"
    mode: Literal["all_of", "one_of", "optional"] = "all_of"
    papers: Annotated[tuple[Paper, ...], Field(min_length=1)]
    per: Literal["none", "year", "row"] = "none"
    section: str | None = None
    years: Years | None = None
    formats: Annotated[tuple[FileFormat, ...], Field(min_length=1)] = ("pdf", "jpg", "png")
    max_files: Annotated[int, Field(strict=True, ge=1, le=50)] = 1
    upload: StrictBool = True
    copies: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    required_when: Conditions = ()
    exempt_when: Conditions = ()
    exempt_reason: Bilingual | None = None

    @property
    def is_publicity(self) -> bool:
        """Whether it holds papers of the unit's publicity (S-51)."""
        return any(paper.template in PUBLICITY_PAPERS for paper in self.papers)


class EvidenceRule(NoticePart):
    """所填各项栏目应上传相应佐证材料: what is filled in ``section`` is proved in these slots (S-63)."""

    section: str
    slots: Annotated[tuple[str, ...], Field(min_length=1)]
    source: Source


# --- all of it ---------------------------------------------------------------------------------------------------


class Notice(NoticePart):
    """One year's round under one official notice. ``format`` is the form of the file; older ones are read by :mod:`.older`."""

    format: Literal[2]
    slug: Slug
    year: Annotated[int, Field(strict=True, ge=2000, le=2100)]  # 年度: every counter and ban hangs on it (S-02)
    region_code: RegionCode
    title: Bilingual
    issuer: Bilingual
    source: NoticeSource
    notice_text: Annotated[tuple[Paragraph, ...], Field(min_length=1)]
    annexes: tuple[Annex, ...] = ()
    calendar: Literal["xinjiang", "national"]  # G-10
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    chain: Annotated[tuple[ChainDesk, ...], Field(min_length=2)]
    limits: Limits
    policies: Policies = Policies()
    planning: Planning | None = None
    work_history: WorkHistory = WorkHistory()
    catalogue: Catalogue
    eligibility: Eligibility
    materials: Annotated[tuple[Slot, ...], Field(min_length=1)]
    evidence_rules: tuple[EvidenceRule, ...] = ()
    texts: Texts
    papers: PaperWords
    contacts: tuple[Contact, ...] = ()

    def series(self, code: str) -> Series | None:
        """The series with this code, open or not."""
        return next((series for series in self.catalogue.series if series.code == code), None)

    def chosen(self, series: str, specialty: str, title: str) -> Chosen:
        """What is applied for, by the three codes that an application keeps."""
        found = self.series(series)
        if found is None:
            return Chosen(None)
        return Chosen(
            found,
            next((one for one in found.specialties if one.code == specialty), None),
            next((one for one in found.titles if one.code == title), None),
        )

    def letter(self, kind: str) -> LetterText:
        """T1 to T4 (the kind of the paper) in the wording this notice prints. Raises :class:`LookupError` where it has none."""
        return self.papers.letter(kind, self.policies.template_wording)

    @property
    def unit_slots(self) -> tuple[Slot, ...]:
        """The slots that the unit fills itself, but for that of its publicity (G-14)."""
        return tuple(slot for slot in self.materials if slot.owner == "unit" and slot.upload and not slot.is_publicity)

    @property
    def publicity_slot(self) -> Slot | None:
        """The slot of what the unit uploads of its publicity; ``None`` where the notice asks for nothing of it (S-51)."""
        return next((slot for slot in self.materials if slot.upload and slot.is_publicity), None)

    def slot(self, key: str) -> Slot | None:
        """The slot with this key."""
        return next((slot for slot in self.materials if slot.key == key), None)
