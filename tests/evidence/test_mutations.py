"""Seven hundred damaged files, the same on every run: no crash, no hang, no memory above a cell's, and nothing taken that has no picture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import zhicheng
from tests.evidence.hostile import mutating_program
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine_confined

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.iterdir())
EACH = 28  # each way four times, twice and three times over
LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


@cache
def outcomes() -> list[tuple[str, int, str, bool, float]]:
    """What became of each, in one process with a cell's memory: file, number, code of the refusal, whether it has a picture, CPU seconds."""
    source = str(Path(zhicheng.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, mutating_program.__file__, CASES, str(EACH)],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": source, "PYTHONUTF8": "1"},
        timeout=280,
    )
    rows = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"died after {rows[-1:]}: {done.stderr[-2000:]}"
    return rows


def test_every_mutation_gets_a_verdict() -> None:
    got = [(name, number) for name, number, _code, _picture, _seconds in outcomes()]
    assert got == [(name, number) for name in NAMES for number in range(EACH)]
    assert len(got) >= 500


def test_no_mutation_takes_longer_than_a_file_may() -> None:
    assert max(seconds for *_rest, seconds in outcomes()) < 5


def test_no_mutation_is_taken_without_a_picture() -> None:
    assert [row for row in outcomes() if not row[2] and not row[3]] == []
    codes = {row[2] for row in outcomes()}
    assert {"", "damaged", "wrong_type"} <= codes, "some are still whole, some are not"


@pytest.mark.parametrize("name", NAMES)
def test_mutation_is_what_it_is_in_a_cell_too(name: str, tmp_path: Path) -> None:
    number = NAMES.index(name) % EACH
    (tmp_path / "file").write_bytes(mutating_program.mutation(CASES, name, number))
    verdict = examine_confined(tmp_path / "file", declared_name=name, limits=LIMITS)
    code = verdict.code if isinstance(verdict, Unacceptable) else ""
    assert isinstance(verdict, Examined | Unacceptable)
    assert code == next(row[2] for row in outcomes() if row[:2] == (name, number))
