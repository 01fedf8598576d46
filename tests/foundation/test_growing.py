"""Space for new rows is really taken, and given back. A full disk under PostgreSQL: tests/web/shared/test_full_disk.py."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from zhicheng.foundation import growing, readiness
from zhicheng.foundation.models import Probe

pytestmark = pytest.mark.django_db


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an SQLite database has its file; with PostgreSQL an empty folder."""
    if connection.vendor == "sqlite":
        (tmp_path / "db.sqlite3").touch()
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "db.sqlite3"))
    return tmp_path


@pytest.fixture
def no_space(beside: Path) -> Iterator[str]:
    """What is written finds no space, and what is said of it: no file grows beyond 100 kB, as on a full disk. On PostgreSQL, whose files another
    process writes, no temporary one of a role that may change every row.
    """
    if connection.vendor == "sqlite":
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        yield "File too large"
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return
    role = f"still_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}")  # gone with the test's transaction, as what follows
        cursor.execute("SET LOCAL temp_file_limit = '100kB'")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"SET ROLE {role}")
    yield "temporary file size exceeds|sqlstate 53400"
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_space_that_is_taken_is_given_back(beside: Path) -> None:
    before = sorted(beside.iterdir())
    growing.try_to_grow()
    growing.try_to_grow()
    assert sorted(beside.iterdir()) == before


def test_space_is_really_asked_for(no_space: str) -> None:
    with pytest.raises((DatabaseError, OSError), match=no_space):
        growing.try_to_grow()


def test_database_that_cannot_grow_is_told(no_space: str, beside: Path) -> None:
    before = sorted(beside.iterdir())
    readiness.probe()
    assert re.search(no_space, Probe.objects.get(name="database").trouble)
    assert {check.name: check.level for check in readiness.conditions()}["database"] == readiness.BAD
    assert sorted(beside.iterdir()) == before
