"""What is still said of turned and skewed files once the button that mends them was pressed: each is looked at, mended as its findings ask, and
looked at again. Prints of how many nothing is said any more, and the processor time of mending one.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from figures import Figures  # isort: split

from benchmarks.captures import FIRST
from benchmarks.spoiling import spoilt

SILENT, CPU = 0.95, 1.0
"""The share of which nothing should be said; seconds a file."""


def main() -> int:
    """Print the figures; 1 when one is not what it should be."""
    from zhicheng.evidence.inspection.inspector import inspect
    from zhicheng.evidence.inspection.legibility.look import look
    from zhicheng.evidence.inspection.legibility.mending import Repair, mend
    from zhicheng.evidence.inspection.verdicts import Bounds

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=20, help="files of each kind of defect")
    parser.add_argument("--seed", type=int, default=5)
    asked, bounds = parser.parse_args(), Bounds(max_bytes=100_000_000, max_pages=200)
    figures = Figures("What mending leaves to be said", ("files", "share", "CPU of one", "said"))
    for kind in ("turned", "skewed"):
        silent, seconds, said = 0, 0.0, Counter[str]()
        for case in spoilt(kind, asked.seed, asked.each, FIRST):
            media_type = inspect(case.content, bounds).media_type
            repairs = [
                Repair(int(found["page"]), -int(found["degrees"]) % 360 if kind == "turned" else 0, kind == "skewed")
                for found in look(case.content, media_type, bounds).warnings
                if found["code"] == case.code
            ]
            began = time.process_time()
            made = mend(case.content, media_type, repairs, bounds) if repairs else case.content
            seconds += time.process_time() - began
            codes = {str(found["code"]) for found in look(made, media_type, bounds).warnings}
            silent += not codes
            said.update(codes)
        share, each = silent / asked.each, seconds / asked.each
        words = (f"{silent} of {asked.each}", f"{share:.0%}", f"{each:.2f} s", " ".join(f"{c}:{n}" for c, n in said.items()))
        figures.add(kind, *words, most=f"≥ {SILENT:.0%}", bad=share < SILENT or each > CPU)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
