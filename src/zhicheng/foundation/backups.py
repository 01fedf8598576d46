"""Copies of the database: whole ones, each in a folder of its own with a manifest that says what it holds.

PostgreSQL: ``pg_basebackup``. Together with the archived write-ahead log (``deploy/archive_wal``) such a copy leads to any second
since it ended; pieces of the log that no kept copy wants go with the copies. SQLite: ``VACUUM INTO``. The stored files have their own way
(``foundation.second_copy``), and keys are never part of a copy: the manifest names their ids, and carries a mark that only they can make, so
that nobody at the second place can change a copy and its sums.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from zhicheng.foundation import archive, clock, jobs
from zhicheng.foundation.archive import Archive, ArchiveFailed
from zhicheng.foundation.canonical import canonical_json
from zhicheng.foundation.models import LedgerHead
from zhicheng.foundation.sealing import authenticate, key_ids, require_authentic

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
_PURPOSE = "backup.manifest"
_NAME = "%Y%m%dT%H%M%SZ"
UNFINISHED = ".part"
ARCHIVED_WITHIN = 60.0  # seconds in which PostgreSQL hands over the piece a copy ended in
UNFINISHED_FOR = timedelta(hours=24)  # no copy takes as long: what made it is dead


class BackupFailed(Exception):
    """A copy could not be made, or is not what its manifest says. The text is for the operator."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy holds. ``made_at`` is when it was begun, ``ended_at`` when it was whole: the earliest moment it leads to (ISO, UTC).

    Everything in the ledger up to ``ledger_number`` is in it. ``sha256`` is the hash of the database (SQLite) or of the list that holds the hash of
    its files; ``others`` those of what the list leaves out. ``mark`` authenticates all of it; copies from before there were marks have none.
    """

    kind: str
    made_at: str
    ledger_number: int
    ledger_hash: str
    migrations: str
    keys: list[str]
    sha256: str = ""
    ended_at: str = ""
    others: dict[str, str] = field(default_factory=dict)
    mark: str = ""


def make(folder: Path | None = None) -> Path:
    """Make a whole copy of the database in a new folder below ``folder`` (default: ``BACKUP_DIR``) and return that folder. Nothing older is removed
    (:func:`back_up`).

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
            ended_at=clock.machine_now().astimezone(UTC).isoformat(),
            others=_others(unfinished / _BASE),
        )
        manifest = replace(manifest, mark=authenticate(_told(manifest), purpose=_PURPOSE))
        with (unfinished / MANIFEST).open("w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(manifest), indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())  # before the name: a whole copy says what it is, whatever the power does
        whole = root / name
        unfinished.rename(whole)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return whole


def back_up(folder: Path | None = None) -> tuple[Path, Manifest]:
    """Make a copy (:func:`make`), read it once more, and only then remove what is old: a new one that is damaged pushes out none that is good,
    and is called unfinished from then on. Raises :class:`BackupFailed`."""
    copy = make(folder)
    try:
        manifest = verify(copy)
    except BackupFailed:
        copy.rename(copy.with_suffix(UNFINISHED))  # no restore takes it for the newest one; it goes after a day
        raise
    prune(copy.parent)
    return copy, manifest


def verify(copy: Path, *, unsigned: bool = False) -> Manifest:
    """Read the copy in ``copy`` and say what it holds. Raises :class:`BackupFailed` when it is not whole, or was changed by anybody without the keys;
    one from before copies carried a mark is taken where ``unsigned`` says so.

    What is read is the copy alone: whether an instance can be started from it is what the restore drill shows.
    """
    manifest = _read_manifest(copy)
    _require_mark(copy, manifest, unsigned=unsigned)
    if manifest.kind == "sqlite":
        _verify_sqlite(copy / _DATABASE, manifest)
    else:
        _verify_hash(copy / _BASE / "backup_manifest", manifest)  # which holds the hash of every other file
        _run([_program("pg_verifybackup"), "--quiet", str(copy / _BASE)])
        found = _others(copy / _BASE)
        if manifest.mark and (wrong := sorted(name for name, _hash in found.items() ^ manifest.others.items())):
            raise BackupFailed(f"{copy / _BASE / wrong[0]} was changed since it was made.")
    return manifest


def verify_archive(copy: Path, folder: Path, *, patience: float = 0.0) -> Archive:
    """Read the archived log in ``folder`` from the beginning of ``copy`` to its newest piece. Raises :class:`BackupFailed` when one is missing or
    not as it was archived. ``patience``: for so many seconds PostgreSQL may hand over the piece a copy ended in that was made just now."""
    try:
        last = folder / f"{archive.last_of(copy / _BASE)}{archive.KEPT}"
        until = time.monotonic() + patience
        while not last.exists() and time.monotonic() < until:
            time.sleep(0.2)
        found = archive.look(folder, copy / _BASE)
    except (ArchiveFailed, OSError) as error:
        raise BackupFailed(str(error)) from error
    if found.troubles:
        raise BackupFailed(" ".join(found.troubles))
    return found


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
    """Remove copies older than ``BACKUP_KEPT_DAYS``, by their names, never the newest; return the names. What somebody has named otherwise stays."""
    oldest = clock.machine_now() - timedelta(days=settings.BACKUP_KEPT_DAYS)
    newest = latest(root)
    gone = [copy for copy in _whole(root) if copy != newest and (begun := _named(copy)) is not None and begun < oldest]
    for copy in gone:
        shutil.rmtree(copy)
    return [copy.name for copy in gone]


def prune_archive(root: Path, folder: Path) -> None:
    """Remove what no kept copy below ``root`` wants of the archived log. Raises :class:`BackupFailed`.

    The copy that begins first by the log's own count decides, not the oldest: after somebody went back to an earlier moment the count is lower than
    it was, and copies from before that lie beside those from after it. One that does not say where it begins leads nowhere.
    """
    begin = []
    for copy in _whole(root):
        with suppress(ArchiveFailed):
            begin.append(archive.first_of(copy / _BASE))
    if not begin:
        return
    first = min(begin, key=lambda name: name[8:])  # after the time line
    for extension in (archive.KEPT, archive.HASH):
        _run([_program("pg_archivecleanup"), "-x", extension, str(folder), first])
    archive.drop_labels_before(folder, first)  # which pg_archivecleanup leaves before version 17


def _named(copy: Path) -> datetime | None:
    """When a copy was begun, or would have been, by the name of its folder; ``None`` for a name that is not ours."""
    try:
        return datetime.strptime(copy.name.removesuffix(UNFINISHED), _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def drop_unfinished(root: Path) -> list[str]:
    """Remove what copies left that were killed (power, memory) a day ago or longer, each as large as the database; return their names."""
    before = (clock.machine_now() - UNFINISHED_FOR).astimezone(UTC)
    gone = []
    for path in root.glob(f"*{UNFINISHED}"):
        if (begun := _named(path)) is not None and begun < before:
            shutil.rmtree(path, ignore_errors=True)
            gone.append(path.name)
    return gone


@jobs.regular("backup.sqlite", minutes=24 * 60)
def make_on_schedule() -> str:
    """An instance on SQLite copies itself every day. PostgreSQL's copies are made by a timer of the machine (``deploy/systemd``)."""
    if settings.MODE != "production" or connection.vendor != "sqlite":
        return ""
    return back_up()[0].name


def _copy_sqlite(folder: Path) -> str:
    target = folder / _DATABASE
    own = connection.copy()  # VACUUM wants a connection without a transaction, with the functions that Django's constraints use
    try:
        own.cursor().execute("VACUUM INTO %s", [str(target)])
    finally:
        if own.connection is not None:  # None where it could not be opened: that is the error
            own.connection.close()
    target.chmod(0o600)
    _mark_as_copy(target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mark_as_copy(database: Path) -> None:
    """The file says itself that it is a copy: put in the place of the original with the same name it would take itself for it, and send its
    mails a second time (``foundation.originals``)."""
    with closing(sqlite3.connect(database)) as copy, copy:
        copy.execute("DELETE FROM foundation_originalplace")
        copy.execute(
            "INSERT INTO foundation_originalplace (place, place_algorithm, since, said_by) VALUES ('a copy', 'sha256', datetime('now'), 'backup')"
        )


def _told(manifest: Manifest) -> str:
    """What the mark of a manifest stands for: everything else in it."""
    return canonical_json(asdict(manifest) | {"mark": ""}).decode()


def _require_mark(copy: Path, manifest: Manifest, *, unsigned: bool) -> None:
    if not manifest.mark:
        if not unsigned:
            raise BackupFailed(
                f"{copy / MANIFEST} carries no mark of ours: the copy is from before copies were marked, or somebody took it off and may have "
                "changed anything. --unsigned takes it as it is."
            )
        return
    try:
        require_authentic(_told(manifest), manifest.mark, purpose=_PURPOSE)
    except (ValueError, TypeError, AttributeError) as error:  # a broken mark, or what is no manifest's
        raise BackupFailed(
            f"{copy / MANIFEST} was not written by this instance, or was changed since, or ZHICHENG_FIELD_KEYS lacks the key of its day: {error}."
        ) from error


def _others(base: Path) -> dict[str, str]:
    """The hash of each file that PostgreSQL's own list (``backup_manifest``) leaves out: settings it would follow, and the log."""
    names = ["postgresql.auto.conf", "standby.signal", "recovery.signal"]
    log = base / "pg_wal"
    found = [base / name for name in names if (base / name).exists()] + [path for path in log.glob("*") if path.is_file()]
    return {str(path.relative_to(base)): _hash(path) for path in found}


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _verify_hash(file: Path, manifest: Manifest) -> None:
    try:
        same = _hash(file) == manifest.sha256
    except OSError as error:
        raise BackupFailed(f"{file} cannot be read: {error.strerror}.") from error
    if not same:
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
    command += ["--manifest-checksums=SHA256"]  # by default a sum that anybody can make two files have
    command += ["-d", connection_words()]
    _run(command, environment={"PGPASSWORD": password} if password and not settings.BACKUP_ROLE else {})
    # A server that somebody starts over the base itself asks for the log and ends: it would take itself for the original, on the same time line.
    (folder / _BASE / "recovery.signal").touch(mode=0o600)
    return _hash(folder / _BASE / "backup_manifest")


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
    except OSError as error:
        raise BackupFailed(f"{copy / MANIFEST} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise BackupFailed(f"{copy / MANIFEST} cannot be read: {error}") from error


def _migrations() -> str:
    """A short name for the state of the tables: the hash of every applied migration."""
    applied: Any = MigrationRecorder(connection).applied_migrations()
    return hashlib.sha256("\n".join(sorted(f"{app}.{name}" for app, name in applied)).encode()).hexdigest()[:16]
