"""What the checks of uploaded pictures find: files with one defect each and files with none, made by ``spoiling.py`` from papers of
``drawn_papers.py``, are looked at as an upload is. Prints how many of each kind are named (the right code at the right page; anything else
counts as a miss), how many clean ones are warned about by where they come from, each with its interval (Wilson, 95 %), and the processor
time of a page. ``--second`` takes the other set of ranges, which nobody looked at while the checks were written; ``--seed`` another draw.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from figures import Figures  # isort: split

from benchmarks.captures import FIRST, SECOND, SOURCES
from benchmarks.spoiling import SPOILERS, Case, clean, small_cards, spoilt

OVER_ALL, OF_A_KIND, FALSE_ALARMS, CPU = 0.95, 0.80, 0.01, 1.0
"""What the figures should be: the shares of defects named, over all and of any kind; clean files warned about; seconds a page."""


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

        began, bounds = time.process_time(), Bounds(max_bytes=100_000_000, max_pages=200)
        finding = inspect(case.content, bounds)
        looked = look(case.content, finding.media_type, bounds)
        took = time.process_time() - began
        warned = [w for w in [*finding.warnings, *looked.warnings] if w["code"] not in NOTES | {PHOTOGRAPHED}]
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
    figures = Figures("What the checks of pictures find", ("files", "share", "interval", "said besides"))
    found = [
        _row(figures, kind, spoilt(kind, asked.seed, asked.each, ways), least=OF_A_KIND, keep=asked.keep)
        for kind in SPOILERS
        if not only or kind in only
    ]
    if found:
        named, files = sum(seen.named for seen in found), sum(seen.files for seen in found)
        low, high = interval(named, files)
        words = (f"{named} of {files}", f"{named / files:.0%}", f"{low:.0%}–{high:.0%}", "")
        figures.add("all kinds", *words, most=f"≥ {OVER_ALL:.0%}", bad=named / files < OVER_ALL)
    if not only or "clean" in only:
        for source in SOURCES:
            found.append(
                _row(figures, f"clean {source}", clean(source, asked.seed, asked.clean, ways), least=None, keep=asked.keep)
            )
        found.append(_row(figures, "clean small cards", small_cards(asked.seed, asked.each, ways), least=None, keep=asked.keep))
    seconds = sum(seen.seconds for seen in found) / max(sum(seen.pages for seen in found), 1)
    figures.add("CPU of a page, mean", f"{seconds:.2f} s", "", "", "", most=f"{CPU:.1f} s", bad=seconds > CPU)
    figures.add("CPU of a page, dearest file", f"{max(seen.slowest for seen in found):.2f} s", "", "", "")
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
