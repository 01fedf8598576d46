#!/usr/bin/env python3
"""A restore drill: brings a copy of the database and of the files back into an empty place and says what is there, and in how many minutes.

    deploy/restore_drill.py --copies BACKUPS --wal WAL --files FILES

Nothing of the running instance is touched, and nothing is sent: a restored copy keeps silent. The settings (keys above all) are read
as the services read them (``ZHICHENG_ENV_FILE``). The newest copy is taken, with ``--until`` the newest one that was whole by that moment, and
the database is brought back to it. Before PostgreSQL starts over a copy it is verified as ``zhicheng backup verify`` does, and so is every
piece of the log; afterwards it is said to which moment the database came, and pieces left over are a finding. As root the restored
server runs as the user postgres. The exit status is 0 when everything was found whole.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from zhicheng.foundation.archive import Archive, ArchiveFailed, left_behind  # noqa: E402
from zhicheng.foundation.archive import look as read_archive  # noqa: E402
from zhicheng.foundation.choosing import choose, ended, moment  # noqa: E402

PYTHON = ROOT / ".venv" / "bin" / "python"
START_SECONDS = 3600  # replaying a day of the log takes its time
AS_OWNER = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


class Failed(Exception):
    """The copy could not be brought back; the text says where it ended."""


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--copies", type=Path, help="the folder of the copies (ZHICHENG_BACKUP_DIR): the right one is taken")
    which.add_argument("--copy", type=Path, help="one copy, a folder made by zhicheng backup make")
    parser.add_argument("--wal", type=Path, help="the folder of the archived write-ahead log (PostgreSQL)")
    parser.add_argument("--files", type=Path, required=True, help="the second folder of the stored files")
    parser.add_argument(
        "--until",
        type=moment,
        metavar="TIME",
        help="bring back this moment, e.g. '2026-11-28 18:00:00+08' (without an offset: Beijing time)",
    )
    parser.add_argument("--known", default="", metavar="NUMBER:HASH", help="an entry of the ledger as noted elsewhere")
    parser.add_argument("--into", type=Path, help="an empty folder to restore into (default: a temporary one)")
    parser.add_argument("--keep", action="store_true", help="leave the restored folder where it is")
    parser.add_argument("--unsigned", action="store_true", help="take a copy that carries no mark of this instance")
    parser.add_argument(
        "--despite-loss", action="store_true", help="go on to where the log ends when a later piece is missing or damaged"
    )
    return parser.parse_args()


class Minutes:
    """How long each step took."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Print the name and the minutes of what happens inside."""
        began = time.monotonic()
        yield
        print(f"- {name}: {(time.monotonic() - began) / 60:.2f} min", flush=True)

    def whole(self) -> str:
        """From the beginning to now."""
        return f"{(time.monotonic() - self.began) / 60:.2f} min"


def main() -> int:
    """Restore, look, and say what was found."""
    asked = arguments()
    into = (asked.into or Path(tempfile.mkdtemp(prefix="zhicheng-restored-"))).resolve()
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise Failed(f"{into} is not empty. What an earlier try left there goes with: rm -r {into}")
    minutes = Minutes()
    server = None
    try:
        copy, manifest, passed_over = choose(asked.copies, asked.copy, asked.until, leads_nowhere=leads_nowhere_of(asked))
        for why in passed_over:
            print(f"Passed over: {why}", flush=True)
        print(f"The copy {copy}, whole at {ended(copy, manifest):%Y-%m-%d %H:%M:%S%z}", flush=True)
        with minutes.step("verifying the copy and the log"):
            archive = verify(asked, copy, manifest)
        with minutes.step("files"):
            restore_files(asked.files, into / "files")
        with minutes.step("database"):
            if archive is None:
                shutil.copy2(copy / "zhicheng.sqlite3", into / "zhicheng.sqlite3")
                address = f"sqlite:///{into / 'zhicheng.sqlite3'}"
                print(f"Reached: {manifest['made_at']}, when the copy was begun; nothing leads beyond it.")
                all_of_it = True
            else:
                server = restore_postgres(asked, copy, into)
                address = f"postgres://{server.owner}@/{server.database}?host={into / 'socket'}&port=5432"
                all_of_it = say_reached(asked, server, archive)
        with minutes.step("what is in it"):
            whole = look(asked, manifest, into, address) and all_of_it
    finally:
        if server is not None:
            server.stop()
        if asked.keep and any(into.iterdir()):
            print(f"Left in {into}")
        else:
            shutil.rmtree(into, ignore_errors=True)
    print(f"Restored {'and whole' if whole else 'BUT NOT WHOLE'} after {minutes.whole()}.", flush=True)
    return 0 if whole else 1


