"""The database and the files are destroyed while people submit; what was acknowledged comes back from the copies (deploy/restore_drill.py)."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.capabilities import postgres_programs

ROOT = Path(__file__).resolve().parent.parent
LOST_AT_MOST = 60  # seconds: what was acknowledged longer before the end than this is there
ARCHIVE_SECONDS = 10
TRAFFIC_SECONDS = 30


class Place:
    """One machine's folders: the instance and its cluster in ``first``, the copies in ``second``."""

    def __init__(self, folder: Path) -> None:
        self.first, self.second = folder / "first", folder / "second"
        for path in (self.first / "instance", self.second / "wal", self.second / "files", self.second / "backups"):
            path.mkdir(parents=True)
        programs = postgres_programs()
        assert programs is not None
        self.programs, self.cluster = programs, self.first / "cluster"
        self.as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
        if self.as_owner:
            owner = pwd.getpwnam("postgres")
            for path in (folder, self.first, self.second):
                path.chmod(0o755)
            for path in (self.first, self.second / "wal"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._call(
            "initdb", "-D", str(self.cluster), "-U", "zhicheng", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        # As Debian has it: a cluster's settings lie apart from its data, and no copy holds them.
        self.settings = self.first / "settings"
        self.settings.mkdir()
        for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):
            (self.cluster / name).rename(self.settings / name)
        archive = f"{ROOT / 'deploy' / 'archive_wal'} %p %f {self.second / 'wal'}"
        settings = {
            "config_file": str(self.settings / "postgresql.conf"),
            "hba_file": str(self.settings / "pg_hba.conf"),
            "ident_file": str(self.settings / "pg_ident.conf"),
            "max_connections": "150",  # more than a server has that was told nothing
            "listen_addresses": "",
            "unix_socket_directories": str(self.first),
            "archive_mode": "on",
            "archive_command": archive,
            "archive_timeout": str(ARCHIVE_SECONDS),
        }
        command = [*self.as_owner, str(programs / "postgres"), "-D", str(self.cluster)]
        command += [f"-c{name}={value}" for name, value in settings.items()]
        self.server = subprocess.Popen(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_"))}
        self.environment = kept | {
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
            "ZHICHENG_MODE": "test",
            "ZHICHENG_ENV_FILE": os.devnull,
            "ZHICHENG_DATA_DIR": str(self.first / "instance"),
            "ZHICHENG_FILES_DIR": str(self.first / "instance" / "files"),
            "ZHICHENG_SECOND_FILES_DIR": str(self.second / "files"),
            "ZHICHENG_BACKUP_DIR": str(self.second / "backups"),
            "ZHICHENG_WAL_DIR": str(self.second / "wal"),
            "ZHICHENG_DATABASE_URL": f"postgres://zhicheng@/postgres?host={self.first}&port=5432",
            "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
            "PYTHONUNBUFFERED": "1",
        }
        self._wait()

    def _call(self, program: str, *words: str) -> None:
        command = [*self.as_owner, str(self.programs / program), *words]
        subprocess.run(command, cwd="/", check=True, capture_output=True)

    def _wait(self) -> None:
        ready = [str(self.programs / "pg_isready"), "-q", "-h", str(self.first)]
        until = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            assert self.server.poll() is None and time.monotonic() < until
            time.sleep(0.1)

    def python(self, *words: str) -> str:
        """Run something of the instance to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def drill(self, *words: str, wal: Path | None = None, copy: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The restore drill, of the second place's copies."""
        given = ["--copy", str(copy)] if copy else ["--copies", str(self.second / "backups")]
        given += ["--wal", str(wal or self.second / "wal"), "--files", str(self.second / "files"), *words]
        command = [sys.executable, "deploy/restore_drill.py", *given]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def destroy(self) -> None:
        """What a burnt machine leaves: nothing."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()
        gone = self.first.with_name("gone")  # people are still uploading: first the place is not theirs any more
        self.first.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="zhicheng-drill-"))
    made = Place(folder)
    yield made
    if made.server.poll() is None:
        os.killpg(made.server.pid, signal.SIGKILL)
        made.server.wait()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
def test_nothing_acknowledged_a_minute_ago_is_lost_with_the_machine(place: Place) -> None:
    place.python("tests/support/traffic.py", "migrate")
    command = [sys.executable, "tests/support/traffic.py", "submit"]
    traffic = subprocess.Popen(command, cwd=ROOT, env=place.environment, stdout=subprocess.PIPE, text=True)
    acknowledged: list[tuple[str, str, float]] = []

    def listen() -> None:
        assert traffic.stdout is not None
        for line in traffic.stdout:
            word, pk, sha256, seconds = line.split()
            assert word == "ack"
            acknowledged.append((pk, sha256, float(seconds)))

    listener = threading.Thread(target=listen)
    listener.start()
    until = time.monotonic() + 60
    while len(acknowledged) < 2:
        assert traffic.poll() is None and time.monotonic() < until
        time.sleep(0.1)
    said = place.python("-m", "zhicheng", "backup", "make")
    assert "备份完整" in said and "日志归档完整" in said
    taken = len(acknowledged)
    time.sleep(TRAFFIC_SECONDS)
    place.destroy()
    ended = time.monotonic()
    traffic.kill()
    traffic.wait()
    listener.join()
    assert traffic.stdout is not None
    traffic.stdout.close()
    assert len(acknowledged) > taken + 2  # people went on while and after the copy was taken

    restored = place.second.parent / "restored"
    drill = place.drill("--into", str(restored), "--keep")
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert "Restored and whole after" in drill.stdout and "Reached: " in drill.stdout
    assert list(
        (restored / "database" / "pg_wal" / "archive_status").glob("*.history.ready")
    )  # the archive will know the time line
    found = submissions_in(place, restored)
    owed = {(pk, sha256) for pk, sha256, at in acknowledged if ended - at > LOST_AT_MOST}
    assert owed <= found
    archived = {(pk, sha256) for pk, sha256, at in acknowledged if ended - at > 2 * ARCHIVE_SECONDS + 5}
    assert archived and archived <= found  # as the archive of this test promises
    print(drill.stdout)
    what_leads_nowhere_is_refused(place)


def what_leads_nowhere_is_refused(place: Place) -> None:
    """Every acknowledged thing after a gap would be lost in silence."""

    def refused(*words: str, **folders: Path) -> str:
        drill = place.drill(*words, **folders)
        assert drill.returncode == 1 and "Restored" not in drill.stdout and "Traceback" not in drill.stderr, (
            drill.stdout + drill.stderr
        )
        return drill.stderr

    assert "is not there" in refused(wal=place.second / "nowhere")
    (place.second / "empty").mkdir()
    assert "is empty" in refused(wal=place.second / "empty")
    assert "No copy in" in refused("--until", "2020-01-01 00:00:00+08")
    [copy] = (place.second / "backups").iterdir()
    nothing_starts_over_the_base_itself(place, copy / "base")
    assert "cannot lead there" in refused("--until", "2020-01-01 00:00:00+08", copy=copy)
    pieces = sorted((place.second / "wal").glob("*.gz"))[-3:]
    kept = pieces[1].read_bytes()
    pieces[1].write_bytes(kept[: len(kept) // 2] + bytes([kept[len(kept) // 2] ^ 1]) + kept[len(kept) // 2 + 1 :])
    assert f"is damaged: {pieces[1].stem}" in refused()
    pieces[1].unlink()
    assert f"lacks {pieces[1].stem}" in refused()
    drill = place.drill("--despite-loss")
    assert drill.returncode == 1 and "Restored BUT NOT WHOLE" in drill.stdout, drill.stdout + drill.stderr
    assert f"NOT USED: 2 pieces of the log lie after it, {pieces[1].stem} to {pieces[2].stem}" in drill.stdout


def nothing_starts_over_the_base_itself(place: Place, base: Path) -> None:
    """It would take itself for the original, and send its mails a second time."""
    data = place.second.parent / "by hand"
    shutil.copytree(base, data)
    if place.as_owner:
        subprocess.run(["chown", "-R", "postgres:", str(data)], check=True)
    data.chmod(0o700)
    restored = place.second.parent / "restored"
    settings = restored / "settings"
    (place.second.parent / "plain.conf").write_text("")
    command = [
        *place.as_owner,
        str(place.programs / "postgres"),
        "-D",
        str(data),
        "-clisten_addresses=",
        f"-cunix_socket_directories={restored / 'socket'}",
    ]
    command += [f"-cconfig_file={place.second.parent / 'plain.conf'}", f"-chba_file={settings / 'pg_hba.conf'}"]
    command += [f"-cident_file={settings / 'pg_ident.conf'}"]
    started = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert started.returncode and "restore_command" in started.stderr, started.stderr


def submissions_in(place: Place, restored: Path) -> set[tuple[str, str]]:
    """The submissions in the restored database, asked of a server started over it once more."""
    data = restored / "database"
    command = [
        *place.as_owner,
        str(place.programs / "postgres"),
        "-D",
        str(data),
        f"-cunix_socket_directories={restored / 'socket'}",
    ]
    command += ["-clisten_addresses=", "-carchive_mode=off", f"-cconfig_file={restored / 'settings' / 'postgresql.conf'}"]
    command += [f"-chba_file={restored / 'settings' / 'pg_hba.conf'}", f"-cident_file={restored / 'settings' / 'pg_ident.conf'}"]
    server = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ready = [str(place.programs / "pg_isready"), "-q", "-h", str(restored / "socket")]
        until = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            assert server.poll() is None and time.monotonic() < until
            time.sleep(0.1)
        question = "SELECT id, sha256 FROM applications_submission"
        ask = [
            str(place.programs / "psql"),
            "-XAtq",
            "-F",
            " ",
            "-h",
            str(restored / "socket"),
            "-U",
            "zhicheng",
            "-d",
            "postgres",
            "-c",
            question,
        ]
        said = subprocess.run(ask, cwd="/", check=True, capture_output=True, text=True).stdout
    finally:
        server.kill()
        server.wait()
    return {(pk, sha256) for pk, sha256 in (line.split() for line in said.splitlines())}
