"""Room for new rows is really taken, and given back. A full disk under PostgreSQL: tests/web/shared/test_full_disk.py."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from zhicheng.foundation import readiness, room
from zhicheng.foundation.models import Probe

pytestmark = pytest.mark.django_db


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file grows beyond 100 kB: what a full disk does to a write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_room_taken_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        (tmp_path / "db.sqlite3").touch()
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "db.sqlite3"))
    room.try_to_grow()
    room.try_to_grow()
    assert "room_tried" not in connection.introspection.table_names()
    assert [path.name for path in tmp_path.iterdir()] in ([], ["db.sqlite3"])


def test_disk_without_room_beside_the_database_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, little_room: None
) -> None:
    """SQLite only: its file can be put where nothing grows."""
    if connection.vendor != "sqlite":
        return
    (tmp_path / "db.sqlite3").touch()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "db.sqlite3"))
    readiness.probe()
    assert "File too large" in Probe.objects.get(name="database").trouble
    assert {check.name: check.level for check in readiness.checks()}["database"] == readiness.BAD
    assert [path.name for path in tmp_path.iterdir()] == ["db.sqlite3"]