def leads_nowhere_of(asked: argparse.Namespace) -> Callable[[Path, dict[str, Any]], str]:
    """Why the log leads on from no copy that was taken before somebody went back to an earlier moment; of others nothing."""

    def leads_nowhere(copy: Path, manifest: dict[str, Any]) -> str:
        if manifest["kind"] == "sqlite" or asked.wal is None or not asked.wal.is_dir():
            return ""  # has no log, or what is missing is said later
        try:
            return left_behind(asked.wal, copy / "base")
        except ArchiveFailed as failure:
            return str(failure)

    return leads_nowhere


def verify(asked: argparse.Namespace, copy: Path, manifest: dict[str, Any]) -> Archive | None:
    """The copy as ``zhicheng backup verify`` reads it, and the log from its beginning on. Raises :class:`Failed`."""
    if not asked.files.is_dir():
        raise Failed(
            f"The second folder of the files, {asked.files}, is not there (a typing error, or a disk that is not mounted)."
        )
    archive = verify_archive(asked, copy) if manifest["kind"] != "sqlite" else None
    words = ["backup", "verify", "--folder", str(copy.resolve()), "--copy-alone", *(["--unsigned"] if asked.unsigned else [])]
    done = call(words, dict(os.environ))
    if done.returncode:
        raise Failed(f"The copy {copy} is not what was made: nothing is started over it.\n  {last_words(done)}")
    print(f"  {done.stdout.strip()}")
    return archive


def verify_archive(asked: argparse.Namespace, copy: Path) -> Archive:
    """The pieces of the log that the copy wants. Raises :class:`Failed` and :class:`ArchiveFailed`."""
    if asked.wal is None:
        raise Failed("A copy of PostgreSQL wants --wal as well.")
    archive = read_archive(asked.wal, copy / "base")
    print(f"  The log: {archive.pieces} pieces, {archive.first} to {archive.last}, {archive.kept_bytes / 1e6:.1f} MB")
    for trouble in archive.troubles:
        print(f"  {trouble}", flush=True)
    if archive.troubles and not (asked.despite_loss or asked.until):
        raise Failed(
            " ".join(archive.troubles)
            + " Nothing was restored. Look for the pieces (another copy of the archive). What lies before the gap comes back with --until and a moment "
            "before it, or with --despite-loss; everything after it is lost then."
        )
    return archive


def say_reached(asked: argparse.Namespace, server: Server, archive: Archive) -> bool:
    """To which moment the database came; whether that is all the log leads to, or what was asked for."""
    position, at = server.reached
    print(f"Reached: {position} of the log, the last change of {at or 'the copy itself'}", flush=True)
    if asked.until:
        return True  # PostgreSQL itself refuses to start before a moment it cannot reach
    if unused := archive.unused_after(position):
        print(
            f"NOT USED: {len(unused)} pieces of the log lie after it, {unused[0]} to {unused[-1]}: what they hold is lost here.",
            flush=True,
        )
    return not unused and not archive.troubles


