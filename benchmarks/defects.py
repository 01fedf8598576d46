"""What the checks of uploaded pictures find: files with one defect each and files with none, made by ``spoiling.py`` from papers of
``drawn_papers.py``, are looked at as an upload is. Prints how many of each kind are named (the right code at the right page; anything else
counts as a miss), how many clean ones are warned about by where they come from, each with its interval (Wilson, 95 %), and the processor
time of a page. Papers that are read (``misfits.py``: another one than is asked for, another person's, of another year, expired) are read as an
upload is and judged by the rules and the notice in force. ``--second`` takes the other set of ranges, which nobody looked at while the checks were written; ``--seed`` another draw.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from figures import ROOT, Figures  # isort: split

from benchmarks.asked_papers import OF_A_YEAR
from benchmarks.captures import FIRST, SECOND, SOURCES
from benchmarks.misfits import MISFITS, TODAY, Placed, in_place, misplaced, signed_and_sealed
from benchmarks.spoiling import SPOILERS, Case, clean, small_cards, spoilt

OVER_ALL, OF_A_KIND, FALSE_ALARMS, CPU, CPU_READ, MEMORY = 0.95, 0.80, 0.01, 1.0, 6.0, 1000
"""What the figures should be: the shares of defects named, over all and of any kind; clean files warned about; seconds of a page that is looked
at, and of one that is read as well; megabytes of a process that reads."""
BOUNDS = {"max_bytes": 100_000_000, "max_pages": 200}


class Seen:
    """What was said of the files of one row."""

    def __init__(self) -> None:
        self.files = self.named = self.pages = 0
        self.seconds = self.slowest = 0.0
        self.said: Counter[str] = Counter()

    def look(self, case: Case) -> None:
        """One file, as an upload is looked at."""
        from zhicheng.evidence.inspection.inspector import inspect
        from zhicheng.evidence.inspection.legibility.look import look
        from zhicheng.evidence.inspection.verdicts import NOTES, PHOTOGRAPHED, Bounds

        began, bounds = time.process_time(), Bounds(**BOUNDS)
        finding = inspect(case.content, bounds)
        looked = look(case.content, finding.media_type, bounds)
        noticed = read(case, finding.media_type, finding.pages) if isinstance(case, Placed) else []
        took = time.process_time() - began
        warned = [w for w in [*finding.warnings, *looked.warnings, *noticed] if w["code"] not in NOTES | {PHOTOGRAPHED}]
        self.files += 1
        self.pages += finding.pages
        self.seconds += took
        self.slowest = max(self.slowest, took / finding.pages)
        if case.kind:
            self.named += any(w["code"] == case.code and w.get("page") == case.page for w in warned)
            self.said.update({str(w["code"]) for w in warned if w["code"] != case.code or w.get("page") != case.page})
        else:
            self.named += bool(warned)
            self.said.update({str(w["code"]) for w in warned})


def read(case: Placed, media_type: str, pages: int) -> list[dict[str, int | str]]:
    """What stands on the file, judged in its place."""
    from zhicheng.campaigns.rules.reading import Expected, judge
    from zhicheng.evidence.inspection.reading.read import read as read_page
    from zhicheng.evidence.inspection.verdicts import Bounds

    who = case.who
    texts = [read_page(case.content, media_type, Bounds(**BOUNDS), number=number) for number in range(1, pages + 1)]
    expected = Expected((who.name,), who.id_number, who.year if case.paper in OF_A_YEAR else None, TODAY)
    return [noticed.as_warning() for noticed in judge(what_is_read()[case.paper], texts, expected, whole=True).noticed]


@cache
def what_is_read() -> dict[str, Any]:
    """What the notice looks for, by the key of the paper."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
    os.environ.setdefault("ZHICHENG_MODE", "test")
    from zhicheng.campaigns.loading import load_notice

    notice = load_notice(ROOT / "src/zhicheng/campaigns/data/bortala-2023.yaml")
    return {paper.key: paper.reads for slot in notice.materials for paper in slot.papers if paper.reads is not None}


def memory_of_reading(cases: Iterable[Placed]) -> float:
    """Megabytes that the largest process had in memory when these files were read as an upload is: in cells. Measured from a process of its own,
    for whoever is started counts the memory of who started it.
    """
    kinds = {b"%PDF": "application/pdf", b"\x89PNG": "image/png"}
    with tempfile.TemporaryDirectory() as folder:
        words = []
        for number, case in enumerate(cases):
            (path := Path(folder) / str(number)).write_bytes(case.content)
            words += [str(path), kinds.get(case.content[:4], "image/jpeg")]
        done = subprocess.run([sys.executable, "-c", _READ_ALL, *words], cwd=ROOT / "src", stdout=subprocess.PIPE, check=True)
    return int(done.stdout) / 1024


