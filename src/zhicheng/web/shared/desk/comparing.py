"""What a new submission changed against the one before it (house, decision 3: the next snapshot is shown as a difference)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.facts import row_label
from zhicheng.applications.models import StatusChange
from zhicheng.applications.sections import Section
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.where import Where

_SENTENCE = re.compile(r"[^。；！？\n]*[。；！？\n]?")


def pieces_of(old: str, new: str) -> list[tuple[str, bool]]:
    """A long text cut where it was added to or rewritten, sentence by sentence: (text, whether it is new)."""
    then, now = (_SENTENCE.findall(text) for text in (old, new))
    pieces: list[tuple[str, bool]] = []
    for word, _a, _b, start, end in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        text = "".join(now[start:end])
        if text:
            pieces.append((text, word != "equal"))
    return pieces


def _file_key(file: FrozenFile) -> tuple[Where, str]:
    return file.where, file.sha256


@dataclass(frozen=True, slots=True)
class Before:
    """The submission before the one on the desk; an empty one compares with nothing."""

    snapshot: Snapshot | None = None

    def __bool__(self) -> bool:
        return self.snapshot is not None

    def rows(self, section: Section) -> list[Mapping[str, Any]]:
        """The rows of a section as they were (one for a section that is a single form)."""
        content = self.snapshot.sections.get(section.key) if self.snapshot is not None else None
        if section.rows:
            return list(content or [])
        return [content or {}] if self else []

    def row(self, section: Section, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The same row before; ``None`` for a row that is new."""
        if not section.rows:
            return next(iter(self.rows(section)), None)
        return next((r for r in self.rows(section) if r.get("id") == row.get("id")), None)

    def gone(self, section: Section, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """What rows that are not there any more were called."""
        left = {r.get("id") for r in rows}
        return [row_label(section, r) for r in self.rows(section) if section.rows and r.get("id") not in left]

    def had(self, file: FrozenFile) -> bool:
        """Whether the very same file stood in the same place."""
        return self.snapshot is None or _file_key(file) in {_file_key(m) for m in self.snapshot.materials}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the last return asked for: beside the new submission, or (``of_this``) about the one that is shown."""

    by: str
    change: StatusChange
    of_this: bool


def last_asked(case: CaseFile) -> Asked | None:
    """The last return of a case that listed reasons."""
    change = next((c for c in reversed(case.history) if c.reasons), None)
    if change is None:
        return None
    by = change.by_organization.name if change.by_organization else ""
    return Asked(by, change, change.submission_id == case.application.current_submission_id)
