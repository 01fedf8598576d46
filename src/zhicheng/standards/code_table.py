"""What a code table is: an ordered, frozen list of entries with Chinese and English names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table. ``code`` is what is stored, ``zh`` what is printed, ``en`` the translation for the screen."""

    code: str
    zh: str
    en: str

    @property
    def selectable(self) -> bool:
        """False for the heading of a group, which lists of choices leave out."""
        return True

    def name(self, language: str = "zh") -> str:
        """The name in a language given by its tag ("zh-hans", "en", …); everything but Chinese reads English."""
        return self.zh if language.startswith("zh") else self.en


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class CodeTable(Generic[E]):
    """Entries by code, in the order of the standard. ``source`` names the standard or rule."""

    key: str
    source: str
    entries: tuple[E, ...]
    _by_code: dict[str, E] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {entry.code: entry for entry in self.entries}
        if len(by_code) != len(self.entries):
            raise ValueError(f"code table {self.key!r} has a code twice")
        object.__setattr__(self, "_by_code", by_code)

    def get(self, code: str) -> E | None:
        """The entry, or None for an unknown code."""
        return self._by_code.get(code)

    def name(self, code: str, language: str = "zh") -> str:
        """The name of a code; an unknown code comes back as it is, so that nothing stored disappears from a page."""
        entry = self._by_code.get(code)
        return entry.name(language) if entry else code

    def choices(self, language: str = "zh") -> list[tuple[str, str]]:
        """``(code, name)`` pairs for a list of choices, headings left out."""
        return [(entry.code, entry.name(language)) for entry in self.entries if entry.selectable]

    def find_by_name(self, name: str) -> E | None:
        """The first entry with exactly this Chinese name, or None."""
        return next((entry for entry in self.entries if entry.zh == name), None)

    def extended(self, *entries: E) -> CodeTable[E]:
        """A new table with further entries; an entry with a known code replaces it. For standards that grow."""
        new = {entry.code: entry for entry in entries}
        kept = tuple(new.pop(entry.code, entry) for entry in self.entries)
        return replace(self, entries=kept + tuple(new.values()))

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[E]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)
