"""Pages as a machine reads them, one line below the other."""

from __future__ import annotations

from collections.abc import Iterable

from zhicheng.campaigns.rules.reading.leaves import Leaf
from zhicheng.evidence.inspection.reading.lines import Line, PageText

FILLER = "经审核，该同志能够认真履行岗位职责，按时完成各项工作任务。"


def page(*texts: str | tuple[str, int], number: int = 1, filler: bool = True) -> PageText:
    """Lines of text, each with how sure the machine was of it (99)."""
    rows = [*texts, *([FILLER] if filler else [])]
    lines = [
        Line(row if isinstance(row, str) else row[0], 100, 50 + 40 * at, 600, 20, 99 if isinstance(row, str) else row[1])
        for at, row in enumerate(rows)
    ]
    return PageText(number, tuple(lines), recognised=True)


def row(number: int, *cells: tuple[str, int, int]) -> Iterable[Line]:
    """Cells of one row of a form: text, left, width."""
    return (Line(text, left, 50 * number, width, 20, 99) for text, left, width in cells)


def leaves(*pages: PageText) -> list[Leaf]:
    """As the rules take them."""
    return [Leaf(each) for each in pages]
