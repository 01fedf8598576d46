"""The short form: every action is killed just before and just after each of its commits. The long one is ``kill_everywhere``."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.support import every_action

ROOT = Path(__file__).resolve().parent.parent.parent


def _empty_database(folder: Path) -> str:
    """The tests' own database, as something to begin with."""
    if connection.vendor == "postgresql":
        name = str(connection.settings_dict["NAME"])
        connection.close()
        return name
    copy = folder / "like.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(copy) as target:
        connection.connection.backup(target)
    return str(copy)


@pytest.mark.django_db(transaction=True)
def test_every_action_is_whole_or_nothing_when_its_process_is_killed(tmp_path: Path) -> None:
    database = "postgres" if connection.vendor == "postgresql" else "sqlite"
    command = [sys.executable, "-m", "tests.faults.kill_everywhere", "--short", "--database", database]
    given = {**os.environ, "ZHICHENG_TEST_CLUSTER": os.environ.get("ZHICHENG_DATABASE_URL", "")}
    command += ["--like", _empty_database(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 wrong;" in done.stdout
    cases, actions = (re.search(rf"{word} (\d+) of (\d+)", done.stdout) for word in ("cases", "actions"))
    assert cases and actions and cases[1] == cases[2] and actions[1] == actions[2], done.stdout
    assert int(actions[1]) == len(every_action.actions())
