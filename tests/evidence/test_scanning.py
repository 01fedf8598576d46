"""clamd itself, with one signature of our own; and what happens when it does not answer, or answers nonsense."""

from __future__ import annotations

import itertools
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.evidence import files
from zhicheng.evidence import scanning
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine_confined
from zhicheng.evidence.scanning import ScannerUnreachable, find_virus, scanner_state

LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)
KNOWN = b"a mark of our own that no other file has"
CONFIGURATION = """LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
Foreground yes
SelfCheck 0
Bytecode no
StreamMaxLength 4M
"""


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A clamd of this module's own: 0.1 s with one signature. Its address."""
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures").mkdir()
    (folder / "signatures/own.ndb").write_text(f"Zhicheng.Known:0:*:{KNOWN.hex()}\n")
    (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder))
    with subprocess.Popen(
        ["clamd", f"--config-file={folder}/clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            for _ in range(300):
                if (folder / "clamd.sock").exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            yield f"unix://{folder}/clamd.sock"
        finally:
            process.terminate()


def file_of(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def examined(path: Path) -> Examined | Unacceptable:
    return examine_confined(path, declared_name="证书.jpg", limits=LIMITS)


@pytest.mark.clamd
def test_file_that_is_known_is_refused_and_another_is_taken(clamd: str, settings: Any, tmp_path: Path) -> None:
    settings.CLAMD = clamd
    assert isinstance(examined(file_of(tmp_path, files.jpeg())), Examined)
    verdict = examined(file_of(tmp_path, files.jpeg() + KNOWN))
    assert isinstance(verdict, Unacceptable)
    assert verdict.code == "virus"
    assert verdict.text.startswith("这个文件被识别为病毒，不能接收。")
    assert find_virus(file_of(tmp_path, KNOWN)) == "Zhicheng.Known.UNOFFICIAL"


@pytest.mark.clamd
def test_file_clamd_will_not_look_at_is_not_taken(clamd: str, settings: Any, tmp_path: Path) -> None:
    settings.CLAMD = clamd
    with pytest.raises(ScannerUnreachable):
        find_virus(file_of(tmp_path, bytes(6 * 1024 * 1024)))


@pytest.mark.clamd
def test_state_names_the_version(clamd: str, settings: Any) -> None:
    settings.CLAMD = clamd
    state = scanner_state()
    assert (state.state, state.version[:6]) == ("ready", "ClamAV")


def test_nothing_is_asked_where_nothing_is_configured(tmp_path: Path, settings: Any) -> None:
    settings.CLAMD = ""
    assert scanner_state().state == "off"
    assert isinstance(examined(file_of(tmp_path, files.jpeg() + KNOWN)), Examined)


@pytest.mark.parametrize("address", ["unix:///nowhere/clamd.sock", "tcp://127.0.0.1:1", "clamd", "http://127.0.0.1"])
def test_no_file_is_taken_while_the_scanner_cannot_be_asked(address: str, settings: Any, tmp_path: Path) -> None:
    settings.CLAMD = address
    verdict = examined(file_of(tmp_path, files.jpeg()))
    assert isinstance(verdict, Unacceptable)
    assert verdict.code == "no_scanner"
    assert verdict.text.startswith("暂时无法检查病毒，请稍后再试。")
    assert scanner_state().state == "unreachable"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Something at clamd's place that says ``answer`` to whatever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _address = server.accept()
            with line:
                line.settimeout(0.3)
                try:
                    while line.recv(1 << 16):
                        pass
                except TimeoutError:
                    line.sendall(answer)

        worker = threading.Thread(target=serve)
        worker.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        worker.join()


@pytest.mark.parametrize(
    "answer", [b"", b"stream: OK", b"stream: limits ERROR\0", b"HTTP/1.1 400 Bad Request\0", b"stream: OK but\0"]
)
def test_anything_but_a_clear_no_is_no_answer(answer: bytes, settings: Any, tmp_path: Path) -> None:
    with answering(answer) as address:
        settings.CLAMD = address
        with pytest.raises(ScannerUnreachable):
            find_virus(file_of(tmp_path, b"x"))


def test_clear_no_is_believed(settings: Any, tmp_path: Path) -> None:
    with answering(b"stream: OK\0") as address:
        settings.CLAMD = address
        assert find_virus(file_of(tmp_path, b"x")) == ""


def test_scanner_that_answers_and_looks_at_nothing_is_told_apart(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "_STATE_SECONDS", 0.5)

    def serve(server: socket.socket) -> None:
        for _asked in range(2):
            line, _address = server.accept()
            with line, suppress(OSError):
                if line.recv(100).startswith(b"zVERSION"):
                    line.sendall(b"ClamAV 1.0\0")
                else:
                    time.sleep(1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=[server], daemon=True).start()
        settings.CLAMD = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        assert scanner_state() == scanning.ScannerState("stuck", "ClamAV 1.0")


def test_scanner_that_drips_its_answer_is_given_up(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "_ANSWER_SECONDS", 1.0)

    def drip(server: socket.socket) -> None:
        for _asked in range(2):
            line, _address = server.accept()
            with line, suppress(OSError):
                for letter in itertools.islice(itertools.cycle(b"stream: OK "), 600):
                    line.sendall(bytes([letter]))
                    time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=[server], daemon=True).start()
        settings.CLAMD = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(ScannerUnreachable):
            find_virus(file_of(tmp_path, b"x"))
        assert scanner_state().state == "unreachable"
        assert time.monotonic() - began < 8
