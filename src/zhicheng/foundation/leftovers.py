"""Stored bytes that nothing refers to any more: removed once they are a week old.

Bytes are stored before the row that names them, and one copy serves every row with the same hash. So nothing goes because one row
went: only what no declared column of any room names.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import uuid4

from django.apps import apps
from django.core.files.storage import FileSystemStorage, storages

from zhicheng.foundation.blobs import INCOMING

logger = logging.getLogger(__name__)

# A database restored from last night's backup still finds the files of the days before.
KEPT_SECONDS = 7 * 24 * 60 * 60
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names stored bytes by their hash; ``size``: the column that says how many there are, if one does."""

    model: str
    column: str
    size: str = ""


_references: dict[str, Reference] = {}


def refers(model: str, column: str, *, size: str = "") -> None:
    """Declare that ``column`` of ``model`` (``documents.Paper``) names stored bytes by their hash, and ``size`` how many."""
    _references[f"{model}.{column}"] = Reference(model, column, size)


def declared() -> set[str]:
    """Every declared column, as ``documents.Paper.pdf_sha256``."""
    return set(_references)


def references() -> list[Reference]:
    """Every declared column with its model, in a stable order."""
    return [_references[place] for place in sorted(_references)]


def remove_unreferenced() -> list[str]:
    """Remove what no row names and was stored longer than a week ago; return the hashes. Does nothing in a storage elsewhere:
    there the storage's own rules apply.

    A file stored anew meanwhile is kept: it is taken aside first, looked at again, and put back if it turns out to be young.
    """
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return []
    if not _references:
        raise RuntimeError("no room has declared which columns name stored bytes")
    root = Path(storage.location)
    old = (path for path in (root / "sha256").glob("*/*/*") if _is_old(path))
    removed = []
    while batch := list(islice(old, _BATCH)):
        named = referenced({path.name for path in batch})
        removed += [path.name for path in batch if path.name not in named and _remove(root, path)]
    if removed:
        logger.info("removed %d stored files that nothing refers to", len(removed))
    return removed


def referenced(hashes: set[str]) -> set[str]:
    """Those of ``hashes`` that a row of any room names. One query for each declared column."""
    found: set[str] = set()
    for reference in references():
        rows = apps.get_model(reference.model)._base_manager.filter(**{f"{reference.column}__in": hashes})
        found.update(rows.values_list(reference.column, flat=True))
    return found


def _is_old(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime > KEPT_SECONDS
    return False


def _remove(root: Path, path: Path) -> bool:
    aside = root / INCOMING / f"leaving-{uuid4().hex}"
    aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    if not _is_old(aside) or referenced({path.name}):
        aside.rename(path)
        return False
    aside.unlink()
    return True
