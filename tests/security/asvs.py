"""Reads docs/security/asvs*.md; `python -m tests.security.asvs` writes the totals of the tables into the entry page."""

import ast
import re
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "security"
ENTRY = PAGES / "asvs.md"
TABLES = (PAGES / "asvs-v01-v08.md", PAGES / "asvs-v09-v17.md")
RATINGS = ("met", "not applicable", "open")

# The items of levels 1 and 2 of ASVS 5.0.0: 70 and 183. Level 3 is not rated.
_ITEMS = """
    1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2
    2.1.1-3 2.2.1-3 2.3.1-4 2.4.1-1
    3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2
    4.1.1-3 4.2.1-1 4.3.1-2 4.4.1-4
    5.1.1-1 5.2.1-3 5.3.1-2 5.4.1-3
    6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4
    7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2
    8.1.1-2 8.2.1-3 8.3.1-1 8.4.1-1
    9.1.1-3 9.2.1-4
    10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3
    11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1-1 11.6.1-1
    12.1.1-3 12.2.1-2 12.3.1-4
    13.1.1-1 13.2.1-5 13.3.1-2 13.4.1-5
    14.1.1-2 14.2.1-4 14.3.1-3
    15.1.1-3 15.2.1-3 15.3.1-7
    16.1.1-1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3
    17.1.1-1 17.2.1-4 17.3.1-2
"""


class Row(NamedTuple):
    """One rated item: its number, what it asks, the rating and how that is shown."""

    item: str
    asks: str
    rating: str
    shown: str

    @property
    def chapter(self) -> int:
        return int(self.item.split(".")[0])


def items() -> list[str]:
    """Every item of level 1 or 2, in order."""
    found = []
    for word in _ITEMS.split():
        section, first, last = re.fullmatch(r"(\d+\.\d+)\.(\d+)-(\d+)", word).groups()
        found += [f"{section}.{number}" for number in range(int(first), int(last) + 1)]
    return found


def rows() -> list[Row]:
    """The rated items of all pages, in their order. A row whose first cell is a number and that has not four cells is an error."""
    found = []
    for line in chain.from_iterable(page.read_text(encoding="utf-8").splitlines() for page in TABLES if page.exists()):
        if not re.match(r"\|\s*\d", line):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        assert len(cells) == 4, f"four cells: {line}"
        found.append(Row(*cells))
    return found


@cache
def tests_of(path: str) -> frozenset[str]:
    """The names of the test functions of a file; nothing for a file that does not exist."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def totals() -> str:
    """The table of totals as the entry page shows it."""
    count = Counter((row.chapter, row.rating) for row in rows())
    lines = ["| chapter | " + " | ".join(RATINGS) + " | items |", "|---|" + "---|" * (len(RATINGS) + 1)]
    for chapter in sorted({chapter for chapter, _ in count}):
        figures = [count[chapter, rating] for rating in RATINGS]
        lines.append(f"| V{chapter} | " + " | ".join(map(str, figures)) + f" | {sum(figures)} |")
    figures = [sum(count[chapter, rating] for chapter in range(1, 18)) for rating in RATINGS]
    return "\n".join([*lines, "| **all** | " + " | ".join(f"**{figure}**" for figure in figures) + f" | **{sum(figures)}** |"])


def entry_page() -> str:
    """The entry page with the totals of today."""
    text = ENTRY.read_text(encoding="utf-8")
    return re.sub(r"\| chapter \|.*?\| \*\*all\*\* [^\n]*", lambda _: totals(), text, flags=re.DOTALL)


if __name__ == "__main__":
    ENTRY.write_text(entry_page(), encoding="utf-8")
