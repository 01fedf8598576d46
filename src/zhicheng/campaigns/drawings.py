"""The drawn example of a paper: which kind of sheet it is, and what has to be seen on it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from zhicheng.campaigns.vocabulary import Bilingual, NoticePart

#: Kinds of sheets, each with the places on it that can be pointed at, as they are numbered (``web/shared/drawings.py`` draws them).
PLACES: dict[str, tuple[str, ...]] = {
    "award": ("heading", "text", "number", "seal", "date"),
    "card": ("text", "photo", "number", "back", "date"),
    "certificate": ("heading", "photo", "text", "number", "seal", "date"),
    "form": ("heading", "photo", "table", "opinion", "signature", "seal", "code"),
    "letter": ("heading", "text", "signature", "seal", "date"),
    "licence": ("heading", "code", "number", "text", "date", "seal"),
    "pages": ("cover", "contents", "body"),
    "portrait": ("face", "ground"),
    "posted": ("sheet", "wall"),
}


class Example(NoticePart):
    """A paper drawn as a sketch. ``marks``: what has to be legible at which place of the sheet."""

    drawn: Literal["award", "card", "certificate", "form", "letter", "licence", "pages", "portrait", "posted"]
    marks: Annotated[dict[str, Bilingual], Field(min_length=1)]

    @model_validator(mode="after")
    def _places_are_on_the_sheet(self) -> Self:
        known = PLACES[self.drawn]
        wrong = [place for place in self.marks if place not in known]
        if wrong:
            words: dict[str, Any] = {"wrong": "、".join(wrong), "known": "、".join(known)}
            raise PydanticCustomError("place_not_on_sheet", "marks 中没有这样的位置：{wrong}。可以用：{known}", words)
        return self
