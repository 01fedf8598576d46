"""Which walls stand around the cells of this machine. Each is tried, none is assumed.

``shell``: the world of the warden, by bubblewrap or by namespaces of our own; ``nowhere``: no path leads to anything;
``landlock`` and ``seccomp``: what the kernel refuses to every cell besides. Any one of ``nowhere``, ``landlock`` and ``seccomp``
keeps a cell from opening a file; ``shell``, ``landlock`` (TCP only) and ``seccomp`` each keep it off the network.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zhicheng.evidence.confinement import kernel

NAMES = ("shell", "nowhere", "landlock", "seccomp")


@dataclass(frozen=True, slots=True)
class Layers:
    """``shell`` is ``"bubblewrap"``, ``"namespaces"`` or ``""``; ``landlock`` the version in force, 0 for none."""

    shell: str = ""
    nowhere: bool = False
    landlock: int = 0
    seccomp: bool = False

    @property
    def missing(self) -> list[str]:
        """Of ``NAMES``, what this machine lacks."""
        return [name for name in NAMES if not getattr(self, name)]


def raise_walls(shell: str, left_out: Iterable[str] = ()) -> Layers:
    """Shut the warden in, once its imports are done, and say what its cells will have. ``left_out``: for tests of one layer."""
    wanted = [name for name in NAMES if name not in set(left_out)]
    nowhere = "nowhere" in wanted and _works(kernel.enter_nowhere)
    _works(kernel.drop_privileges)
    landlock = "landlock" in wanted and _works_in_a_child(_try_landlock)
    seccomp = "seccomp" in wanted and _works_in_a_child(_try_seccomp)
    return Layers(shell, nowhere, kernel.landlock_version() if landlock else 0, seccomp)


def enter_namespaces() -> bool:
    """Into a world of our own, where the kernel lets us. Returns in the new process 1; the old one waits for it and leaves."""
    if not _works(kernel.unshare_everything):
        return False
    child = os.fork()
    if child:
        os.closerange(0, 3)
        _pid, status = os.waitpid(child, 0)
        os._exit(min(os.waitstatus_to_exitcode(status) & 0xFF, 255))
    return True


def shut_in(layers: Layers, *, threads: bool = False) -> None:
    """The walls of one cell, inside of the warden's. Raises ``OSError`` when one that was announced does not hold. ``threads``: it
    cannot do without starting some.
    """
    if layers.landlock:
        kernel.allow_no_file()
    if layers.seccomp:
        kernel.allow_few_calls(threads=threads)


def _works(step: Callable[[], None]) -> bool:
    try:
        step()
    except OSError:
        return False
    return True


def _works_in_a_child(step: Callable[[], bool]) -> bool:
    """Whether ``step`` says so in a process that is thrown away: what it does cannot be undone."""
    child = os.fork()
    if child == 0:
        good = False
        try:
            good = step()
        finally:
            os._exit(0 if good else 1)
    return os.waitpid(child, 0)[1] == 0


def _try_landlock() -> bool:
    kernel.allow_no_file()
    return not _works(_open_a_folder)


def _try_seccomp() -> bool:
    kernel.allow_few_calls()
    return not _works(_open_a_folder)


def _open_a_folder() -> None:
    os.close(os.open("/", os.O_RDONLY))
