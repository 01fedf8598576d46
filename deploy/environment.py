"""The project's own Python environment (``.venv``): made from the hashed lock, kept while the lock is unchanged.

``run`` and ``test`` call this before anything is installed, so it needs nothing but Python's standard library, and it
has to load in an old Python too, to be able to say that it is old.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
LOCK = ROOT / "requirements.lock"
PRODUCTION_LOCK = ROOT / "requirements-production.lock"  # the same versions without what only tests and developers need
STAMP = VENV / "made-from"
OLDEST = (3, 11)


class Failed(Exception):
    """Something the person at the terminal has to hear about; the text is a whole sentence."""


@contextmanager
def step(name: str) -> Iterator[list[str]]:
    """Print ``name`` when it begins and the time it took when it ends; notes put into the list are printed with it."""
    print(f"- {name} ...", flush=True)
    began = time.monotonic()
    notes: list[str] = []
    yield notes
    print(f"  {', '.join(notes or ['done'])} ({time.monotonic() - began:.1f} s)", flush=True)


def use_supported_python() -> None:
    """Go on under a Python that is new enough; raises :class:`Failed` where there is none."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without UTF-8 still gets the address
    if sys.version_info >= OLDEST:
        return
    for minor in range(15, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606  # the same script, a newer interpreter
    raise Failed(f"This needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")


def ensure(wanted: Path = LOCK) -> Path:
    """Make or renew ``.venv`` from the lock ``wanted`` where needed and give its interpreter. Safe when two commands start at once."""
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with step("Python environment") as notes:
            if _is_current(wanted):
                notes.append("unchanged")
            else:
                _make(wanted)
                notes.append(f"{wanted.read_text().count('==')} packages from {wanted.name}")
    return PYTHON


def _fingerprint(wanted: Path) -> str:
    parts = [wanted.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _works() -> bool:
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True, check=False).returncode == 0


def _is_current(wanted: Path) -> bool:
    if not STAMP.exists() or STAMP.read_text() != _fingerprint(wanted):
        return False
    return subprocess.run([PYTHON, "-c", "import django, zhicheng"], capture_output=True, check=False).returncode == 0


def _make(wanted: Path) -> None:
    STAMP.unlink(missing_ok=True)
    if not (_works() and UV.exists()):
        _make_venv()
        _install_uv()
    options = ["--quiet", "--python", str(PYTHON)]
    _call(
        [UV, "pip", "sync", *options, "--require-hashes", "--compile-bytecode", wanted], f"install the packages of {wanted.name}"
    )
    _call([UV, "pip", "install", *options, "--no-deps", "--no-build-isolation", "-e", ROOT], "install the project itself")
    STAMP.write_text(_fingerprint(wanted))


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Failed(
            f"{sys.executable} cannot make environments: its venv module is missing. "
            "On Debian and Ubuntu it comes with: apt-get install python3-venv"
        ) from None
    _call([sys.executable, "-m", "venv", "--clear", VENV], "make the folder .venv")


def _install_uv() -> None:
    """Install uv with pip, in the version and with the hashes of the lock."""
    lines = LOCK.read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("uv=="))
    block = [lines[first], *[line for line in lines[first + 1 : first + 80] if line.startswith("    --hash")]]
    last = next(n for n, line in enumerate(block) if not line.endswith("\\"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write("\n".join(block[: last + 1]) + "\n")
        wanted.flush()
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
        _call([*pip, "-r", wanted.name], "install uv")


def _call(command: list[str | Path], purpose: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, check=False, **pipes)
    if done.returncode:
        tail = "\n".join(f"    {line}" for line in done.stdout.splitlines()[-15:])
        raise Failed(f"Could not {purpose}. Is a package index within reach? What was said:\n{tail}")


if __name__ == "__main__":  # python3 deploy/environment.py --production: only the environment, e.g. on a server
    try:
        use_supported_python()
        ensure(PRODUCTION_LOCK if "--production" in sys.argv[1:] else LOCK)
    except Failed as failure:
        sys.exit(str(failure))
