"""What the walls around uploaded files cost: a warden's start, and each file, behind all walls and behind none.

    python benchmarks/file_cells.py [--files 100]

Examines the sound cases of tests/evidence/cases again and again, behind every wall this machine has and with all of them left out. The
walls are raised once, when the warden starts; a cell pays for two filters and for forking.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

os.environ.setdefault("ZHICHENG_MODE", "test")

from figures import ROOT, Figures

from zhicheng.evidence.confinement import layers
from zhicheng.evidence.confinement.asking import Warden, inspect_confined
from zhicheng.evidence.inspection.verdicts import Bounds

BOUNDS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)
CASES = ("00-plain.pdf", "05b-openaction-js-print.pdf", "17a-cjk-stsong-not-embedded.pdf", "07a-exif-orientation-6.jpg")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100, help="how often each case is examined")
    times = parser.parse_args().files
    wardens = {"all walls": Warden(), "none": Warden(left_out=layers.NAMES)}
    figures = Figures("Uploaded files in cells", tuple(wardens))
    figures.add("warden's start, ms", *(f"{_start(warden) * 1000:.0f}" for warden in wardens.values()))
    for name in CASES:
        spent = _examine(name, list(wardens.values()), times)
        figures.add(f"{name}, median ms", *(f"{statistics.median(each) * 1000:.1f}" for each in spent))
    for warden in wardens.values():
        warden.stop()
    return figures.status()


def _start(warden: Warden) -> float:
    began = time.perf_counter()
    _walls = warden.layers  # asking starts it
    return time.perf_counter() - began


def _examine(name: str, wardens: list[Warden], times: int) -> list[list[float]]:
    """In turn, so that what else the machine does falls on both."""
    spent: list[list[float]] = [[] for _ in wardens]
    for _ in range(times):
        for each, warden in zip(spent, wardens, strict=True):
            began = time.perf_counter()
            inspect_confined(ROOT / "tests/evidence/cases" / name, BOUNDS, warden=warden)
            each.append(time.perf_counter() - began)
    return spent


if __name__ == "__main__":
    sys.exit(main())
