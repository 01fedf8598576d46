"""Whole copies of the database: made, checked, and found out when they were changed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from tests.support import beginnings
from zhicheng.foundation import backups, clock, ledger, originals, readiness
from zhicheng.foundation.models import LedgerEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def _small_cluster(django_db_setup: None, django_db_blocker: Any) -> None:
    """A copy is one of the whole cluster: what another test has left there would be copied and read again by each of these."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            beginnings.drop_what_kills_left()
            connection.close()


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


def reckoned_anew(copy: Path) -> None:
    """What somebody at the second place does who knows how copies are made: every sum in it is right again."""
    told = json.loads((copy / "manifest.json").read_text())
    if told["kind"] == "sqlite":
        summed = copy / "zhicheng.sqlite3"
    else:
        summed = copy / "base" / "backup_manifest"
        listed = json.loads(summed.read_text())
        for file in listed["Files"]:
            raw = (copy / "base" / file["Path"]).read_bytes()
            file["Size"], file["Checksum"] = len(raw), hashlib.sha256(raw).hexdigest()
        text = json.dumps(listed, separators=(",", ":"))
        text = text[: text.index('"Manifest-Checksum"')]
        text = text.replace('"Files":[', '"Files":[\n').replace('"WAL-Ranges":[', '"WAL-Ranges":[\n') + "\n"
        summed.write_text(f'{text}"Manifest-Checksum": "{hashlib.sha256(text.encode()).hexdigest()}"}}\n')
        told["others"] = {name: hashlib.sha256((copy / "base" / name).read_bytes()).hexdigest() for name in told["others"]}
    told["sha256"] = hashlib.sha256(summed.read_bytes()).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(told))


def test_copy_that_was_changed_with_all_its_sums_is_found_out(folder: Path) -> None:
    copy = backups.make()
    if connection.vendor == "postgresql":
        with (copy / "base" / "postgresql.auto.conf").open("a") as file:
            file.write("restore_command = 'true'\n")  # PostgreSQL would do what it says, and its own list leaves the file out
    else:
        with closing(sqlite3.connect(copy / "zhicheng.sqlite3")) as changed:
            changed.execute("UPDATE django_migrations SET name = name || 'x' WHERE app = 'sessions'")
            changed.commit()
    with pytest.raises(backups.BackupFailed, match="was changed since it was made"):
        backups.verify(copy)
    reckoned_anew(copy)
    with pytest.raises(backups.BackupFailed, match="was changed since its mark was made"):
        backups.verify(copy)
    told = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(told | {"mark": ""}))
    with pytest.raises(backups.BackupFailed, match="carries no mark of ours"):
        backups.verify(copy)
    (copy / "manifest.json").write_text(json.dumps(told | {"mark": "v2:hmac-sha256:00000000:" + "0" * 64}))
    with pytest.raises(backups.BackupFailed, match="lacks the key of its day"):
        backups.verify(copy)


def test_copy_from_before_copies_were_marked_is_taken_when_that_is_said(folder: Path) -> None:
    copy = backups.make()
    told = json.loads((copy / "manifest.json").read_text())
    old = {name: value for name, value in told.items() if name not in {"mark", "others", "ended_at"}}
    (copy / "manifest.json").write_text(json.dumps(old))
    with pytest.raises(CommandError, match="--unsigned"):
        call_command("backup", "verify")
    said = StringIO()
    call_command("backup", "verify", "--unsigned", stdout=said)
    assert "没有本系统的校验标记" in said.getvalue()


def test_copy_keeps_its_mark_when_the_sealing_key_changes(folder: Path, settings: Any) -> None:
    copy = backups.make()
    before = settings.FIELD_KEYS
    settings.FIELD_KEYS = [base64.b64encode(b"n" * 32).decode(), *before]
    assert backups.verify(copy).mark
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    with pytest.raises(backups.BackupFailed, match="lacks the key of its day"):
        backups.verify(copy)


