"""One wrong word must not open every account: real processes of each mode over a database and a folder of each kind."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from django.core.management import call_command

from tests.support import beginnings
from tests.support.elsewhere import elsewhere_on
from tests.support.loaded import Loaded
from zhicheng.foundation import actions, instance
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import InstanceMark

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = Path(__file__).with_name("modes.py")
MODES = ("production", "rehearsal", "test")
MIXED = [(mode, theirs) for mode in MODES for theirs in MODES]
STARTS = {
    "web": ["-c", "import zhicheng.wsgi"],
    "command": ["-m", "zhicheng", "ledger", "verify"],
    "script": ["-c", "import django; django.setup(); from zhicheng.accounts.models import User; print(User.objects.count())"],
}
CHANGES = {
    "migrate": ["-m", "zhicheng", "migrate", "--verbosity", "0"],
    "flush": ["-m", "zhicheng", "flush", "--no-input", "--verbosity", "0"],
    "rehearse": ["-m", "zhicheng", "rehearse"],
    "worker": ["-m", "zhicheng", "worker"],
    "check": ["-m", "zhicheng", "check", "--database", "default"],
}
REAL_KEYS = {
    "ZHICHENG_SECRET_KEY": "a-real-secret-of-more-than-fifty-characters-0123456789-abc",
    "ZHICHENG_FIELD_KEYS": base64.b64encode(b"r" * 32).decode(),
    "ZHICHENG_BLIND_INDEX_KEY": "a-real-blind-index-key-of-enough-characters",
}


@dataclass(frozen=True)
class Place:
    """A database and a folder of files. Processes are forked from ``bare``, which knows no settings; where many begin here, from one of their
    mode, which is ``loaded`` with all of the program."""

    data: Path
    bare: Loaded
    url: str = ""
    loaded: dict[str, Loaded] | None = None

    def run(self, mode: str, words: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        """One process of ``mode`` here, with everything a production instance needs, and ``more``."""
        environment = self._environment(mode)
        if self.loaded is None or more:
            return _forked(self.bare, "python_under", json.dumps(environment | more), *words)
        if mode not in self.loaded:
            self.loaded[mode] = Loaded(SCRIPT, environment)
        return _forked(self.loaded[mode], "python", *words)

    def start(self, mode: str, words: list[str]) -> subprocess.CompletedProcess[str]:
        """The same, started as a shell does it: nothing is loaded and no settings are named, the entry sees to that by itself."""
        environment = {name: value for name, value in self._environment(mode).items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, *words]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    def _environment(self, mode: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_"))}
        environment = kept | {
            "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]),
            "PYTHONUNBUFFERED": "1",
            "ZHICHENG_MODE": mode,
            "ZHICHENG_ENV_FILE": os.devnull,
            "ZHICHENG_DATA_DIR": str(self.data),
            "ZHICHENG_FILES_DIR": str(self.data / "files"),
            "ZHICHENG_DATABASE_URL": self.url or f"sqlite:///{self.data / 'zhicheng.sqlite3'}",
        }
        return environment | (REAL_KEYS | {"ZHICHENG_ALLOWED_HOSTS": "zhicheng.example.cn"} if mode == "production" else {})

    def says(self, statement: str) -> list[Any]:
        """What the SQLite database answers."""
        with closing(sqlite3.connect(self.data / "zhicheng.sqlite3")) as database, database:
            return database.execute(statement).fetchall()


def _forked(loaded: Loaded, *words: str) -> subprocess.CompletedProcess[str]:
    with TemporaryFile("w+", encoding="utf-8") as log, loaded.start(*words, stderr=log.fileno()) as done:
        said, _none = done.communicate(120)
        log.seek(0)
        return subprocess.CompletedProcess(words, done.wait(), said, log.read())


def take_the_mark_off(place: Place) -> None:
    place.says("DROP TRIGGER foundation_instancemark_no_delete")
    place.says("DELETE FROM foundation_instancemark")


@contextmanager
def place_of_many(folder: Path, bare: Loaded) -> Iterator[Place]:
    loaded: dict[str, Loaded] = {}
    try:
        yield Place(folder, bare, loaded=loaded)
    finally:
        with ExitStack() as ending:
            for one in loaded.values():
                ending.callback(one.end)


@pytest.fixture(scope="module")
def bare() -> Iterator[Loaded]:
    """What processes are forked from that know no settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_"))}
    paths = os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    loaded = Loaded(SCRIPT, kept | {"PYTHONPATH": paths})
    yield loaded
    loaded.end()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, bare: Loaded) -> Iterator[dict[str, Place]]:
    """An instance of each mode, as its first ``migrate`` left it: a step may do something else in one mode than in another. That of the tests gets
    its tables unmarked: they migrate an empty database in their own mode at the beginning of each run."""
    with ExitStack() as ending:
        places = {mode: ending.enter_context(place_of_many(tmp_path_factory.mktemp(mode), bare)) for mode in MODES}
        begin(places, Place(tmp_path_factory.mktemp("empty"), bare))
        yield places


