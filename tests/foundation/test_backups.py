"""Whole copies of the database: made, checked, and found out when they were changed."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from zhicheng.foundation import backups, clock, ledger, readiness
from zhicheng.foundation.models import LedgerEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.BACKUP_DIR = str(tmp_path / "backups")
    with transaction.atomic():
        ledger.record(event="test.entry", subject="test:1", actor="system", data={})
    yield tmp_path / "backups"


def test_copy_is_whole_and_says_what_it_holds(folder: Path) -> None:
    copy = backups.make()
    assert copy.parent == folder and backups.latest() == copy
    found = backups.verify(copy)
    last = LedgerEntry.objects.order_by("-number").first()
    assert last is not None and (found.kind, found.ledger_number, found.ledger_hash) == (
        connection.vendor,
        last.number,
        last.hash,
    )
    assert "key" not in (copy / "manifest.json").read_text().replace('"keys"', "")
    assert not list(folder.glob("*.part"))


def test_changed_copy_is_found_out(folder: Path) -> None:
    copy = backups.make()
    largest = max(
        (path for path in copy.rglob("*") if path.is_file() and path.name != "manifest.json" and "pg_wal" not in path.parts),
        key=lambda p: p.stat().st_size,
    )
    with largest.open("r+b") as file:
        file.seek(largest.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(backups.BackupFailed):
        backups.verify(copy)
    with pytest.raises(CommandError, match="备份有问题"):
        call_command("backup", "verify")


def test_copy_that_broke_off_is_no_copy(folder: Path) -> None:
    (folder / "20261128T000000Z.part").mkdir(parents=True)
    assert backups.latest() is None
    with pytest.raises(CommandError, match="还没有备份"):
        call_command("backup", "verify")
    with pytest.raises(backups.BackupFailed, match="not a whole copy"):
        backups.verify(folder / "20261128T000000Z.part")


def test_manifest_that_names_another_ledger_is_found_out(folder: Path) -> None:
    if connection.vendor != "sqlite":
        return  # there the restore drill asks the restored database
    copy = backups.make()
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"ledger_hash": "0" * 64}))
    with pytest.raises(backups.BackupFailed, match="does not hold entry"):
        backups.verify(copy)


def test_old_copies_go_and_the_newest_stays(folder: Path, settings: Any) -> None:
    settings.BACKUP_KEPT_DAYS = 3
    for days in (9, 5, 1):
        at = clock.machine_now() - timedelta(days=days)
        old = folder / at.strftime("%Y%m%dT%H%M%SZ")
        old.mkdir(parents=True)
        facts = {"kind": "sqlite", "made_at": at.isoformat(), "ledger_number": 0, "ledger_hash": "", "migrations": "", "keys": []}
        (old / "manifest.json").write_text(json.dumps(facts))
    assert len(backups.prune(folder)) == 2
    settings.BACKUP_KEPT_DAYS = 0
    assert backups.prune(folder) == []  # the only one


def test_schedule_copies_an_sqlite_instance_for_real_people_only(folder: Path, settings: Any) -> None:
    assert backups.make_on_schedule() == ""
    settings.MODE = "production"
    name = backups.make_on_schedule()
    assert bool(name) == (connection.vendor == "sqlite")
    if name:
        with closing(sqlite3.connect(folder / name / "zhicheng.sqlite3")) as copy:
            assert copy.execute("SELECT count(*) FROM foundation_ledgerentry").fetchone()[0] == LedgerEntry.objects.count()


def test_what_a_killed_copy_left_goes_after_a_day_and_is_never_taken_for_one(folder: Path) -> None:
    at = clock.machine_now()
    old, young = (folder / f"{(at - timedelta(hours=hours)).astimezone(UTC):%Y%m%dT%H%M%SZ}.part" for hours in (25, 1))
    for left in (old, young):
        left.mkdir(parents=True)
        (left / "manifest.json").write_text("{}")  # killed before it got its name
    (folder / "of somebody else.part").mkdir()
    assert backups.latest() is None
    copy = backups.make()
    assert backups.latest() == copy
    assert not old.exists() and young.exists() and (folder / "of somebody else.part").exists()


def test_copy_is_fetched_over_a_connection_as_safe_as_the_programs_own(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"sslmode": "verify-full", "sslrootcert": "/etc/ca of us.pem", "connect_timeout": 10, "pool": True}
    given = {"HOST": "db.example.cn", "PORT": "5433", "USER": "zhicheng", "PASSWORD": "secret", "OPTIONS": options}
    for name, value in given.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    settings.BACKUP_ROLE = "backup"
    assert conninfo_to_dict(backups.connection_words()) == {
        "host": "db.example.cn",
        "port": "5433",
        "user": "backup",
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca of us.pem",
        "connect_timeout": "10",
    }


def test_folder_of_the_backups_that_hangs_holds_no_question(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a pipe that nobody writes to waits, as on the disk of a machine that is gone."""
    (folder / "20261128T000000Z").mkdir(parents=True)
    pipe = folder / "20261128T000000Z" / "manifest.json"
    os.mkfifo(pipe)
    monkeypatch.setattr(readiness, "BACKUP_SECONDS", 0.2)
    began = time.monotonic()
    found = [check.level for _ in range(10) for check in readiness.checks() if check.name == "backup"]
    assert found == [readiness.BAD] * 10 and time.monotonic() - began < 5
    assert sum(thread.name == "asks the folder of the backups" for thread in threading.enumerate()) == 1
    pipe.open("w").close()  # the one that waits goes on
