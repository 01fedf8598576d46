"""我能报什么: every title a notice opens, held against what somebody says of themselves (S-21, domain §2.5). Advice, never a silent no."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zhicheng.campaigns.notice import Notice, Series, Specialty, Title
from zhicheng.campaigns.rules.eligibility import ConditionResult, Result, eligibility, first_round_with
from zhicheng.campaigns.rules.facts import Facts
from zhicheng.campaigns.rules.round import openings


@dataclass(frozen=True, slots=True)
class Conditions:
    """How somebody stands to one title: every condition looked at, by ``facts``, what is known as of an application for it.

    ``first_round``: the year of the first round in which every condition holds, where nothing but time is missing; else ``None``.
    """

    facts: Facts
    results: tuple[ConditionResult, ...]
    first_round: int | None

    @property
    def verdict(self) -> Result:
        """``not_met`` as soon as one condition is not, ``unknown`` as long as one is not known, else ``met``."""
        told = {each.result for each in self.results}
        return "not_met" if "not_met" in told else "unknown" if "unknown" in told else "met"


@dataclass(frozen=True, slots=True)
class Prospect:
    """One title that can be applied for, and how somebody stands to it. ``specialties``: those of the series in which the title is open."""

    series: Series
    specialties: tuple[Specialty, ...]
    title: Title
    conditions: Conditions


def conditions(notice: Notice, facts: Facts) -> Conditions:
    """The conditions of the title that ``facts`` name, looked at one by one (S-21): before anything is filled, beside the form, at the desks."""
    results = tuple(eligibility(notice, facts))
    return Conditions(facts, results, _first_round(notice, facts, results))


def prospects(notice: Notice, known: Facts) -> list[Prospect]:
    """Every title that can be chosen, series by series in the notice's order.

    ``known``: what the person says; its series, level, grade and title are those of each title in turn.
    """
    return [
        _prospect(notice, opening.series, places, title, known)
        for opening in openings(notice)
        for title in opening.series.titles
        if (places := tuple(each.specialty for each in opening.specialties if title in each.titles))
    ]


def _prospect(notice: Notice, series: Series, specialties: tuple[Specialty, ...], title: Title, known: Facts) -> Prospect:
    facts = replace(known, series=series.code, level=title.level, grade=title.grade, title=title.code)
    return Prospect(series, specialties, title, conditions(notice, facts))


def _first_round(notice: Notice, facts: Facts, results: tuple[ConditionResult, ...]) -> int | None:
    missing = [each for each in results if each.result != "met"]
    days = [each.holds_from for each in missing if each.result == "not_met" and each.holds_from is not None]
    if len(days) < len(missing):
        return None
    return first_round_with(notice, facts.level, max(days)) if days else notice.year
