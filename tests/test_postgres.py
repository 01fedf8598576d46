"""The cluster of the tests plans as a server at work does, but for what the tests alone are told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.support.postgres import AS_WRITTEN, plan_as_at_work

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
PLANNER = "SELECT name, setting FROM pg_settings WHERE category LIKE 'Query Tuning%' AND setting <> boot_val"
# What a benchmark, the race, and a script that takes the tests' settings ask.
SETTINGS_OF_A_SCRIPT = f"""
import django
from django.db import connection
django.setup()
with connection.cursor() as cursor:
    cursor.execute({PLANNER!r})
    print(cursor.fetchall())
"""


def told_to_the_planner() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(PLANNER)
        return dict(cursor.fetchall())


def test_planner_is_told_nothing_but_the_order_of_joins_and_a_test_of_a_plan_puts_it_back() -> None:
    assert told_to_the_planner() == AS_WRITTEN
    with connection.cursor() as cursor:
        plan_as_at_work(cursor)
    assert told_to_the_planner() == {}


def test_who_measures_asks_a_server_as_it_is() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "PYTEST_"))}
    environment |= {"ZHICHENG_TEST_DATABASE": "postgres", "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SETTINGS_OF_A_SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