@pytest.mark.parametrize("gone", ["manifest.json", "database"])
def test_copy_that_lacks_a_part_is_named_in_a_sentence(folder: Path, gone: str) -> None:
    copy = backups.make()
    of_the_database = "base/backup_manifest" if connection.vendor == "postgresql" else "zhicheng.sqlite3"
    (copy / (of_the_database if gone == "database" else gone)).unlink()
    with pytest.raises(CommandError, match="备份有问题"):
        call_command("backup", "verify", "--folder", str(copy))


def test_log_beside_the_copy_is_read_as_well(folder: Path, settings: Any, tmp_path: Path) -> None:
    settings.WAL_DIR = str(tmp_path / "nowhere")
    copy = backups.make()
    if connection.vendor == "sqlite":
        call_command("backup", "verify")  # has no log
        return
    with pytest.raises(CommandError, match="is not there"):
        call_command("backup", "verify")
    call_command("backup", "verify", "--copy-alone")
    log = tmp_path / "wal"
    log.mkdir()
    own = sorted(path for path in (copy / "base" / "pg_wal").iterdir() if path.is_file() and len(path.name) == 24)
    for path in own:
        archive_command(path, path.name, log)
    with own[0].open("rb") as first:
        older = f"{int(own[0].name, 16) - 1:024X}"
        (tmp_path / older).write_bytes(first.read(1024))
    archive_command(tmp_path / older, older, log)
    labels = [f"{name}.00000028.backup" for name in (older, own[0].name)]
    for label in labels:
        (tmp_path / label).write_text("START WAL LOCATION")
        archive_command(tmp_path / label, label, log)
    said = StringIO()
    call_command("backup", "verify", "--wal", str(log), stdout=said)
    assert f"从 {own[0].name} 到 {own[-1].name}" in said.getvalue()
    backups.prune_archive(folder, log)
    assert sorted(path.name for path in log.iterdir()) == sorted(
        f"{name}{end}" for name in [*(path.name for path in own), labels[1]] for end in (".gz", ".gz.sha256")
    )


def begins(copy: Path, piece: str) -> None:
    """As much of a copy as says where it begins."""
    (copy / "base" / "pg_wal").mkdir(parents=True)
    (copy / "base" / "backup_label").write_text(f"START WAL LOCATION: 0/0 (file {piece})")
    (copy / "base" / "pg_wal" / piece).touch()
    (copy / "manifest.json").write_text("{}")


@pytest.mark.postgres
def test_log_that_a_younger_copy_of_a_lower_count_wants_is_kept(folder: Path, tmp_path: Path) -> None:
    """Somebody went back to an earlier moment: the log counts from there again, below what copies from before have."""
    log = tmp_path / "wal"
    log.mkdir()
    names = [*(f"0000000100000000{n:08X}" for n in (3, 8, 9)), *(f"0000000200000000{n:08X}" for n in range(4, 8))]
    for name in names:
        (tmp_path / name).write_bytes(b"what happened")
        archive_command(tmp_path / name, name, log)
    begins(folder / "20261128T030000Z", "000000010000000000000008")
    begins(folder / "20261129T030000Z", "000000020000000000000005")
    (folder / "20261127T030000Z").mkdir()
    (folder / "20261127T030000Z" / "manifest.json").write_text("")  # what was left of it says nothing
    backups.prune_archive(folder, log)
    assert sorted(path.name for path in log.glob("*.gz")) == sorted(f"{name}.gz" for name in names[1:3] + names[4:])


def archive_command(piece: Path, name: str, log: Path) -> None:
    subprocess.run([Path(__file__).parents[2] / "deploy" / "archive_wal", piece, name, log], check=True)


