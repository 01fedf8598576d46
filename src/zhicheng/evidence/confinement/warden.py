"""The warden: a small process without Django, secrets or threads that forks one cell for every file.

Started by ``guard``. Its imports are paid once (about 0.2 s); then it walls itself in (``layers``) and says over its standard
input (a socket) which walls stand. Over the same line it is handed one socket per file. A cell that outlives its time by the
clock is killed here; time and memory of the processor are kept by the kernel. The guard sees a line that closes unanswered.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from zhicheng.evidence.confinement import layers
from zhicheng.evidence.confinement.layers import Layers
from zhicheng.evidence.inspection.verdicts import Rejected

_LOOK_AFTER = 0.5
"""Seconds between two looks at the cells that are alive."""


Live = Callable[[socket.socket, Layers], None]
"""What a cell does with its line, behind these walls."""


def load() -> Live:
    """The parsers; while there are still files to load them from."""
    from zhicheng.evidence.confinement import cell

    with suppress(Rejected):
        cell.warm_up()
    return cell.live


def main(arguments: list[str], load: Callable[[], Live] = load) -> None:
    """``bubblewrap`` or ``alone``, then the layers that are left out. ``load`` gives what the cells do."""
    way, *left_out = arguments
    shell = "bubblewrap" if way == "bubblewrap" else ""
    if not shell and "shell" not in left_out and layers.enter_namespaces():
        shell = "namespaces"
    if "report" in left_out:
        print(json.dumps(asdict(layers.raise_walls(shell, left_out))))
        return
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as control:
        live = load()
        nothing = os.open(os.devnull, os.O_RDWR)
        walls = layers.raise_walls(shell, left_out)
        control.sendall(json.dumps(asdict(walls)).encode() + b"\n")
        for standard in (0, 1, 2):  # what parsers say about a file is the file speaking: keep it out of the log
            os.dup2(nothing, standard)
        os.close(nothing)
        os.environ.clear()
        gc.collect()
        gc.freeze()  # what is here now is never collected: the cells share it with us
        serve(control, walls, live)


def serve(control: socket.socket, walls: Layers, live: Live) -> None:
    """Fork a cell for every socket that arrives, until the guard closes its end. The byte beside it: seconds it may live."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cells: dict[int, float] = {}
    while True:
        if not select.select([control], [], [], _LOOK_AFTER if cells else None)[0]:
            _look_after(cells)
            continue
        try:
            message, descriptors, _flags, _address = socket.recv_fds(control, 1, 1)
        except ConnectionError:
            message, descriptors = b"", []
        if not descriptors:
            _end(cells)
            return
        with socket.socket(fileno=descriptors[0]) as line:
            child = os.fork()
            if child == 0:
                try:
                    control.close()
                    live(line, walls)
                finally:
                    os._exit(0)
            cells[child] = time.monotonic() + message[0]
        _look_after(cells)


def _look_after(cells: dict[int, float]) -> None:
    """Bury the cells that are done, kill those that are late. A cell can keep every signal from itself but this one."""
    for child, until in list(cells.items()):
        if time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        while (done := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            cells.pop(done, None)


def _end(cells: dict[int, float]) -> None:
    for child in cells:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