def begin(places: dict[str, Place], empty: Place) -> None:
    for mode, place in places.items():
        if mode == "test":
            shutil.copy(empty.data / "zhicheng.sqlite3", place.data)
        done = place.run(mode, CHANGES["migrate"])
        assert done.returncode == 0, done.stderr
        if mode == "production":
            shutil.copy(place.data / "zhicheng.sqlite3", empty.data)
            take_the_mark_off(empty)
            shutil.copy(empty.data / "zhicheng.sqlite3", beginnings.UNMARKED)


@pytest.fixture(scope="module")
def one_place(tmp_path_factory: pytest.TempPathFactory, bare: Loaded) -> Iterator[Place]:
    """Where the mixed ones are, one after the other."""
    with place_of_many(tmp_path_factory.mktemp("mixed"), bare) as place:
        yield place


@pytest.fixture
def mixed(begun: dict[str, Place], one_place: Place) -> Any:
    """Makes a place whose database is one instance's and whose folder is another's."""

    def mix(database: str, files: str) -> Place:
        shutil.rmtree(one_place.data)
        one_place.data.mkdir()
        for file in begun[database].data.glob("zhicheng.sqlite3*"):
            shutil.copy(file, one_place.data)
        if files:
            shutil.copytree(begun[files].data / "files", one_place.data / "files")
        return one_place

    return mix


def test_first_migrate_marks_database_and_folder_alike(begun: dict[str, Place]) -> None:
    ids = set()
    for mode, place in begun.items():
        told = json.loads((place.data / "files" / "instance.json").read_text())
        assert place.says("SELECT mode, instance FROM foundation_instancemark") == [(mode, told["instance"])]
        assert told["mode"] == mode and len(told["instance"]) == 32
        ids.add(told["instance"])
    assert len(ids) == 3


@pytest.mark.parametrize(("mode", "theirs"), MIXED)
def test_database_is_opened_by_its_own_mode_alone(mixed: Any, mode: str, theirs: str) -> None:
    place = mixed(theirs, "")
    done = (place.start if mode == theirs else place.run)(mode, STARTS["web"])
    if mode == theirs:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode != 0 and "ZHICHENG_MODE" in done.stderr, (done.stdout, done.stderr)
        assert not (place.data / "files").exists()


@pytest.mark.parametrize(("mode", "theirs"), MIXED)
def test_folder_is_used_by_its_own_mode_alone(mixed: Any, mode: str, theirs: str) -> None:
    """Whatever the database is: here each time the one that fits the process."""
    place = mixed(mode, theirs)
    done = (place.start if mode == theirs == "production" else place.run)(mode, STARTS["command"])
    if mode == theirs:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode != 0 and "ZHICHENG_FILES_DIR" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(("mode", "theirs"), [pair for pair in MIXED if pair[1] != "production"])
def test_signing_key_of_a_rehearsal_or_the_tests_opens_nothing_elsewhere(
    begun: dict[str, Place], tmp_path: Path, mode: str, theirs: str
) -> None:
    """Carried away from where it was made, as a key is."""
    made = begun[theirs].run(theirs, ["-c", "from zhicheng.foundation import signing; signing.signing_key()"])
    assert made.returncode == 0, made.stderr
    key = shutil.copy(begun[theirs].data / "ledger-signing-key.pem", tmp_path)
    done = begun[mode].run(mode, STARTS["command"], ZHICHENG_LEDGER_SIGNING_KEY=str(key))
    if mode == theirs:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode != 0 and "ZHICHENG_LEDGER_SIGNING_KEY" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("mode", "theirs", "name"),
    [
        *(("rehearsal", "production", name) for name in CHANGES),
        ("test", "production", "script"),
        ("production", "test", "migrate"),
    ],
)
def test_command_leaves_another_modes_database_alone(mixed: Any, mode: str, theirs: str, name: str) -> None:
    place = mixed(theirs, theirs)
    before = place.says("SELECT count(*) FROM django_migrations"), place.says("SELECT * FROM foundation_instancemark")
    done = place.run(mode, (CHANGES | STARTS)[name])
    assert done.returncode != 0 and "ZHICHENG_MODE" in done.stderr, (done.stdout, done.stderr)
    assert before == (place.says("SELECT count(*) FROM django_migrations"), place.says("SELECT * FROM foundation_instancemark"))


def test_folder_of_another_instance_of_the_same_mode_is_noticed(mixed: Any, begun: dict[str, Place], tmp_path: Path) -> None:
    place = mixed("production", "production")
    mark = place.data / "files" / "instance.json"
    mark.write_text(json.dumps(json.loads(mark.read_text()) | {"instance": "f" * 32}))
    done = place.run("production", STARTS["command"])
    assert done.returncode != 0 and "不是同一套" in done.stderr
    (place.data / "zhicheng.sqlite3").unlink()
    done = place.run("production", CHANGES["migrate"])
    assert done.returncode != 0 and "不是同一套" in done.stderr


