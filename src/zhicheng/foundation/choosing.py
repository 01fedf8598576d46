"""Which copy a restore starts from: the newest one, or the newest one that was whole by a moment.

Nothing here needs the project's settings: the restore drill reads it with the machine's own Python. What a manifest says is believed only after
``zhicheng backup verify`` has held it to its mark.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from zhicheng.foundation.archive import ArchiveFailed

BEIJING = timezone(timedelta(hours=8))


def moment(text: str) -> datetime:
    """A moment as typed."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def choose(
    copies: Path | None,
    given: Path | None,
    until: datetime | None,
    leads_nowhere: Callable[[Path, dict[str, Any]], str] = lambda *_copy: "",
) -> tuple[Path, dict[str, Any], list[str]]:
    """The copy to start from (``given``, or the newest one in ``copies`` that was whole by ``until``), what its manifest says, and why others were passed
    over: one that cannot be read, or of which ``leads_nowhere`` says why nothing leads on from it (an empty text where something does).

    Raises :class:`ArchiveFailed` where none leads to the moment asked for.
    """
    if copies is None:
        copy, manifest = given or Path(), read_manifest(given or Path())
        if until and ended(copy, manifest) > until:
            raise ArchiveFailed(
                f"The copy {copy} was whole at {ended(copy, manifest):%Y-%m-%d %H:%M:%S%z}, after the moment of --until: it cannot lead there. "
                "An older copy does; --copies takes the right one by itself."
            )
        if why := leads_nowhere(copy, manifest):
            raise ArchiveFailed(f"{why} Another copy does; --copies takes the right one by itself.")
        return copy, manifest, []
    if not copies.is_dir():
        raise ArchiveFailed(f"The folder of the copies, {copies}, is not there (a typing error, or a disk that is not mounted).")
    found, passed_over = _readable(copies)
    fitting = [one for one in found if not until or one[0] <= until]
    for _at, copy, manifest in reversed(fitting):
        if not (why := leads_nowhere(copy, manifest)):
            return copy, manifest, passed_over
        passed_over.append(why)
    if not found:
        said = f"{copies} holds no whole copy."
    elif not fitting:
        said = f"No copy in {copies} leads to the moment of --until: the oldest was whole at {found[0][0]:%Y-%m-%d %H:%M:%S%z}."
    else:
        said = f"No copy in {copies} leads on."
    raise ArchiveFailed(" ".join([said, *passed_over]))


def _readable(copies: Path) -> tuple[list[tuple[datetime, Path, dict[str, Any]]], list[str]]:
    """The whole copies below ``copies`` with when they were whole and what they say, the oldest first; and why others cannot be read: one that is damaged
    hinders no restore from the next."""
    found: list[tuple[datetime, Path, dict[str, Any]]] = []
    unreadable: list[str] = []
    for copy in sorted(path.parent for path in copies.glob("*/manifest.json") if path.parent.suffix != ".part"):
        try:
            manifest = read_manifest(copy)
            found.append((ended(copy, manifest), copy, manifest))
        except ArchiveFailed as error:
            unreadable.append(str(error))
    return sorted(found, key=lambda one: one[0]), unreadable


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
