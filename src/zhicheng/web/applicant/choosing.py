"""What is applied for, asked in two pages: the series, then what the notice opens in it (S-21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhicheng.campaigns.notice import Notice, Title, TitleStep
from zhicheng.campaigns.rules import SeriesOpening, SpecialtyOpening, openings, step_name
from zhicheng.foundation.errors import Problem

LONG = 8  # choices of one question


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what can be chosen, in groups of (code, words); the name of a group is empty where there is but one. ``wrong``: what
    is said of it, ``chosen``: what was."""

    name: str
    words: str
    groups: list[tuple[str, list[tuple[str, str]]]]
    wrong: str = ""
    chosen: str = ""

    @property
    def is_long(self) -> bool:
        """Whether one would rather search than read all of it."""
        return sum(len(options) for _group, options in self.groups) > LONG

    @property
    def problems(self) -> list[Problem]:
        """:attr:`wrong`, as a page lists it."""
        return [Problem(self.wrong, where=self.name)] if self.wrong else []


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address says: a series, a specialty and a title of it that fit together; ``None`` where it says none."""

    series: SeriesOpening | None
    specialty: SpecialtyOpening | None
    title: Title | None


def chosen_in(notice: Notice, said: Mapping[str, str]) -> Chosen:
    """The choice that ``said`` (``series``, ``specialty``, ``title``) makes. A specialty that the title alone has, or the series, need not
    be said."""
    series = next((o for o in openings(notice) if o.choosable and o.series.code == said.get("series")), None)
    if series is None:
        return Chosen(None, None, None)
    wanted = said.get("title", "")
    named = [s for s in series.specialties if s.specialty.code == said.get("specialty")]
    having = [s for s in series.specialties if _title_of(s, wanted) is not None]
    specialty = next(
        iter(named or (having if len(having) == 1 else series.specialties if len(series.specialties) == 1 else [])), None
    )
    return Chosen(series, specialty, _title_of(specialty, wanted) if specialty is not None else None)


def _title_of(specialty: SpecialtyOpening, code: str) -> Title | None:
    return next((title for title in specialty.titles if title.code == code), None)


def series_question(notice: Notice, *, asked: bool, chosen: str) -> Question:
    """Which series; ``asked``: the answer is missing."""
    offered = [(o.series.code, str(o.series)) for o in openings(notice) if o.choosable]
    return Question("series", _("您申报哪个系列？"), [("", offered)], _("请选择一个系列。") if asked else "", chosen)


def questions_in(series: SeriesOpening, said: Mapping[str, str], *, asked: bool) -> list[Question]:
    """What is asked of a series that was chosen: the title alone where that tells the specialty, else both on one page.

    ``said``: what was chosen so far; ``asked``: what is missing of it, or does not fit together, is wrong.
    """
    specialties = series.specialties
    titles = {title.code: title for specialty in specialties for title in specialty.titles}
    of_one_each = all(sum(_title_of(s, code) is not None for s in specialties) == 1 for code in titles)
    title = said.get("title", "") if said.get("title", "") in titles else ""
    question = _("您申报哪个任职资格？")
    missing = _("请选择一个任职资格。")
    if of_one_each:
        groups = [
            (str(s.specialty) if len(specialties) > 1 else "", [(t.code, title_words(t)) for t in s.titles])
            for s in specialties
            if s.titles
        ]
        return [Question("title", question, groups, missing if asked and not title else "", title)]
    specialty = next((s for s in specialties if s.specialty.code == said.get("specialty")), None)
    wrong = missing
    if specialty is not None and title and _title_of(specialty, title) is None:
        wrong = _("“{specialty}”专业不能申报这个任职资格，请另选一个。").format(specialty=specialty.specialty)
    return [
        Question(
            "specialty",
            _("您申报“{series}”系列的哪个专业？").format(series=series.series),
            [("", [(s.specialty.code, str(s.specialty)) for s in specialties])],
            _("请选择一个专业。") if asked and specialty is None else "",
            specialty.specialty.code if specialty is not None else "",
        ),
        Question(
            "title",
            question,
            [("", [(code, title_words(each)) for code, each in titles.items()])],
            wrong if asked and (not title or wrong != missing) else "",
            title,
        ),
    ]


def title_words(title: Title) -> str:
    """工程师，中级."""
    return _("{title}，{step}").format(title=title, step=step_name(TitleStep(level=title.level, grade=title.grade)))
