"""What becomes of the pages of a scan: which belong together, and what stands against their going into their place. Reads and writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

PREFIX = "ZC1-"
"""How the code of a sheet begins."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the code on a page says: of which application and sheet, which text was printed (16 hex digits), which page of how many."""

    application: int
    sheet: str
    version: str
    page: int
    pages: int


class Leaf(NamedTuple):
    """A page of a file that was brought: which file, which page of it (from 1), by how many degrees clockwise it is to be turned."""

    scan: int
    page: int
    turn: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A page with what was read on it: ``is_ours`` that a code begins as ours do, ``mark`` what it says where it was printed here."""

    leaf: Leaf
    is_ours: bool = False
    mark: Mark | None = None


class Fate(StrEnum):
    """What becomes of the pages of one sheet."""

    LANDS = "lands"  # it goes into its place
    NO_CODE = "no_code"
    UNKNOWN = "unknown"  # of another person's application, or made up: the two are never told apart
    OTHER = "other"  # of another application of the same person
    TWICE = "twice"
    OLDER = "older"  # the text was changed since it was printed
    INCOMPLETE = "incomplete"
    NO_PLACE = "no_place"  # the notice asks for no such paper
    HELD = "held"  # something lies there already
    CLOSED = "closed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One sheet, or one page that belongs to none: what becomes of it. ``missing``: the pages that were not brought; ``number``: of the
    other application.
    """

    fate: Fate
    leaves: tuple[Leaf, ...]
    sheet: str = ""
    missing: tuple[int, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """The application that the pages were brought to: ``versions`` the text each sheet has now (none: it cannot be printed), ``held`` the
    sheets in whose place something lies, ``others`` the numbers of the person's other applications.
    """

    application: int
    is_open: bool
    versions: Mapping[str, str]
    placed: Collection[str]
    held: Collection[str] = ()
    others: Mapping[int, str] = field(default_factory=dict)


def sorted_out(pages: Iterable[Seen], here: Here) -> list[Entry]:
    """Every page in one entry: the pages of a sheet together and in their order, whatever order they came in."""
    found: list[Entry] = []
    sheets: dict[tuple[str, str, int], dict[int, Leaf]] = {}
    for seen in pages:
        mark = seen.mark
        if not seen.is_ours:
            found.append(Entry(Fate.NO_CODE, (seen.leaf,)))
        elif mark is None or (mark.application != here.application and mark.application not in here.others):
            found.append(Entry(Fate.UNKNOWN, (seen.leaf,)))
        elif mark.application != here.application:
            found.append(Entry(Fate.OTHER, (seen.leaf,), sheet=mark.sheet, number=here.others[mark.application]))
        elif mark.page in (known := sheets.setdefault((mark.sheet, mark.version, mark.pages), {})):
            found.append(Entry(Fate.TWICE, (seen.leaf,), sheet=mark.sheet))
        else:
            known[mark.page] = seen.leaf
    for (sheet, version, pages_of_it), known in sheets.items():
        missing = tuple(page for page in range(1, pages_of_it + 1) if page not in known)
        leaves = tuple(leaf for _page, leaf in sorted(known.items()))
        found.append(Entry(_fate(sheet, version, missing, here), leaves, sheet=sheet, missing=missing))
    return sorted(found, key=lambda entry: entry.leaves[0])


def _fate(sheet: str, version: str, missing: Collection[int], here: Here) -> Fate:
    """What stands first against a sheet of this application, if anything does."""
    against = (
        (not here.is_open, Fate.CLOSED),
        (sheet not in here.placed, Fate.NO_PLACE),
        (here.versions.get(sheet) != version, Fate.OLDER),
        (bool(missing), Fate.INCOMPLETE),
        (sheet in here.held, Fate.HELD),
    )
    return next((fate for stands, fate in against if stands), Fate.LANDS)