def restore_files(second: Path, files: Path) -> None:
    """Every stored file, also one that was put aside meanwhile."""
    if (second / "sha256").exists():  # a young instance may have stored nothing yet
        shutil.copytree(second / "sha256", files / "sha256", ignore=shutil.ignore_patterns(".*"))
    files.mkdir(exist_ok=True)
    if (second / "instance.json").exists():  # whose files these are
        shutil.copy2(second / "instance.json", files)
    for left in sorted((second / "leaving").glob("*/*")):
        target = files / "sha256" / left.name[:2] / left.name[2:4] / left.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(left, target)


class Server:
    """A PostgreSQL server over the restored folder, on a socket nobody else can reach."""

    def __init__(self, programs: Path, data: Path, socket: Path, settings: Path) -> None:
        self.programs, self.data, self.socket = programs, data, socket
        options = {
            # The original's settings are not its data: Debian keeps them in /etc, and no copy holds them.
            "config_file": str(settings / "postgresql.conf"),
            "hba_file": str(settings / "pg_hba.conf"),
            "ident_file": str(settings / "pg_ident.conf"),
            "listen_addresses": "",
            "unix_socket_directories": str(socket),
            "port": "5432",
            "archive_mode": "off",  # the archive belongs to the original
            "archive_timeout": "0",  # what it writes stays in a piece that is not full: whoever takes its place goes on in it, and archives it
            "hot_standby": "off",  # else it wants to be allowed as many connections as the original was
        }
        command = ["setpriv", "--pdeathsig=QUIT", *AS_OWNER, "--", str(programs / "postgres"), "-D", str(data)]
        command += [f"-c{name}={value}" for name, value in options.items()]
        self.log = (data.parent / "postgres.log").open("wb")
        self.process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.owner = self.database = ""
        self._wait()
        self.owner = self._ask("postgres", "SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1")
        self.database = self._find()
        reached = self._ask("postgres", "SELECT pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()")
        self.reached = reached.partition("|")[::2]  # where in the log, and when

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            if self.process.poll() is not None:
                said = Path(self.log.name).read_text(errors="replace")
                if "recovery ended before configured recovery target" in said:
                    raise Failed(
                        "The log ends before the moment of --until: an earlier one is reached, or the end of the log without --until."
                    )
                if damaged := re.findall("^fetch_wal: .*", said, re.MULTILINE):
                    raise Failed(f"PostgreSQL did not come back: {damaged[-1].removeprefix('fetch_wal: ')}.")
                raise Failed(f"PostgreSQL did not come back:\n{said[-3000:]}")
            if self._ask("postgres", "SELECT pg_is_in_recovery()") == "f":
                return
            if time.monotonic() > until:
                raise Failed("PostgreSQL is still replaying the log; giving up.")
            time.sleep(0.2)

    def _find(self) -> str:
        """The database that holds the instance."""
        for name in self._ask("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY oid").split():
            if self._ask(name, "SELECT to_regclass('foundation_ledgerentry') IS NOT NULL") == "t":
                return name
        raise Failed("No database of the copy holds an instance.")

    def _ask(self, database: str, question: str) -> str:
        names = [self.owner] if self.owner else ["postgres", "zhicheng"]
        for name in names:
            command = [str(self.programs / "psql"), "-XAtq", "-h", str(self.socket), "-U", name, "-d", database, "-c", question]
            done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
            if done.returncode == 0:
                self.owner = self.owner or name
                return done.stdout.strip()
        return ""

    def stop(self) -> None:
        """End it; the folder is thrown away, or somebody starts another server over it, which tells the archive of its time line then."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        for history in (self.data / "pg_wal").glob("*.history"):
            mark = self.data / "pg_wal" / "archive_status" / f"{history.name}.ready"
            mark.touch(mode=0o600)
            if AS_OWNER:
                shutil.chown(mark, "postgres", "postgres")


def restore_postgres(asked: argparse.Namespace, copy: Path, into: Path) -> Server:
    """The base copy, and the archived log on top of it."""
    programs = find_programs()
    data, socket, settings = into / "database", into / "socket", into / "settings"
    shutil.copytree(copy / "base", data, symlinks=True)
    socket.mkdir(mode=0o700)
    settings.mkdir(mode=0o700)
    fetch = f"{shlex.quote(str(ROOT / 'deploy' / 'fetch_wal'))} {shlex.quote(str(asked.wal.resolve()))} %f %p"
    if asked.despite_loss:
        fetch += " 1"  # a damaged piece is where the log ends
    wanted = [f"restore_command = {quoted(fetch)}", "recovery_target_timeline = 'latest'"]
    if asked.until:
        wanted += [f"recovery_target_time = {quoted(asked.until.isoformat(sep=' '))}", "recovery_target_action = 'promote'"]
    for name, words in (
        ("postgresql.conf", "\n".join([*wanted, ""])),
        ("pg_hba.conf", "local all all trust\n"),
        ("pg_ident.conf", ""),
    ):
        (settings / name).write_text(words, encoding="utf-8")
    (data / "recovery.signal").touch()
    data.chmod(0o700)
    if AS_OWNER:
        owner = pwd.getpwnam("postgres")
        os.chmod(into, 0o755)  # noqa: PTH101, S103 - the server's user passes through to the folders that are its own
        for path in (socket, settings, *settings.iterdir(), data, *data.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    return Server(programs, data, socket, settings)


def quoted(text: str) -> str:
    """A value of PostgreSQL's settings."""
    return "'" + text.replace("'", "''") + "'"