_READ_ALL = """
import pathlib, resource, sys
from zhicheng.evidence.confinement.asking import _reader, read_confined
from zhicheng.evidence.inspection.verdicts import Bounds
for path, kind in zip(sys.argv[1::2], sys.argv[2::2]):
    read_confined(pathlib.Path(path), media_type=kind, number=1, bounds=Bounds(max_bytes=100_000_000, max_pages=200))
_reader.stop()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def interval(good: int, of: int) -> tuple[float, float]:
    """Wilson's, 95 %."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, good / of
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max((middle - half) / (1 + z * z / of), 0), min((middle + half) / (1 + z * z / of), 1)


def _row(figures: Figures, name: str, cases: Iterable[Case], *, least: float | None, keep: Path | None) -> Seen:
    seen = Seen()
    for number, case in enumerate(cases):
        before = seen.named
        seen.look(case)
        if keep is not None and (seen.named > before) == (least is None):
            ending = "pdf" if case.content[:4] == b"%PDF" else "png" if case.content[:4] == b"\x89PNG" else "jpg"
            (keep / f"{name.replace(' ', '-')}-{number}-{case.paper}-{case.source}.{ending}".replace(" ", "-")).write_bytes(
                case.content
            )
    low, high = interval(seen.named, seen.files)
    share = seen.named / max(seen.files, 1)
    bad = share < least if least is not None else share > FALSE_ALARMS
    most = f"≥ {least:.0%}" if least is not None else f"{FALSE_ALARMS:.0%}"
    others = " ".join(f"{code}:{count}" for code, count in seen.said.most_common(4))
    figures.add(name, f"{seen.named} of {seen.files}", f"{share:.0%}", f"{low:.0%}–{high:.0%}", others, most=most, bad=bad)
    return seen


def main() -> int:
    """Print the figures; 1 when one is not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=20, help="files of each kind of defect")
    parser.add_argument("--clean", type=int, default=100, help="clean files of each source")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--second", action="store_true", help="the other set of ranges")
    parser.add_argument("--only", nargs="*", help="these kinds alone; 'clean' for the clean ones")
    parser.add_argument("--keep", type=Path, help="a folder for the files that were missed or wrongly warned about")
    asked = parser.parse_args()
    ways, only = (SECOND if asked.second else FIRST), set(asked.only or [])
    figures = Figures("What the checks of uploaded files find", ("files", "share", "interval", "said besides"))

    def row(name: str, cases: Iterable[Case], *, least: float | None = None) -> Seen:
        return _row(figures, name, cases, least=least, keep=asked.keep)

    def wanted(kind: str) -> bool:
        return not only or kind in only

    looked_at = [row(kind, spoilt(kind, asked.seed, asked.each, ways), least=OF_A_KIND) for kind in SPOILERS if wanted(kind)]
    read_too = [row(kind, misplaced(kind, asked.seed, asked.each, ways), least=OF_A_KIND) for kind in MISFITS if wanted(kind)]
    if looked_at or read_too:
        _all_kinds(figures, [*looked_at, *read_too])
    if wanted("clean"):
        looked_at += [row(f"clean {source}", clean(source, asked.seed, asked.clean, ways)) for source in SOURCES]
        looked_at.append(row("clean small cards", small_cards(asked.seed, asked.each, ways)))
    if wanted("clean papers"):
        read_too += [row(f"clean papers, {source}", in_place(source, asked.seed, asked.clean, ways)) for source in SOURCES]
    if wanted("clean hands"):
        for source in (*SOURCES, "black"):
            read_too.append(row(f"signed and sealed, {source}", signed_and_sealed(source, asked.seed, asked.clean, ways)))
    _costs(figures, "looked at", looked_at, CPU)
    _costs(figures, "looked at and read", read_too, CPU_READ)
    if read_too:
        most = memory_of_reading(in_place("phone", asked.seed, 7, ways))
        figures.add("memory of a process that reads", f"{most:.0f} MB", "", "", "", most=f"{MEMORY} MB", bad=most > MEMORY)
    return figures.status()


def _all_kinds(figures: Figures, found: list[Seen]) -> None:
    named, files = sum(seen.named for seen in found), sum(seen.files for seen in found)
    low, high = interval(named, files)
    words = (f"{named} of {files}", f"{named / files:.0%}", f"{low:.0%}–{high:.0%}", "")
    figures.add("all kinds", *words, most=f"≥ {OVER_ALL:.0%}", bad=named / files < OVER_ALL)


def _costs(figures: Figures, how: str, found: list[Seen], most: float) -> None:
    if not found:
        return
    seconds = sum(seen.seconds for seen in found) / max(sum(seen.pages for seen in found), 1)
    figures.add(f"CPU of a page {how}, mean", f"{seconds:.2f} s", "", "", "", most=f"{most:.1f} s", bad=seconds > most)
    figures.add(f"CPU of a page {how}, dearest file", f"{max(seen.slowest for seen in found):.2f} s", "", "", "")


if __name__ == "__main__":
    sys.exit(main())
