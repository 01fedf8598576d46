"""A command whose database is away says so in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.db import OperationalError

from zhicheng.foundation.unreachable import words_for

ROOT = Path(__file__).resolve().parents[2]


def test_command_without_its_database_says_so_without_a_traceback(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_"))} | {
        "ZHICHENG_MODE": "test",
        "ZHICHENG_ENV_FILE": os.devnull,
        "ZHICHENG_DATA_DIR": str(tmp_path),
        "ZHICHENG_DATABASE_URL": f"postgres://nobody@/nothing?host={tmp_path}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "zhicheng", "prepare_jobs"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("数据库无法连接") and "ZHICHENG_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_database_answered_is_no_lost_connection() -> None:
    assert words_for(OperationalError("no such table")) is None
