"""A script that is loaded once; each time something of it is to be done, a process is forked that does it.

To load the program takes most of a second of a processor, to fork a process that has loaded it some hundredths. What is forked is a
process like any other: it has a number, a standard output and database connections of its own (a script whose loading opens one is
refused), it starts others, is asked to stop and is killed. Its parent is one that does nothing but wait for it and tell the test how it has
ended. It leads a process group: what is left of that is ended with it, whoever of them still runs when a test has failed. What a script
registers with ``atexit`` while it loads is done by each process that is forked, and by the one that has loaded it.

``python -m tests.support.loaded SCRIPT SOCKET`` is the one that has loaded; :class:`Loaded` is its end in the test.
"""

from __future__ import annotations

import importlib.util
import json
import os
import selectors
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from zhicheng.foundation.memory import settle

LONGEST = 1 << 16  # bytes of the words that are to be done
LAST_WORDS = 3000  # bytes of its standard error that a failure tells
GONE_SECONDS = 10.0  # until a process that was killed is gone, and until nobody holds its standard output
FORKS_SECONDS = 120.0  # until what was asked for runs: loading, on a machine that is busy otherwise


class Process:
    """A forked process, spoken to as to a ``subprocess.Popen`` with a standard output to read from."""

    def __init__(self, words: tuple[str, ...], stdout: int, stderr: int, told: int) -> None:
        self.returncode: int | None = None
        self._words, self._stderr = words, os.dup(stderr)
        self._listening: threading.Thread | None = None
        self._told, self._heard = told, b""
        self.stdout = os.fdopen(stdout, encoding="utf-8")
        first = self._line(FORKS_SECONDS)
        if not first:
            self._close()
            raise RuntimeError(f"the script could not be loaded for {words}, or not in time; its standard error says more")
        self.pid = int(first)

    def _line(self, timeout: float | None) -> str:
        """What the parent says next; empty when it says nothing for so long, or is gone."""
        with selectors.DefaultSelector() as ears:
            ears.register(self._told, selectors.EVENT_READ)
            if b"\n" not in self._heard and ears.select(timeout):
                self._heard += os.read(self._told, 64)  # each line is written at once
        line, _end, self._heard = self._heard.partition(b"\n")
        return line.decode()

    def poll(self) -> int | None:
        """How it ended, as ``Popen`` says it; None while it runs."""
        if self.returncode is None and (line := self._line(0)):
            self.returncode = int(line)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended. Raises ``subprocess.TimeoutExpired`` when it runs after ``timeout`` seconds."""
        if self.returncode is None:
            line = self._line(timeout)
            if not line:
                raise self._expired(timeout or 0)
            self.returncode = int(line)
        return self.returncode

    def communicate(self, timeout: float = 240) -> tuple[str, None]:
        """What is left of what it and those it has started say, to the end of all of them, and it has ended."""
        until, said = time.monotonic() + timeout, list[str]()
        self._listening = threading.Thread(target=lambda: said.append(self.stdout.read()), daemon=True)
        self._listening.start()
        self._listening.join(timeout)
        if self._listening.is_alive():
            raise self._expired(timeout)
        self.wait(max(0.0, until - time.monotonic()))
        self._close()
        return "".join(said), None

    def send_signal(self, number: int) -> None:
        """Nothing happens when it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it outright."""
        self.send_signal(signal.SIGKILL)

    def end(self) -> None:
        """It is over with it and with its group, whatever the test has left of them."""
        if self._told < 0:
            return
        try:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait(GONE_SECONDS)
        finally:
            self._close()

    def _expired(self, seconds: float) -> subprocess.TimeoutExpired:
        """It is not over: what it does, and the last that it has said where its standard error can be read."""
        said = ""
        if self._stderr >= 0 and stat.S_ISREG(os.fstat(self._stderr).st_mode):
            with Path(f"/proc/self/fd/{self._stderr}").open("rb") as file:
                file.seek(max(0, os.fstat(self._stderr).st_size - LAST_WORDS))
                said = file.read().decode(errors="replace")
        return subprocess.TimeoutExpired(f"{' '.join(self._words)} (process {self.pid})\n{said}", seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.end()

    def _close(self) -> None:
        if self._told >= 0:
            os.close(self._told)
            os.close(self._stderr)
            self._told = self._stderr = -1
        if self._listening is not None:
            self._listening.join(GONE_SECONDS)
            if self._listening.is_alive():
                return  # one that has left the group holds it; to close what is being read would wait for that one
        self.stdout.close()


class Loaded:
    """A process that loads ``script`` under ``environment`` and forks one for each call of :meth:`start`, until it is ended. ``stderr``: where
    it says what it says while it loads."""

    def __init__(self, script: Path, environment: dict[str, str], stderr: int = 2) -> None:
        self._script, self._environment, self._stderr = script, environment, stderr
        self._load()

    def _load(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.support.loaded", str(self._script), str(theirs.fileno())]
            self._process = subprocess.Popen(command, env=self._environment, stderr=self._stderr, pass_fds=[theirs.fileno()])

    def start(self, *words: str, stderr: int) -> Process:
        """Fork a process that does ``words`` (a function of the script and what it is given)."""
        if self._process.poll() is not None:  # it has died: whoever comes now gets one that lives, or is told why there is none
            self.end()
            self._load()
        hear, stdout = os.pipe()
        listen, told = os.pipe()
        try:
            socket.send_fds(self._line, [json.dumps(words).encode()], [stdout, stderr, told])
        finally:
            os.close(stdout)
            os.close(told)
        try:
            return Process(words, hear, stderr, listen)
        except RuntimeError:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # its end is known to the next
            raise

    def end(self) -> None:
        """Nothing is forked any more."""
        self._line.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise


def _wait_for_words(line: socket.socket) -> list[str]:
    """Wait in the process that has loaded; return the words in each process that is forked to do them. Ends with the test's end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which close the line
    signal.signal(signal.SIGCHLD, _let_go)
    _refuse_connections()
    settle()
    while True:
        said, files, _flags, _address = socket.recv_fds(line, LONGEST, 3)
        if not said:
            sys.exit(0)
        if os.fork() == 0:
            line.close()
            return _as_a_child(json.loads(said), *files)
        for file in files:
            os.close(file)


def _refuse_connections() -> None:
    """A connection that is open now would be shared by all that are forked, and is broken for each of them."""
    from django.conf import settings
    from django.db import connections

    opened = [one.alias for one in connections.all(initialized_only=True) if one.connection] if settings.configured else []
    if opened:
        raise RuntimeError(f"loading the script has opened a connection: {opened}")


def _let_go(*_told: object) -> None:
    """One who waited has ended: what it and its child took of the processor counts as this process's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _as_a_child(words: list[str], stdout: int, stderr: int, told: int) -> list[str]:
    """Fork once more: the child has the words, and this process tells its number, waits for it and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (pid := os.fork()) == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        for file in (stdout, stderr, told):
            os.close(file)
        return words
    with suppress(PermissionError, ProcessLookupError):  # it may have done so itself, and be gone
        os.setpgid(pid, pid)
    os.write(told, b"%d\n" % pid)
    os.closerange(0, 3)
    os.close(stdout)
    os.close(stderr)
    _pid, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):
        os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _load(script: Path) -> Any:
    spec = importlib.util.spec_from_file_location("elsewhere_script", script)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look for it
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    loaded = _load(Path(sys.argv[1]))
    word, *given = _wait_for_words(socket.socket(fileno=int(sys.argv[2])))
    getattr(loaded, word)(*given)
