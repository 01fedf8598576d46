"""Text as papers take it: cleaned of what cannot be seen, and no longer than its place on the paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from zhicheng.standards.text import NAME_DOTS, pasted

# How much a paper holds, in characters and rows. Entry forms may be stricter, never more generous.
NAME_LIMIT = 60
SHORT_LIMIT = 120
LINE_LIMIT = 300
TEXT_LIMIT = 3_000
SUMMARY_LIMIT = 10_000
ROW_LIMIT = 100
# A text of more lines than this has its short ones (in characters) set one behind the other: the words are what has to be printed.
_MANY_LINES = 120
_SHORT_LINE = 20
_MANY_IN_A_LETTER = 60  # a letter is a page, or two


def clean_text(value: Any) -> Any:
    """Without what cannot be seen and may make a paper say something else, line breaks as \\n (``standards.text.pasted``).

    Raises ``ValueError`` for half a character.
    """
    if not isinstance(value, str):
        return value
    value.encode()  # half a character (a lone surrogate) cannot be printed nor stored; the ValueError is reported as such
    return pasted(value).strip()


def condensed(text: str, *, most: int = _MANY_LINES) -> str:
    """``text`` as it is set: a run of empty lines is one, and where more lines than ``most`` are short they follow one another.

    No word is lost, and no line break is a page.
    """
    kept = _without_empty_runs(text)
    if len(kept) <= most:
        return "\n".join(kept)
    runs: list[str] = []
    was_short = False
    for line in filter(None, kept):
        is_short = len(line) <= _SHORT_LINE
        if is_short and was_short:
            runs[-1] += "　" + line
        else:
            runs.append(line)
        was_short = is_short
    return "\n".join(runs)


def lines_of_letter(paragraphs: Iterable[str]) -> list[str]:
    """The lines of a letter, each set as a paragraph of its own: condensed alike where all of them together are many."""
    paragraphs = list(paragraphs)
    many = sum(len(_without_empty_runs(text)) for text in paragraphs) > _MANY_IN_A_LETTER
    return [line for text in paragraphs for line in condensed(text, most=0 if many else _MANY_IN_A_LETTER).split("\n")]


def _without_empty_runs(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.split("\n")]
    return [line for index, line in enumerate(lines) if line or index == 0 or lines[index - 1]]


def _line(value: Any) -> Any:
    return " ".join(clean_text(value).split("\n")) if isinstance(value, str) else value


def _name(value: Any) -> Any:
    """Names of Uyghur, Kazakh and Mongol people are written with one middle dot, U+00B7, however it was typed."""
    return _line(value).translate(NAME_DOTS) if isinstance(value, str) else value


def _without(suffix: str) -> AfterValidator:
    """The templates print 系列, 专业 and 级 themselves: “工程系列” in the data must not become “工程系列系列”."""
    return AfterValidator(lambda value: value.removesuffix(suffix) if len(value) > len(suffix) else value)


Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT), BeforeValidator(_name)]
Line = Annotated[str, Field(max_length=LINE_LIMIT), BeforeValidator(_line)]
Filled = Annotated[str, Field(min_length=1, max_length=SHORT_LIMIT), BeforeValidator(_line)]
Text = Annotated[str, Field(max_length=TEXT_LIMIT), BeforeValidator(clean_text)]
FilledText = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT), BeforeValidator(clean_text)]
Series = Annotated[Filled, _without("系列")]
Specialty = Annotated[Filled, _without("专业")]
Level = Annotated[Literal["高", "中", "初"], BeforeValidator(lambda v: v.removesuffix("级") if isinstance(v, str) else v)]
Year = Annotated[int, Field(ge=1990, le=2199)]
Summary = Annotated[str, Field(max_length=SUMMARY_LIMIT), BeforeValidator(clean_text)]
WrittenSummary = Annotated[str, Field(min_length=1, max_length=SUMMARY_LIMIT), BeforeValidator(clean_text)]
