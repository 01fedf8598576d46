"""What this machine can do. A test that needs more is skipped, with the sentence given here."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CAP_SYS_ADMIN = 21  # linux/capability.h
# Debian's packages → the folders they put their faces in (settings.PAPER_FONT_PACKAGES).
PAPER_FONTS = {
    "fonts-lxgw-wenkai": Path("/usr/share/fonts/truetype/lxgw-wenkai"),
    "fonts-hanazono": Path("/usr/share/fonts/truetype/hanazono"),
    "fonts-babelstone-han": Path("/usr/share/fonts/truetype/babelstone"),
}
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_HEADLESS = "chromium-headless-shell"  # Debian's: the same engine, without a window's frame


def chromium(*, whole: bool = True) -> str | None:
    """The path of a Chromium, or ``None``; where not the ``whole`` browser is wanted, of the engine alone if it is there: it is quicker."""
    names = _CHROMIUM if whole else (_HEADLESS, *_CHROMIUM)
    return next((found for name in names if (found := shutil.which(name))), None)


def nginx() -> str | None:
    """The path of nginx, which lies where only root looks, or ``None``."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def libfaketime() -> str:
    """The library that shows a process another time, or ``""``."""
    return str(next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), ""))


def postgres_programs() -> Path | None:
    """The folder that holds ``initdb`` and ``postgres`` (the newest version), or ``None``."""
    folders = [
        path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if os.access(path.parent / "postgres", os.X_OK)
    ]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0)
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _has_libatomic() -> bool:
    if sys.platform != "linux":
        return True
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def may_mount() -> bool:
    """Whether this process may make a file system: root, and not in a container that was denied it."""
    status = Path("/proc/self/status")
    if os.geteuid() != 0 or not status.exists():
        return False
    effective = next(line for line in status.read_text().splitlines() if line.startswith("CapEff:")).split()[1]
    return bool(int(effective, 16) >> _CAP_SYS_ADMIN & 1)


def missing() -> dict[str, str]:
    """For every marker this machine cannot serve: what is missing and how to get it."""
    lacks = {}
    if chromium() is None:
        lacks["journey"] = "no Chromium on this machine (Debian: apt-get install chromium)"
    elif not _has_libatomic():
        lacks["journey"] = (
            "the browser's driver needs libatomic, which is not on this machine (Debian: apt-get install libatomic1)"
        )
    if postgres_programs() is None:
        lacks["postgres"] = "no PostgreSQL server programs on this machine (Debian: apt-get install postgresql)"
    if shutil.which("xgettext") is None:
        lacks["gettext"] = "no gettext on this machine (Debian: apt-get install gettext)"
    if shutil.which("clamd") is None:
        lacks["clamd"] = "no clamd on this machine (Debian: apt-get install clamav-daemon)"
    if nginx() is None or shutil.which("openssl") is None:
        lacks["nginx"] = "no nginx on this machine (Debian: apt-get install nginx-light openssl)"
    if not libfaketime():
        lacks["faketime"] = "no libfaketime on this machine (Debian: apt-get install libfaketime)"
    if shutil.which("systemd-analyze") is None:
        lacks["systemd"] = "no systemd-analyze on this machine (Debian: apt-get install systemd)"
    if shutil.which("git") is None:
        lacks["git"] = "no git on this machine (Debian: apt-get install git)"
    elif not (ROOT / ".git").exists():
        lacks["git"] = "this is a copy without its history, and what the repository keeps is looked at (run ./test in a clone)"
    if absent := [package for package, folder in PAPER_FONTS.items() if not folder.is_dir()]:
        lacks["paper_fonts"] = f"faces of papers are not on this machine (Debian: apt-get install {' '.join(absent)})"
    if not may_mount():
        lacks["small_disk"] = "only root may make the small file system that is filled here (run ./test as root)"
    return lacks
