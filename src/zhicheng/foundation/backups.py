"""Copies of the database: whole ones, each in a folder of its own with a manifest that says what it holds.

PostgreSQL: ``pg_basebackup``. Together with the archived write-ahead log (``deploy/archive_wal``) such a copy leads to any second
since it was begun. SQLite: ``VACUUM INTO``. The stored files have their own way (``foundation.second_copy``), and keys are never part
of a copy: the manifest names their ids.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from zhicheng.foundation import clock, jobs
from zhicheng.foundation.models import LedgerHead
from zhicheng.foundation.sealing import key_ids

MANIFEST = "manifest.json"
_DATABASE = "zhicheng.sqlite3"
_BASE = "base"
# What OPTIONS says of the way to the server, as libpq calls it.
_WAY = (
    "ssl",
    "gss",
    "krb",
    "channel_binding",
    "require_auth",
    "host",
    "port",
    "connect_timeout",
    "keepalives",
    "tcp_user_timeout",
)
_NAME = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".part"
UNFINISHED_FOR = timedelta(hours=24)  # no copy takes as long: what made it is dead


class BackupFailed(Exception):
    """A copy could not be made, or is not what its manifest says. The text is for the operator."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy holds. ``made_at`` is when it was begun (ISO, UTC); everything in the ledger up to ``ledger_number`` is in it."""

    kind: str
    made_at: str
    ledger_number: int
    ledger_hash: str
    migrations: str
    keys: list[str]
    sha256: str = ""


