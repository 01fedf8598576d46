"""Compiles the translations (``locale/*/LC_MESSAGES/django.po`` → ``.mo``) with Babel, so that no gettext is needed to run."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "src" / "zhicheng" / "locale"


def compile_translations(folder: Path = LOCALE) -> int:
    """Compile every catalogue in ``folder`` that is newer than its compiled form; gives how many were compiled."""
    compiled = 0
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        unfinished = target.with_suffix(f".{os.getpid()}.part")  # renamed when whole: somebody may be reading the old one
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(target)
        compiled += 1
    return compiled


if __name__ == "__main__":
    print(f"{compile_translations()} catalogues compiled")
