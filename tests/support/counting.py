"""Runs pytest, and counts which lines and branches of the program the tests take: ``python -m tests.support.counting REPORT [pytest's words]``.

What is counted is put into the code while it is imported (docs/decisions/0029): everything else runs at its own speed, and what a process
forks or starts is not counted. ``tests/support/branches.py`` reads the report.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import slipcover

PROGRAM = ["src/zhicheng"]
NOT_COUNTED = ["*/migrations/*"]
NO_CODE = ["if TYPE_CHECKING:", "raise NotImplementedError", r"^\s*\.\.\.$", "if __name__ == .__main__.:"]
# slipcover brings a plugin for pytest, which pytest would have rewritten; it is imported already. Warnings are errors.
HERE_ALREADY = "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"


def main(report: str, words: list[str]) -> int:
    """pytest's status; the report is written whatever it is."""
    counter = slipcover.Slipcover(branch=True, source=PROGRAM, omit=NOT_COUNTED, exclude_also=NO_CODE)
    with slipcover.ImportManager(counter, slipcover.FileMatcher(sources=PROGRAM, omit=NOT_COUNTED)):
        status = pytest.main(["-W", HERE_ALREADY, *words])
    Path(report).write_text(json.dumps(counter.get_coverage()), encoding="utf-8")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
