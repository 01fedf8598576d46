"""What papers say, as a notice gives it: the letters T1 to T4 with their blanks, and the fixed words of the review form.

A letter stands in two wordings (G-15): ``verbatim``, the notice's own text with its own slips, and ``corrected``, the same as it was
probably meant. What is printed is stored with the paper (:class:`LetterText`, :class:`FormText`), so that a later notice changes no
paper of before. The values put into the blanks are never read as templates themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Wording = Literal["verbatim", "corrected"]
# A line to sign on, in a closing line.
SIGN_HERE = "______"
# What letters and forms said before the notice said it; of papers and notices of that time (``former.yaml``).
_FORMER = Path(__file__).with_name("former.yaml")

_Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
_Closing = Annotated[str, StringConstraints(min_length=1, max_length=60)]  # blanks in front move a date to its place
_Heading = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]


class _Wording(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ObjectionWords(_Wording):
    """What T2 says of objections: there was none, one was found untrue, or ``{count}`` were (S-73)."""

    none: _Said
    one: _Said
    more: _Said

    def of(self, count: int) -> str:
        """The passage for so many objections that were found untrue."""
        return (self.none if not count else self.one if count == 1 else self.more).format_map({"count": count})


class LetterText(_Wording):
    """One letter as it is printed, its blanks in braces."""

    title: _Heading
    paragraphs: Annotated[tuple[_Said, ...], Field(min_length=1, max_length=30)]
    closing: Annotated[tuple[_Closing, ...], Field(min_length=1, max_length=8)]
    objections: ObjectionWords | None = None


class LetterWords(_Wording):
    """One letter of a notice in both wordings. ``closing``: the lines for signature, seal and date; ``______`` is a line to sign on."""

    title: _Heading
    verbatim: Annotated[tuple[_Said, ...], Field(min_length=1, max_length=30)]
    corrected: Annotated[tuple[_Said, ...], Field(min_length=1, max_length=30)]
    closing: Annotated[tuple[_Closing, ...], Field(min_length=1, max_length=8)]

    def printed(self, wording: Wording) -> LetterText:
        """The letter as it is printed in ``wording``."""
        paragraphs = self.verbatim if wording == "verbatim" else self.corrected
        objections = getattr(self, "objections", None)
        return LetterText(title=self.title, paragraphs=paragraphs, closing=self.closing, objections=objections)


class ResultWords(LetterWords):
    """T2: its blank ``{objections}`` is filled with one of three passages."""

    objections: ObjectionWords


class FormColumn(_Wording):
    """A column of the review form that a desk fills in by hand, after the unit's own."""

    heading: _Heading
    seal: _Heading = "（公章）"
    note: Annotated[str, StringConstraints(max_length=60)] = ""


class _FormTitle(_Wording):
    title: Annotated[tuple[_Heading, ...], Field(min_length=1, max_length=3)]
    columns: Annotated[tuple[FormColumn, ...], Field(max_length=7)] = ()


class FormWords(_FormTitle):
    """The review form's title, in the lines of its cover, and the columns that are written into after the unit's.

    ``photo_slot`` names the material whose picture is printed in the place of the photograph (S-47). Without it, and for whoever
    uploaded none, the place says that a print is to be glued there.
    """

    photo_slot: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None


class FormText(_FormTitle):
    """The fixed words of a review form as printed: ``copies`` are asked for (S-47), ``opinion_sentence`` is written by hand (S-42)."""

    copies: Annotated[int, Field(ge=1, le=20)]
    opinion_sentence: _Said


class PaperWords(_Wording):
    """What the papers of a notice say. ``supervising_opinion`` is left out where no supervising body recommends."""

    review_form: FormWords
    publicity_notice: LetterWords  # T1, S-65 … S-71
    publicity_result: ResultWords  # T2, S-72 … S-75
    supervising_opinion: LetterWords | None = None  # T3, S-76, S-77
    commitment: LetterWords  # T4, S-78 … S-82

    def letter(self, kind: str, wording: Wording) -> LetterText:
        """The letter of this kind in this wording. Raises :class:`LookupError` where the notice has none."""
        words: LetterWords | None = getattr(self, kind)
        if words is None:
            raise LookupError(kind)
        return words.printed(wording)


# --- blanks ---------------------------------------------------------------------------------------------------------

# kind → the blanks its text must have, and those it may have.
BLANKS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "publicity_notice": (
        frozenset({"name", "series", "level", "conduct", "results", "starts_on", "ends_on", "office", "phone"}),
        frozenset(
            {
                "specialty",
                "title",
                "employer",
                "sex",
                "ethnic_group",
                "political_status",
                "id_number",
                "current_title",
                "minimum",
                "year",
            }
        ),
    ),
    "publicity_result": (
        frozenset({"name", "starts_on", "ends_on", "objections", "series", "level"}),
        frozenset({"specialty", "title", "employer", "days", "calendar_days", "year"}),
    ),
    "supervising_opinion": (
        frozenset({"name", "series", "level"}),
        frozenset({"specialty", "title", "supervising_body", "year"}),
    ),
    "commitment": (frozenset(), frozenset({"name", "number", "year"})),
}
# What may stand in the closing lines.
IN_CLOSING: dict[str, frozenset[str]] = {
    "publicity_notice": frozenset({"employer", "year"}),
    "publicity_result": frozenset({"employer", "year"}),
    "supervising_opinion": frozenset({"supervising_body", "year"}),
    "commitment": frozenset({"name", "year"}),
}


def blanks_in(text: str) -> Iterator[str]:
    """The blanks of a text, as named in its braces. Raises :class:`ValueError` for braces that are no blank."""
    for _before, name, how, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or how or conversion:
            raise ValueError(name)
        yield name


# --- before the notice said it --------------------------------------------------------------------------------------


@cache
def _former() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(_FORMER.read_text(encoding="utf-8"))
    return said


def former_words() -> dict[str, Any]:
    """What the papers of a notice say that was published before notices said it: the data of :class:`PaperWords`."""
    words: dict[str, Any] = _former()["papers"]
    return words


def former_letter(kind: str, wording: Wording) -> LetterText:
    """The text of a letter whose data do not hold it."""
    return PaperWords.model_validate(former_words()).letter(kind, wording)


def former_form() -> FormText:
    """The fixed words of a review form whose data do not hold them."""
    return FormText.model_validate({**former_words()["review_form"], **_former()["review_form"]})
