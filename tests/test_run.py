"""What ``./run`` says when it cannot do what was asked. That it does it is what the journeys stand on."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import PoFileError

from deploy import prepare
from deploy.translations import compile_translations

ROOT = Path(__file__).resolve().parent.parent


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "run"), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)


def test_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--port", str(port), "--data", str(tmp_path))
    assert done.returncode == 1
    assert f"Port {port} cannot be had: another program uses it" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_two_starts_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with (tmp_path / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = run("--port", "0", "--data", str(tmp_path))
    assert done.returncode == 1
    assert f"Another ./run is using {tmp_path}" in done.stderr


def test_words_that_belong_to_the_walk_are_refused_without_it() -> None:
    done = run("--address", "http://127.0.0.1:1")
    assert done.returncode == 2
    assert "belong to --walk" in done.stderr


def the_script() -> ModuleType:
    """``run`` itself, which has no suffix."""
    loader = SourceFileLoader("the_run_script", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("dies", ["worker", "examiner"])
def test_helper_that_dies_is_started_again_and_a_dead_web_server_is_the_end(dies: str, tmp_path: Path) -> None:
    script = the_script()
    instance = script.Instance(tmp_path, 1)
    waits = [sys.executable, "-c", "import time; time.sleep(600)"]
    for name in ("web", "worker", "examiner"):
        setattr(instance, name, script.Child(name, waits, dict(os.environ), tmp_path / f"{name}.log"))
        instance.children.append(getattr(instance, name))
    helper = getattr(instance, dies)
    first = helper.process

    def kill_one_after_the_other() -> None:
        first.kill()
        until = time.monotonic() + 30
        while helper.process is first and time.monotonic() < until:
            time.sleep(0.05)
        instance.web.process.kill()

    killer = threading.Thread(target=kill_one_after_the_other)
    try:
        killer.start()
        with pytest.raises(script.Failed, match="The web server ended"):
            instance.watch()
        killer.join()
        assert helper.process is not first
        assert not helper.ended()
    finally:
        instance.stop()


CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "上报"
msgstr "Submit"
"""


def test_translations_are_compiled_once_for_every_change(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE, encoding="utf-8")
    assert compile_translations(tmp_path) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]
    assert compile_translations(tmp_path) == 0


def test_broken_catalogue_is_not_compiled_in_part(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE + 'msgid "审核\n', encoding="utf-8")
    with pytest.raises(PoFileError):
        compile_translations(tmp_path)
    assert not (folder / "django.mo").exists()


@pytest.mark.parametrize("found", [True, False])
def test_work_beside_gives_what_it_found(found: bool) -> None:
    assert prepare.beside(lambda: found)() is found


def test_work_beside_that_fails_ends_the_start_and_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> bool:
        raise OSError("the disk is full")

    gave = prepare.beside(work)
    with pytest.raises(SystemExit) as ended:
        gave()
    assert ended.value.code == prepare.FAILED
    assert "the disk is full" in capfd.readouterr().err


def test_rest_of_the_data_is_told_beside_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the storyteller says last is shown, and that all is there; after a mishap, what it said, and the instance goes on."""
    script = the_script()
    instance = script.Instance(tmp_path, 1)
    (tmp_path / "log").mkdir()
    for code, shown in (
        ("print('3 of 3')", "All rehearsal data is there."),
        ("print('3 of 3') # and said a moment ago", "All rehearsal data is there."),
        ("print('no'); raise SystemExit(4)", "The last lines of"),
    ):
        log = tmp_path / "log" / "rehearsal.log"
        log.unlink(missing_ok=True)
        instance.rest = script.Child("storyteller", [sys.executable, "-c", code], dict(os.environ), log)
        instance.rest.process.wait()
        instance._look_at_the_rest()
        told = capsys.readouterr().out
        assert shown in told and told.count("3 of 3") == (code == "print('3 of 3')")
        assert instance.rest is None


def test_nothing_is_told_where_nothing_is_to_come(tmp_path: Path) -> None:
    instance = the_script().Instance(tmp_path, 1)
    (tmp_path / "stories-to-come").write_text("0")
    instance.tell_the_rest()
    assert (instance.rest, instance.children) == (None, [])
