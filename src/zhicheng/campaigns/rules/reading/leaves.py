"""The text of a page so that words are found in it whatever stands between their letters."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from zhicheng.evidence.inspection.reading.lines import Line, PageText

_CLEAR, _SURE = 20, 80
"""Letters that a page shows at least, and how sure the machine was of them, in per cent, for it to count as read."""
_A_FEW = 5
"""Letters: with fewer a page is empty but for a stamp or a number."""
_NEARLY = 4
"""Letters of a word of which one may be read wrongly."""


def compact(text: str) -> str:
    """One form of each letter, no blanks, capitals."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def letters(text: str) -> str:
    """The letters and digits alone: dots in names, blanks and signs are written, and read, in many ways."""
    return "".join(character for character in compact(text) if character.isalnum())


class Leaf:
    """One page. ``text`` is all of its letters in one row, so that a word broken over two lines is found."""

    def __init__(self, page: PageText) -> None:
        self.number, self.lines, self.recognised, self.seal = page.number, page.lines, page.recognised, page.seal
        self._parts = [letters(line.text) for line in page.lines]
        self.text = "".join(self._parts)
        self._ends = list(accumulate(len(part) for part in self._parts))

    def line_at(self, place: int) -> Line:
        """The line in which the letter at ``place`` of the text stands."""
        return self.lines[bisect_right(self._ends, place)]

    @cached_property
    def sure(self) -> float:
        """How sure the machine was of the letters of the page, on an average; 100 where they are written in the file."""
        weights = [len(part) for part in self._parts]
        return sum(line.sure * weight for line, weight in zip(self.lines, weights, strict=True)) / max(sum(weights), 1)

    @property
    def is_empty(self) -> bool:
        """Whether nothing to speak of stands on it."""
        return len(self.text) < _A_FEW

    @property
    def is_clear(self) -> bool:
        """Whether enough of it was read, and read well."""
        return len(self.text) >= _CLEAR and self.sure >= _SURE

    def right_of(self, line: Line) -> Line | None:
        """The next line in the same row of a form."""
        middle = line.top + line.height / 2
        beside = [
            other
            for other in self.lines
            if other.left >= line.left + line.width - 5 and other.top <= middle <= other.top + other.height and other != line
        ]
        return min(beside, key=lambda other: other.left, default=None)


def find(text: str, word: str) -> int:
    """Where ``word`` stands in ``text``, of a longer one also with one letter read wrongly; -1 for nowhere."""
    wanted = letters(word)
    if (place := text.find(wanted)) >= 0 or len(wanted) < _NEARLY:
        return place
    return next(near_places(text, wanted), -1)


def near_places(text: str, wanted: str) -> Iterator[int]:
    """Where ``text`` has ``wanted`` with exactly one other letter in it."""
    for start in range(len(text) - len(wanted) + 1):
        if differences(text[start : start + len(wanted)], wanted) == 1:
            yield start


def differences(one: str, other: str) -> int:
    """In how many places two texts of one length differ."""
    return sum(a != b for a, b in zip(one, other, strict=True))
