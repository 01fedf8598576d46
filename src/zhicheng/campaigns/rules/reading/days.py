"""Years and days that a paper names: of which year it is (S-57, S-60), and until when it holds (S-52, S-54)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from zhicheng.campaigns.rules.reading.leaves import Leaf, compact
from zhicheng.campaigns.rules.reading.noticed import Noticed
from zhicheng.evidence.inspection.reading.lines import Line

_SURE = 90
"""Per cent: a digit of a line below it may be another one."""
_IN_HANZI = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HANZI = re.compile(r"[〇○零一二三四五六七八九]{4}(?=年)")
_OF_A_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年度|学年)")
_ANY_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|[-./])(1[0-2]|0?[1-9])(?:(?:月|[-./])(3[01]|[12]\d|0?[1-9])(?!\d))?")
_WITHIN = 40
"""Characters behind the words that a term is written in."""
_WITHOUT_END = ("无固定期限", "长期有效")


def wrong_year(year: int, leaves: Sequence[Leaf], *, complete: bool) -> Noticed | None:
    """That the paper is of another year than ``year``. One that says 2020年度 is of 2020, whenever it was signed; one that says no such
    thing is of the year only if it names it at all.
    """
    named = [(leaf, line, found) for leaf, line in _lines(leaves) for found in _years(_OF_A_YEAR, line)]
    doubtful = any(line.sure < _SURE and _years(_ANY_YEAR, line) for _leaf, line in _lines(leaves))
    absent = not named
    if absent:
        named = [(leaf, line, found) for leaf, line in _lines(leaves) for found in _years(_ANY_YEAR, line)]
    if not named or doubtful or any(found == year for _leaf, _line, found in named) or (absent and not complete):
        return None
    often = Counter(found for _leaf, _line, found in named).most_common(1)[0][0]
    leaf, line, _found = next(each for each in named if each[2] == often)
    more: dict[str, int | str] = {"found": often, "year": year}
    return Noticed("wrong_year", leaf.number, line, more | ({"absent": 1} if absent else {}))


def expired(words: Sequence[str], today: date, leaves: Sequence[Leaf]) -> Noticed | None:
    """That the last day behind one of ``words`` (有效期至 …) has passed on ``today``. Of several days the latest counts."""
    ends: list[tuple[date, Leaf, Line]] = []
    for leaf in leaves:
        text, starts = _one_row(leaf)
        if any(word in text for word in _WITHOUT_END):
            return None
        for word in words:
            for match in re.finditer(re.escape(compact(word)), text):
                for found in _DAY.finditer(text, match.end(), match.end() + _WITHIN):
                    line = leaf.lines[max(n for n, start in enumerate(starts) if start <= found.start())]
                    if line.sure >= _SURE and (day := _last_day(found)) is not None:
                        ends.append((day, leaf, line))
    if not ends:
        return None
    day, leaf, line = max(ends, key=lambda end: end[0])
    return Noticed("expired", leaf.number, line, {"day": day.isoformat()}) if day < today else None


def _lines(leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, Line]]:
    return ((leaf, line) for leaf in leaves for line in leaf.lines)


def _years(pattern: re.Pattern[str], line: Line) -> list[int]:
    return [int(year) for year in pattern.findall(_digits(line.text))]


def _digits(text: str) -> str:
    """The text with the years that are written in hanzi in digits: 二〇二一年 → 2021年."""
    return _HANZI.sub(lambda year: year[0].translate(_IN_HANZI), compact(text))


def _one_row(leaf: Leaf) -> tuple[str, list[int]]:
    """All lines of the page behind one another, and where each begins."""
    text, starts = "", []
    for line in leaf.lines:
        starts.append(len(text))
        text += _digits(line.text)
    return text, starts


def _last_day(found: re.Match[str]) -> date | None:
    """The day that was written, of a month alone its last one; ``None`` where there is no such day."""
    year, month, day = int(found[1]), int(found[2]), found[3]
    if day is None:
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    try:
        return date(year, month, int(day))
    except ValueError:
        return None
