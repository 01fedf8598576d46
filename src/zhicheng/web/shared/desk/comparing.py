"""What a new submission changed against the one this desk last decided (house, decision 3: the next snapshot is shown as a difference)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from zhicheng.applications.sections import Section
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.where import Where

LONG_VALUE = 26  # characters that fit into half of the page
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


_KEPT = 24  # characters left of what is the same, before and after a change


def excerpt_of(old: str, new: str) -> list[tuple[str, str]]:
    """Only where a long text differs, sentence by sentence: (text, ``new``, ``gone`` or ``same``); what is the same is cut to its ends."""
    then, now = (_SENTENCE.findall(text) for text in (old, new))
    found: list[tuple[str, str]] = []
    for word, a, b, start, end in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        was, text = "".join(then[a:b]), "".join(now[start:end])
        if word == "equal":
            found.append((_ends_of(text, first=a == start == 0, last=end == len(now) and b == len(then)), "same"))
            continue
        found += [(said, kind) for said, kind in ((was, "gone"), (text, "new")) if said]
    return [(text, kind) for text, kind in found if text]


def _ends_of(text: str, *, first: bool, last: bool) -> str:
    if len(text) <= 2 * _KEPT:
        return text
    return ("" if first else text[:_KEPT]) + "…" + ("" if last else text[-_KEPT:])


def _file_key(file: FrozenFile) -> tuple[Where, str]:
    return file.where, file.sha256


@dataclass(frozen=True, slots=True)
class Before:
    """What this desk last decided of an application, beside what it has before it now; an empty one compares with nothing."""

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

    @property
    def files(self) -> tuple[FrozenFile, ...]:
        """Its files."""
        return self.snapshot.materials if self.snapshot is not None else ()

    def replaced(self, where: Where, now: Iterable[FrozenFile]) -> list[FrozenFile]:
        """The files of a place that lie there no more."""
        left = {file.sha256 for file in now if file.where == where}
        return [file for file in self.files if file.where == where and file.sha256 not in left]

    def had(self, file: FrozenFile) -> bool:
        """Whether the very same file stood in the same place."""
        return self.snapshot is None or _file_key(file) in {_file_key(m) for m in self.snapshot.materials}