def find_programs() -> Path:
    """The folder of PostgreSQL's server programs, the newest version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise Failed("PostgreSQL's server programs are not on this machine (Debian: apt-get install postgresql).")
    return found[-1].parent


def look(asked: argparse.Namespace, manifest: dict[str, Any], into: Path, address: str) -> bool:
    """What the project's own checks find in the restored instance."""
    environment = os.environ | {
        "ZHICHENG_DATABASE_URL": address,
        "ZHICHENG_FILES_DIR": str(into / "files"),
        "ZHICHENG_DATA_DIR": str(into),
        "ZHICHENG_SECOND_FILES_DIR": "",
    }
    known = asked.known or (f"{manifest['ledger_number']}:{manifest['ledger_hash']}" if manifest["ledger_number"] else "")
    whole = True
    for words in (
        ["migrate", "--check"],
        ["ledger", "verify", *(["--known", known] if known else [])],
        ["keys", "status"],
        ["verify"],
    ):
        done = call(words, environment)
        whole = whole and done.returncode == 0
        print(f"  zhicheng {' '.join(words)}: {'whole' if done.returncode == 0 else 'FAILED'}")
        for line in [*done.stdout.strip().splitlines(), *([last_words(done)] if done.returncode else [])]:
            print(f"    {line}")
    return check_files(into / "files") and whole


def call(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command of the project to its end."""
    own = environment | {"DJANGO_SETTINGS_MODULE": "zhicheng.settings"}
    return subprocess.run([str(PYTHON), "-m", "zhicheng", *words], cwd=ROOT, env=own, capture_output=True, text=True, check=False)


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """Why a command failed: of a traceback its last line, which says what is wrong."""
    said = (done.stderr or done.stdout).strip()
    return said.splitlines()[-1] if "Traceback (most recent call last)" in said else said


def check_files(files: Path) -> bool:
    """Whether every restored file still has the hash it is named by."""
    count, wrong = 0, []
    for path in (files / "sha256").glob("*/*/*"):
        count += 1
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                wrong.append(path.name)
    print(f"  {count} files read: {'each has its hash' if not wrong else 'DAMAGED: ' + ', '.join(wrong[:10])}")
    return not wrong


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, ArchiveFailed) as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)
    except OSError as failure:
        print(f"{failure.filename or 'The system'}: {failure.strerror or failure}.", file=sys.stderr)
        sys.exit(1)
