"""How many signed sheets are known again when they come back: drawn scans, photographs and copies, any way up, read as an instance reads them.

    python benchmarks/sheets.py --each 20        one line for each kind: how many of how many, and the seconds of processor for a page

The pages are printed by the program, signed with a drawn line and spoilt by ``tests/support/scanned.py``; the same ``--seed`` draws the same.
"""

# ruff: noqa: E402 - Django is set up before the project is imported
from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("ZHICHENG_MODE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from PIL import Image

from tests.support import scanned
from zhicheng.applications.scan_rules import Mark
from zhicheng.applications.sheets import code_text
from zhicheng.documents.letters import WorkSummary
from zhicheng.documents.rendering import Marks
from zhicheng.documents.sheets import render_sheet
from zhicheng.evidence.inspection.codes import read_codes
from zhicheng.evidence.inspection.verdicts import Bounds

Draw = Callable[[Image.Image, random.Random], Image.Image]
KINDS: dict[str, Draw] = {
    "scan, 100 dpi": lambda picture, chance: scanned.scan(picture, chance, dpi=100),
    "scan, 150 dpi": lambda picture, chance: scanned.scan(picture, chance, dpi=150),
    "scan, 300 dpi": lambda picture, chance: scanned.scan(picture, chance, dpi=300),
    "photograph": scanned.phone,
    "black and white copy, 150 dpi": lambda picture, chance: scanned.copy(picture, chance, dpi=150),
    "black and white copy, 200 dpi": lambda picture, chance: scanned.copy(picture, chance, dpi=200),
}
BOUNDS = Bounds(max_bytes=1 << 26, max_pages=10)


def printed() -> tuple[bytes, str]:
    """One page, and what its code says."""
    said = code_text(Mark(123_456, "work_summary", "0123456789abcdef", 1, 1))
    paper = WorkSummary(
        name="古丽娜尔·买买提",
        year=2023,
        heading="任期内专业技术工作总结",
        employer="博乐市水利管理站",
        text="主持灌区泵站改造。" * 20,
    )
    marks = Marks("2023652700-00001", "", "0123456789abcdef" * 4, "", draft=False, created_at=datetime(2023, 5, 10, tzinfo=UTC))
    return render_sheet(paper, marks=marks, code_of=lambda _page, _pages: said), said


def main() -> None:
    """Draw, read, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=20, help="drawn pages of each kind and each way up")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    pdf, said = printed()
    sharp = scanned.page_picture(pdf)
    for kind, draw in KINDS.items():
        for way in ("upright", "turned"):
            chance, read, upright, seconds = random.Random(asked.seed), 0, 0, 0.0  # noqa: S311 - the same pages again
            for _page in range(asked.each):
                turn = 0 if way == "upright" else chance.choice([90, 180, 270])
                picture = draw(scanned.signed(sharp, chance), chance).rotate(turn, expand=True)
                content = scanned.as_jpeg(picture)
                began = time.process_time()
                found = [code for code in read_codes(content, "image/jpeg", BOUNDS).found if code["text"] == said]
                seconds += time.process_time() - began
                read += bool(found)
                upright += bool(found) and found[0]["turn"] == turn
            print(
                f"{kind:32}{way:9}read {read:3} of {asked.each}, upright {upright:3}   {seconds / asked.each:.2f} s a page",
                flush=True,
            )


if __name__ == "__main__":
    main()
