"""Who walks: a unit and two applicants nobody has met before, made anew for every walk."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from functools import cache

from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import BY_KEY, Section
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.loading import load_notice
from zhicheng.campaigns.notice import Notice
from zhicheng.rehearsal.case import publicity_text
from zhicheng.rehearsal.people import TRADES, Trade, credit, form_of, identity
from zhicheng.web.unit.forms import PublicityForm

PASSWORD = "walnut-lantern-42-quay"  # noqa: S105 - of invented people in a rehearsal
_chance = random.SystemRandom()

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody who registers. ``username`` is new in every walk."""

    name: str
    sex: str
    username: str
    id_number: str
    mobile: str

    @property
    def email(self) -> str:
        return f"{self.username}@walk.example"

    @property
    def trade(self) -> Trade:
        return TRADES[0]

    @property
    def serial(self) -> int:
        """Even: of those who have more to show."""
        return int(self.mobile[-5:]) * 2

    @property
    def birth_year(self) -> int:
        return int(self.id_number[6:10])

    @property
    def ethnic_group(self) -> str:
        return "05"


def somebody(name: str, sex: str, role: str) -> Human:
    """A person with a number that belongs to nobody."""
    birth = f"19{_chance.randint(84, 93)}{_chance.randint(1, 12):02d}{_chance.randint(1, 28):02d}"
    tail = f"{_chance.randrange(10**6):06d}"
    number = identity(_chance.randrange(499), sex, birth=birth, region="652701")
    return Human(name, sex, f"{role}{tail}", number, f"138{_chance.randrange(10**8):08d}")


@dataclass(frozen=True, slots=True)
class Unit:
    """The employer that registers."""

    name: str
    code: str


def some_unit() -> Unit:
    """A unit with a credit code of its own."""
    serial = _chance.randrange(100_000, 999_999)
    return Unit(f"博乐市第{serial % 1000}灌区管理站", credit(serial, kind="12", region="652701"))


def sections(person: Human, unit: Unit) -> dict[str, dict[str, str] | Rows]:
    """What the applicant fills in, by the titles and labels of the pages: the same career as in the rehearsal."""
    form = form_of(person, employer=unit.name, nature="institution")
    return {str(BY_KEY[key].label): in_words(BY_KEY[key], typed) for key, typed in form.items() if typed}


def in_words(section: Section, typed: dict[str, str] | Rows) -> dict[str, str] | Rows:
    """What is typed into a section, by the labels of its questions; a choice by its words."""
    if isinstance(typed, list):
        return [_in_words(section, row) for row in typed]
    return _in_words(section, typed)


def _in_words(section: Section, typed: dict[str, str]) -> dict[str, str]:
    asked = [(section.field(key), value) for key, value in typed.items() if value]
    return {str(field.label): TABLES[field.table].name(value) if field.table else value for field, value in asked}


@cache
def notice() -> Notice:
    """The notice that is walked: the file, for what the instance knows is seen on its pages only."""
    return load_notice(BORTALA_2023)


def notice_words(person: Human) -> dict[str, str]:
    """What the unit writes on T1, by the labels of the page."""
    text, form = asdict(publicity_text(person)), PublicityForm(years=notice().limits.achievements_years)
    return {str(field.label): text[name] for name, field in form.fields.items() if name in text}
