"""What a submission says together with the papers that prove it: the same words with the same papers are the same fact, wherever they stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import evidence_slots
from zhicheng.library.rules import KINDS

Proved = tuple[str, frozenset[tuple[str, str]], frozenset[str]]
"""The section, what is filled in by field, the hashes of the files."""


def proved_in(snapshot: Snapshot, notice: Notice) -> dict[str, Proved]:
    """Every row (or form) of the submission that has a file to prove it, by its place (``applications.where.Where``)."""
    found: dict[str, Proved] = {}
    for key in KINDS:
        section = BY_KEY[key]
        slots = {slot.key for slot in evidence_slots(notice, key)}
        content = snapshot.sections.get(key) or ([] if section.rows else {})
        for row in list(content) if section.rows else [dict(content)]:
            files = frozenset(f.sha256 for f in snapshot.materials if f.slot in slots and _is_of(f, row, rows=section.rows))
            if files:
                said = frozenset((name, str(value)) for name, value in row.items() if name != "id" and value not in ("", None))
                found[str(Where.of_row(section, row))] = (key, said, files)
    return found


def _is_of(file: FrozenFile, row: Mapping[str, Any], *, rows: bool) -> bool:
    if file.row:
        return file.row == row.get("id")
    return file.year == row.get("year") if file.year is not None else not rows
