"""A file system of its own that is full after a few megabytes."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Where it is mounted. Only root can mount one: a test that does is marked ``small_disk``."""
    place = Path(tempfile.mkdtemp(prefix="zhicheng-small-"))
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
    finally:
        shutil.rmtree(place)
