"""The words and values a notice is made of: levels, grades, desks, sections, moments, sources, texts in two languages."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from zhicheng.documents.words import zh_copies, zh_number
from zhicheng.foundation.clock import BEIJING

#: Sections of the application that slots and evidence rules may name: whether each is one block or a list of rows.
SECTIONS: dict[str, Literal["single", "rows"]] = {
    "basic": "single",
    "current_title": "single",
    "appointment": "single",
    "summary": "single",
    "education": "rows",
    "work_history": "rows",
    "continuing_education": "rows",
    "appraisals": "rows",
    "achievements": "rows",
    "publications": "rows",
    "awards": "rows",
    "training": "rows",
    "social_posts": "rows",
}


class Level(StrEnum):
    """高级、中级、初级. Never parsed from a title's name: the same word has other levels in other series (domain §2.4)."""

    SENIOR = "senior"
    INTERMEDIATE = "intermediate"
    JUNIOR = "junior"


class Grade(StrEnum):
    """The two grades inside 高级 and inside 初级; 中级 has none (S-04)."""

    NONE = ""
    FULL = "full"
    ASSOCIATE = "associate"
    ASSISTANT = "assistant"
    TECHNICIAN = "technician"


LEVEL_NAMES = {Level.SENIOR: _("高级"), Level.INTERMEDIATE: _("中级"), Level.JUNIOR: _("初级")}
GRADE_NAMES = {
    Grade.NONE: "",
    Grade.FULL: _("正高级"),
    Grade.ASSOCIATE: _("副高级"),
    Grade.ASSISTANT: _("助理级"),
    Grade.TECHNICIAN: _("员级"),
}
GRADES_OF_LEVEL = {
    Level.SENIOR: {Grade.FULL, Grade.ASSOCIATE},
    Level.INTERMEDIATE: {Grade.NONE},
    Level.JUNIOR: {Grade.ASSISTANT, Grade.TECHNICIAN},
}
_RANKS = {
    (Level.JUNIOR, Grade.TECHNICIAN): 1,
    (Level.JUNIOR, Grade.ASSISTANT): 2,
    (Level.INTERMEDIATE, Grade.NONE): 3,
    (Level.SENIOR, Grade.ASSOCIATE): 4,
    (Level.SENIOR, Grade.FULL): 5,
}


def rank(level: str, grade: str) -> int:
    """The step of a title on the ladder 员级 1 → 助理级 2 → 中级 3 → 副高级 4 → 正高级 5; 0 for none (Order 40 art. 14)."""
    try:
        return _RANKS.get((Level(level), Grade(grade or "")), 0)
    except ValueError:
        return 0


class Desk(StrEnum):
    """The desks an application can cross, in the order the country knows them (S-31, S-45, S-76)."""

    UNIT = "unit"
    SUPERVISING = "supervising"
    INDUSTRY = "industry"  # 行业主管部门, 人社部令40号 第四条
    COUNTY = "county"
    PREFECTURE = "prefecture"


# Desks that a unit may have none of: a notice may make them optional.
MAY_BE_OPTIONAL = frozenset({Desk.SUPERVISING, Desk.INDUSTRY})


def in_words(number: int) -> str:
    """A number within a sentence: 五 in Chinese (近五年), 5 elsewhere."""
    return str(number) if (get_language() or "").startswith("en") else zh_number(number)


def copies_in_words(number: int) -> str:
    """一式两份 in Chinese, 2 copies elsewhere."""
    in_english = (get_language() or "").startswith("en")
    return gettext("一式{n}份").format(n=number) if in_english else zh_copies(number)


# --- scalars -----------------------------------------------------------------------------------------------------

_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SOURCE_PART = re.compile(r"(?:[SG]-\d{2}|.+(?:〔\d{4}〕\d+号|令(?:第)?\d+号).*)")


def _to_minute(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise PydanticCustomError("minute", "时间须带时区")
        return value.astimezone(BEIJING)
    if isinstance(value, str) and _MINUTE.fullmatch(value):
        try:
            return dt.datetime.strptime(value, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
        except ValueError:
            pass
    raise PydanticCustomError("minute", "应为精确到分的北京时间，如“2023-05-08 10:00”，并且确有这一天、这一刻")


def _to_date(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("date", "应为日期，如“2002-01-01”，并且确有这一天")


def _to_source(value: Any) -> str:
    parts = [part.strip() for part in re.split(r"[;；]", value)] if isinstance(value, str) else [""]
    if all(_SOURCE_PART.fullmatch(part) for part in parts):
        return "；".join(parts)
    raise PydanticCustomError(
        "source", "来源应为需求编号（S-28、G-05）或文号（人社部发〔2019〕16号、人社部令40号 第十八条），多个来源用分号隔开"
    )


Minute = Annotated[
    dt.datetime,
    BeforeValidator(_to_minute),
    PlainSerializer(lambda v: v.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")),
    WithJsonSchema({"type": "string", "pattern": f"^{_MINUTE.pattern}$", "description": "Beijing time: 2023-05-08 10:00"}),
]
Day = Annotated[
    dt.date,
    BeforeValidator(_to_date),
    WithJsonSchema({"type": "string", "pattern": f"^{_DATE.pattern}$", "description": "2002-01-01"}),
]
Source = Annotated[
    str,
    BeforeValidator(_to_source),
    WithJsonSchema({"type": "string", "description": "需求编号（S-28、G-05）或文号，多个来源用分号隔开"}),
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
NatureCode = Annotated[str, StringConstraints(min_length=1)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
FileFormat = Literal["pdf", "jpg", "png"]


class NoticePart(BaseModel):
    """A frozen part of a notice; an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(NoticePart):
    """Words in both languages of the screen. ``str()`` gives the language of the current request, Chinese by default."""

    zh: Words
    en: Words

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") else self.zh


class VersionedText(Bilingual):
    """A text a person accepts. ``version`` is stored with the acceptance: later, what was on screen can be shown (S-10, S-64)."""

    version: Words

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs in the language of the current request."""
        return [line.strip() for line in str(self).splitlines() if line.strip()]
