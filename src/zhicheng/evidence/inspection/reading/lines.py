"""Lines of text on a page, as plain values: whoever judges them loads no library for it."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import Any

MOST_LINES, LONGEST_LINE = 400, 300
"""Of one page; characters of one line."""
SEALED, UNSEALED, COLOURLESS = "sealed", "unsealed", "colourless"
"""What a page shows of a seal: there may be one, there is none, or nobody can tell because it has no colours. A red seal is meant, or an electronic one."""
_UNKNOWN = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text, its box in thousandths of the page, and how sure the machine was of it, in per cent (100: it is written in the file).
    ``ink``: how wide is what stands in its row and around it and was not read, in hundredths of its own height; 1000 also where nobody looked.
    """

    text: str
    left: int
    top: int
    width: int
    height: int
    sure: int = 100
    ink: int = _UNKNOWN


@dataclass(frozen=True, slots=True)
class PageText:
    """What stands on page ``number`` (from 1), in reading order; ``recognised``: read off its picture. ``seal`` as above."""

    number: int
    lines: tuple[Line, ...]
    recognised: bool = False
    seal: str = SEALED


def as_bytes(page: PageText) -> bytes:
    """As a cell hands it over."""
    return json.dumps([page.recognised, page.seal, [astuple(line) for line in page.lines]], ensure_ascii=False).encode()


def from_bytes(number: int, content: bytes) -> PageText | None:
    """What a cell said of page ``number``, believed no further than its form; ``None`` where it has another one."""
    try:
        recognised, seal, rows = json.loads(content)
        known = isinstance(recognised, bool) and seal in (SEALED, UNSEALED, COLOURLESS)
        good = known and isinstance(rows, list) and len(rows) <= MOST_LINES
        if not good or not all(_is_line(row) for row in rows):
            return None
    except (ValueError, TypeError, RecursionError):
        return None
    return PageText(number, tuple(Line(*row) for row in rows), recognised, seal)


def _is_line(row: Any) -> bool:
    if not isinstance(row, list) or len(row) != 7:
        return False
    text, *numbers = row
    return isinstance(text, str) and len(text) <= LONGEST_LINE and all(type(n) is int and 0 <= n <= 1000 for n in numbers)