def make(folder: Path | None = None) -> Path:
    """Make a whole copy of the database in a new folder below ``folder`` (default: ``BACKUP_DIR``) and return that folder.

    A folder with a manifest is whole: until the copy is, the folder's name ends in ``.part``. Raises :class:`BackupFailed`.
    """
    root = folder or Path(settings.BACKUP_DIR)
    drop_unfinished(root)
    made_at = clock.machine_now().astimezone(UTC)
    name = made_at.strftime(_NAME)
    unfinished = root / f"{name}{UNFINISHED}"
    try:
        unfinished.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise BackupFailed(f"{unfinished} cannot be made: {error.strerror}.") from error
    head = LedgerHead.objects.get(pk=1)
    try:
        sha256 = _copy_sqlite(unfinished) if connection.vendor == "sqlite" else _copy_postgres(unfinished)
        manifest = Manifest(
            kind=connection.vendor,
            made_at=made_at.isoformat(timespec="seconds"),
            ledger_number=head.number,
            ledger_hash=head.hash,
            migrations=_migrations(),
            keys=key_ids(),
            sha256=sha256,
        )
        (unfinished / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
        whole = root / name
        unfinished.rename(whole)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    prune(root)
    return whole


def verify(copy: Path) -> Manifest:
    """Read the copy in ``copy`` and say what it holds. Raises :class:`BackupFailed` when it is not whole, or was changed.

    What is read is the copy alone: whether an instance can be started from it is what the restore drill shows.
    """
    manifest = _read_manifest(copy)
    if manifest.kind == "sqlite":
        _verify_sqlite(copy / _DATABASE, manifest)
    else:
        _verify_hash(copy / _BASE / "backup_manifest", manifest)  # which holds the hash of every other file
        _run([_program("pg_verifybackup"), "--quiet", str(copy / _BASE)])
    return manifest


def latest(folder: Path | None = None) -> Path | None:
    """The newest whole copy below ``folder`` (default: ``BACKUP_DIR``)."""
    root = folder or Path(settings.BACKUP_DIR)
    whole = _whole(root)
    return whole[-1] if whole else None


def _whole(root: Path) -> list[Path]:
    """Every whole copy, the oldest first; not one that ended between its manifest and its name."""
    return sorted(path.parent for path in root.glob(f"*/{MANIFEST}") if path.parent.suffix != UNFINISHED)


def made_at(copy: Path) -> datetime:
    """When the copy was begun."""
    return datetime.fromisoformat(_read_manifest(copy).made_at)


def prune(root: Path) -> list[str]:
    """Remove copies older than ``BACKUP_KEPT_DAYS``, never the newest; return their names."""
    oldest = clock.machine_now() - timedelta(days=settings.BACKUP_KEPT_DAYS)
    newest = latest(root)
    gone = [copy for copy in _whole(root) if copy != newest and made_at(copy) < oldest]
    for copy in gone:
        shutil.rmtree(copy)
    return [copy.name for copy in gone]


def drop_unfinished(root: Path) -> list[str]:
    """Remove what copies left that were killed (power, memory) a day ago or longer, each as large as the database; return their names."""
    before = (clock.machine_now() - UNFINISHED_FOR).astimezone(UTC)
    gone = []
    for path in root.glob(f"*{UNFINISHED}"):
        with suppress(ValueError):  # a folder of somebody else's
            if datetime.strptime(path.stem, _NAME).replace(tzinfo=UTC) < before:
                shutil.rmtree(path, ignore_errors=True)
                gone.append(path.name)
    return gone


@jobs.regular("backup.sqlite", minutes=24 * 60)
def make_on_schedule() -> str:
    """An instance on SQLite copies itself every day. PostgreSQL's copies are made by a timer of the machine (``deploy/systemd``)."""
    if settings.MODE != "production" or connection.vendor != "sqlite":
        return ""
    return make().name


def _copy_sqlite(folder: Path) -> str:
    target = folder / _DATABASE
    own = connection.copy()  # VACUUM wants a connection without a transaction, with the functions that Django's constraints use
    try:
        own.cursor().execute("VACUUM INTO %s", [str(target)])
    finally:
        if own.connection is not None:  # None where it could not be opened: that is the error
            own.connection.close()
    target.chmod(0o600)
    with target.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify_hash(file: Path, manifest: Manifest) -> None:
    with file.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != manifest.sha256:
            raise BackupFailed(f"{file} was changed since it was made.")


def _verify_sqlite(database: Path, manifest: Manifest) -> None:
    _verify_hash(database, manifest)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as copy:
        copy.create_function("REGEXP", 2, lambda pattern, text: bool(re.search(pattern, str(text))), deterministic=True)
        found = copy.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            raise BackupFailed(f"{database}: {found[0][0]}")
        last = copy.execute("SELECT hash FROM foundation_ledgerentry WHERE number = ?", [manifest.ledger_number]).fetchone()
        if manifest.ledger_number and (last is None or last[0] != manifest.ledger_hash):
            raise BackupFailed(f"{database} does not hold entry {manifest.ledger_number} of the ledger as the manifest says.")


def _copy_postgres(folder: Path) -> str:
    password = connection.settings_dict["PASSWORD"]
    command = [_program("pg_basebackup"), "-D", str(folder / _BASE), "--wal-method=stream", "--checkpoint=fast", "--no-password"]
    command += ["-d", connection_words()]
    _run(command, environment={"PGPASSWORD": password} if password and not settings.BACKUP_ROLE else {})
    with (folder / _BASE / "backup_manifest").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def connection_words() -> str:
    """How ``pg_basebackup`` reaches the server: the way the program itself does, with the certificate checked where the address of the
    database says so (``sslmode=verify-full``, ``sslrootcert``). Whose role it is, is its own affair; no password stands in it."""
    from psycopg.conninfo import make_conninfo  # where the database is SQLite nothing needs it

    options = connection.settings_dict
    given = {name: value for name, value in options["OPTIONS"].items() if name.startswith(_WAY) and value not in (None, "")}
    own = {"host": options["HOST"], "port": options["PORT"], "user": settings.BACKUP_ROLE or options["USER"]}
    return make_conninfo(**given | {name: str(value) for name, value in own.items() if value})


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3])
    if not installed:
        raise BackupFailed(f"{name} is not on this machine (Debian: apt-get install postgresql).")
    return str(installed[-1])


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, on addresses of our settings
        command, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFailed(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()}")


def _read_manifest(copy: Path) -> Manifest:
    try:
        return Manifest(**json.loads((copy / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise BackupFailed(f"{copy} is not a whole copy: it has no {MANIFEST}.") from error
    except (ValueError, TypeError) as error:
        raise BackupFailed(f"{copy / MANIFEST} cannot be read: {error}") from error


def _migrations() -> str:
    """A short name for the state of the tables: the hash of every applied migration."""
    applied: Any = MigrationRecorder(connection).applied_migrations()
    return hashlib.sha256("\n".join(sorted(f"{app}.{name}" for app, name in applied)).encode()).hexdigest()[:16]
