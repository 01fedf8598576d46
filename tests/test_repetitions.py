"""What is said twice is said in one place: six lines that stand in two places of the program are few.

Lines that only close or open something (a tag, a bracket, a block) and imports say nothing and do not count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"
LINES = 6
MOST = 5
ENDINGS = {".py", ".html", ".txt", ".js", ".css"}

IMPORTS = re.compile(r"^(?:from [\w.]+ import \([^)]*\)|(?:from [\w.]+ )?import .*)$", re.MULTILINE)
SAYS_NOTHING = re.compile(
    r"(?:</\w+>|<(?:tr|tbody|thead|ul|ol|div|span|p)>|\{% (?:end\w+|else|load)\b[^%]*%\}|[\])},{(\[]|\{% endblock \w+ %\})*"
)


def repeated(files: dict[str, str]) -> set[tuple[str, str]]:
    """Pairs of files (or a file with itself) that share ``LINES`` lines that say something, one after the other."""
    places: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for name, text in files.items():
        lines = [line.strip() for line in IMPORTS.sub("", text).splitlines()]
        lines = [line for line in lines if not SAYS_NOTHING.fullmatch(line)]
        for start in range(len(lines) - LINES + 1):
            places[tuple(lines[start : start + LINES])].append((name, start))
    pairs = set()
    for found in places.values():
        for (one, at), (other, there) in combinations(found, 2):
            if one != other or abs(at - there) >= LINES:
                pairs.add(tuple(sorted((one, other))))
    return pairs  # type: ignore[return-value]


def test_six_lines_stand_in_two_places_at_most_five_times() -> None:
    files = {
        str(path.relative_to(SRC)): path.read_text(encoding="utf-8")
        for path in SRC.rglob("*")
        if path.suffix in ENDINGS and "migrations" not in path.parts
    }
    found = repeated(files)
    assert len(found) <= MOST, "\n".join(" ~ ".join(pair) for pair in sorted(found))


def test_six_lines_in_two_files_are_found() -> None:
    text = "\n".join(f"line {n}" for n in range(LINES))
    assert repeated({"a": text, "b": f"before\n\n{text}\nafter"}) == {("a", "b")}
    assert repeated({"a": f"{text}\n{text}"}) == {("a", "a")}
    assert repeated({"a": text, "b": text.replace("line 3", "other")}) == set()