def test_damaged_mark_is_not_taken_for_none(mixed: Any) -> None:
    place = mixed("production", "production")
    (place.data / "files" / "instance.json").write_text("{")
    done = place.run("production", STARTS["command"])
    assert done.returncode != 0 and "不明的系统" in done.stderr


def test_files_without_a_mark_are_adopted_by_name_only(mixed: Any) -> None:
    place = mixed("production", "")
    (place.data / "files" / "sha256" / "ab").mkdir(parents=True)
    done = place.run("production", STARTS["command"])
    assert done.returncode != 0 and "zhicheng instance adopt-files" in done.stderr
    assert place.run("production", ["-m", "zhicheng", "instance"]).returncode == 0
    assert place.run("production", ["-m", "zhicheng", "instance", "adopt-files"]).returncode == 0
    assert place.run("production", STARTS["command"]).returncode == 0
    again = place.run("production", ["-m", "zhicheng", "instance", "adopt-files"])
    assert again.returncode == 1 and "没有改动" in again.stderr


@pytest.mark.parametrize("theirs", ["production", "rehearsal"])
def test_instance_from_before_the_mark_becomes_what_it_was(mixed: Any, theirs: str) -> None:
    place = mixed(theirs, "")
    (place.data / "files" / "sha256" / "ab").mkdir(parents=True)
    take_the_mark_off(place)
    place.says(
        "INSERT INTO foundation_rehearsalmarker VALUES (1, '2026-01-01')"
        if theirs == "rehearsal"
        else "INSERT INTO foundation_ledgerentry (number, at, event, subject, actor, data, previous_hash, hash) "
        "VALUES (1, '2026-01-01', 'e', 's', 'a', '{}', 'p', 'h')"
    )
    done = place.run({"production": "rehearsal", "rehearsal": "production"}[theirs], CHANGES["migrate"])
    assert done.returncode != 0 and "ZHICHENG_MODE" in done.stderr
    done = place.run(theirs, CHANGES["migrate"])
    assert done.returncode == 0, done.stderr
    told = json.loads((place.data / "files" / "instance.json").read_text())
    assert place.says("SELECT mode, instance FROM foundation_instancemark") == [(theirs, told["instance"])]


@pytest.mark.parametrize("mode", ["rehearsal", "test"])
def test_real_keys_are_refused_in_a_rehearsal(begun: dict[str, Place], mode: str) -> None:
    done = begun[mode].run(mode, STARTS["script"], **REAL_KEYS)
    assert done.returncode != 0 and done.stderr.count("正式运行的密钥") == 3
    assert all(variable in done.stderr for variable in REAL_KEYS)


@pytest.mark.parametrize("mode", ["rehearsal", "test"])
def test_keys_of_a_rehearsal_open_nothing_elsewhere(begun: dict[str, Place], mode: str) -> None:
    asked = "from zhicheng import settings as s; print(s.SECRET_KEY, s.FIELD_KEYS[0], s.BLIND_INDEX_KEY)"
    keys = dict(zip(REAL_KEYS, begun[mode].run(mode, ["-c", asked]).stdout.split(), strict=True))
    for other in {*MODES} - {mode}:
        done = begun[other].run(other, STARTS["script"], **keys)
        assert done.returncode != 0 and all(variable in done.stderr for variable in REAL_KEYS), done.stderr


@pytest.mark.django_db
def test_mark_is_changed_by_nobody() -> None:
    from django.db import DatabaseError, transaction

    for change in (lambda: InstanceMark.objects.update(mode="production"), lambda: InstanceMark.objects.all().delete()):
        with pytest.raises(DatabaseError, match="first start"), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_flush_keeps_the_mark() -> None:
    before = InstanceMark.objects.get()
    call_command("flush", interactive=False, verbosity=0)
    assert InstanceMark.objects.values().get() == {
        "id": 1, "mode": "test", "instance": before.instance, "made_at": before.made_at
    }  # fmt: skip


@pytest.mark.django_db
def test_files_that_have_a_mark_are_not_adopted() -> None:
    actions.mark_instance()
    found = instance.mark_of_files()
    assert found == instance.Mark("test", InstanceMark.objects.get().instance)
    with pytest.raises(Refused, match="没有改动"):
        actions.adopt_files()


@pytest.fixture
def postgres_elsewhere(tmp_path: Path, bare: Loaded) -> Iterator[Place]:
    """An empty database, and a folder without a file."""
    with elsewhere_on(SCRIPT, tmp_path) as place:
        yield Place(tmp_path, bare, place.environment["ZHICHENG_DATABASE_URL"])


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgres_database_of_production_is_refused_to_the_others(postgres_elsewhere: Place) -> None:
    assert postgres_elsewhere.run("production", CHANGES["migrate"]).returncode == 0
    for mode in MODES:
        done = postgres_elsewhere.run(mode, STARTS["web"])
        assert (done.returncode == 0) == (mode == "production") and ("ZHICHENG_MODE" in done.stderr) == (mode != "production")
