"""Which branches of the program no test takes: read from what ``tests/support/counting.py`` wrote, held against what is asked.

    python -m tests.support.branches report.json

Whole: the lifecycle, every room's rules and the ledger. Over all at least ``LEAST`` percent of lines and branches. Each place that is
left out is named; the exit status is 1 when something is missing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LEAST = 93.0
WHOLE = ("applications/lifecycle.py", "foundation/ledger.py")


def is_whole(name: str) -> bool:
    """Whether every branch of this file is asked for."""
    path = Path(name)
    return name.endswith(WHOLE) or path.name == "rules.py" or path.name.endswith("_rules.py") or "rules" in path.parent.parts


def missing(report: dict[str, Any]) -> list[str]:
    """What is asked and not there, a sentence each."""
    found = []
    for name, told in sorted(report["files"].items()):
        lines = [str(line) for line in told["missing_lines"]]
        branches = [f"{start} → {end or 'end'}" for start, end in told["missing_branches"]]
        if is_whole(name) and (lines or branches):
            found.append(f"{name}: no test takes line {', '.join(lines) or '—'}; branch {', '.join(branches) or '—'}")
    percent = report["summary"]["percent_covered"]
    if percent < LEAST:
        found.append(f"the tests take {percent:.1f} % of lines and branches, less than {LEAST} %")
    if not any(is_whole(name) for name in report["files"]):
        found.append("the report tells of no rules at all")
    return found


def main(path: str) -> int:
    """Print what is missing, or how much there is."""
    report = json.loads(Path(path).read_text(encoding="utf-8"))
    found = missing(report)
    print(
        "\n".join(found)
        or f"{report['summary']['percent_covered']:.1f} % of lines and branches; lifecycle, rules and ledger whole"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
