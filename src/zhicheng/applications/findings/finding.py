"""What a finding is, and what the rules look at to find one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.employment import Employment, employments_of
from zhicheng.applications.reading import stored_date
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import Facts
from zhicheng.standards.errors import MESSAGES


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: a stable ``code``, the place in the form, a sentence in the language of the request, and its source.

    ``is_note``: it tells how something is taken and nothing is wrong, so there is nothing to mend or to answer; it is not counted.
    """

    code: str
    where: Where
    text: str
    source: str
    is_note: bool = False

    @property
    def key(self) -> str:
        """What an answer names: the same thing noticed at the same place keeps its answer when the sentence changes."""
        return f"{self.code}@{self.where}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the applicant wrote to a finding, with the sentence it was written to (in the language it was read in)."""

    key: str
    said: str
    answer: str


@dataclass(frozen=True)
class Seen:
    """One form as it is looked at: its ``contents``, the facts the notice's rules take, and the day (``today``) it counts for."""

    contents: Mapping[str, Any]
    facts: Facts
    notice: Notice
    today: date

    def rows(self, section: str) -> list[Mapping[str, Any]]:
        """The rows of a section, whatever is in them."""
        content = self.contents.get(section)
        return [row for row in content if isinstance(row, Mapping)] if isinstance(content, list) else []

    def form(self, section: str) -> Mapping[str, Any]:
        """A section that is a single form."""
        content = self.contents.get(section)
        return content if isinstance(content, Mapping) else {}

    @cached_property
    def employments(self) -> list[Employment]:
        """The jobs of the work history, the present one with its confirmed nature."""
        return employments_of(self.contents, nature=self.facts.employer_nature, year=self.facts.year)


def place(section: str, row: Mapping[str, Any], field: str) -> Where:
    """The place of a field in a row."""
    return Where.of_row(BY_KEY[section], row, field)


def day_of(row: Mapping[str, Any], field: str) -> date | None:
    """The day in a field, if it is one."""
    return stored_date(row.get(field))


def in_words(code: str, values: Mapping[str, object]) -> str:
    """The sentence of the standards for ``code``, in the language of the request."""
    return _(MESSAGES[code]).format(**values)
