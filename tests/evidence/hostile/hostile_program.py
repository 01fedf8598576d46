"""A program that means harm. Outside of a cell everything it tries succeeds; inside, nothing does.

``python hostile_program.py outside TARGETS``: try everything here and print what succeeded. ``… victim``: be somebody else's
process that may be attacked. With the arguments of a warden it *is* one, whose parser was taken over by this program.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

SECRET = "ZHICHENG_SECRET_KEY"
ATTEMPTS: dict[str, Callable[[dict[str, Any]], object]] = {}
libc = ctypes.CDLL(None, use_errno=True)
libc.getenv.restype = ctypes.c_char_p


def attempt(what: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    ATTEMPTS[what.__name__] = what
    return what


def call(result: int, *fine: int) -> None:
    if result < 0 and ctypes.get_errno() not in fine:
        raise OSError(ctypes.get_errno(), "refused")


@attempt
def passwd(_to: dict[str, Any]) -> object:
    return Path("/etc/passwd").read_bytes()


@attempt
def own_environ(_to: dict[str, Any]) -> object:
    return Path("/proc/self/environ").read_bytes()


@attempt
def parents_environ(_to: dict[str, Any]) -> object:
    return Path(f"/proc/{os.getppid()}/environ").read_bytes()


@attempt
def servers_environ(to: dict[str, Any]) -> object:
    return Path(f"/proc/{to['server']}/environ").read_bytes()


@attempt
def key(_to: dict[str, Any]) -> object:
    return libc.getenv(SECRET.encode()) or 1 / 0


@attempt
def uploads(to: dict[str, Any]) -> object:
    return next(Path(to["folder"]).iterdir())


@attempt
def upload(to: dict[str, Any]) -> object:
    return Path(to["folder"], "upload").read_bytes()


@attempt
def change(to: dict[str, Any]) -> object:
    return Path(to["folder"], "upload").open("r+b").close()


@attempt
def database(to: dict[str, Any]) -> object:
    return Path(to["folder"], "db.sqlite3").read_bytes()


@attempt
def write(to: dict[str, Any]) -> object:
    return Path(to["folder"], "written").write_text("x")


@attempt
def tcp(to: dict[str, Any]) -> object:
    with socket.socket() as line:
        return line.connect(("127.0.0.1", to["tcp"]))


@attempt
def udp(_to: dict[str, Any]) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        return line.sendto(b"x", ("127.0.0.1", 9))


@attempt
def listen(_to: dict[str, Any]) -> object:
    return socket.create_server(("127.0.0.1", 0)).close()


@attempt
def unix(to: dict[str, Any]) -> object:
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect(str(Path(to["folder"], "socket")))


@attempt
def abstract(to: dict[str, Any]) -> object:
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect("\0" + to["abstract"])


@attempt
def postgres(to: dict[str, Any]) -> object:
    family = socket.AF_UNIX if isinstance(to["postgres"], str) else socket.AF_INET
    with socket.socket(family) as line:
        return line.connect(to["postgres"] if family == socket.AF_UNIX else tuple(to["postgres"]))


@attempt
def signal_parent(_to: dict[str, Any]) -> object:
    return os.kill(os.getppid(), signal.SIGCONT)


@attempt
def signal_server(to: dict[str, Any]) -> object:
    return os.kill(to["server"], signal.SIGCONT)


@attempt
def trace_parent(_to: dict[str, Any]) -> object:
    return _trace(os.getppid())


@attempt
def trace_server(to: dict[str, Any]) -> object:
    return _trace(to["server"])


def _trace(pid: int) -> None:
    seize, detach = 0x4206, 17
    call(libc.ptrace(seize, pid, None, None))
    libc.ptrace(detach, pid, None, None)


@attempt
def read_server(to: dict[str, Any]) -> object:
    buffer = ctypes.create_string_buffer(8)
    here = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    there = (ctypes.c_void_p * 2)(8, 8)
    return call(libc.process_vm_readv(to["server"], here, 1, there, 1, 0), errno.EFAULT)  # nothing lies there; allowed it is


@attempt
def fork(_to: dict[str, Any]) -> object:
    for _ in range(8):
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)
    return None


@attempt
def thread(_to: dict[str, Any]) -> object:
    worker = threading.Thread(target=time.time)
    worker.start()
    return worker.join()


@attempt
def execute(_to: dict[str, Any]) -> object:
    try:
        child = os.fork()
    except OSError:
        child = 0
    if child == 0:
        os.execv("/bin/true", ["true"])  # noqa: S606
    return os.waitpid(child, 0)[1] and 1 / 0


@attempt
def two_gigabytes(_to: dict[str, Any]) -> object:
    return len(bytearray(2 << 30))


@attempt
def new_code(_to: dict[str, Any]) -> object:
    return mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


@attempt
def hidden_file(_to: dict[str, Any]) -> object:
    return os.close(os.memfd_create("x"))


@attempt
def shared_memory(_to: dict[str, Any]) -> object:
    return call(libc.shmget(0, 4096, 0o1600))


def try_everything(targets: dict[str, Any]) -> list[str]:
    succeeded = []
    for name, what in ATTEMPTS.items():
        if name == targets.get("leave"):
            continue
        with suppress(Exception):
            what(targets)
            succeeded.append(name)
    return succeeded


def answer(_request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """In the place of the parsers."""
    targets = json.loads(content[content.index(b"{") :])
    if targets.get("instead") == "talk":
        talk()
    if targets.get("instead") == "wait":
        wait()
    if targets.get("instead") == "lie":
        return targets["head"], targets["body"].encode()
    names = " ".join(try_everything(targets))
    return {"ok": False, "code": "tried", "params": {"detail": names, "number": len(ATTEMPTS)}}, b""


def talk() -> None:
    """To everybody who listens, without an end."""
    while True:
        for descriptor in range(3, 16):
            with suppress(OSError):
                os.write(descriptor, b"x" * 65536)


def wait() -> None:
    """For ever, deaf to every signal that can be kept out, and without using the processor."""
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU):
        with suppress(OSError):
            signal.signal(number, signal.SIG_IGN)
    lock = threading.Lock()
    while lock.acquire():
        pass


def _allow_attacks() -> None:
    """Even where only a parent may trace its children."""
    libc.prctl(0x59616D61, ctypes.c_ulong(2**64 - 1), 0, 0, 0)


if __name__ == "__main__":
    if sys.argv[1] == "victim":
        _allow_attacks()
        print("ready", flush=True)
        sys.stdin.read()
    elif sys.argv[1] == "outside":
        _allow_attacks()
        pid = os.fork()
        if pid == 0:
            print(" ".join(try_everything(json.loads(sys.argv[2]))), flush=True)
            os._exit(0)
        os.waitpid(pid, 0)
    else:
        from zhicheng.evidence.confinement import cell, warden

        cell.answer = answer
        warden.main(sys.argv[1:])
