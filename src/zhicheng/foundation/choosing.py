"""Which copy a restore starts from: the newest one, or the newest one that was whole by a moment.

Nothing here needs the project's settings: the restore drill reads it with the machine's own Python. What a manifest says is believed only after
``zhicheng backup verify`` has held it to its mark.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from zhicheng.foundation.archive import ArchiveFailed

BEIJING = timezone(timedelta(hours=8))


def moment(text: str) -> datetime:
    """A moment as typed."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def choose(copies: Path | None, given: Path | None, until: datetime | None) -> tuple[Path, dict[str, Any]]:
    """The copy to start from (``given``, or the newest one in ``copies`` that was whole by ``until``), and what its manifest says.

    Raises :class:`ArchiveFailed` where none leads to the moment asked for.
    """
    if copies is None:
        copy, manifest = given or Path(), read_manifest(given or Path())
        if until and ended(copy, manifest) > until:
            raise ArchiveFailed(
                f"The copy {copy} was whole at {ended(copy, manifest):%Y-%m-%d %H:%M:%S%z}, after the moment of --until: it cannot lead there. "
                "An older copy does; --copies takes the right one by itself."
            )
        return copy, manifest
    if not copies.is_dir():
        raise ArchiveFailed(f"The folder of the copies, {copies}, is not there (a typing error, or a disk that is not mounted).")
    whole = [path.parent for path in copies.glob("*/manifest.json") if path.parent.suffix != ".part"]
    found = sorted(
        ((ended(copy, manifest), copy, manifest) for copy in whole for manifest in [read_manifest(copy)]), key=lambda one: one[0]
    )
    if not found:
        raise ArchiveFailed(f"{copies} holds no whole copy.")
    fitting = [one for one in found if not until or one[0] <= until]
    if not fitting:
        raise ArchiveFailed(
            f"No copy in {copies} leads to the moment of --until: the oldest was whole at {found[0][0]:%Y-%m-%d %H:%M:%S%z}."
        )
    return fitting[-1][1:]


def read_manifest(copy: Path) -> dict[str, Any]:
    """What a copy says of itself."""
    try:
        manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
        if {"kind", "made_at", "ledger_number", "ledger_hash"} <= manifest.keys():
            return dict(manifest)
    except FileNotFoundError as error:
        raise ArchiveFailed(f"{copy} is not a whole copy: it has no manifest.json.") from error
    except (OSError, ValueError, AttributeError) as error:
        raise ArchiveFailed(f"{copy / 'manifest.json'} cannot be read: {error}") from error
    raise ArchiveFailed(f"{copy / 'manifest.json'} is not the manifest of a copy.")


def ended(copy: Path, manifest: dict[str, Any]) -> datetime:
    """When the copy was whole, the earliest moment it leads to. Manifests that do not say so were written then."""
    said = manifest.get("ended_at") or ""
    try:
        at = datetime.fromisoformat(said) if said else datetime.fromtimestamp((copy / "manifest.json").stat().st_mtime, BEIJING)
        return at.astimezone(BEIJING)
    except (ValueError, TypeError) as error:
        raise ArchiveFailed(f"{copy / 'manifest.json'} does not say when the copy was whole.") from error
