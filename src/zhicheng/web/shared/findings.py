"""Findings (提示) as a page shows them: at their places, each with its source and what the applicant wrote to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from zhicheng.applications.authorships import contested_authorships
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.findings import Answer, Told, with_answers
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.organizations.actors import Actor, Role
from zhicheng.publicity.findings import dated_papers
from zhicheng.publicity.queries import period_of
from zhicheng.review.findings import stated_sanctions
from zhicheng.review.queries import standing_decisions
from zhicheng.web.shared.problems import anchor_id


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding: its sentence, source and answer, the name of its place, and the address (or anchor) that leads there."""

    told: Told
    place: str
    url: str = ""

    @property
    def text(self) -> str:
        """The sentence."""
        return self.told.finding.text

    @property
    def source(self) -> str:
        """Where the rule comes from."""
        return self.told.source

    @property
    def is_note(self) -> bool:
        """Whether it only tells how something is taken."""
        return self.told.finding.is_note

    @property
    def answer(self) -> str:
        """What the applicant wrote to it; empty where nothing."""
        return self.told.answer

    @property
    def key(self) -> str:
        """What an answer names."""
        return self.told.finding.key


def findings_for(case: CaseFile, actor: Actor) -> list[Told]:
    """What there is to know of the current submission, for whoever may read it: what the rules notice in the form, what the unit stated
    of a sanction, works that another applicant claims too and, for the desks, the dates of the unit's papers.
    """
    submission_id = case.application.current_submission_id
    more = [
        *stated_sanctions(standing_decisions(case), submission_id=submission_id),
        *contested_authorships(case.application, actor),
        *(dated_papers(period_of(case), case.notice) if actor.role is not Role.APPLICANT else ()),
    ]
    answers = [Answer(a.key, a.said, a.answer) for a in case.snapshot.answers]
    return sorted([*case.sent_findings, *with_answers(more, answers, case.notice)], key=lambda told: told.finding.is_note)


def named(found: Iterable[Told], notice: Notice, sections: Mapping[str, Any]) -> list[Shown]:
    """Each finding with the name of its place in the form ``sections``, its field included."""
    return [Shown(told, told.finding.where.with_field_in_words(notice, sections)) for told in found]


def on_this_page(found: Iterable[Told], notice: Notice, sections: Mapping[str, Any]) -> list[Shown]:
    """The same, each with the anchor of its row or section, or of the publicity's papers, on the page of a case."""
    return [replace(each, url=f"#{_anchor_of(each.told.finding.where)}") for each in named(found, notice, sections)]


def _anchor_of(where: Where) -> str:
    if where.slot:
        return anchor_id(where.slot)
    return anchor_id(str(where.whole_row) if where.row else where.section)


def at(found: Iterable[Told], where: Where) -> list[Told]:
    """The findings of exactly this place."""
    return [told for told in found if told.finding.where == where]


def in_row(found: Iterable[Told], row: Where) -> list[Told]:
    """The findings of a form or a row, its fields included."""
    return [told for told in found if told.finding.where.whole_row == row]
