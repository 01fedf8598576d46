"""Years and days that a paper names: of which year it is (S-57, S-60), and until when it holds (S-52, S-54)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import takewhile

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
_NEXT_DAY = re.compile(r"(?<=[0-9])\s+(?=(?:19|20)[0-9]{2}(?:年|[-./]))")
"""The blank between two days in digits, which must not run into one another."""
_WITHIN = 40
"""Characters behind the words that a term is written in."""
_WITHOUT_END = ("无固定期限", "长期有效")
_SAYS_END = re.compile(r"(?:至|到|截止|止(?:日期|日|时间))$")
"""A word behind which the last day stands, not the first one or that of the signature (有效期至, 终止日期)."""
_MAY_SAY_END = "有效期"
"""A word that says so too where a day alone stands right behind it."""
_RIGHT_BEHIND = re.compile(r"[:;,.()为是]*")
_FIRST_DAY = re.compile(r"[月日号]?\)?(?:起|始|开始)")
_LAST_DAY = re.compile(r"[月日号]?\)?为?终?止")
_UP_TO = re.compile(r"(?:至|到|(?<=[0-9月日号起)])[-—–―─~一]+)[:(]?$")
"""Before a last day; a dash is one only behind a first day."""
_OTHER_MATTER = re.compile("试用|见习|长期|发证|签发|签订|颁发|出生")
"""What a day behind it belongs to instead."""
_END_OF_CLAUSE = re.compile("[。;]")


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
    """That the last day behind one of ``words`` (有效期至, 聘期 …) has passed on ``today``. Of several days the latest counts; a term of years
    (聘期三年, 自2022年9月1日起三年) without its last day says nothing.
    """
    ends: list[tuple[date, Leaf, Line]] = []
    for leaf in leaves:
        text, starts = _one_row(leaf)
        if any(word in text for word in _WITHOUT_END):
            return None
        for word in words:
            for match in re.finditer(re.escape(compact(word)), text):
                for found in _last_days(compact(word), text, match.end()):
                    line = leaf.lines[max(n for n, start in enumerate(starts) if start <= found.start())]
                    if line.sure >= _SURE and (day := _last_day(found)) is not None:
                        ends.append((day, leaf, line))
    if not ends:
        return None
    day, leaf, line = max(ends, key=lambda end: end[0])
    return Noticed("expired", leaf.number, line, {"day": day.isoformat()}) if day < today else None


def _last_days(word: str, text: str, at: int) -> list[re.Match[str]]:
    """The days behind ``word``, which ends at ``at``, of which it or what stands around them says that they are the last one."""
    limit = min(at + _WITHIN, _place(_OTHER_MATTER, text, at))
    near = takewhile(lambda found: found.start() < limit, _DAY.finditer(text, at))
    days = [found for found in near if not _FIRST_DAY.match(text, found.end())]
    alone = word.endswith(_MAY_SAY_END) and days and _RIGHT_BEHIND.fullmatch(text, at, days[0].start())
    if _SAYS_END.search(word) or alone:
        return days
    limit = _place(_END_OF_CLAUSE, text, at)
    told = (found for found in days if found.start() < limit)
    return [found for found in told if _UP_TO.search(text[at : found.start()]) or _LAST_DAY.match(text, found.end())]


def _place(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where it stands next; the end of the text for nowhere."""
    found = pattern.search(text, at)
    return found.start() if found else len(text)


def _lines(leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, Line]]:
    return ((leaf, line) for leaf in leaves for line in leaf.lines)


def _years(pattern: re.Pattern[str], line: Line) -> list[int]:
    return [int(year) for year in pattern.findall(_digits(line.text))]


def _digits(text: str) -> str:
    """The text with the years that are written in hanzi in digits: 二〇二一年 → 2021年."""
    return _HANZI.sub(lambda year: year[0].translate(_IN_HANZI), compact(_NEXT_DAY.sub(",", text)))


def _one_row(leaf: Leaf) -> tuple[str, list[int]]:
    """All lines of the page behind one another, and where each begins."""
    text, starts = "", []
    for line in leaf.lines:
        part = _digits(line.text)
        if _NEXT_DAY.search(f"{text[-1:]} {part[:5]}"):
            text += ","
        starts.append(len(text))
        text += part
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