def test_drill_starts_nothing_over_a_copy_that_was_changed(folder: Path, tmp_path: Path) -> None:
    """A password, a mailbox: what no invariant of the instance covers. The drill reads the copy as ``backup verify`` does, and first."""
    copy = backups.make()
    (tmp_path / "files").mkdir()
    names = [copy / "zhicheng.sqlite3", *sorted(copy.glob("base/base/*/1*"), key=lambda path: path.stat().st_size)]
    with [path for path in names if path.exists()][-1].open("r+b") as file:
        file.seek(-100, 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    log = tmp_path / "wal"
    log.mkdir()
    for path in copy.glob("base/pg_wal/0*"):
        archive_command(path, path.name, log)
    words = ["--copies", str(folder), "--wal", str(log), "--files", str(tmp_path / "files"), "--into", str(tmp_path / "into")]
    command = [sys.executable, "deploy/restore_drill.py", *words]
    drill = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert drill.returncode == 1 and "nothing is started over it" in drill.stderr and "Traceback" not in drill.stderr


def test_copy_put_in_the_place_of_the_original_does_not_take_itself_for_it(folder: Path, settings: Any) -> None:
    """Under the same name, in the same file, on the same machine: its mails would go out a second time. (PostgreSQL: ``test_restore_drill``.)"""
    settings.MODE = "production"
    assert originals.is_original()
    copy = backups.make()
    backups.verify(copy)
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(copy / "zhicheng.sqlite3")) as restored:
            places = restored.execute("SELECT place FROM foundation_originalplace").fetchall()
        assert places and (originals.place(),) not in places
    else:
        assert (copy / "base" / "recovery.signal").exists()


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
    with pytest.raises(backups.BackupFailed, match="was changed since its mark was made"):
        backups.verify(copy)
    (copy / "manifest.json").write_text(json.dumps(manifest | {"ledger_hash": "0" * 64, "mark": ""}))
    with pytest.raises(backups.BackupFailed, match="does not hold entry"):
        backups.verify(copy, unsigned=True)


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


def test_new_copy_that_is_damaged_pushes_no_old_one_out(folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer was off for weeks: whatever is there is old, and the first copy afterwards may be the one that is no good."""
    old, made = copy_of(folder, days=99), backups.make

    def make_on_a_bad_disk(into: Path | None = None) -> Path:
        copy = made(into)
        with max(copy.rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0).open("r+b") as file:
            file.write(b"\xff" * 100)
        return copy

    with monkeypatch.context() as bad:
        bad.setattr(backups, "make", make_on_a_bad_disk)
        with pytest.raises(CommandError, match="备份有问题"):
            call_command("backup", "make")
        settings.MODE = "production"
        until_the_next_second()  # a second copy of one second would have the same name
        if connection.vendor == "sqlite":
            with pytest.raises(backups.BackupFailed):
                backups.make_on_schedule()
            until_the_next_second()
    assert old.exists() and backups.latest(folder) == old, "what is damaged is nobody's newest copy"
    backups.back_up()
    assert not old.exists()


def until_the_next_second() -> None:
    time.sleep(1 - time.time() % 1 + 0.001)


def copy_of(folder: Path, *, days: int) -> Path:
    """What is left to be read of a copy that was made so many days ago."""
    at = clock.machine_now() - timedelta(days=days)
    old = folder / at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    old.mkdir(parents=True)
    facts = {"kind": "sqlite", "made_at": at.isoformat(), "ledger_number": 0, "ledger_hash": "", "migrations": "", "keys": []}
    (old / "manifest.json").write_text(json.dumps(facts))
    return old


def test_copy_that_cannot_be_read_hinders_no_other_and_goes_with_its_day(folder: Path, settings: Any) -> None:
    damaged, old, kept = (copy_of(folder, days=days) for days in (9, 99, 98))
    (damaged / "manifest.json").write_text("")  # as the power left it
    kept = kept.rename(kept.with_name(f"{kept.name}.kept"))  # somebody's wish
    call_command("backup", "make")
    assert damaged.exists() and kept.exists() and not old.exists()
    settings.BACKUP_KEPT_DAYS = 3
    assert backups.prune(folder) == [damaged.name]


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
    found = [check.level for _ in range(10) for check in readiness.conditions() if check.name == "backup"]
    assert found == [readiness.BAD] * 10 and time.monotonic() - began < 5
    assert sum(thread.name == "asks the folder of the backups" for thread in threading.enumerate()) == 1
    pipe.open("w").close()  # the one that waits goes on
