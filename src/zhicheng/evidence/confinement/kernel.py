"""What Linux offers for shutting a process in and Python has no name for. Every function raises ``OSError`` where the kernel
lacks it or forbids it; on another system all of them do. Sources: the manual pages named at each function.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_UNSHARE_ALL = 0x10000000 | 0x00020000 | 0x40000000 | 0x20000000 | 0x08000000 | 0x04000000  # user, files, net, pid, ipc, name
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
_NOBODY = 65534
_PROT_EXEC = 4

# The calls a parser of files in memory needs, by number: x86_64, aarch64. There is no open, no socket, no fork, no kill.
_ALLOWED = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "brk": (12, 214), "munmap": (11, 215), "mremap": (25, 216), "madvise": (28, 233),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "restart_syscall": (219, 128), "futex": (202, 98),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169), "getrusage": (98, 165),
    "getpid": (39, 172), "gettid": (186, 178), "getrandom": (318, 278), "sched_yield": (24, 124),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
_WITHOUT_EXEC = {"mmap": (9, 222), "mprotect": (10, 226)}
# What starting a thread takes besides. glibc falls back to clone where there is no clone3, whose flags no filter can see.
_FOR_THREADS = {"set_robust_list": (273, 99), "rseq": (334, 293), "rt_sigprocmask": (14, 135)}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_A_THREAD = 0x003D0F00  # the flags of pthread_create(3), and no others: never a process
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_CAPSET = {"x86_64": 126, "aarch64": 91}


def _libc() -> ctypes.CDLL:
    if sys.platform != "linux" or platform.machine() not in _MACHINES or sys.byteorder != "little":
        raise OSError(errno.ENOSYS, "not Linux on x86_64 or aarch64")
    return ctypes.CDLL(None, use_errno=True)


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def unshare_everything() -> None:
    """Leave the machine's users, network, process ids, shared memory, mounts and host name behind: unshare(2), user_namespaces(7).

    The next child is process 1 of the new world. Needs a process with a single thread.
    """
    uid, gid = os.geteuid(), os.getegid()
    _done(_libc().unshare(_UNSHARE_ALL))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} {gid} 1")


def enter_nowhere() -> None:
    """Make a folder that no longer exists the root of all paths: nothing can be opened, and nothing can be made: chroot(2)."""
    folder = tempfile.mkdtemp(prefix="zhicheng-nowhere-")
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        Path(folder).rmdir()
        os.fchdir(handle)
        os.chroot(".")
    finally:
        os.close(handle)


def drop_privileges() -> None:
    """No capability is left and none comes back: capabilities(7), PR_SET_NO_NEW_PRIVS(2const). Real root becomes nobody."""
    libc = _libc()
    for capability in range(64):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    header, nothing = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    _done(libc.syscall(_CAPSET[platform.machine()], header, nothing))
    no_new_privileges()
    _done(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))


def no_new_privileges() -> None:
    """What the two filters below ask for first."""
    _done(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def landlock_version() -> int:
    """The version of Landlock, from 1: landlock(7)."""
    return _done(_libc().syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def allow_no_file() -> None:
    """Landlock without a single rule: no path, no TCP port, no abstract socket, no signal to anybody outside: landlock(7)."""
    version = landlock_version()
    files = (1 << 13) - 1
    for since, right in ((2, 13), (3, 14), (5, 15)):  # moving between folders, cutting short, talking to devices
        files |= (version >= since) << right
    attributes = struct.pack("=QQQ", files, 3, 3)[: 8 if version < 4 else 16 if version < 6 else 24]
    libc = _libc()
    no_new_privileges()
    rules = _done(libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)))
    try:
        _done(libc.syscall(_LANDLOCK_RESTRICT, rules, ctypes.c_uint32(0)))
    finally:
        os.close(rules)


def allow_few_calls(*, threads: bool = False) -> None:
    """Every system call but the few of ``_ALLOWED`` fails with EPERM from now on, and no memory becomes code: seccomp(2).

    ``threads``: more threads of this process may be started, no other process.
    """
    column, architecture = _MACHINES.get(platform.machine(), (0, 0))
    allowed = _ALLOWED | _FOR_THREADS if threads else _ALLOWED
    program = _filter(
        architecture,
        [numbers[column] for numbers in allowed.values()],
        [numbers[column] for numbers in _WITHOUT_EXEC.values()],
        (_CLONE[column], _CLONE3[column]) if threads else None,
    )
    buffer = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer)))
    libc = _libc()
    no_new_privileges()
    _done(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.c_void_p(ctypes.addressof(header)), 0, 0))


def _filter(
    architecture: int, allowed: Iterable[int], without_exec: Iterable[int], clones: tuple[int, int] | None = None
) -> bytes:
    """The classic BPF program: the right architecture or the end, a call on the list, or EPERM. ``clones``: clone and clone3."""
    load, equal, any_bit, answer = 0x20, 0x15, 0x45, 0x06
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, kill), (load, 0, 0, 0)]
    for number in allowed:
        steps += [(equal, 0, 1, number), (answer, 0, 0, allow)]
    for number in without_exec:
        third_argument = 16 + 2 * 8
        steps += [(equal, 0, 4, number), (load, 0, 0, third_argument), (any_bit, 1, 0, _PROT_EXEC)]
        steps += [(answer, 0, 0, allow), (answer, 0, 0, refuse)]
    if clones:
        clone, clone3 = clones
        steps += [(equal, 0, 1, clone3), (answer, 0, 0, 0x00050000 | errno.ENOSYS)]
        steps += [(equal, 0, 4, clone), (load, 0, 0, 16), (equal, 0, 1, _A_THREAD), (answer, 0, 0, allow), (answer, 0, 0, refuse)]
    steps.append((answer, 0, 0, refuse))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
