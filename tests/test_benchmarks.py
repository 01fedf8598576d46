"""What a page costs the database is counted, not timed, so a test can hold it (the limits are the script's own)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_list_and_detail_page_keeps_to_its_number_of_queries() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "queries.py")]
    # A database of its own, whatever this run of the tests has.
    own = {key: value for key, value in os.environ.items() if not key.startswith(("ZHICHENG_", "DJANGO_"))}
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300, env=own)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "publicity_list" in done.stdout
